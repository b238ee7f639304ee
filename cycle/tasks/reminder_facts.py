"""Tasks as the reminders see them: read in bulk, nothing decided here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.columns import among
from cycle.organisation.directory import Capacity, Directory, Recipient
from cycle.plan.model import ReminderKind, ReminderRule
from cycle.reminders import ledger
from cycle.reminders.decide import Facts
from cycle.reminders.ledger import Past
from cycle.reminders.steps import Step, steps
from cycle.store import table_of
from cycle.tasks.standing import standing_of
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Submission, Task

_RULES = TypeAdapter(tuple[ReminderRule, ...])
_NONE: frozenset[tuple[str, int]] = frozenset()
_NOBODY: frozenset[int] = frozenset()


class Row(NamedTuple):
    """The columns of a task and its occurrence that reminders depend on."""

    id: int
    unit_id: str
    role: str
    kind: TaskKind
    state: TaskState
    opened_at: datetime
    due_on: date
    due_since: datetime | None
    received_at: datetime | None
    next_reminder_at: datetime | None
    occurrence_state: OccurrenceState
    closes_at: datetime
    rules: str


_made = partial(tuple.__new__, Row)
"""`Row._make` without its check of the length: that is a tenth of reading thousands."""

# Core columns: rows by the thousand, without the ORM's loading of each.
TASK, OCCURRENCE = table_of(Task), table_of(Occurrence)
_ITS_RULES = sa.select(OCCURRENCE.c.id, OCCURRENCE.c.state, OCCURRENCE.c.closes_at, OCCURRENCE.c.rules).where(
    among(OCCURRENCE.c.id, "ids")
)


def rows_query(
    *which: sa.ColumnElement[bool], order: sa.ColumnElement[Any], locked: bool = True
) -> sa.Select[Any]:
    """What `read_rows` asks: the tasks of a municipality, locked; those another worker holds are left out.

    Not `locked`: all of them, to be looked at only. To be made once for each question.
    """
    task, occurrence = TASK.c, OCCURRENCE.c
    # "+ 0": SQLite would else walk every task of every occurrence instead of the few that are due.
    its_occurrence = occurrence.id == task.occurrence_id + 0
    query = (
        sa.select(
            task.id,
            task.unit_id,
            task.role,
            task.kind,
            task.state,
            task.opened_at,
            task.due_on,
            task.due_since,
            task.received_at,
            task.next_reminder_at,
            task.occurrence_id,
        )
        .join(OCCURRENCE, its_occurrence)
        .where(*which, occurrence.root_id == sa.bindparam("root_id"))
        .order_by(order, task.id)
        .limit(sa.bindparam("limit"))
    )
    return query.with_for_update(of=TASK, skip_locked=True) if locked else query


def read_rows(session: Session, query: sa.Select[Any], **asked: Any) -> list[Row]:
    """Up to `limit` tasks of the municipality `root_id`; `asked` has these and the question's own values."""
    session.flush()
    read = session.connection()
    found = read.execute(query, asked).all()
    if not found:
        return []
    occurrences = {row[-1] for row in found}
    rules = {id_: its for id_, *its in read.execute(_ITS_RULES, {"ids": list(occurrences)})}
    return [_made((*row[:-1], *rules[row[-1]])) for row in found]


@dataclass
class Reader:
    """Turns task rows into facts for one municipality on one day; what is the same for many is found once."""

    directory: Directory
    calendar: WorkingCalendar
    now: datetime
    _steps: dict[tuple[str, date, datetime], Sequence[Step]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The local date."""
        return self.calendar.local_date(self.now)

    def facts(self, session: Session, rows: Sequence[Row]) -> list[Facts]:
        """The facts of each task, in the order of `rows`."""
        pasts = ledger.past(session, [row.id for row in rows])
        answers = _answered(session, [row.id for row in rows if row.state is TaskState.SUBMITTED])
        nothing = Past()
        return [
            self.fact(row, pasts.get(row.id, nothing), answers.get(row.id, row.received_at)) for row in rows
        ]

    def fact(self, row: Row, past: Past, received_at: datetime | None) -> Facts:
        """The facts of one task, by what the ledger says of it and when its newest answer came."""
        found = self._steps_of(row)
        recipient = self._recipient(row)
        decided = past.steps.get(row.due_on, _NONE)
        if past.openings and max(past.openings) >= row.opened_at:
            decided = decided | {step.key for step in found if step.kind is ReminderKind.OPENS}
        return Facts(
            standing=standing_of(row, row.occurrence_state, row.closes_at, past_due=row.due_on < self.today),
            due_on=row.due_on,
            steps=found,
            decided=decided,
            recipient=recipient,
            superior=self._above(row.unit_id, recipient),
            openings=len(past.openings),
            told={person for person, at in past.told if at >= row.opened_at} if past.told else _NOBODY,
            answered_on=self.calendar.local_date(received_at) if received_at else None,
        )

    def _recipient(self, row: Row) -> Recipient | None:
        """Whom the mail goes to. Nobody signs for a vacant post: its superior is told, and not asked."""
        found = self.directory.recipient(row.unit_id, row.role)
        climbed = found is not None and found.capacity is Capacity.SUPERIOR
        return None if climbed and row.kind is TaskKind.SIGN else found

    def _steps_of(self, row: Row) -> Sequence[Step]:
        since = max(row.opened_at, row.due_since) if row.due_since else row.opened_at
        key = (row.rules, row.due_on, since)
        found = self._steps.get(key)
        if found is None:
            opened_on = self.calendar.local_date(since)
            found = self._steps[key] = _steps(row.rules, row.due_on, opened_on, self.calendar)
        return found

    def _above(self, unit_id: str, asked: Recipient | None) -> Recipient | None:
        """The nearest superior who is not the person asked already."""
        for superior in self.directory.superiors(unit_id):
            if asked is None or superior.person_id != asked.person_id:
                return superior
        return None


_submission = table_of(Submission).c
_ANSWERED = (
    sa.select(_submission.task_id, _submission.received_at)
    .where(among(_submission.task_id, "ids"), _submission.withdrawn_at.is_(None))
    .order_by(_submission.version)
)


def _answered(session: Session, task_ids: Sequence[int]) -> dict[int, datetime]:
    """When the newest answer of each task was received."""
    if not task_ids:
        return {}
    rows = session.connection().execute(_ANSWERED, {"ids": task_ids})
    return {task_id: received_at for task_id, received_at in rows}


@lru_cache(maxsize=1024)
def _steps(rules: str, due_on: date, opened_on: date, calendar: WorkingCalendar) -> Sequence[Step]:
    return tuple(steps(_rules(rules), due_on, opened_on, calendar))


@lru_cache(maxsize=256)
def _rules(text: str) -> tuple[ReminderRule, ...]:
    return _RULES.validate_json(text)
