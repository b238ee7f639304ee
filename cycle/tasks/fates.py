"""How many tasks of an activity stand how, grouped in the database: thousands of units are not read.

A fate is all that tells how a task stands: its state, whether more is expected of anyone, how it stands
against its deadline, and what its newest answer is. There are a few dozen of them whatever the number of
units, so the predicates and outcomes that people read are asked once of each, in Python, where they are
defined. `fate_of` says in SQL what `standing.timeliness` and `standing.is_finished` say of one task; the
tests hold the two against each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.calendar import WorkingCalendar
from cycle.local_dates import local_date_of
from cycle.organisation.tables import Unit
from cycle.store import is_sqlite
from cycle.tasks.overview import ANSWERED, NOT_OWED, UNIT_KINDS, WAITING, overdue_by
from cycle.tasks.standing import DUE_SOON_DAYS
from cycle.tasks.states import OccurrenceState, SubmissionKind, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Submission, Task


class Fate(NamedTuple):
    """How a task stands; `answer` is the kind of its newest answer (None: it has none).

    `overdue` is `standing.is_overdue`: one that was sent back is measured by its new deadline.
    """

    state: TaskState
    finished: bool
    timeliness: Timeliness
    answer: SubmissionKind | None
    overdue: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """The fate that `fate_of` wrote."""
        state, finished, timeliness, answer, overdue = text.split("|")
        kind = SubmissionKind(answer) if answer else None
        return cls(TaskState(state), finished == "1", Timeliness(timeliness), kind, overdue == "1")

    @property
    def written(self) -> str:
        """As `fate_of` writes it."""
        return f"{self.state}|{int(self.finished)}|{self.timeliness}|{self.answer or ''}|{int(self.overdue)}"

    @property
    def waits(self) -> bool:
        """Whether the post still owes something."""
        return self.state in WAITING

    @property
    def nil(self) -> bool:
        """Whether it is answered, and the newest answer has nothing to remark."""
        return self.state in ANSWERED and self.answer is SubmissionKind.NIL

    @property
    def awaits_approval(self) -> bool:
        """Whether it is answered, and somebody has still to approve it."""
        return self.state in ANSWERED and not self.finished


@dataclass(frozen=True)
class Asked:
    """Of which activity, as of which local day, within which unit paths."""

    occurrence: Occurrence
    paths: Sequence[str]
    today: date
    calendar: WorkingCalendar

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last in which answers came (UTC)."""
        return self.occurrence.opens_at.year, self.today.year

    @property
    def conditions(self) -> tuple[sa.ColumnElement[bool], ...]:
        """On `Task` joined with its `Unit`: what the units themselves owe in it."""
        own = (col(Task.occurrence_id) == self.occurrence.id, col(Task.kind).in_(UNIT_KINDS))
        return own if self.whole else (*own, within(col(Unit.path), self.paths))

    @property
    def whole(self) -> bool:
        """Whether every unit of the municipality is asked for: none has to be looked at for it."""
        return f"/{self.occurrence.root_id}/" in self.paths


def count_fates(
    session: Session, asked: Asked, *keys: Any, where: Iterable[sa.ColumnElement[bool]] = ()
) -> list[tuple[Any, ...]]:
    """Each combination of `keys` (columns of `Unit`) and a fate, with how many tasks have it: the columns'
    values, the `Fate`, the number.
    """
    fate = fate_of(session, asked).label("fate")
    conditions = (*asked.conditions, *where)
    query = sa.select(*keys, fate, sa.func.count()).select_from(Task).where(*conditions)
    if keys or where or not asked.whole:
        query = query.join(Unit, col(Unit.id) == col(Task.unit_id))
    rows = session.execute(query.group_by(*keys, "fate"))
    known: dict[str, Fate] = {}
    found = []
    for *key, text, number in rows:
        known[text] = each = known.get(text) or Fate.read(text)
        found.append((*key, each, int(number)))
    return found


def each_fate(session: Session, asked: Asked) -> list[tuple[int, Fate]]:
    """Each task with its fate, in the order of the tree: where all of thousands have to be put in order."""
    rows = session.execute(
        sa.select(col(Task.id), fate_of(session, asked))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(*asked.conditions)
        .order_by(col(Unit.path), col(Task.id))
    )
    known: dict[str, Fate] = {}
    return [(task_id, known.get(text) or known.setdefault(text, Fate.read(text))) for task_id, text in rows]


def fate_of(session: Session, asked: Asked) -> sa.ColumnElement[str]:
    """The fate of a `Task` as text ("submitted|0|late|nil|0"), for grouping and for conditions."""
    overdue = sa.case((overdue_by(asked.today), _word("1")), else_=_word("0"))
    state = sa.type_coerce(col(Task.state), sa.String())
    parts = [state, _FINISHED, _timeliness(session, asked), _ANSWER, overdue]
    text: Any = parts[0]
    for part in parts[1:]:
        text = text + sa.literal("|", literal_execute=True) + part
    return sa.type_coerce(text, sa.String())


def answered_on(session: Session, asked: Asked) -> Any:
    """The local date on which a `Task` was answered first; null when it has not been."""
    received: Any = col(Task.received_at)
    return local_date_of(received, asked.calendar.zone, years=asked.years, sqlite=is_sqlite(session))


def _timeliness(session: Session, asked: Asked) -> sa.ColumnElement[str]:
    """`standing.timeliness` in SQL."""
    received, due_on = col(Task.received_at), col(Task.due_on)
    day = answered_on(session, asked)
    due = sa.func.coalesce(col(Task.due_when_received), due_on)
    over = due_on < asked.today
    closed = asked.occurrence.state is OccurrenceState.CLOSED
    return sa.case(
        (col(Task.state).in_(NOT_OWED), _word(Timeliness.NOT_OWED)),
        (sa.and_(received.is_not(None), day > due), _word(Timeliness.LATE)),
        (sa.and_(received.is_not(None), day > col(Task.original_due_on)), _word(Timeliness.ON_TIME_EXTENDED)),
        (received.is_not(None), _word(Timeliness.ON_TIME)),
        (over, _word(Timeliness.MISSING if closed else Timeliness.OVERDUE)),
        (due_on <= asked.today + timedelta(days=DUE_SOON_DAYS), _word(Timeliness.DUE_SOON)),
        else_=_word(Timeliness.WAITING),
    )


def _word(value: str) -> sa.ColumnElement[str]:
    return sa.literal(str(value), sa.String(), literal_execute=True)


_FINISHED: sa.ColumnElement[str] = sa.case(
    (
        sa.or_(
            sa.and_(col(Task.state) == TaskState.APPROVED, col(Task.level) >= col(Task.levels)),
            sa.and_(col(Task.state) == TaskState.SUBMITTED, col(Task.levels) == 0),
            col(Task.state).in_(NOT_OWED),
        ),
        _word("1"),
    ),
    else_=_word("0"),
)
"""`standing.is_finished` in SQL."""

_ANSWER: sa.ColumnElement[str] = sa.func.coalesce(
    sa.select(sa.type_coerce(col(Submission.kind), sa.String()))
    .where(col(Submission.task_id) == col(Task.id), col(Submission.withdrawn_at).is_(None))
    .order_by(col(Submission.id).desc())
    .limit(1)
    .correlate(Task)
    .scalar_subquery(),
    _word(""),
)
"""The kind of the newest answer that stands: looked for task by task, since each has few."""
