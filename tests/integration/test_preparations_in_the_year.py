"""Copenhagen's dialogues in a played year: prepared, closed, erased; and what a revision may not do."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.municipality import Folder, load_municipality, start_years
from config.loader import LoadedPlan, load_plan
from cycle.errors import PlanInvalid
from cycle.history import History
from cycle.organisation.tables import Appointment
from cycle.plan.model import Activity, When
from cycle.preparations.tables import Preparation
from cycle.store import reading, transaction
from cycle.tasks.closing import cancel_occurrence
from cycle.tasks.cycles import Draft
from cycle.tasks.revise import Revised, revise_cycle
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence
from tests.support.koebenhavn import BEFORE, Year
from tests.support.municipality import instant
from tests.support.small_copenhagen import cut
from tests.support.web import Form, Site

SCHOOL, DIALOGUES = "101019", "resultatsamtaler"


class Autumn(Year):
    """A dozen units with open dialogues, one of which a leader has begun to prepare."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = cut(folder / "small")
        with transaction(engine) as session:
            loaded = load_municipality(session, Folder.at(self.folder), now=BEFORE)
            start_years(session, loaded, [2027], self.folder, now=BEFORE)
        super().__init__(engine, folder, instant(2027, 8, 30))
        self.only(DIALOGUES)
        self.until(instant(2027, 9, 2, 10))
        self.address = self.prepare(folder)

    def prepare(self, folder: Path) -> str:
        """The leader opens the mailed link and writes."""
        self.site = Site(self.engine, folder, at=self.now, secret_key="k" * 40)
        task = self.task(self.occurrence(DIALOGUES).id, SCHOOL, TaskKind.ANSWER)
        with reading(self.engine) as session:
            terms = session.exec(select(Appointment).where(Appointment.unit_id == SCHOOL)).all()
        today = date(2027, 9, 2)
        (holder,) = (
            term.person_id
            for term in terms
            if term.role == "leder" and term.valid_from <= today <= (term.valid_to or today)
        )
        address = self.site.link(task, holder) + "/forberedelse"
        browser = self.site.browser()
        sent = Form(browser.get(address), address).send(browser, faglig="Vi læser mere sammen.")
        assert sent.status_code == 303 and self.rows() == 1
        return address

    def rows(self) -> int:
        with reading(self.engine) as session:
            return len(session.exec(select(Preparation)).all())

    def revise(self, loaded: LoadedPlan, changed: Activity | None) -> Revised:
        """The plan with the dialogues changed, or without them."""
        kept = [changed if each.id == DIALOGUES else each for each in loaded.plan.activities]
        plan = loaded.plan.model_copy(update={"activities": tuple(each for each in kept if each)})
        draft = Draft(plan, loaded.forms, loaded.calendar, loaded.sources)
        with transaction(self.engine) as session:
            return revise_cycle(session, draft, year=2027, by="cli", now=self.now, why="Ny dag")


@pytest.fixture
def autumn(sqlite_engine: Engine, tmp_path: Path) -> Autumn:
    return Autumn(sqlite_engine, tmp_path)


def erased(loaded: LoadedPlan, phrase: str | None) -> Activity:
    """The dialogues with another day of erasing, or without a preparation."""
    activity = loaded.plan.activity(DIALOGUES)
    assert activity.preparation is not None
    rules = activity.preparation.model_copy(update={"erased": When(date=phrase)}) if phrase else None
    return activity.model_copy(update={"preparation": rules})


def test_a_year_closes_the_dialogues_and_later_erases_what_was_prepared(autumn: Autumn) -> None:
    autumn.until(instant(2027, 11, 29, 10))
    assert autumn.occurrence(DIALOGUES).state is OccurrenceState.CLOSED and autumn.rows() == 1
    autumn.until(instant(2027, 12, 1, 10))
    assert autumn.rows() == 0
    with reading(autumn.engine) as session:
        told = session.exec(select(History).where(col(History.verb) == "erase")).all()
    assert len(told) == 1 and told[0].at <= instant(2027, 11, 30, 10)
    autumn.site.clock.at = autumn.now
    assert autumn.site.browser().get(autumn.address).status_code == 410


def test_an_activity_that_is_cancelled_is_erased_all_the_same(autumn: Autumn) -> None:
    with transaction(autumn.engine) as session:
        occurrence = session.get_one(Occurrence, autumn.occurrence(DIALOGUES).id)
        cancel_occurrence(session, occurrence, why="Aflyst", by="cli", now=autumn.now)
    autumn.until(instant(2027, 12, 1, 10))
    assert autumn.occurrence(DIALOGUES).state is OccurrenceState.CANCELLED and autumn.rows() == 0


def test_a_revision_may_erase_earlier_but_neither_later_nor_forget_it(autumn: Autumn) -> None:
    loaded = load_plan(autumn.folder)
    for phrase in ("ultimo december", None):
        with pytest.raises(PlanInvalid, match=r"forberedelserne skal være slettet 30\. november"):
            autumn.revise(loaded, erased(loaded, phrase))
    assert autumn.revise(loaded, erased(loaded, "15. oktober")).moved == [DIALOGUES]
    autumn.until(instant(2027, 10, 15, 10) + timedelta(days=1))
    assert autumn.rows() == 0
