"""The proposal for a strategy's next version: begun from the one in force, written on a page."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.errors import AnswerInvalid, Conflict, NotFound, NotNow, Problem
from cycle.goals.strategies import (
    StrategyText,
    begin_draft,
    current_strategy,
    last_written,
    strategy_versions,
    write_draft,
)
from cycle.goals.strategies import text_of as text_of_version
from cycle.goals.strategy_tree import free_key
from cycle.goals.tables import GoalLevel, Strategy
from cycle.goals.tree import GoalText
from cycle.plan.model import FlowName
from cycle.tasks.ledger import actor_names
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import reach
from web.secretariat.strategy import reach_strategy
from web.secretariat.strategy_merge import MORE, NEW_FIELDS, Typed, as_typed, digest, merged, touched
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor, require

router = APIRouter()

NEW_THEME = "tema"


@router.post("/hoering/{occurrence_id}/forslag")
def begin(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Begins the proposal of this revision, or goes on with the one there is."""
    with context.writing(request) as session:
        found = reach(session, actor, occurrence_id, Verb.EDIT_STRATEGY)
        previous = current_strategy(session, found.occurrence.root_id)
        if previous is None or found.activity.flow is not FlowName.STRATEGY_REVISION:
            raise NotFound("strategy", occurrence_id)
        draft = begin_draft(
            session,
            previous,
            occurrence_id=occurrence_id,
            first_year=found.occurrence.concerns_year,
            by=actor.by,
            now=context.now(request),
        )
    return RedirectResponse(f"/strategi/{draft.id}/forslag", status_code=303)


@router.get("/strategi/{row_id}/forslag")
def page(request: Request, actor: CurrentActor, row_id: Id) -> Response:
    """The proposal as fields to write in."""
    with context.reading(request) as session:
        it = reach_strategy(session, actor, row_id)
        require(actor, Verb.EDIT_STRATEGY, f"/{it.root_id}/")
        if not it.draft:
            raise NotNow("strategy", it.id, "adopted", "edit")
        return _form(request, it, Typed())


@router.post("/strategi/{row_id}/forslag")
def write(request: Request, actor: CurrentActor, row_id: Id, sent: CheckedForm) -> Response:
    """Puts what was written in the place of the proposal; what cannot be is shown again, nothing is lost."""
    seen = 0  # what came without its edition is older than whatever is there
    try:
        with context.writing(request) as session:
            it = reach_strategy(session, actor, row_id)
            require(actor, Verb.EDIT_STRATEGY, f"/{it.root_id}/")
            seen = whole_number(sent, "edition", "Udgaven")
            if it.draft and it.edition != seen:
                raise Conflict("strategy", it.id, str(it.edition))
            text = written(text_of_version(it), sent, _keys(session, it))
            write_draft(session, it, text, seen=seen, by=actor.by, now=context.now(request))
    except NotNow:
        request.state.sent = FormData(touched(sent))
        request.state.labels = _labels(text_of_version(it).goals, request)
        raise
    except AnswerInvalid as error:
        return _form(request, it, as_typed(sent), problems=error.problems, seen=seen, status=422)
    except Conflict:
        with context.reading(request) as session:
            it = reach_strategy(session, actor, row_id)
            typed, last = merged(text_of_version(it).goals, sent), last_written(session, it)
            names = actor_names(session, [last.actor] if last else [])
            return _form(request, it, typed, last=last, names=names, overtaken=True, status=409)
    return RedirectResponse(f"/strategi/{row_id}", status_code=303)


def _form(request: Request, it: Strategy, typed: Typed, *, status: int = 200, **values: Any) -> Response:
    shown = {"problems": (), "overtaken": False, "last": None, "names": {}, "seen": it.edition, **values}
    goals, theme = text_of_version(it).goals, GoalLevel.THEME
    return show(
        request,
        "strategy_draft.html",
        status=status,
        it=it,
        goals=goals,
        theme=theme,
        typed=typed,
        base=digest,
        **shown,
    )


def _labels(goals: Sequence[GoalText], request: Request) -> dict[str, str]:
    """What the fields are called where they have to be given back without their page."""
    at = int(render.language_of(request) == "en")
    named = {f"t:{goal.identity}": f"{goal.code} {goal.title}" for goal in goals}
    named |= {f"d:{goal.identity}": f"{goal.code} {goal.title}" for goal in goals}
    named |= {f"n:{goal.identity}": f"{MORE[at]}: {goal.title}" for goal in goals}
    return named | {name: words[at] for name, words in NEW_FIELDS.items()}


def written(before: StrategyText, sent: FormData, taken: Collection[str]) -> StrategyText:
    """The proposal as the page's fields have it. A goal keeps its key; new ones get keys nobody had.

    Raises AnswerInvalid for a title that was emptied, or when no theme is left.
    """
    keys, goals = set(taken), list[GoalText]()
    for theme in (goal for goal in before.goals if goal.level is GoalLevel.THEME):
        if sent.get(f"x:{theme.identity}"):
            continue
        below = [goal for goal in before.goals if goal.parent_key == theme.identity]
        goals.append(_reworded(theme, sent))
        goals += [_reworded(goal, sent) for goal in below if not sent.get(f"x:{goal.identity}")]
        goals += _new(theme.identity, text_of(sent, f"n:{theme.identity}"), keys)
    if title := text_of(sent, "nt"):
        key = free_key(NEW_THEME, keys)
        goals.append(GoalText(GoalLevel.THEME, "", title, description=text_of(sent, "nd"), key=key))
        goals += _new(key, text_of(sent, "nn"), keys | {key})
    if not goals:
        raise AnswerInvalid([Problem("nt", "Strategien har intet tema tilbage.", "Behold eller skriv ét.")])
    return replace(before, goals=tuple(_numbered(goals)))


def _reworded(goal: GoalText, sent: FormData) -> GoalText:
    name = f"t:{goal.identity}"
    title = text_of(sent, name) if name in sent else goal.title
    if not title:
        what = f"»{goal.title}« har ingen ordlyd."
        raise AnswerInvalid([Problem(name, what, "Skriv den, eller sæt kryds i »Udgår«.")])
    about = f"d:{goal.identity}"
    return replace(goal, title=title, description=text_of(sent, about) if about in sent else goal.description)


def _new(above: str, lines: str, keys: set[str]) -> Iterator[GoalText]:
    for line in filter(None, map(str.strip, lines.splitlines())):
        key = free_key(above, keys)
        keys.add(key)
        yield GoalText(GoalLevel.POLITICAL, "", line, key=key, parent_key=above)


def _numbered(goals: Sequence[GoalText]) -> Iterator[GoalText]:
    """Themes and goals numbered as they stand: 1, 1.1, 1.2, 2 …"""
    theme = number = 0
    for goal in goals:
        is_theme = goal.level is GoalLevel.THEME
        theme, number = (theme + 1, 0) if is_theme else (theme, number + 1)
        yield replace(goal, code=str(theme) if is_theme else f"{theme}.{number}")


def _keys(session: Session, it: Strategy) -> set[str]:
    """Every key that any version of the strategy has used."""
    versions = strategy_versions(session, it.root_id, it.strategy_id)
    return {goal.identity for each in versions for goal in text_of_version(each).goals}
