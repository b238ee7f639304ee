"""The invented people of a played year keep the rules of real ones: nobody signs for a vacant post."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.demo.habits import Habits
from cli.demo.people import People
from cli.simulated_people import SimulatedPeople
from cycle.goals.agreements import unsigned
from cycle.goals.tables import AgreementState, Signature
from cycle.organisation.tables import Appointment
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of
from cycle.tasks.states import OccurrenceState, TaskKind
from tests.support.municipality import instant
from tests.support.three_agreements import DAYCARE, SCHOOL, STEPS, agreements, begun, open_step, take

FILLED = instant(2028, 1, 20)


def vacated(engine: Engine, unit_id: str, day: date) -> Appointment:
    """The unit's leader leaves on that day and nobody comes."""
    with transaction(engine) as session:
        term = session.exec(
            select(Appointment).where(
                Appointment.unit_id == unit_id,
                Appointment.role == "leder",
                col(Appointment.valid_to).is_(None),
            )
        ).one()
        term.valid_to = day
        session.add(term)
        session.flush()
        session.refresh(term)
        session.expunge(term)
        return term


@pytest.mark.parametrize("people", [People, SimulatedPeople])
def test_what_a_vacant_post_would_sign_waits_for_its_next_holder_or_for_the_secretariat(
    store: Engine, tmp_path: Path, people: type[Habits]
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS[:3])
    with reading(store) as session:
        calendar = calendar_of(session, year.occurrence("udviklingsaftaler"))
    before = {unit: vacated(store, unit, year.now.date()) for unit in (SCHOOL, DAYCARE)}
    year.until(year.now + timedelta(days=1))
    year.player.people = people(store, "KBH", calendar)  # type: ignore[assignment]  # both act
    year.until(FILLED)
    assert {unit: a.state for unit, a in agreements(year).items() if a.in_force_version == 0} == {
        SCHOOL: AgreementState.SIGNING,
        DAYCARE: AgreementState.SIGNING,
    }
    with transaction(store) as session:
        left = before[DAYCARE]
        session.add(
            Appointment(unit_id=DAYCARE, role="leder", person_id=left.person_id, valid_from=FILLED.date())
        )
    year.until(instant(2028, 3, 6))
    assert year.occurrence("udviklingsaftaler").state is OccurrenceState.CLOSED
    assert agreements(year)[DAYCARE].in_force_version == 1, "whoever comes to the post signs"
    assert year.player.people is not None and year.player.people.next_instant() is None
    with reading(store) as session:
        (waiting,) = unsigned(session, year.occurrence("udviklingsaftaler").id or 0)
        assert waiting.unit_id == SCHOOL, "the secretariat's list names the unit"
        ids = [row.agreement_id for row in session.exec(select(Signature))]
        assert agreements(year)[SCHOOL].id not in ids
        asked = open_step(year, TaskKind.SIGN, SCHOOL)
        told = session.exec(select(ReminderDecision).where(ReminderDecision.task_id == asked.id)).all()
    assert Decided.NOBODY in {row.verdict for row in told}
