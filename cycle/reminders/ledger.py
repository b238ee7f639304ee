"""The decision ledger: what was decided of which tasks, read and written in bulk."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cycle.columns import among
from cycle.plan.model import ReminderKind
from cycle.reminders import wording
from cycle.reminders.decide import Standing
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import in_pieces, insert_many, table_of

TABLE = table_of(ReminderDecision)
MAILED = (Decided.SENT, Decided.MERGED)
CHUNK = 1000

_TAKEN_BACK = {
    Standing.ANSWERED: Decided.ANSWERED,
    Standing.NOT_OWED: Decided.NOT_OWED,
    Standing.CLOSED: Decided.CLOSED,
}

_row = TABLE.c
_is_opening = _row.rule_kind == ReminderKind.OPENS.value
_written_to = _row.verdict.in_((*MAILED, Decided.UNDELIVERED))
_told_post = sa.and_(_written_to, _row.rule_kind != ReminderKind.ESCALATE.value)
_PAST = sa.select(
    _row.task_id,
    _row.decided_at,
    _row.rule_id,
    _row.ordinal,
    sa.case((_is_opening, None), else_=_row.deadline),
    sa.case((_told_post, _row.person_id)),
).where(among(_row.task_id, "ids"))
"""An opening has no deadline here, and the person is named only where the post was written to. What could not
be delivered to an address that works is sent again by a person: tried by itself it would go on every day."""


@dataclass(slots=True)
class Past:
    """What the ledger says of one task.

    `steps` are the keys decided for each deadline; `openings` the instants at which openings were
    decided; `told` the persons written to as (person, instant), superiors told of lateness left out.
    """

    steps: dict[date, set[tuple[str, int]]] = field(default_factory=dict)
    openings: list[datetime] = field(default_factory=list)
    told: list[tuple[int, datetime]] = field(default_factory=list)


def past(session: Session, task_ids: Sequence[int]) -> dict[int, Past]:
    """The ledger of each task, one query per thousand; tasks with no row are left out."""
    found: dict[int, Past] = defaultdict(Past)
    for ids in in_pieces(task_ids, CHUNK):
        rows = session.connection().execute(_PAST, {"ids": ids}).all()
        for task_id, at, rule_id, ordinal, deadline, told in rows:
            of_task = found[task_id]
            if deadline is None:
                of_task.openings.append(at)
            else:
                of_task.steps.setdefault(deadline, set()).add((rule_id, ordinal))
            if told is not None:
                of_task.told.append((told, at))
    return found


def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds decisions in one statement. Each mapping has all columns of `ReminderDecision`."""
    insert_many(session, TABLE, rows)


def take_back(session: Session, left_out: Mapping[int, Standing]) -> int:
    """Marks decisions whose item was left out of its mail by how their tasks stood when it was written.

    To be called in the transaction that settles the mail. Gives how many were changed.
    """
    changed = 0
    for standing, verdict in _TAKEN_BACK.items():
        ids = [id_ for id_, its in left_out.items() if its is standing]
        why = wording.BEFORE_SENDING[verdict]
        changed += _unsay(session, TABLE.c.id.in_(ids), verdict, why) if ids else 0
    return changed


def came_back(session: Session, message_id: int) -> int:
    """Marks what a mail said as not said, because its address does not exist (refused, or a bounce).

    Whoever holds the post then counts as not told, and gets the opening once they have an address that
    works. To be called in the transaction that marks the address dead. Gives how many were changed.
    """
    return _unsay(session, TABLE.c.message_id == message_id, Decided.ADDRESS_DEAD, wording.CAME_BACK)


def undelivered(session: Session, message_id: int) -> int:
    """Marks what a mail said as not said, because it was refused, given up or came back.

    To be called in the transaction that settles the mail. Gives how many were changed.
    """
    return _unsay(session, TABLE.c.message_id == message_id, Decided.UNDELIVERED, wording.UNDELIVERED)


def said_again(session: Session, message_id: int, *, on: date) -> None:
    """Takes `undelivered` and `came_back` back: a person lets the mail go out again on the local date."""
    row = TABLE.c
    unsaid = row.verdict.in_((Decided.UNDELIVERED, Decided.ADDRESS_DEAD))
    rows = session.execute(sa.select(row.id, row.reason).where(row.message_id == message_id, unsaid)).all()
    for id_, reason in rows:
        said = wording.sent_again(reason, on=on)
        session.execute(sa.update(TABLE).where(row.id == id_).values(verdict=Decided.SENT, reason=said))


def _unsay(session: Session, which: sa.ColumnElement[bool], verdict: Decided, why: str) -> int:
    row = TABLE.c
    said = session.execute(sa.select(row.id, row.reason).where(which, row.verdict.in_(MAILED))).all()
    for id_, reason in said:
        corrected = wording.not_sent(reason.rsplit(":", 1)[0], why)
        session.execute(sa.update(TABLE).where(row.id == id_).values(verdict=verdict, reason=corrected))
    return len(said)
