"""The mails that came in: found by sender and verdict, and the tasks one of them may be about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import NotFound
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict
from cycle.organisation.tables import Address, Appointment, Substitute, Unit
from cycle.tasks.mail_log import WITHOUT_WORDS, contains
from cycle.tasks.states import BY_MAIL, TASK_MOVES, OccurrenceState, TaskVerb
from cycle.tasks.tables import Occurrence, Task

MOST_CHOICES = 20


@dataclass(frozen=True)
class InboxSearch:
    """What is looked for: a part of the sender's address, a verdict, and mails that came more than once."""

    sender: str = ""
    verdict: InboundVerdict | None = None
    double: bool = False


@dataclass(frozen=True)
class Choice:
    """A task that a mail may be given to."""

    task_id: int
    unit: str
    occurrence_id: int
    title: str
    concerns_year: int
    role: str


def find_inbound(
    session: Session, root_ids: Iterable[str], search: InboxSearch, *, limit: int, offset: int = 0
) -> list[Inbound]:
    """The newest first, without their raw bytes and their words."""
    query = select(Inbound).where(col(Inbound.root_id).in_(list(root_ids)))
    if search.verdict is not None:
        query = query.where(Inbound.verdict == search.verdict)
    if search.sender.strip():
        query = query.where(contains(col(Inbound.sender), search.sender.strip()))
    if search.double:
        query = query.where(_DOUBLE)
    newest = query.order_by(col(Inbound.received_at).desc(), col(Inbound.id).desc())
    return list(session.exec(newest.limit(limit).offset(offset).options(*WITHOUT_WORDS)))


def double_inbound(session: Session, root_ids: Iterable[str]) -> int:
    """How many mails came more than once: with the same Message-ID, or with the same words under another."""
    counted = sa.select(sa.func.count()).select_from(Inbound)
    return int(session.scalar(counted.where(col(Inbound.root_id).in_(list(root_ids)), _DOUBLE)) or 0)


def taken_back(session: Session, inbound_ids: Iterable[int]) -> dict[int, InboundTask]:
    """The reading of each mail that was taken back last, unless the mail was read into a task after that."""
    query = select(InboundTask).where(col(InboundTask.inbound_id).in_(set(inbound_ids)))
    of_mail: dict[int, list[InboundTask]] = {}
    for reading in session.exec(query.order_by(col(InboundTask.id))):
        of_mail.setdefault(reading.inbound_id, []).append(reading)
    found: dict[int, InboundTask] = {}
    for inbound_id, readings in of_mail.items():
        undone = [(each.undone_at, each) for each in readings if each.undone_at is not None]
        last_at, last = max(undone, key=lambda pair: pair[0], default=(None, None))
        if last is not None and last_at is not None and not any(each.at > last_at for each in readings):
            found[inbound_id] = last
    return found


def verdict_counts(session: Session, root_ids: Iterable[str]) -> dict[InboundVerdict, int]:
    """How many mails have each verdict; those that none has are left out."""
    rows = session.execute(
        sa.select(col(Inbound.verdict), sa.func.count())
        .where(col(Inbound.root_id).in_(list(root_ids)))
        .group_by(col(Inbound.verdict))
    )
    found = {verdict: int(number) for verdict, number in rows}
    return {verdict: found[verdict] for verdict in InboundVerdict if verdict in found}


def get_inbound(session: Session, root_ids: Iterable[str], inbound_id: int) -> Inbound:
    """The mail. Raises NotFound when there is none in these municipalities."""
    inbound = session.get(Inbound, inbound_id)
    if inbound is None or inbound.root_id not in set(root_ids):
        raise NotFound("inbound", inbound_id)
    return inbound


def get_reading(session: Session, inbound_id: int, reading_id: int) -> InboundTask:
    """What the mail was for one task. Raises NotFound when it is another mail's."""
    reading = session.get(InboundTask, reading_id)
    if reading is None or reading.inbound_id != inbound_id:
        raise NotFound("inbound_task", reading_id)
    return reading


def tasks_to_choose(session: Session, inbound: Inbound, search: str = "") -> list[Choice]:
    """The tasks a mail can still answer: of units with this name or id, else what it was sent about and the
    sender's own.
    """
    units = _named(inbound.root_id, search) if search.strip() else _of_sender(inbound)
    takes = [state for state, verb in TASK_MOVES if verb is TaskVerb.SUBMIT]
    rows = session.execute(
        sa.select(
            col(Task.id),
            col(Unit.name),
            col(Occurrence.id),
            col(Occurrence.title),
            col(Occurrence.concerns_year),
            col(Task.role),
        )
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(
            col(Occurrence.root_id) == inbound.root_id,
            col(Occurrence.state) == OccurrenceState.OPEN,
            col(Task.kind).in_(list(BY_MAIL)),
            col(Task.state).in_(takes),
            col(Task.form_version_id).is_not(None),
            units,
        )
        .order_by(col(Unit.name), col(Task.due_on), col(Task.id))
        .limit(MOST_CHOICES)
    )
    return [Choice(*row) for row in rows]


_DOUBLE = sa.or_(col(Inbound.times) > 1, col(Inbound.verdict) == InboundVerdict.DUPLICATE)


def _named(root_id: str, search: str) -> sa.ColumnElement[bool]:
    text = search.strip()
    return sa.or_(col(Unit.id) == text, contains(col(Unit.name), text))


def _of_sender(inbound: Inbound) -> sa.ColumnElement[bool]:
    """Those it was sent about, and those of units at which the sender has a post or whose mailbox it is."""
    same = sa.func.lower(col(Address.email)) == inbound.sender.lower()
    people = sa.select(col(Address.person_id)).where(same, col(Address.person_id).is_not(None))
    own: list[Any] = [
        sa.select(col(Appointment.unit_id)).where(col(Appointment.person_id).in_(people)),
        sa.select(col(Substitute.unit_id)).where(col(Substitute.person_id).in_(people)),
    ]
    shared = sa.select(col(Address.unit_id)).where(same, col(Address.unit_id).is_not(None))
    read = sa.select(col(InboundTask.task_id)).where(col(InboundTask.inbound_id) == inbound.id)
    return sa.or_(col(Task.id).in_(read), *(col(Unit.id).in_(each) for each in (*own, shared)))
