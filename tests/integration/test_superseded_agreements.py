"""A later agreement takes over from the one before it: on the day its period begins, or when it is signed."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.goals.agreements import unsigned
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion
from cycle.history import History
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from tests.support import koebenhavn
from tests.support.koebenhavn import Year
from tests.support.municipality import instant
from tests.support.three_agreements import DAYCARE, OTHER_SCHOOL, SCHOOL, SIGN, STEPS, UNITS, begun, take
from tests.support.web import Site

S = AgreementState


def the_year_before(year: Year, states: dict[str, AgreementState], *, period_to: date) -> int:
    """The units' agreements for 2027, all signed once; gives their occurrence."""
    with transaction(year.engine) as session:
        this = session.exec(select(Occurrence).where(Occurrence.activity_id == "udviklingsaftaler")).one()
        past = Occurrence(**this.model_dump(exclude={"id"}))
        past.activity_id, past.concerns_year, past.state = "aftaler-foer", 2027, OccurrenceState.CLOSED
        session.add(past)
        session.flush()
        for unit_id, state in states.items():
            held = Agreement(
                root_id="KBH", occurrence_id=past.id or 0, unit_id=unit_id, year=2027, state=state,
                period_from=date(2027, 1, 1), period_to=period_to, version=1, in_force_version=1,
            )  # fmt: skip
            session.add(held)
            session.flush()
            text = AgreementVersion(agreement_id=held.id, no=1, digest="1" * 64, by="engine", at=year.now)
            session.add(text)
        step = {"kind": TaskKind.SIGN, "subject": f"underskrift-leder:{OTHER_SCHOOL}", "role": "leder"}
        day = date(2027, 12, 20)
        waiting = {"occurrence_id": past.id, "unit_id": OTHER_SCHOOL, "due_on": day, "original_due_on": day}
        session.add(Task(**step, **waiting, title="Underskrift", opened_at=year.now, state=TaskState.OPEN))
        return past.id or 0


def states(engine: Engine, occurrence_id: int) -> dict[str, AgreementState]:
    with reading(engine) as session:
        rows = session.exec(select(Agreement).where(Agreement.occurrence_id == occurrence_id)).all()
    return {row.unit_id: row.state for row in rows}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_the_one_before_is_in_force_until_the_period_of_the_next_begins(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    before = {SCHOOL: S.IN_FORCE, OTHER_SCHOOL: S.SIGNING, DAYCARE: S.IN_FORCE}
    past = the_year_before(year, before, period_to=date(2027, 12, 31))
    take(year, *STEPS, units=(SCHOOL, OTHER_SCHOOL))
    take(year, *STEPS[:-1], units=(DAYCARE,))
    assert states(engine, past) == before, "signed by all in December, and for next year"
    year.until(instant(2028, 1, 1, 2))
    assert states(engine, past) == before
    year.until(instant(2028, 1, 1, 5))
    assert states(engine, past) == {SCHOOL: S.SUPERSEDED, OTHER_SCHOOL: S.SUPERSEDED, DAYCARE: S.IN_FORCE}
    (step,) = year.tasks(past, TaskKind.SIGN)
    assert step.state is TaskState.CANCELLED, "nobody is asked to sign what has been replaced"
    take(year, STEPS[-1], units=(DAYCARE,))
    assert set(states(engine, past).values()) == {S.SUPERSEDED}, "signed late, it takes over at once"
    year.settle()
    with reading(engine) as session:
        rows = session.exec(select(History).where(History.verb == "supersede")).all()
        assert len(rows) == len(UNITS) and {row.actor for row in rows} == {"engine"}
        assert unsigned(session, past) == []
        theirs = select(Agreement).where(Agreement.occurrence_id == past).order_by(col(Agreement.unit_id))
        first = session.exec(theirs).first()
        assert first is not None and first.in_force_version == 1
        now = select(Agreement).where(Agreement.unit_id == first.unit_id, Agreement.year == 2028)
        later = session.exec(now).one()
    site = Site(engine, tmp_path, at=year.now, secret_key="k" * 40)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    page = office.get(f"/udviklingsaftale/{first.id}").text
    assert "Aftalen er afløst af" in page and f'"/udviklingsaftale/{later.id}"' in page
    assert "afløst af en senere aftale" in page and "skal underskrives igen" not in page
    assert "Aftalen er afløst" not in office.get(f"/udviklingsaftale/{later.id}").text


def test_a_longer_agreement_is_replaced_and_one_that_nobody_follows_stays(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    past = the_year_before(year, {SCHOOL: S.IN_FORCE, DAYCARE: S.IN_FORCE}, period_to=date(2028, 12, 31))
    take(year, *STEPS, units=(SCHOOL,))
    closes = year.occurrence("udviklingsaftaler").closes_at
    year.until(max(closes, instant(2028, 1, 2)) + timedelta(days=1))
    assert year.occurrence("udviklingsaftaler").state is OccurrenceState.CLOSED
    assert states(store, past) == {SCHOOL: S.SUPERSEDED, DAYCARE: S.IN_FORCE}


def test_an_answer_to_a_superseded_agreement_moves_nothing_and_stops_nobody(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS[:3], units=(SCHOOL,))
    with transaction(store) as session:
        agreement = session.exec(select(Agreement).where(Agreement.unit_id == SCHOOL)).one()
        agreement.state = S.SUPERSEDED
        session.add(agreement)
    occurrence = year.occurrence("udviklingsaftaler").id
    task = next(task for task in year.tasks(occurrence, TaskKind.SIGN) if task.state is TaskState.OPEN)
    year.answer(task, SIGN)
    take(year, STEPS[0], units=(DAYCARE,))
    assert states(store, occurrence or 0)[DAYCARE] is S.NEGOTIATION
    assert states(store, occurrence or 0)[SCHOOL] is S.SUPERSEDED
