"""What one page of the timeliness shows: its places, and every activity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlmodel import Session

from cycle.tasks.counted_years import Choice
from cycle.tasks.statistics import Level, Question, Row, count, total, units_asked

PAGE = 100


@dataclass(frozen=True)
class Listed:
    """The rows of one page of places, and those of all activities at all places asked for."""

    rows: Sequence[Row]
    by_activity: Sequence[Row]
    page: int
    pages: int


def listed(session: Session, question: Question, chosen: Choice, page: int) -> Listed:
    """One page of the places, and all activities; of thousands of units only the page's are counted."""
    parts = chosen.parts()
    if question.level is not Level.UNIT:
        by_activity = count(session, parts, question)
        places = groupby(by_activity, key=lambda row: row.place)
        rows = [Row(place, 0, total(list(those))) for place, those in places]
        at, pages = _page_of(rows, page)
        return Listed(rows[(at - 1) * PAGE : at * PAGE], by_activity, at, pages)
    units = units_asked(session, parts, question)
    at, pages = _page_of(units, page)
    shown = [place.unit_id for place in units[(at - 1) * PAGE : at * PAGE]]
    rows = count(session, parts, replace(question, periods={}, units=shown))
    return Listed(rows, count(session, parts, replace(question, level=Level.MUNICIPALITY)), at, pages)


def _page_of(found: Sequence[object], asked: int) -> tuple[int, int]:
    """The page that is shown, and how many there are."""
    pages = max(1, -(-len(found) // PAGE))
    return min(asked, pages), pages
