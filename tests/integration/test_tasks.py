"""Answers, verdicts, extensions and waivers: the services every page and mail goes through."""

from datetime import date, timedelta

import pytest
from sqlmodel import func, select

from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, Conflict, NotNow
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.store import reading, transaction
from cycle.tasks.change import extend, look_again, nudge, waive
from cycle.tasks.closing import cancel_occurrence, close_occurrence
from cycle.tasks.review import approve, return_for_changes
from cycle.tasks.standing import finished, timeliness
from cycle.tasks.states import NEVER_WAIVED, Channel, OccurrenceState, SubmissionKind, TaskState, Timeliness
from cycle.tasks.submit import save_draft, submit
from cycle.tasks.tables import Draft, Occurrence, Submission, Task
from tests.support import municipality as m

CALENDAR = WorkingCalendar()


@pytest.fixture
def town(engine):
    with transaction(engine) as session:
        town = m.build(session)
        cycle = m.start_cycle(session, town)
        occurrence = m.add_occurrence(session, town, cycle)
        m.add_tasks(session, town, occurrence)
    return town


def give(session, task_id, at, once=None, kind=SubmissionKind.COMPLETE):
    return submit(
        session,
        task_id,
        answers=m.ANSWERS,
        kind=kind,
        channel=Channel.WEB,
        by="person:1",
        received_at=at,
        now=at,
        once=once or f"page:{task_id}:{at.isoformat()}",
    )


def first_task(session):
    return session.exec(select(Task).order_by(Task.id)).first()


def standing(session, task, today):
    return timeliness(task, session.get(Occurrence, task.occurrence_id), today=today, calendar=CALENDAR)


def test_an_answer_is_kept_with_receipt_and_history_in_one_commit(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task = first_task(session)
        task.levels = 1
        session.add(task)
        save_draft(session, task.id, answers={"bemaerkning": "halv"}, by="person:1", now=at)
        submission = give(session, task.id, at)
        assert submission.version == 1
    with reading(engine) as session:
        task = first_task(session)
        assert task.state is TaskState.SUBMITTED
        assert session.get(Draft, task.id) is None
        receipt = session.exec(select(Message)).one()
        assert (receipt.kind, receipt.key) == (MessageKind.RECEIPT, f"receipt:{submission.id}")
        assert receipt.address.endswith("@by.example")
        verbs = session.exec(select(History.verb).where(History.thing == f"task:{task.id}")).all()
        assert verbs == ["submit"]
        assert session.get(Occurrence, task.occurrence_id).advance_at == at


def test_the_same_post_twice_is_one_submission_with_one_receipt(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        first = give(session, task_id, at, once="page:abc")
    with transaction(engine) as session:
        again = give(session, task_id, at + timedelta(seconds=1), once="page:abc")
        assert again.id == first.id
        assert session.exec(select(func.count()).select_from(Submission)).one() == 1
        assert session.exec(select(func.count()).select_from(Message)).one() == 1


def test_a_correction_before_review_is_a_new_version_and_keeps_the_on_time_mark(engine, town):
    with transaction(engine) as session:
        task_id = first_task(session).id
        give(session, task_id, m.instant(2027, 4, 20, 23, 59))
        assert give(session, task_id, m.instant(2027, 4, 22)).version == 2
        task = session.get(Task, task_id)
        assert standing(session, task, date(2027, 4, 23)) is Timeliness.ON_TIME


def test_one_minute_past_midnight_is_late(engine, town):
    with transaction(engine) as session:
        task_id = first_task(session).id
        give(session, task_id, m.instant(2027, 4, 21, 0, 1))
        assert standing(session, session.get(Task, task_id), date(2027, 4, 21)) is Timeliness.LATE


def test_two_tabs_are_noticed_and_nothing_is_overwritten(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        draft = save_draft(session, task_id, answers={"bemaerkning": "A"}, by="person:1", now=at)
        edition = draft.edition
        save_draft(session, task_id, answers={"bemaerkning": "B"}, by="person:1", now=at, edition=edition)
    with pytest.raises(Conflict), transaction(engine) as session:
        save_draft(session, task_id, answers={"bemaerkning": "C"}, by="person:1", now=at, edition=edition)
    with reading(engine) as session:
        assert session.get(Draft, task_id).answers == {"bemaerkning": "B"}


def test_a_return_has_a_reason_a_new_date_and_a_mail_and_keeps_the_mark(engine, town):
    with transaction(engine) as session:
        task_id = first_task(session).id
        session.get(Task, task_id).levels = 1
        give(session, task_id, m.instant(2027, 4, 12))
        with pytest.raises(AnswerInvalid, match="begrundelse"):
            return_for_changes(session, task_id, reason=" ", by="account:1", now=m.instant(2027, 4, 13))
        return_for_changes(
            session,
            task_id,
            reason="Beløbet mangler et minus.",
            field_reasons={"beloeb": "Minus?", "status": ""},
            by="account:1",
            now=m.instant(2027, 4, 13),
        )
    with reading(engine) as session:
        task = session.get(Task, task_id)
        assert task.state is TaskState.RETURNED
        assert task.due_on == date(2027, 4, 20)  # five working days after 13 April
        assert session.exec(select(Message.kind).order_by(Message.id)).all() == [
            MessageKind.RECEIPT,
            MessageKind.RETURNED,
        ]
        assert standing(session, task, date(2027, 5, 2)) is Timeliness.ON_TIME


@pytest.mark.parametrize(
    ("returned_on", "due"),
    [
        ((2027, 4, 6), date(2027, 4, 20)),
        ((2027, 4, 13), date(2027, 4, 20)),
        ((2027, 4, 14), date(2027, 4, 21)),
    ],
)
def test_a_return_never_shortens_the_deadline_by_itself(engine, town, returned_on, due):
    with transaction(engine) as session:
        task_id = first_task(session).id
        give(session, task_id, m.instant(2027, 4, 5))
        at = m.instant(*returned_on)
        return_for_changes(session, task_id, reason="Ret det.", by="account:1", now=at)
        assert session.get(Task, task_id).due_on == due


def test_a_superior_may_choose_an_earlier_date_for_a_return(engine, town):
    with transaction(engine) as session:
        task_id = first_task(session).id
        give(session, task_id, m.instant(2027, 4, 5))
        chosen, at = date(2027, 4, 12), m.instant(2027, 4, 6)
        return_for_changes(session, task_id, reason="Haster.", by="account:1", now=at, due_on=chosen)
        assert session.get(Task, task_id).due_on == chosen


def test_approval_goes_level_by_level_and_then_no_further(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        session.get(Task, task_id).levels = 2
        with pytest.raises(NotNow):
            approve(session, task_id, by="account:1", now=at)
        give(session, task_id, at)
        approve(session, task_id, by="account:1", now=at)
        assert not finished(session.get(Task, task_id))
        approve(session, task_id, by="account:2", now=at)
        assert finished(session.get(Task, task_id))
        with pytest.raises(NotNow):
            approve(session, task_id, by="account:2", now=at)
        with pytest.raises(NotNow):
            give(session, task_id, at + timedelta(hours=1))


def test_an_extension_moves_one_task_and_after_the_close_reopens_it_alone(engine, town):
    with transaction(engine) as session:
        task = first_task(session)
        task_id, occurrence = task.id, session.get(Occurrence, task.occurrence_id)
        with pytest.raises(AnswerInvalid):
            extend(
                session,
                task_id,
                new_due_on=date(2027, 4, 19),
                reason="x",
                by="account:1",
                now=m.instant(2027, 4, 15),
            )
        occurrence.note = "Frist: udledt"
        close_occurrence(session, occurrence, now=m.instant(2027, 5, 1, 4))
        assert (occurrence.state, occurrence.note) == (OccurrenceState.CLOSED, "Frist: udledt")
        assert not close_occurrence(session, occurrence, now=m.instant(2027, 5, 1, 5))
        with pytest.raises(NotNow):
            give(session, task_id, m.instant(2027, 5, 3))
        extend(
            session,
            task_id,
            new_due_on=date(2027, 5, 10),
            reason="Sygdom",
            by="account:1",
            now=m.instant(2027, 5, 3),
        )
        give(session, task_id, m.instant(2027, 5, 10, 23, 30))
        task = session.get(Task, task_id)
        assert standing(session, task, date(2027, 5, 11)) is Timeliness.ON_TIME_EXTENDED
        other = session.exec(select(Task).where(Task.id != task_id)).first()
        with pytest.raises(NotNow):
            give(session, other.id, m.instant(2027, 5, 10))
        assert standing(session, other, date(2027, 5, 11)) is Timeliness.MISSING


def test_an_answer_that_came_before_the_close_is_taken_after_it(engine, town):
    with transaction(engine) as session:
        task = first_task(session)
        close_occurrence(session, session.get(Occurrence, task.occurrence_id), now=m.instant(2027, 5, 1, 4))
        submission = submit(
            session,
            task.id,
            answers={},
            kind=SubmissionKind.NIL,
            channel=Channel.MAIL,
            by="person:1",
            received_at=m.instant(2027, 4, 20, 9),
            now=m.instant(2027, 5, 2),
            once="<a@b.example>",
        )
        assert not submission.after_close
        assert standing(session, session.get(Task, task.id), date(2027, 5, 2)) is Timeliness.ON_TIME


def test_a_waived_task_owes_nothing_and_takes_nothing(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        waive(session, task_id, why="Nyåbnet", by="account:1", now=at)
        task = session.get(Task, task_id)
        assert task.next_reminder_at is None
        assert standing(session, task, date(2027, 5, 11)) is Timeliness.NOT_OWED
        with pytest.raises(NotNow):
            give(session, task_id, at)
        with pytest.raises(NotNow):
            waive(session, task_id, why="igen", by="account:1", now=at)


@pytest.mark.parametrize("kind", sorted(NEVER_WAIVED))
def test_nobody_is_exempt_from_what_nothing_goes_on_without(engine, town, kind):
    with transaction(engine) as session:
        task = first_task(session)
        task.kind = kind
        session.add(task)
        with pytest.raises(NotNow):
            waive(session, task.id, why="Syg", by="account:1", now=m.instant(2027, 4, 12))
        assert task.state is TaskState.OPEN


def test_a_nudge_sent_twice_is_one_mail(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        sent = [
            nudge(session, task_id, text="Husk det nu.", by="account:1", now=at, once="click-1")
            for _ in range(2)
        ]
        assert sent[0] is not None and sent[0].id == sent[1].id
        assert session.exec(select(Message.kind)).all() == [MessageKind.NUDGE]
        assert session.exec(select(History.verb).where(History.verb == "nudge")).all() == ["nudge"]


def test_a_change_at_a_post_looks_again_at_it_and_below(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        touched = look_again(session, [(town.districts[0], "distriktschef")], now=at)
    assert touched == 3
    with reading(engine) as session:
        looked = session.exec(select(Task.unit_id).where(Task.next_reminder_at == at)).all()
    assert sorted(looked) == [unit for unit in town.units if unit.startswith(town.districts[0])]


def test_two_people_approving_and_returning_at_once_do_not_both_win(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        session.get(Task, task_id).levels = 1
        give(session, task_id, at)
    with transaction(engine) as session:
        stale = session.get(Task, task_id)
        with transaction(engine) if engine.dialect.name == "postgresql" else reading(engine) as other:
            if engine.dialect.name == "postgresql":
                approve(other, task_id, by="account:1", now=at)
        if engine.dialect.name == "postgresql":
            from cycle.tasks.moves import move
            from cycle.tasks.states import Actor, TaskVerb

            with pytest.raises(Conflict):
                move(session, stale, TaskVerb.RETURN, actor=Actor.SUPERIOR)
        else:
            assert stale.state is TaskState.SUBMITTED  # SQLite lets one writer in at a time


def test_a_cancelled_activity_asks_nobody_and_keeps_what_was_answered(engine, town):
    at = m.instant(2027, 4, 12)
    with transaction(engine) as session:
        task_id = first_task(session).id
        give(session, task_id, at)
        occurrence = session.get(Occurrence, session.get(Task, task_id).occurrence_id)
        cancel_occurrence(session, occurrence, why="Budgettet er udskudt", by="cli", now=at)
        assert occurrence.state is OccurrenceState.CANCELLED
    with reading(engine) as session:
        assert set(session.exec(select(Task.state))) == {TaskState.CANCELLED}
        assert session.exec(select(Task).where(Task.next_reminder_at.is_not(None))).all() == []
        assert session.exec(select(Submission.answers)).one() == m.ANSWERS
    with pytest.raises(NotNow), transaction(engine) as session:
        cancel_occurrence(session, session.get(Occurrence, occurrence.id), why="", by="cli", now=at)
