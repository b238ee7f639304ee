"""Results dialogues of a small town in September, with a preparation that only its two parties may see.

talk = Dialogue(engine, tmp_path)
talk.leader_writes(LEADERS_WORDS)            # by the link of the leader's own mail
talk.superior_writes(SUPERIORS_WORDS)        # signed in with the district chief's own address
"""

from datetime import date
from pathlib import Path

from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from config.loader import load_plan
from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.access.tables import Account
from cycle.organisation.tables import Address, Person
from cycle.plan.model import Activity, Audience, FlowName, PreparationRules, When, Window
from cycle.preparations.tables import Preparation
from cycle.store import reading, transaction
from cycle.tasks.cycles import PREPARATION
from cycle.tasks.tables import FormVersion, Occurrence
from tests.support import municipality
from tests.support.koebenhavn import FOLDER
from tests.support.municipality import ROOT, instant
from tests.support.web import Form, Site
from web.session import COOKIE

OPENS, DUE, CLOSES, ERASED = date(2027, 9, 1), date(2027, 9, 30), date(2027, 10, 8), date(2027, 11, 30)
UNIT, DISTRICT, AREA, OFFICE = "BY-IN-D1-001", "BY-IN-D1", "BY-IN", "BY-BU"
LEADERS_WORDS, SUPERIORS_WORDS = "Grønspættebanken", "Vindmølleæblet"
SECRETS = (LEADERS_WORDS, SUPERIORS_WORDS)
ACTIVITY = Activity(
    id="resultatsamtaler",
    title="Resultatsamtaler/MUS",
    flow=FlowName.RESULTS_DIALOGUE,
    window=Window(opens=When(date="1. september"), due=When(date="30. september")),
    audience=Audience(kinds=("daginstitution",)),
    form="resultatsamtale",
    confidential=True,
    preparation=PreparationRules(form="god-ledelse", erased=When(date="30. november")),
)


class Dialogue:
    """The town, its open dialogues, and a browser for each who may or may not look in."""

    def __init__(self, engine: Engine, folder: Path, **settings: str) -> None:
        self.engine = engine
        self.site = Site(engine, folder, at=instant(2027, 9, 10), **{"secret_key": "k" * 40, **settings})
        forms = load_plan(FOLDER).forms
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town, form=forms["resultatsamtale"])
            own = FormVersion(
                root_id=ROOT,
                form_id="god-ledelse",
                version=1,
                spec=forms["god-ledelse"].model_dump_json(),
            )
            session.add(own)
            occurrence = municipality.add_occurrence(
                session, self.town, cycle, activity=ACTIVITY, opens_on=OPENS, due_on=DUE, closes_on=CLOSES
            )
            occurrence.stage_forms = {PREPARATION: own.id or 0}
            occurrence.erase_at = municipality.opening(ERASED)
            session.add(occurrence)
            units = [unit for unit in self.town.units if unit.startswith("BY-IN")]
            self.tasks = municipality.add_tasks(session, self.town, occurrence, units=units)
            self.occurrence_id = occurrence.id or 0
        self.task = self.tasks[0]
        self._accounts: dict[str, Account] = {}
        self.superior_page = f"/mine-enheder/opgave/{self.task.id}/forberedelse"

    def link(self, person_id: int | None = None) -> str:
        """The address of the preparation behind the mailed link."""
        return self.site.link(self.task, person_id or self.town.leaders[UNIT]) + "/forberedelse"

    def account(self, role: Role = Role.SUPERIOR, unit: str = DISTRICT, email: str = "") -> TestClient:
        """A browser signed in now with the address of the unit's head, or with another one."""
        email = email or f"{unit.lower()}@by.example"
        if email not in self._accounts:
            self._accounts[email] = self.site.add_account(email, role, unit)
        with transaction(self.engine) as session:
            opened = open_session(session, self._accounts[email], now=self.site.clock.at)
        return self.site.browser(cookies={COOKIE: opened.token})

    def leader_writes(self, text: str) -> Response:
        """The leader opens the page and saves one field."""
        return self._write(self.site.browser(), self.link(), text)

    def superior_writes(self, text: str, browser: TestClient | None = None) -> Response:
        """The district chief opens the page and saves one field."""
        return self._write(browser or self.account(), self.superior_page, text)

    def both_write(self) -> TestClient:
        """Both have written; gives the superior's browser."""
        browser = self.account()
        assert self.leader_writes(LEADERS_WORDS).status_code == 303
        assert self.superior_writes(SUPERIORS_WORDS, browser).status_code == 303
        return browser

    def rows(self) -> list[Preparation]:
        """What the table holds."""
        with reading(self.engine) as session:
            return list(session.exec(select(Preparation).order_by(Preparation.id)))  # type: ignore[arg-type]

    def occurrence(self) -> Occurrence:
        """The dialogues as they stand."""
        with reading(self.engine) as session:
            return session.get_one(Occurrence, self.occurrence_id)

    def add_person(self, name: str, email: str) -> int:
        """Somebody new, with an address of their own."""
        with transaction(self.engine) as session:
            person = Person(root_id=ROOT, key=email, name=name)
            session.add(person)
            session.flush()
            session.add(Address(person_id=person.id, email=email, valid_from=municipality.SINCE))
            return person.id or 0

    def _write(self, browser: TestClient, address: str, text: str) -> Response:
        page = browser.get(address)
        assert page.status_code == 200, page.text
        return Form(page, address).send(browser, administrativ=text)


def is_silent(text: str) -> bool:
    """Whether none of the two parts is in the text."""
    return not any(secret in text for secret in SECRETS)
