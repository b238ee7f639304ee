"""The goals: the year's tree, and the trace from one goal up to its theme and down to the units."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.goals.goal_edits import owner_of
from cycle.goals.indicators import Indicator, indicator_of
from cycle.goals.lineage import lineage
from cycle.goals.scheme import LEVELS, Rollout, scheme_of
from cycle.goals.small_numbers import told_indicator
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.trace import NOTHING, Trace, trace
from cycle.goals.trace_units import evidence, units_below
from cycle.goals.tree import goals_of_year
from cycle.organisation.tables import Unit
from cycle.tasks.answer_values import LIGHTS
from cycle.tasks.calendars import calendar_of_root
from documents.goal_words import FACTS
from web import context, render
from web.attachments import attachment
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.session import CurrentActor, require

router = APIRouter()


@dataclass(frozen=True)
class Branch:
    """A goal in the tree, `depth` steps below its theme."""

    goal: Goal
    depth: int
    indicator: Indicator | None


@router.get("/maal")
def tree(request: Request, actor: CurrentActor, aar: Annotated[int, Query(ge=0, le=2100)] = 0) -> Response:
    """The goals of a year above the units' own, and how agreements are made of them."""
    root_id = roots_for(actor, Verb.SEE_ACTIVITY)[0]
    with context.reading(request) as session:
        years = _years(session, root_id)
        today = calendar_of_root(session, root_id).local_date(context.now(request))
        year = aar or next((each for each in years if each >= today.year), years[-1] if years else today.year)
        goals = goals_of_year(session, root_id, year, levels=set(GoalLevel) - {GoalLevel.UNIT})
        scheme = scheme_of(session, root_id, year)
        return show(
            request,
            "goals.html",
            years=years,
            year=year,
            branches=branches(goals),
            may_edit=_may_edit(actor, root_id),
            own=_own_goals(session, root_id, year),
            levels=[(level, scheme.level(level)) for level in LEVELS],
            rollout=scheme.rollout,
            steps=_steps(session, scheme.rollout),
        )


@router.get("/maal/{goal_id}")
def one_goal(
    request: Request,
    actor: CurrentActor,
    goal_id: Id,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
    gemt: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    afsluttet: Annotated[int | None, Query(ge=0, le=1)] = None,
) -> Response:
    """One goal: up to its theme, down to every unit's latest status in each period."""
    language = render.language_of(request)
    with context.reading(request) as session:
        goal = session.get(Goal, goal_id)
        if goal is None:
            raise NotFound("goal", goal_id)
        require(actor, Verb.SEE_ACTIVITY, f"/{goal.root_id}/")
        paths = _paths(actor, goal.root_id)
        found = trace(session, goal_id, paths=paths)
        return show(
            request,
            "goal.html",
            it=found,
            lineage=lineage(session, found, paths=paths),
            indicator=told_indicator(goal),
            facts=[(words, value) for name, words in FACTS if (value := getattr(goal, name))],
            reported=_is_reported(found),
            units=units_below(session, found, paths=paths, page=side, language=language),
            lights=LIGHTS,
            nothing=NOTHING,
            unit=session.get(Unit, goal.unit_id) if goal.unit_id else None,
            saved=gemt,
            ended=afsluttet,
            may_edit=_may_edit(actor, goal.root_id),
            owner=owner_of(session, goal),
            partial=paths != (f"/{goal.root_id}/",),
        )


def _is_reported(found: Trace) -> bool:
    """Whether any unit was asked about the goal or one below it: a unit's own goal is, by its agreement."""
    if found.goal.unit_id:
        return True
    counts = (each for below in found.below for each in below.counts.values())
    return any(number != 0 for each in counts for number in each.lights.values())


@router.get("/maal/{goal_id}/dokumentation/{status_id}")
def evidence_file(request: Request, actor: CurrentActor, goal_id: Id, status_id: Id) -> Response:
    """The file by which a unit shows its status."""
    with context.reading(request) as session:
        goal = session.get(Goal, goal_id)
        if goal is None:
            raise NotFound("goal", goal_id)
        require(actor, Verb.SEE_ACTIVITY, f"/{goal.root_id}/")
        return attachment(*evidence(session, goal, status_id, paths=_paths(actor, goal.root_id)))


def branches(goals: Sequence[Goal]) -> list[Branch]:
    """The goals in the order of the tree; those whose parent is not among them stand at the top."""
    known = {goal.key for goal in goals}
    children: dict[str, list[Goal]] = defaultdict(list)
    for goal in goals:
        children[goal.parent_key if goal.parent_key in known else ""].append(goal)
    levels = list(GoalLevel)
    found: list[Branch] = []

    def grow(key: str, depth: int) -> None:
        for goal in sorted(
            children[key], key=lambda each: (levels.index(each.level), each.area, each.id or 0)
        ):
            found.append(Branch(goal, depth, indicator_of(goal.indicator)))
            grow(goal.key, depth + 1)

    grow("", 0)
    return found


def _paths(actor: SignedIn, root_id: str) -> tuple[str, ...]:
    """The units in the municipality whose answers the account may read."""
    paths = visible_paths(actor.grants, Verb.SEE_UNIT, Thing.ORDINARY)
    return tuple(path for path in paths if path.startswith(f"/{root_id}/"))


def _may_edit(actor: SignedIn, root_id: str) -> bool:
    return allowed(actor.grants, Verb.EDIT_GOAL, Thing.ORDINARY, f"/{root_id}/")


def _years(session: Session, root_id: str) -> list[int]:
    return list(
        session.exec(select(Goal.year).where(Goal.root_id == root_id).distinct().order_by(col(Goal.year)))
    )


def _own_goals(session: Session, root_id: str, year: int) -> int:
    """How many goals the units have written themselves."""
    own = (Goal.root_id == root_id, Goal.year == year, Goal.level == GoalLevel.UNIT)
    return int(session.exec(select(sa.func.count()).select_from(Goal).where(*own)).one())


def _steps(session: Session, rollout: Rollout) -> list[tuple[str, Mapping[int, int]]]:
    """The rollout row by row: kinds by their names, pilots by the units'."""
    names = {unit.id: unit.name for unit in session.exec(select(Unit).where(col(Unit.id).in_(rollout.units)))}
    pilots = [(names.get(unit_id, unit_id), years) for unit_id, years in rollout.units.items()]
    return [*rollout.kinds.items(), *pilots]
