"""A goal leaves the tree: it ends after a year, or is deleted while nothing speaks of it.

GET, POST /maal/{goal}/afslut
GET, POST /maal/{goal}/slet
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotNow, Problem
from cycle.goals.goal_edits import delete_goal, end_goal, rows_from
from cycle.goals.goal_uses import Uses, uses_of
from cycle.goals.tables import Goal
from web import context
from web.plain import Id
from web.secretariat.goal_sheet import Sheet, sheet_of
from web.secretariat.pages import show
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter()
LATEST = 2100


@router.get("/maal/{goal_id}/afslut")
def ending(request: Request, actor: CurrentActor, goal_id: Id) -> Response:
    """Asks after which year the goal ends, and tells what goes on."""
    with context.reading(request) as session:
        return _ending(session, request, sheet_of(session, actor, goal_id))


@router.post("/maal/{goal_id}/afslut")
def end(request: Request, actor: CurrentActor, goal_id: Id, sent: CheckedForm) -> Response:
    """Ends it. Refused while a later year uses it."""
    after = 0
    try:
        with context.writing(request) as session:
            sheet = sheet_of(session, actor, goal_id)
            after, seen = whole_number(sent, "after", "Året"), text_of(sent, "seen")
            _in_range(after, sheet.year)
            ended = end_goal(session, goal_id, after, seen=seen, by=actor.by, now=context.now(request))
    except NotNow:
        with context.reading(request) as session:
            return _ending(session, request, sheet_of(session, actor, goal_id), after=after, status=409)
    return RedirectResponse(f"/maal/{goal_id}?afsluttet={int(ended)}", status_code=303)


@router.get("/maal/{goal_id}/slet")
def deleting(request: Request, actor: CurrentActor, goal_id: Id) -> Response:
    """Asks once more, or tells what speaks of the goal."""
    return _deleting(request, actor, goal_id)


@router.post("/maal/{goal_id}/slet")
def delete(request: Request, actor: CurrentActor, goal_id: Id, sent: CheckedForm) -> Response:
    """Deletes it. Refused while anything speaks of it."""
    try:
        with context.writing(request) as session:
            year = sheet_of(session, actor, goal_id).year
            delete_goal(session, goal_id, seen=text_of(sent, "seen"), by=actor.by, now=context.now(request))
    except NotNow:
        return _deleting(request, actor, goal_id, status=409)
    return RedirectResponse(f"/maal?aar={year}", status_code=303)


def _in_range(after: int, year: int) -> None:
    if not year <= after <= LATEST:
        what = f"Målet står i {year} og kan ikke ende før det."
        raise AnswerInvalid([Problem("after", what, f"Vælg {year} eller et senere år.")])


def _ending(
    session: Session, request: Request, sheet: Sheet, *, after: int | None = None, status: int = 200
) -> Response:
    goal = _goal(sheet)
    rows = rows_from(session, goal)
    return show(
        request,
        "goal_end.html",
        status=status,
        sheet=sheet,
        goal=goal,
        after=after or goal.last_year or goal.year,
        refused=status != 200,
        later=_used(session, [each for each in rows if each.year > (after or goal.year)]),
        uses=uses_of(session, goal),
    )


def _used(session: Session, rows: Sequence[Goal]) -> list[tuple[Goal, Uses]]:
    """Those of the later years' rows that something speaks of."""
    return [(each, uses) for each in rows if (uses := uses_of(session, each))]


def _deleting(request: Request, actor: SignedIn, goal_id: int, *, status: int = 200) -> Response:
    with context.reading(request) as session:
        sheet = sheet_of(session, actor, goal_id)
        goal = _goal(sheet)
        uses = uses_of(session, goal)
        return show(request, "goal_delete.html", status=status, sheet=sheet, goal=goal, uses=uses)


def _goal(sheet: Sheet) -> Goal:
    assert sheet.goal is not None
    return sheet.goal
