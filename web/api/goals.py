"""The goals of a year, and how the units stood on each: what is hidden on the pages is hidden here."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cycle.access.rules import Verb, visible_paths
from cycle.errors import NotFound
from cycle.goals.indicators import Indicator
from cycle.goals.small_numbers import told_indicator
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.trace import Counts, Period, counts_of
from cycle.goals.tree import goals_of_year
from web import context
from web.api.models import GoalPeriod, Goals, GoalShown, GoalStatusShown, IndicatorShown
from web.api.paging import MOST, Cursor, Limit, answered, page_of
from web.api.reader import StatusReader
from web.plain import Id
from web.secretariat.reach import roots_for
from web.session import require

router = APIRouter()
ABOVE_UNITS = frozenset(GoalLevel) - {GoalLevel.UNIT}


@router.get("/maal", response_model=Goals, summary="Årets mål")
def goals(
    request: Request,
    reader: StatusReader,
    year: Annotated[int, Query(alias="aar", ge=1900, le=2100, description="Året. The year.")],
    cursor: Cursor = "",
    limit: Limit = MOST,
) -> Response:
    """The goals above the units' own, theme by theme: `under` makes the tree."""
    roots = roots_for(reader, Verb.SEE_ACTIVITY)
    with context.reading(request) as session:
        rows = [goal for root in roots for goal in goals_of_year(session, root, year, levels=ABOVE_UNITS)]
        levels = list(GoalLevel)
        found, following = page_of(
            rows, lambda each: (levels.index(each.level), each.area, each.code, each.id or 0), cursor, limit
        )
        shown = [_goal(each) for each in found]
    return answered(request, Goals(naeste=following, maal=shown))


@router.get("/maal/{goal_id}/status", response_model=GoalStatusShown, summary="Et måls status")
def status(request: Request, reader: StatusReader, goal_id: Id) -> Response:
    """How many units stood how in each closed report of the goal's year."""
    with context.reading(request) as session:
        goal = session.get(Goal, goal_id)
        if goal is None or goal.level is GoalLevel.UNIT:
            raise NotFound("goal", goal_id)
        require(reader, Verb.SEE_ACTIVITY, f"/{goal.root_id}/")
        paths = [each for each in visible_paths(reader.grants, Verb.SEE_UNIT) if _inside(each, goal)]
        periods, counts = counts_of(session, goal, paths=paths)
    shown = [_period(each, counts[each.id]) for each in periods if each.id in counts]
    return answered(request, GoalStatusShown(maal=goal_id, perioder=shown))


def _inside(path: str, goal: Goal) -> bool:
    return path.startswith(f"/{goal.root_id}/")


def _period(period: Period, counts: Counts) -> GoalPeriod:
    return GoalPeriod(
        aktivitet=period.id,
        titel=period.title,
        lys=dict(counts.lights),
        naaet=counts.reached,
        maalt=counts.measured,
    )


def _goal(goal: Goal) -> GoalShown:
    indicator = told_indicator(goal)
    return GoalShown(
        id=goal.id or 0,
        noegle=goal.key,
        under=goal.parent_key,
        aar=goal.year,
        niveau=goal.level,
        omraade=goal.area,
        kode=goal.code,
        titel=goal.title,
        beskrivelse=goal.description,
        kommer_fra=goal.origin,
        maaling=_indicator(indicator) if indicator else None,
    )


def _indicator(indicator: Indicator) -> IndicatorShown:
    numbers = {"udgangspunkt": "baseline", "maaltal": "target", "fra": "low", "til": "high"}
    shown = {
        name: None if (value := getattr(indicator, own)) is None else str(value)
        for name, own in numbers.items()
    }
    return IndicatorShown(navn=indicator.name, enhed=indicator.unit, regel=indicator.rule.value, **shown)
