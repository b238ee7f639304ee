"""The decision ledger: what was decided of which tasks, read and written in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cycle.plan.model import ReminderKind
from cycle.reminders import wording
from cycle.reminders.tables import Decided, ReminderDecision

TABLE: sa.Table = ReminderDecision.__table__  # type: ignore[attr-defined]  # SQLModel's table
MAILED = (Decided.SENT, Decided.MERGED)
CHUNK = 1000


@dataclass(slots=True)
class Past:
    """What the ledger says of one task.

    `steps` are the keys decided for each deadline; `opened_at` the instants at which openings were
    decided; `told` the persons written to as (person, instant), superiors told of lateness left out.
    """

    steps: dict[date, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    openings: list[tuple[str, datetime]] = field(default_factory=list)
    told: list[tuple[int, datetime]] = field(default_factory=list)


def past(session: Session, task_ids: Sequence[int]) -> dict[int, Past]:
    """The ledger of each task, one query per thousand; tasks with no row are left out."""
    found: dict[int, Past] = defaultdict(Past)
    row = TABLE.c
    columns = (row.rule_id, row.rule_kind, row.deadline, row.ordinal, row.verdict, row.person_id)
    for start in range(0, len(task_ids), CHUNK):
        ids = task_ids[start : start + CHUNK]
        rows = session.execute(sa.select(row.task_id, row.decided_at, *columns).where(row.task_id.in_(ids)))
        for task_id, decided_at, rule_id, kind, deadline, ordinal, verdict, person_id in rows:
            of_task = found[task_id]
            if kind == ReminderKind.OPENS:
                of_task.openings.append((rule_id, decided_at))
            else:
                of_task.steps[deadline].add((rule_id, ordinal))
            if verdict in MAILED and kind != ReminderKind.ESCALATE and person_id is not None:
                of_task.told.append((person_id, decided_at))
    return found


def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds decisions in one statement. Each mapping has all columns of `ReminderDecision`."""
    if rows:
        session.connection().execute(sa.insert(TABLE), list(rows))


def take_back(session: Session, decision_ids: Iterable[int]) -> int:
    """Marks decisions as answered whose item was left out of its mail, because the answer came first.

    To be called in the transaction that settles the mail. Gives how many were changed.
    """
    which = TABLE.c.id.in_(list(decision_ids))
    return _unsay(session, which, Decided.ANSWERED, wording.ANSWERED_BEFORE_SENDING)


def came_back(session: Session, message_id: int) -> int:
    """Marks what a mail said as not said, because its address does not exist (refused, or a bounce).

    Whoever holds the post then counts as not told, and gets the opening once they have an address that
    works. To be called in the transaction that marks the address dead. Gives how many were changed.
    """
    return _unsay(session, TABLE.c.message_id == message_id, Decided.ADDRESS_DEAD, wording.CAME_BACK)


def _unsay(session: Session, which: sa.ColumnElement[bool], verdict: Decided, why: str) -> int:
    row = TABLE.c
    said = session.execute(sa.select(row.id, row.reason).where(which, row.verdict.in_(MAILED))).all()
    for id_, reason in said:
        corrected = wording.not_sent(reason.rsplit(":", 1)[0], why)
        session.execute(sa.update(TABLE).where(row.id == id_).values(verdict=verdict, reason=corrected))
    return len(said)
