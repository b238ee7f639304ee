"""Whatever is done to a task in whatever order: the table of moves holds and nothing is lost."""

import json
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import select

from cycle.calendar import WorkingCalendar
from cycle.errors import CycleError
from cycle.history import History, chain, verify
from cycle.messages.tables import Message, MessageKind
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.change import extend, waive
from cycle.tasks.closing import close_occurrence
from cycle.tasks.review import approve, return_for_changes
from cycle.tasks.states import TASK_MOVES, Channel, OccurrenceState, SubmissionKind, TaskState, TaskVerb
from cycle.tasks.submit import save_draft, submit
from cycle.tasks.tables import Occurrence, Review, Submission, Task
from tests.support import municipality as m
from tests.support.examples import examples

REVIEW_DAYS = 5
"""What an activity gives its superiors when it does not say."""


class OneTask(RuleBasedStateMachine):
    """One task with two levels of approval, and a plain model of what must have happened."""

    @initialize(levels=st.integers(0, 2))
    def begin(self, levels):
        self.engine = make_engine("sqlite://")
        METADATA.create_all(self.engine)
        with transaction(self.engine) as session:
            town = m.build(session, units_per_district=1, districts=1)
            occurrence = m.add_occurrence(session, town, m.start_cycle(session, town))
            task = m.add_tasks(session, town, occurrence, units=town.units[:1])[0]
            task.levels = levels
            session.add(task)
            self.task_id, self.occurrence_id = task.id, occurrence.id
        self.levels, self.now = levels, m.instant(2027, 4, 2)
        self.state, self.level, self.versions, self.closed = TaskState.OPEN, 0, 0, False
        self.tokens: dict[str, int] = {}
        self.approved_by: set[int] = set()

    def attempt(self, action):
        """Runs the action in a transaction of its own; gives whether it went through."""
        self.now += timedelta(hours=7)
        try:
            with transaction(self.engine) as session:
                action(session)
        except CycleError:
            return False
        return True

    def allowed(self, verb):
        return (self.state, verb) in TASK_MOVES

    @rule(token=st.sampled_from(["a", "b", "c", "d", "e", "f"]), nil=st.booleans())
    def submit(self, token, nil):
        kind = SubmissionKind.NIL if nil else SubmissionKind.COMPLETE
        went = self.attempt(
            lambda s: submit(
                s,
                self.task_id,
                answers={} if nil else m.ANSWERS,
                kind=kind,
                channel=Channel.WEB,
                by="person:1",
                received_at=self.now,
                now=self.now,
                once=token,
            )
        )
        if token in self.tokens:
            assert went
            return
        assert went == (self.allowed(TaskVerb.SUBMIT) and self.takes_answers())
        if went:
            self.versions += 1
            self.tokens[token] = self.versions
            self.state, self.level, self.approved_by = TaskState.SUBMITTED, 0, set()

    @rule()
    def draft(self):
        went = self.attempt(lambda s: save_draft(s, self.task_id, answers={}, by="person:1", now=self.now))
        assert went == (self.allowed(TaskVerb.SUBMIT) and self.takes_answers())

    @rule(account=st.integers(1, 3))
    def approve(self, account):
        went = self.attempt(lambda s: approve(s, self.task_id, by=f"account:{account}", now=self.now))
        possible = self.allowed(TaskVerb.APPROVE) and self.versions and self.level < max(self.levels, 1)
        assert went == bool(possible and self.takes_verdict() and account not in self.approved_by)
        if went:
            self.approved_by.add(account)
            self.state, self.level = TaskState.APPROVED, self.level + 1

    @rule()
    def send_back(self):
        went = self.attempt(
            lambda s: return_for_changes(s, self.task_id, reason="Ret", by="account:1", now=self.now)
        )
        assert went == bool(self.allowed(TaskVerb.RETURN) and self.versions and self.takes_verdict())
        if went:
            self.state, self.level = TaskState.RETURNED, 0

    @rule()
    def waive(self):
        went = self.attempt(lambda s: waive(s, self.task_id, why="", by="account:1", now=self.now))
        assert went == self.allowed(TaskVerb.WAIVE)
        if went:
            self.state = TaskState.WAIVED

    @rule(days=st.integers(-3, 20))
    def extend(self, days):
        with reading(self.engine) as session:
            due = session.get(Task, self.task_id).due_on
        wanted = due + timedelta(days=days)
        went = self.attempt(
            lambda s: extend(s, self.task_id, new_due_on=wanted, reason="", by="account:1", now=self.now)
        )
        waiting = self.state in (TaskState.OPEN, TaskState.RETURNED)
        today = WorkingCalendar().local_date(self.now)
        assert went == (waiting and days > 0 and wanted >= today)

    @rule()
    def close(self):
        def action(session):
            close_occurrence(session, session.get(Occurrence, self.occurrence_id), now=self.now)

        assert self.attempt(action)
        self.closed = True

    def takes_answers(self):
        if not self.closed:
            return True
        with reading(self.engine) as session:
            task = session.get(Task, self.task_id)
            occurrence = session.get(Occurrence, self.occurrence_id)
            return self.now < max(occurrence.closes_at, WorkingCalendar().end_of(task.due_on))

    def takes_verdict(self):
        """Until the close; after it what came later, and while there is time what lacks an approval."""
        if not self.closed:
            return True
        with reading(self.engine) as session:
            occurrence = session.get(Occurrence, self.occurrence_id)
            newest = select(Submission.after_close).order_by(Submission.version.desc())
            came_later = session.exec(newest).first()
        last_day = WorkingCalendar().local_date(occurrence.closes_at - timedelta(seconds=1))
        levels = max(1, len(json.loads(occurrence.activity)["approval"]))
        until = WorkingCalendar().add_working_days(last_day, REVIEW_DAYS * levels)
        in_time = WorkingCalendar().local_date(self.now) <= until
        return came_later or (self.level < self.levels and in_time)

    @invariant()
    def the_store_agrees_with_the_model(self):
        with reading(self.engine) as session:
            task = session.get(Task, self.task_id)
            assert (task.state, task.level) == (self.state, self.level)
            versions = session.exec(select(Submission.version).order_by(Submission.version)).all()
            assert list(versions) == list(range(1, self.versions + 1))
            occurrence = session.get(Occurrence, self.occurrence_id)
            assert (occurrence.state is OccurrenceState.CLOSED) == self.closed
            if self.versions:
                first = session.exec(select(Submission).where(Submission.version == 1)).one()
                assert task.received_at == first.received_at
                assert task.due_when_received >= date(2027, 4, 1)

    @invariant()
    def every_answer_has_one_receipt_and_every_verdict_its_submission(self):
        with reading(self.engine) as session:
            receipts = session.exec(select(Message).where(Message.kind == MessageKind.RECEIPT)).all()
            assert len(receipts) == self.versions
            ids = set(session.exec(select(Submission.id)))
            assert all(review.submission_id in ids for review in session.exec(select(Review)))

    def teardown(self):
        if not hasattr(self, "engine"):
            return
        with transaction(self.engine) as session:
            chain(session, m.ROOT)
        with reading(self.engine) as session:
            assert verify(session, m.ROOT) == []
            submits = session.exec(select(History).where(History.verb == "submit")).all()
            assert len(submits) == self.versions
        self.engine.dispose()


OneTask.TestCase.settings = settings(
    max_examples=examples(40),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestOneTask = OneTask.TestCase
