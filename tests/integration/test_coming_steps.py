"""What a person's posts will yet be asked in what has opened: steps of agreements, also in a second round."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.goals.own_steps import own_steps
from cycle.organisation.tables import Appointment
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence
from tests.support import koebenhavn
from tests.support.koebenhavn import Year
from tests.support.three_agreements import DRAFT, SCHOOL, YES, begun, take

NEGOTIATE, APPROVE, SIGN = "forhandling", "godkendelse", "underskrift-leder"
NO = {"beslutning": "tilbage", "bemaerkning": "Skriv hvordan."}


@pytest.fixture
def year(engine: Engine, tmp_path: Path) -> Year:
    koebenhavn.load(engine)
    return begun(engine, tmp_path)


def coming(year: Year, unit_id: str, role: str) -> list[tuple[str, date]]:
    """(step, date) of what whoever has the post today will yet be asked."""
    today = year.now.date()
    with reading(year.engine) as session:
        held = select(Appointment).where(Appointment.unit_id == unit_id, Appointment.role == role)
        person_id = next(
            each.person_id for each in session.exec(held) if each.valid_to is None or each.valid_to >= today
        )
        return [(each.stage, each.due_on) for each in own_steps(session, "KBH", person_id, today=today)]


def chief_of(year: Year) -> tuple[str, str]:
    """The post that the school's agreement is negotiated with."""
    (task,) = [
        each
        for each in year.tasks(year.occurrence("udviklingsaftaler").id, TaskKind.NEGOTIATE)
        if each.subject == f"{NEGOTIATE}:{SCHOOL}"
    ]
    return task.unit_id, task.role


def set_state(engine: Engine, state: OccurrenceState) -> None:
    with transaction(engine) as session:
        found = session.exec(select(Occurrence).where(Occurrence.activity_id == "udviklingsaftaler")).one()
        found.state = state
        session.add(found)


def test_a_step_stands_there_until_its_turn_comes_and_again_when_the_draft_is_written_anew(year):
    leader = (SCHOOL, "leder")
    first = coming(year, *leader)
    assert [step for step, _ in first] == [SIGN] and first[0][1].year == 2028
    take(year, (TaskKind.DRAFT, DRAFT))
    chief = chief_of(year)
    assert NEGOTIATE not in dict(coming(year, *chief)), "its task has the deadline now"
    set_state(year.engine, OccurrenceState.PLANNED)
    planned = [step for step, _ in coming(year, *chief)]
    set_state(year.engine, OccurrenceState.OPEN)
    assert planned.count(NEGOTIATE) == 1, "before it opens, and once for all units of a post"
    take(year, (TaskKind.NEGOTIATE, NO))
    assert NEGOTIATE in dict(coming(year, *chief)), "it comes again"
    take(year, (TaskKind.DRAFT, DRAFT), (TaskKind.NEGOTIATE, YES))
    assert NEGOTIATE not in dict(coming(year, *chief))
    take(year, (TaskKind.APPROVE, YES))
    assert coming(year, *leader) == [], "it is a task"
