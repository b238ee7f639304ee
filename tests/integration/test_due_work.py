"""What is due when: read from the store's hints alone, in the order of the design."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from config.settings import Settings
from cycle import history, store
from cycle.messages.tables import MailboxMark, Message, MessageKind, MessageState
from cycle.runs import queue, requests
from cycle.runs.tables import ClockPulse, Run, RunState, Wake
from cycle.tasks.coming import close_due_at
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task
from flows.due_work import BACK_OFF, due_work, next_instant
from flows.runtime import DemoClock, Runtime
from flows.turn import turn
from tests.support import municipality
from tests.support.municipality import COPENHAGEN, Town, instant

MORNING = instant(2027, 4, 1, 6)
BEFORE_SWEEP = instant(2027, 4, 15, 4, 40)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def year(session: Session, state: OccurrenceState, **dates: Any) -> tuple[Town, Occurrence]:
    town = municipality.build(session, units_per_district=1, districts=1)
    cycle = municipality.start_cycle(session, town, 2027)
    return town, municipality.add_occurrence(session, town, cycle, state=state, **dates)


def due(engine: Engine, now: datetime, settings: Settings) -> list[tuple[str, str]]:
    with store.reading(engine) as session:
        return [(work.flow, work.subject) for work in due_work(session, now=now, settings=settings)]


def add_message(session: Session, next_at: datetime) -> None:
    session.add(
        Message(
            root_id="BY",
            key="receipt:1",
            kind=MessageKind.RECEIPT,
            address="a@by.example",
            created_at=next_at,
            next_at=next_at,
        )
    )


def test_nothing_is_due_before_the_opening_and_the_opening_is_due_at_its_instant(
    engine: Engine, settings: Settings
) -> None:
    with store.transaction(engine) as session:
        _, occurrence = year(session, OccurrenceState.PLANNED)
    assert due(engine, MORNING - timedelta(seconds=1), settings) == []
    assert due(engine, MORNING, settings) == [("quarterly_report", f"open:{occurrence.id}")]


def test_work_of_a_later_kind_waits_for_work_of_an_earlier_kind(engine: Engine, settings: Settings) -> None:
    """A reminder may be silenced by an opening or closing, and is merged into the mail that goes out."""
    now = BEFORE_SWEEP
    with store.transaction(engine) as session:
        town, occurrence = year(session, OccurrenceState.OPEN)
        municipality.add_tasks(session, town, occurrence)
        session.execute(sa.update(Task).values(next_reminder_at=now))
        session.execute(sa.update(Occurrence).values(advance_at=now))
        add_message(session, now)
    assert due(engine, now, settings) == [("quarterly_report", f"advance:{occurrence.id}")]
    with store.transaction(engine) as session:
        session.execute(sa.update(Occurrence).values(advance_at=None))
    assert due(engine, now, settings) == [("remind", "BY")]
    with store.transaction(engine) as session:
        session.execute(sa.update(Task).values(next_reminder_at=None))
    assert due(engine, now, settings) == [("deliver", "BY")]


def test_unfinished_work_holds_up_later_work_for_ten_minutes_at_most(
    engine: Engine, settings: Settings
) -> None:
    with store.transaction(engine) as session:
        town, occurrence = year(session, OccurrenceState.OPEN)
        municipality.add_tasks(session, town, occurrence)
        session.execute(sa.update(Task).values(next_reminder_at=BEFORE_SWEEP))
        add_message(session, BEFORE_SWEEP)
        queue.want(session, due_work(session, now=BEFORE_SWEEP, settings=settings), now=BEFORE_SWEEP)
    assert due(engine, BEFORE_SWEEP, settings) == []
    assert due(engine, BEFORE_SWEEP + timedelta(minutes=10), settings)[-1] == ("deliver", "BY")


def test_a_paused_flow_is_not_wanted_and_holds_nothing_up(engine: Engine, settings: Settings) -> None:
    with store.transaction(engine) as session:
        town, occurrence = year(session, OccurrenceState.OPEN)
        municipality.add_tasks(session, town, occurrence)
        session.execute(sa.update(Task).values(next_reminder_at=BEFORE_SWEEP))
        add_message(session, BEFORE_SWEEP)
        requests.pause(session, "BY", "remind", by="account:1", now=BEFORE_SWEEP, why="Forkert tekst")
    assert due(engine, BEFORE_SWEEP, settings) == [("deliver", "BY")]


def test_work_that_failed_rests_longer_after_each_failure_in_a_row(
    engine: Engine, settings: Settings
) -> None:
    with store.transaction(engine) as session:
        year(session, OccurrenceState.PLANNED)
    now = MORNING
    for rest in (*BACK_OFF, BACK_OFF[-1]):
        with store.transaction(engine) as session:
            queue.want(session, due_work(session, now=now, settings=settings), now=now)
            claimed = queue.claim(session, worker="w", now=now, real=now)
            assert claimed is not None
            queue.fail(session, claimed, now=now, milliseconds=1, error="OSError: disken er fuld")
        assert due(engine, now + rest - timedelta(seconds=1), settings) == []
        now += rest
        assert len(due(engine, now, settings)) == 1


def test_an_occurrence_closes_from_four_in_the_morning_after_its_last_day(
    engine: Engine, settings: Settings
) -> None:
    with store.transaction(engine) as session:
        _, occurrence = year(session, OccurrenceState.OPEN, closes_on=date(2027, 4, 30))
    assert due(engine, instant(2027, 5, 1, 3, 59), settings) == []
    assert due(engine, instant(2027, 5, 1, 4), settings) == [("quarterly_report", f"close:{occurrence.id}")]


@pytest.mark.parametrize("night", [date(2027, 3, 28), date(2027, 10, 31)])
def test_the_two_nights_of_clock_change_close_at_four_local(night: date) -> None:
    midnight = municipality.end_of(night - timedelta(days=1))
    at = close_due_at(midnight, COPENHAGEN).astimezone(COPENHAGEN)
    assert (at.date(), at.hour, at.minute) == (night, 4, 0)


def test_closing_waits_for_the_mailbox_to_be_read_past_the_deadline_but_not_for_ever(
    engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, imap_host="mail.example")
    close_at = instant(2027, 5, 1, 4)
    with store.transaction(engine) as session:
        _, occurrence = year(session, OccurrenceState.OPEN, closes_on=date(2027, 4, 30))
        session.add(MailboxMark(root_id="BY", read_until=occurrence.closes_at - timedelta(minutes=1)))
    closing = ("quarterly_report", f"close:{occurrence.id}")
    assert due(engine, close_at, settings) == [("collect", "BY")]
    with store.transaction(engine) as session:
        queue.want(session, due_work(session, now=close_at, settings=settings), now=close_at)
        claimed = queue.claim(session, worker="w", now=close_at, real=close_at)
        assert claimed is not None
        queue.fail(session, claimed, now=close_at, milliseconds=1, error="OSError: intet svar")
    assert due(engine, close_at, settings) == []
    a_day_on = occurrence.closes_at + timedelta(hours=24)
    with store.transaction(engine) as session:
        session.execute(sa.update(Run).values(ended_at=a_day_on))
    assert due(engine, a_day_on, settings) == [closing]
    with store.transaction(engine) as session:
        session.execute(sa.update(MailboxMark).values(read_until=close_at))
    assert due(engine, close_at, settings) == [closing]


def test_every_open_task_is_swept_once_a_night_from_five_local(engine: Engine, settings: Settings) -> None:
    five = instant(2027, 4, 15, 5)
    with store.transaction(engine) as session:
        year(session, OccurrenceState.OPEN)
    assert due(engine, BEFORE_SWEEP, settings) == []
    assert due(engine, five, settings) == [("remind", "sweep:BY")]
    with store.transaction(engine) as session:
        queue.want(session, due_work(session, now=five, settings=settings), now=five)
        claimed = queue.claim(session, worker="w", now=five, real=five)
        assert claimed is not None
        queue.finish(session, claimed, now=five, milliseconds=1, counts={})
    assert due(engine, five + timedelta(hours=18), settings) == []
    assert due(engine, five + timedelta(hours=24), settings) == [("remind", "sweep:BY")]


def test_mail_is_delivered_at_its_instant_and_a_claim_of_a_dead_sender_is_taken_up(
    engine: Engine, settings: Settings
) -> None:
    with store.transaction(engine) as session:
        municipality.build(session, units_per_district=1, districts=1)
        add_message(session, MORNING)
    assert due(engine, MORNING - timedelta(seconds=1), settings) == []
    assert due(engine, MORNING, settings) == [("deliver", "BY")]
    lease = MORNING + timedelta(minutes=5)
    with store.transaction(engine) as session:
        session.execute(sa.update(Message).values(state=MessageState.CLAIMED, lease_until=lease))
    assert due(engine, MORNING, settings) == []
    assert due(engine, lease, settings) == [("deliver", "BY")]


def test_the_next_event_is_the_earliest_hint_in_the_store(engine: Engine, settings: Settings) -> None:
    with store.transaction(engine) as session:
        town, occurrence = year(session, OccurrenceState.OPEN, closes_on=date(2027, 4, 30))
        tasks = municipality.add_tasks(session, town, occurrence)
    with store.reading(engine) as session:
        found = next_instant(session, after=MORNING, settings=settings)
        assert found == instant(2027, 5, 1, 4)
        in_the_night = next_instant(session, after=instant(2027, 5, 1, 2), settings=settings)
        assert in_the_night == instant(2027, 5, 1, 4)
        assert next_instant(session, after=instant(2027, 5, 1, 4), settings=settings) is None
    reminder = instant(2027, 4, 6, 7)
    with store.transaction(engine) as session:
        session.execute(sa.update(Task).where(col(Task.id) == tasks[0].id).values(next_reminder_at=reminder))
    with store.reading(engine) as session:
        assert next_instant(session, after=MORNING, settings=settings) == reminder


def test_a_turn_wants_what_is_due_answers_the_wake_and_chains_the_history(
    engine: Engine, settings: Settings
) -> None:
    with store.transaction(engine) as session:
        year(session, OccurrenceState.PLANNED)
        requests.wake(session, now=MORNING)
        history.record(session, root_id="BY", at=MORNING, actor="account:1", verb="start", thing="cycle:1")
    runtime = Runtime(engine, settings, DemoClock(MORNING))
    first, second = turn(runtime, name="ur"), turn(runtime, name="ur")
    assert (first.wanted, first.chained) == (1, 1)
    assert (second.wanted, second.chained) == (0, 0)
    with store.reading(engine) as session:
        assert session.exec(select(Wake)).all() == []
        assert session.exec(select(Run.state)).all() == [RunState.WANTED]
        assert [pulse.name for pulse in session.exec(select(ClockPulse))] == ["ur"]
        assert history.verify(session, "BY") == []


def test_a_sweep_of_next_year_is_not_todays(engine: Engine, settings: Settings) -> None:
    """The clock had run ahead, and stands right again."""
    five = instant(2027, 4, 15, 5)
    with store.transaction(engine) as session:
        town, _ = year(session, OccurrenceState.OPEN)
        ahead = five + timedelta(days=365)
        session.add(_swept(town.root_id, ahead))
    assert due(engine, five, settings) == [("remind", "sweep:BY")]
    with store.transaction(engine) as session:
        session.add(_swept(town.root_id, five))
    assert due(engine, five, settings) == []


def _swept(root_id: str, at: datetime) -> Run:
    return Run(flow="remind", subject=f"sweep:{root_id}", root_id=root_id, state=RunState.DONE, wanted_at=at)


def test_the_first_reminders_of_a_day_come_with_the_sweep_unless_the_sweep_has_just_failed(
    engine: Engine, settings: Settings
) -> None:
    at = instant(2027, 4, 15, 6)
    with store.transaction(engine) as session:
        town, occurrence = year(session, OccurrenceState.OPEN)
        for task in municipality.add_tasks(session, town, occurrence):
            task.next_reminder_at = at
            session.add(task)
    assert due(engine, at, settings) == [("remind", "sweep:BY")]
    with store.transaction(engine) as session:
        queue.want(session, due_work(session, now=at, settings=settings), now=at)
        claimed = queue.claim(session, worker="w", now=at, real=at)
        assert claimed is not None
        queue.fail(session, claimed, now=at, milliseconds=1, error="OSError: disken er fuld")
    assert due(engine, at, settings) == [("remind", "BY")]
