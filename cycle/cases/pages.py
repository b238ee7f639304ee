"""One page of a case's documents, in the order in which they came about: the others are counted, not made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from cycle.cases.about import About
from cycle.cases.counting import Row, ids_of, rows_of
from cycle.cases.gathering import by_rows, case_of_agreement, head_of, made_of
from cycle.cases.journal import marks
from cycle.cases.model import Case, Item, in_order, place_of
from cycle.goals.tables import Agreement
from cycle.tasks.moves import get_occurrence


@dataclass(frozen=True)
class CasePage:
    """A case with the documents of one page (from 1) of it; of all of them `left` are not filed yet."""

    case: Case
    total: int
    left: int
    page: int
    pages: int


def page_of_occurrence(session: Session, occurrence_id: int, *, page: int, size: int) -> CasePage:
    """A page of an activity's case; the last one for a number beyond it. Raises NotFound."""
    about = About.of(session, get_occurrence(session, occurrence_id))
    few = made_of(session, about)
    filed = marks(session, about.town.id, [item.key for item in few])
    rows = [Row(item.at, item.kind, item.row_id, item.key in filed) for item in few]
    rows += rows_of(session, about.town.id, occurrence_id)
    rows.sort(key=place_of)
    at, pages = _turn(rows, page, size)
    shown = rows[(at - 1) * size : at * size]
    case = replace(head_of(about), items=in_order(_items(session, about, shown, few)))
    return CasePage(case, len(rows), sum(not row.filed for row in rows), at, pages)


def page_of_agreement(session: Session, agreement: Agreement, *, page: int, size: int) -> CasePage:
    """A page of an agreement's case; the last one for a number beyond it."""
    case = case_of_agreement(session, agreement)
    items = case.items
    filed = marks(session, case.root_id, [item.key for item in items])
    at, pages = _turn(items, page, size)
    shown = replace(case, items=items[(at - 1) * size : at * size])
    return CasePage(shown, len(items), len(items) - len(filed), at, pages)


def _turn(found: Sequence[object], asked: int, size: int) -> tuple[int, int]:
    """The page that is shown, and how many there are."""
    pages = max(1, -(-len(found) // size))
    return min(asked, pages), pages


def _items(session: Session, about: About, rows: Sequence[Row], few: Sequence[Item]) -> list[Item]:
    """The documents of these rows; those of which there are few have been made."""
    known = {place_of(item): item for item in few}
    many = [row for row in rows if place_of(row) not in known]
    own = [known[place] for row in rows if (place := place_of(row)) in known]
    return [*own, *by_rows(session, about, ids_of(many))]
