"""A page of an activity's list with the numbers above it: what is not shown is counted, never read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.organisation.tables import Unit
from cycle.tasks.fates import Asked, Fate, count_fates, fate_of
from cycle.tasks.listing import ACTED_ON, FILTERS, Entry, Wish, entries_of, tallies
from cycle.tasks.overview import NOT_OWED
from cycle.tasks.tables import Submission, Task


@dataclass(frozen=True)
class ListPage:
    """One page of what the wish admits; `tallies` are of the places it admits, whatever their state.

    `owed`: how many are owed at all, whatever is wished. `areas`, `districts` (of the chosen area) and
    `kinds` are what it can be narrowed to.
    """

    entries: Sequence[Entry]
    total: int
    tallies: Mapping[str, int]
    areas: Sequence[str]
    districts: Sequence[str]
    kinds: Sequence[str]
    owed: int
    page: int
    pages: int


def list_page(session: Session, asked: Asked, wish: Wish, *, page: int, size: int) -> ListPage:
    """The page (from 1; the last one for a number beyond it) of `size` entries, in the order of the tree."""
    where = _wished(session, asked, wish)
    everywhere, here = _counted(session, asked, where if wish.text else ())
    standing = [(each.fate, each.number) for each in here if each.is_wished(wish)]
    counts = tallies(standing)
    total = counts[wish.state or "alle"]
    pages = max(1, -(-total // size))
    shown = min(page, pages)
    return ListPage(
        entries=_entries(
            session, asked, wish, [fate for fate, _ in standing], where, (shown - 1) * size, size
        ),
        total=total,
        tallies=counts,
        areas=sorted({each.area for each in everywhere} - {""}),
        districts=sorted({each.district for each in everywhere if wish.area in ("", each.area)} - {""}),
        kinds=sorted({each.kind for each in everywhere} - {""}),
        owed=sum(each.number for each in everywhere if each.fate.state not in NOT_OWED),
        page=shown,
        pages=pages,
    )


def selected(session: Session, asked: Asked, wish: Wish) -> list[int]:
    """The tasks on all pages of what the wish admits that can be acted on, by number."""
    where = _wished(session, asked, wish)
    fates = [fate for fate, _ in count_fates(session, asked, where=where)] if wish.state else []
    found = session.scalars(
        sa.select(col(Task.id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(*_admitted(session, asked, wish, fates, where), col(Task.state).in_(ACTED_ON))
        .order_by(col(Task.id))
    )
    return [task_id or 0 for task_id in found]


class TaskKey(NamedTuple):
    """Where a task stands in the list."""

    path: str
    role: str
    subject: str
    task_id: int


def task_keys(session: Session, asked: Asked, *, answered: bool = False) -> list[TaskKey]:
    """The keys of all tasks of the list, or of those with an answer that stands; in no order."""
    stands = sa.exists().where(
        col(Submission.task_id) == col(Task.id), col(Submission.withdrawn_at).is_(None)
    )
    rows = session.execute(
        sa.select(col(Unit.path), col(Task.role), col(Task.subject), col(Task.id))
        .select_from(Task)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(*asked.conditions, *([stands] if answered else []))
    )
    return [TaskKey(*row) for row in rows]


PLACE = (col(Unit.area), col(Unit.district), col(Unit.kind))


class _Place(NamedTuple):
    """So many tasks with one fate in one area, district and kind."""

    area: str
    district: str
    kind: str
    fate: Fate
    number: int

    def is_wished(self, wish: Wish) -> bool:
        """Whether the wish admits the place."""
        asked = (wish.area, wish.district, wish.kind)
        return all(want in ("", have) for want, have in zip(asked, self[:3], strict=True))


def _counted(
    session: Session, asked: Asked, where: Sequence[sa.ColumnElement[bool]]
) -> tuple[list[_Place], list[_Place]]:
    """What there is everywhere, and what there is where the conditions on `Unit` hold."""
    if not where:
        everywhere = [_Place(*row) for row in count_fates(session, asked, *PLACE)]
        return everywhere, everywhere
    here = sa.case((sa.and_(*where), 1), else_=0).label("here")
    found = count_fates(session, asked, here, *PLACE)
    return [_Place(*row) for _, *row in found], [_Place(*row) for at, *row in found if at]


def _wished(session: Session, asked: Asked, wish: Wish) -> list[sa.ColumnElement[bool]]:
    """On `Unit`: where the wish looks."""
    named = [col(Unit.id).in_(_named(session, asked, wish.text))] if wish.text else []
    return [*_at(wish), *named]


def _at(wish: Wish) -> Iterator[sa.ColumnElement[bool]]:
    for column, value in zip(PLACE, (wish.area, wish.district, wish.kind), strict=True):
        if value:
            yield column == value


def _named(session: Session, asked: Asked, text: str) -> list[str]:
    """The units in whose name and number the text is, whatever its case."""
    sought = text.casefold()
    units = session.execute(
        sa.select(col(Unit.id), col(Unit.name)).where(within(col(Unit.path), asked.paths))
    )
    return [unit_id for unit_id, name in units if sought in f"{name} {unit_id}".casefold()]


def _entries(
    session: Session,
    asked: Asked,
    wish: Wish,
    fates: Iterable[Fate],
    where: Sequence[sa.ColumnElement[bool]],
    first: int,
    size: int,
) -> list[Entry]:
    found = session.scalars(
        sa.select(col(Task.id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(*_admitted(session, asked, wish, fates, where))
        .order_by(col(Unit.path), col(Task.role), col(Task.subject))
        .offset(first)
        .limit(size)
    )
    ids = [task_id or 0 for task_id in found]
    return entries_of(session, asked.occurrence, ids, today=asked.today, calendar=asked.calendar)


def _admitted(
    session: Session,
    asked: Asked,
    wish: Wish,
    fates: Iterable[Fate],
    where: Sequence[sa.ColumnElement[bool]],
) -> list[sa.ColumnElement[bool]]:
    """On `Task` with its `Unit`: what the wish admits, of tasks that stand in these fates at those places."""
    conditions = [*asked.conditions, *where]
    if wish.state:
        admitted = {fate.written for fate in fates if FILTERS[wish.state](fate)}
        conditions.append(fate_of(session, asked).in_(sorted(admitted)))
    return conditions
