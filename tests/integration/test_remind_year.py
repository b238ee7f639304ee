"""Whatever the looks, the failures and the answers: nobody gets two daily mails on one day."""

from collections import Counter
from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.messages.claiming import claim
from cycle.messages.outcomes import Outcome, settle
from cycle.messages.tables import Message, MessageState
from cycle.organisation.directory import Directory
from cycle.plan.model import DEFAULT_REMINDERS, ReminderRule
from cycle.reminders.tables import ReminderDecision
from cycle.store import make_engine, transaction
from cycle.tables import METADATA
from cycle.tasks.reminder_facts import Reader
from cycle.tasks.reminding import decide_due
from cycle.tasks.tables import Task
from tests.support import municipality
from tests.support.examples import examples
from tests.support.municipality import ROOT

RULES = TypeAdapter(tuple[ReminderRule, ...]).dump_json(DEFAULT_REMINDERS).decode()
CALENDAR = WorkingCalendar()
START = date(2027, 3, 29)
OUTCOMES = [*[Outcome.SENT] * 4, Outcome.TEMPORARY, Outcome.UNKNOWN, Outcome.HANDED_BACK, None]

acts = st.lists(
    st.tuples(
        st.integers(0, 9),  # days since the act before
        st.integers(0, 23),  # hour
        st.sampled_from(["decide", "deliver", "deliver", "both", "answer"]),
        st.sampled_from(OUTCOMES),
        st.integers(1, 4),  # how many mails of the outbox this sender takes
    ),
    min_size=5,
    max_size=30,
)


def build(session: Session) -> None:
    town = municipality.build(session, districts=1, units_per_district=1)
    cycle = municipality.start_cycle(session, town)
    for n, (opens, due) in enumerate(((0, 20), (1, 12), (4, 30))):
        occurrence = municipality.add_occurrence(
            session,
            town,
            cycle,
            f"aktivitet-{n}",
            opens_on=START + timedelta(days=opens),
            due_on=START + timedelta(days=due),
            closes_on=START + timedelta(days=400),
        )
        occurrence.rules = RULES
        for task in municipality.add_tasks(session, town, occurrence):
            task.next_reminder_at = occurrence.opens_at
    session.flush()


def deliver(session: Session, now, outcome: Outcome | None, limit: int) -> None:
    for mail in claim(session, root_id=ROOT, now=now, calendar=CALENDAR, limit=limit):
        if outcome is not None:  # None: the sender dies with its claim
            settle(session, mail.id or 0, mail.fence, outcome, now=now, calendar=CALENDAR)


@settings(max_examples=examples(25), deadline=None)
@given(acts=acts)
def test_nobody_gets_two_daily_mails_on_one_day(acts):
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    with transaction(engine) as session:
        build(session)
    day = START
    for pause, hour, act, outcome, limit in acts:
        day += timedelta(days=pause)
        now = CALENDAR.instant(day, municipality.time(hour))
        with transaction(engine) as session:
            if act == "answer":
                task = session.exec(select(Task).where(Task.state == "open").limit(1)).first()
                if task is not None:
                    municipality.answer(session, task, at=now)
            if act in ("decide", "both"):
                reader = Reader(Directory.load(session, ROOT, CALENDAR.local_date(now)), CALENDAR, now)
                decide_due(session, reader, ROOT)
                assert decide_due(session, reader, ROOT) is None
        if act in ("deliver", "both"):
            with transaction(engine) as session:
                deliver(session, now, outcome, limit)
    with transaction(engine) as session:
        sent = session.exec(select(Message).where(Message.state == MessageState.SENT)).all()
        per_day = Counter((mail.address, CALENDAR.local_date(mail.sent_at)) for mail in sent if mail.sent_at)
        assert set(per_day.values()) <= {1}
        for mail in sent:
            assert mail.sent_at is not None and CALENDAR.next_send(mail.sent_at) == mail.sent_at
        keys = session.execute(
            sa.select(
                col(ReminderDecision.task_id),
                col(ReminderDecision.rule_id),
                col(ReminderDecision.deadline),
                col(ReminderDecision.ordinal),
            )
        ).all()
        assert len(keys) == len(set(keys))
    engine.dispose()
