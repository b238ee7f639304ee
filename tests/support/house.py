"""A small municipality in April, served to real browsers: one report, decided mails, all who look in.

house = House(engine, folder, port)         # its address is house.base
with served(house.site.app, port): …
"""

from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import BrowserContext
from pydantic import TypeAdapter
from sqlalchemy.engine import Engine
from sqlmodel import Session

from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.organisation.tables import Address
from cycle.plan.model import DEFAULT_REMINDERS, Activity, Audience, FlowName, ReminderRule, Ring, When, Window
from cycle.store import transaction
from cycle.tasks.forms import Form
from cycle.tasks.tables import Task
from flows.remind import remind
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import FORM, ROOT, instant, opening
from tests.support.web import Site
from web.session import COOKIE

OPENED, DUE = date(2027, 4, 1), date(2027, 4, 20)
RULES = TypeAdapter(tuple[ReminderRule, ...])
REPORT = Activity(
    id="kvartalsrapport-1",
    title="Kvartalsrapport 1",
    flow=FlowName.QUARTERLY_REPORT,
    ring=Ring.FOLLOW_UP,
    window=Window(opens=When(date="1. april"), due=When(date="20. april")),
    audience=Audience(kinds=("skole", "daginstitution")),
    approval=("distriktschef",),
)
ACCOUNTS = {
    "dorte@by.example": (Role.SUPERIOR, "BY-IN-D1", "Dorte Distriktschef"),
    "sif@by.example": (Role.SECRETARIAT, "BY", "Sif Sekretær"),
}
FIGURES = [{"label": "Ramme 2028", "amount": "1250000", "shown": "1.250.000 kr."}]


class House:
    """The town with its open report. `tasks` are the units' in order; the last unit has no address."""

    def __init__(
        self, engine: Engine, folder: Path, port: int, *, form: Form = FORM, **settings: int
    ) -> None:
        self.engine = engine
        self.site = Site(engine, folder, base_url=f"http://127.0.0.1:{port}", **settings)
        self.base = self.site.settings.base_url
        with transaction(engine) as session:
            self.tasks = self._fill(session, form)
        self.accounts = {
            email: self.site.add_account(email, role, unit, name=name)
            for email, (role, unit, name) in ACCOUNTS.items()
        }
        self.work(opening(OPENED))

    def work(self, at: datetime) -> None:
        """Decides what is due to be said at this time."""
        remind(RunContext.direct(self.engine, at, self.site.settings, ROOT))

    def link(self, number: int) -> str:
        """The address mailed to the leader of this task."""
        task = self.tasks[number]
        return self.base + self.site.link(task, self.town.leaders[task.unit_id])

    def answer(self, number: int, day: int, **given: object) -> None:
        """An answer as it would have come in on that day of April."""
        with transaction(self.engine) as session:
            task = session.get_one(Task, self.tasks[number].id)
            municipality.answer(session, task, at=instant(2027, 4, day), **given)  # type: ignore[arg-type]  # passed on

    def sign_in(self, context: BrowserContext, email: str) -> None:
        """Signs the browser in as one of the accounts, without the slow password."""
        with transaction(self.engine) as session:
            opened = open_session(session, self.accounts[email], now=self.site.clock.at)
        context.add_cookies([{"name": COOKIE, "value": opened.token, "url": self.base}])

    def _fill(self, session: Session, form: Form) -> list[Task]:
        self.town = municipality.build(session)
        cycle = municipality.start_cycle(session, self.town, form=form)
        occurrence = municipality.add_occurrence(
            session, self.town, cycle, activity=REPORT, opens_on=OPENED, due_on=DUE
        )
        occurrence.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
        session.add(occurrence)
        tasks = municipality.add_tasks(session, self.town, occurrence)
        known = {"levels": 1, "next_reminder_at": occurrence.opens_at, "prefill": {"figures": FIGURES}}
        session.execute(sa.update(Task).values(**known))
        silent = self.town.leaders[tasks[-1].unit_id]
        session.execute(
            sa.update(Address)
            .where(Address.person_id == silent)  # type: ignore[arg-type]  # SQLModel's attribute is a column
            .values(valid_to=OPENED - timedelta(days=1))
        )
        self.occurrence_id = occurrence.id or 0
        return tasks
