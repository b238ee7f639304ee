"""What is owed now and will be: the tasks that wait, and those that the plan will open, read once.

Nobody is taken to answer: what is foreseen is what those will get who have not answered by then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.columns import among
from cycle.goals.agreements import running
from cycle.messages.outbox import mailbox
from cycle.messages.tables import UNSENT, Message, MessageKind
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity, FlowName
from cycle.reminders import ledger
from cycle.reminders.ledger import Past
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.figures import figures_of
from cycle.tasks.opening import NewTask
from cycle.tasks.overspend import OVERSPEND, overspend
from cycle.tasks.reminder_facts import TASK, Row, read_rows, rows_query
from cycle.tasks.stages import stages_to_come
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Occurrence

EVERY_TASK = 10_000_000
_WAITING = rows_query(TASK.c.state.in_(list(WAITING_FOR_HOLDER)), order=TASK.c.id, locked=False)
_NAMED = sa.select(TASK.c.id, TASK.c.occurrence_id, TASK.c.subject).where(among(TASK.c.id, "ids"))


class Key(NamedTuple):
    """What a task is called whether it is there yet or not."""

    occurrence_id: int
    unit_id: str
    role: str
    subject: str


@dataclass(slots=True)
class Owed:
    """One task. `look` is the instant (UTC) at which the reminders look at it next, None for never."""

    key: Key
    row: Row
    past: Past
    look: datetime | None


@dataclass
class Known:
    """Everything the reminders of a municipality will depend on, as of `now` (UTC).

    `on_their_way` gives the local day on which a mailbox's pending mail leaves, `had_today` the mailboxes
    that have had today's. `titles` are those of the occurrences, with their year.
    """

    now: datetime
    directory: Directory
    calendar: WorkingCalendar
    owed: list[Owed] = field(default_factory=list)
    on_their_way: Mapping[str, date] = field(default_factory=dict)
    had_today: frozenset[str] = frozenset()
    titles: dict[int, str] = field(default_factory=dict)


def known(session: Session, root_id: str, *, now: datetime, until: datetime) -> Known:
    """What is owed in the municipality now, and what will be opened before `until` (UTC)."""
    calendar = calendar_of_root(session, root_id)
    found = Known(now, Directory.load(session, root_id, calendar.local_date(now)), calendar)
    found.on_their_way = _on_their_way(session, root_id, calendar, now)
    found.had_today = _had_today(session, root_id, calendar, now)
    found.owed = list(_waiting(session, root_id))
    for occurrence in _running(session, root_id):
        assert occurrence.id is not None
        found.titles[occurrence.id] = f"{occurrence.title} {occurrence.concerns_year}"
    for each in _to_be_opened(session, found, root_id, until):
        found.owed.append(each)
    return found


def _running(session: Session, root_id: str) -> list[Occurrence]:
    live = (OccurrenceState.PLANNED, OccurrenceState.OPEN, OccurrenceState.CLOSED)
    query = select(Occurrence).where(Occurrence.root_id == root_id, col(Occurrence.state).in_(live))
    return list(session.exec(query.order_by(col(Occurrence.id))))


def _waiting(session: Session, root_id: str) -> Iterator[Owed]:
    rows = read_rows(session, _WAITING, root_id=root_id, limit=EVERY_TASK)
    ids = [row.id for row in rows]
    pasts = ledger.past(session, ids)
    names = {
        id_: (occurrence, subject)
        for id_, occurrence, subject in session.connection().execute(_NAMED, {"ids": ids})
    }
    for row in rows:
        occurrence, subject = names[row.id]
        key = Key(occurrence, row.unit_id, row.role, subject)
        yield Owed(key, row, pasts.get(row.id) or Past(), row.next_reminder_at)


def _to_be_opened(session: Session, found: Known, root_id: str, until: datetime) -> Iterator[Owed]:
    """The tasks that will be there, each to be looked at when it is opened."""
    numbers = count(-1, -1)
    for occurrence in _running(session, root_id):
        if occurrence.state is OccurrenceState.CLOSED or occurrence.opens_at >= until:
            continue
        for at, new in _new_tasks(session, found, occurrence):
            if at < min(until, occurrence.closes_at):
                yield _imagined(next(numbers), occurrence, new, at)


def _new_tasks(session: Session, found: Known, occurrence: Occurrence) -> Iterator[tuple[datetime, NewTask]]:
    activity = Activity.model_validate_json(occurrence.activity)
    asked = []
    if occurrence.state is OccurrenceState.PLANNED:
        at = max(found.now, occurrence.opens_at)
        asked = list(_of_audience(session, found, occurrence, activity, at))
        yield from ((at, new) for new in asked)
    answers = [new.unit_id for new in asked if new.kind is TaskKind.ANSWER]
    yield from stages_to_come(
        session,
        occurrence,
        activity,
        found.directory,
        asked=answers,
        calendar=found.calendar,
        now=found.now,
    )


def _of_audience(
    session: Session, found: Known, occurrence: Occurrence, activity: Activity, at: datetime
) -> Iterator[NewTask]:
    """What its opening gives the posts: their task, and an explanation where the figures ask for one."""
    on, due_on, busy = found.calendar.local_date(at), occurrence.due_on, set[str]()
    agrees = activity.flow is FlowName.AGREEMENT_SIGNING
    if agrees:
        busy = running(session, occurrence, activity.period.dates(occurrence.concerns_year))
    kind = TaskKind.DRAFT if agrees else TaskKind.ANSWER
    figures = figures_of(session, occurrence.id or 0) if activity.figures else {}
    for unit_id, role in found.directory.at(on).posts(activity.audience):
        if unit_id in busy:
            continue
        yield NewTask(unit_id, role, due_on, kind=kind)
        if activity.figures and overspend(activity.figures, figures.get(unit_id, ())):
            explained = found.calendar.add_working_days(on, activity.figures.days)
            yield NewTask(unit_id, role, explained, subject=OVERSPEND, kind=TaskKind.FOLLOW_UP)


def _imagined(number: int, occurrence: Occurrence, new: NewTask, at: datetime) -> Owed:
    row = Row(
        id=number,
        unit_id=new.unit_id,
        role=new.role,
        kind=new.kind,
        state=TaskState.OPEN,
        opened_at=at,
        due_on=new.due_on,
        due_since=None,
        received_at=None,
        next_reminder_at=at,
        occurrence_state=OccurrenceState.OPEN,
        closes_at=occurrence.closes_at,
        rules=occurrence.rules,
    )
    return Owed(Key(occurrence.id or 0, new.unit_id, new.role, new.subject), row, Past(), at)


def _on_their_way(
    session: Session, root_id: str, calendar: WorkingCalendar, now: datetime
) -> dict[str, date]:
    """The daily mails that still take items."""
    earliest = calendar.next_send(now)
    query = sa.select(col(Message.address), col(Message.next_at)).where(
        UNSENT, col(Message.root_id) == root_id, col(Message.kind) == MessageKind.DAILY
    )
    rows = session.execute(query.order_by(col(Message.id).desc()))
    return {mailbox(address): calendar.local_date(max(at, earliest)) for address, at in rows}


def _had_today(session: Session, root_id: str, calendar: WorkingCalendar, now: datetime) -> frozenset[str]:
    since = calendar.opening(calendar.local_date(now))
    query = sa.select(col(Message.address)).where(
        col(Message.root_id) == root_id,
        col(Message.kind) == MessageKind.DAILY,
        col(Message.sent_at) >= since,
    )
    return frozenset(mailbox(address) for address in session.scalars(query))
