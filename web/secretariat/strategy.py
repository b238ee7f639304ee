"""The strategies: every version, beside the one before it, with its goals in the years' trees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.goals.strategies import StrategyText, get_strategy, strategy_versions, text_of
from cycle.goals.strategy_tree import (
    TextChange,
    TreeChanges,
    goals_of_strategy,
    set_tree,
    text_changes,
    tree_changes,
)
from cycle.goals.strategy_work import Work, work_by_theme
from cycle.goals.tables import Decision, Goal, GoalLevel, Strategy
from cycle.goals.taking_in import taking_in
from cycle.goals.tree import GoalText
from cycle.tasks.tables import Occurrence
from web import context
from web.difference import Piece, difference
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.typed import text_of as typed_text
from web.session import CheckedForm, CurrentActor, require

router = APIRouter()


@dataclass(frozen=True)
class GoalShown:
    """A goal of a version: what became of it since the one before, and its rows in the years' trees."""

    text: GoalText
    change: TextChange | None
    title: Sequence[Piece]
    description: Sequence[Piece]
    rows: Sequence[Goal]

    @property
    def is_theme(self) -> bool:
        """Whether it stands at the top."""
        return self.text.level is GoalLevel.THEME


@router.get("/strategi")
def strategies(request: Request, actor: CurrentActor) -> Response:
    """Every strategy with its versions."""
    with context.reading(request) as session:
        found = [
            each
            for root in sorted({grant.root_id for grant in actor.grants})
            for each in strategy_versions(session, root)
            if sees(actor, each)
        ]
        by_name = {name: list(those) for name, those in groupby(found, key=lambda each: each.strategy_id)}
        return show(request, "strategies.html", by_name=by_name, decisions=decisions_for(session, found))


@router.get("/strategi/{row_id}")
def strategy(
    request: Request, actor: CurrentActor, row_id: Id, med: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """One version, beside another one: the one before, unless another is asked for."""
    with context.reading(request) as session:
        it = reach_strategy(session, actor, row_id)
        known = strategy_versions(session, it.root_id, it.strategy_id)
        versions = [each for each in known if sees(actor, each)]
        other = other_version(versions, it, med)
        text, before = text_of(it), text_of(other) if other else None
        changes = text_changes(before.goals, text.goals) if before else []
        may = allowed(actor.grants, Verb.EDIT_STRATEGY, Thing.ORDINARY, f"/{it.root_id}/")
        return show(
            request,
            "strategy.html",
            it=it,
            text=text,
            versions=versions,
            other=other,
            shown=_shown(text.goals, changes, goals_of_strategy(session, it)),
            ended=[each for each in changes if each.after is None],
            decision=decisions_for(session, [it]).get(it.decision_id or 0),
            revision=session.get(Occurrence, it.occurrence_id) if it.occurrence_id else None,
            ordinary=allowed(actor.grants, Verb.SEE_ACTIVITY, Thing.ORDINARY, f"/{it.root_id}/"),
            may=may,
            work=_work(session, actor, it, text),
            tree=_tree(session, it, known) if may else None,
            taking_in=taking_in(session, it) if may else (),
        )


@router.post("/strategi/{row_id}/maal")
def into_the_tree(request: Request, actor: CurrentActor, row_id: Id, sent: CheckedForm) -> Response:
    """Takes the version's goals into next year's tree, as they were shown."""
    with context.writing(request) as session:
        it = reach_strategy(session, actor, row_id)
        require(actor, Verb.EDIT_STRATEGY, f"/{it.root_id}/")
        if it.draft or it.first_year is None:
            raise NotFound("strategy", row_id)
        seen = typed_text(sent, "seen")
        set_tree(session, it, it.first_year, seen=seen, by=actor.by, now=context.now(request))
    return RedirectResponse(f"/strategi/{row_id}#maal", status_code=303)


def sees(actor: SignedIn, strategy: Strategy) -> bool:
    """Proposals are seen by whoever sees activities, versions in force by the committee too."""
    thing = Thing.ORDINARY if strategy.draft else Thing.RELEASED
    return allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{strategy.root_id}/")


def reach_strategy(session: Session, actor: SignedIn, row_id: int) -> Strategy:
    """The version, when the account may see it. Raises NotFound, as for one that is not there."""
    found = get_strategy(session, row_id)
    if not sees(actor, found):
        raise NotFound("strategy", row_id)
    return found


def other_version(versions: Sequence[Strategy], it: Strategy, wanted: int | None) -> Strategy | None:
    """The version to show beside this one: the one asked for, else the one before."""
    if wanted is not None:
        return next((each for each in versions if each.id == wanted and each.id != it.id), None)
    before = [each for each in versions if each.version < it.version]
    return before[-1] if before else None


def decisions_for(session: Session, strategies: Sequence[Strategy]) -> dict[int, Decision]:
    """The decisions that the versions rest on, by id."""
    ids = {each.decision_id for each in strategies} - {None}
    return {row.id or 0: row for row in session.exec(select(Decision).where(col(Decision.id).in_(ids)))}


def _work(
    session: Session, actor: SignedIn, it: Strategy, text: StrategyText
) -> Mapping[str, Sequence[Work]]:
    """What is done about the themes, for whoever sees activities; "" is what follows all of them up."""
    if not allowed(actor.grants, Verb.SEE_ACTIVITY, Thing.ORDINARY, f"/{it.root_id}/"):
        return {}
    found = work_by_theme(session, it.root_id)
    themes = {goal.identity for goal in text.goals if goal.level is GoalLevel.THEME}
    return found if themes & found.keys() else {}


def _shown(
    goals: Sequence[GoalText], changes: Sequence[TextChange], rows: dict[str, list[Goal]]
) -> list[GoalShown]:
    by_key = {each.key: each for each in changes}
    return [_goal(goal, by_key.get(goal.identity), rows.get(goal.identity, ())) for goal in goals]


def _goal(goal: GoalText, change: TextChange | None, rows: Sequence[Goal]) -> GoalShown:
    before = change.before if change else None
    return GoalShown(
        goal,
        change,
        difference(before.title, goal.title) if before else (),
        difference(before.description, goal.description) if before and before.description else (),
        rows,
    )


def _tree(session: Session, it: Strategy, known: Sequence[Strategy]) -> TreeChanges | None:
    """What the goals would change in next year's tree; None for what no longer counts, or was imported."""
    later = [each for each in known if each.version > it.version and not each.draft]
    if it.first_year is None or later:
        return None
    return tree_changes(session, it, it.first_year)
