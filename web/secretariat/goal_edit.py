"""The tree's goals are written by the secretariat: the fields, what a change comes to, and then saved.

GET, POST /maal/{goal}/ret             a goal's fields
GET, POST /maal/ny?aar=2028&under=12   a new goal's
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.goals.goal_edits import last_change, reached_by, reword_goal, set_goal
from cycle.goals.indicators import TargetRule
from cycle.goals.put_right import put_right
from cycle.goals.tables import GoalOrigin, GoalType
from cycle.goals.tree import GIVEN, GoalText
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.ledger import actor_names
from web import context, render
from web.plain import Id, readable
from web.secretariat.goal_fields import LABELS, Typed, fields_as_text, text_as_fields, typed_fields
from web.secretariat.goal_preview import counted, passages
from web.secretariat.goal_sheet import TREE, Sheet, areas, checked, new_sheet, placed, sheet_of
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter()
Find = Callable[[Session], Sheet]
Year = Annotated[int, Query(ge=2000, le=2100)]


@router.get("/maal/ny")
def begin(
    request: Request,
    actor: CurrentActor,
    aar: Year,
    under: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The fields of a new goal."""
    root_id = roots_for(actor, Verb.EDIT_GOAL)[0]
    with context.reading(request) as session:
        sheet = new_sheet(session, actor, root_id, aar, under)
        return _form(session, request, sheet, text_as_fields(sheet.like))


@router.post("/maal/ny")
def add(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Shows what a new goal comes to, or puts it into the tree."""
    root_id = roots_for(actor, Verb.EDIT_GOAL)[0]
    year = whole_number(sent, "aar", "Året")
    return _take(request, actor, sent, lambda session: new_sheet(session, actor, root_id, year, None))


@router.get("/maal/{goal_id}/ret")
def fields_of(request: Request, actor: CurrentActor, goal_id: Id) -> Response:
    """The fields of a goal."""
    with context.reading(request) as session:
        sheet = sheet_of(session, actor, goal_id)
        return _form(session, request, sheet, text_as_fields(sheet.like))


@router.post("/maal/{goal_id}/ret")
def edit(request: Request, actor: CurrentActor, goal_id: Id, sent: CheckedForm) -> Response:
    """Shows what the change comes to, or makes it."""
    return _take(request, actor, sent, lambda session: sheet_of(session, actor, goal_id))


def _take(request: Request, actor: SignedIn, sent: FormData, find: Find) -> Response:
    """What was sent: saved, shown before it is saved, or back in its fields with what is wrong."""
    roots_for(actor, Verb.EDIT_GOAL)
    typed = typed_fields(sent)
    request.state.labels = {
        name: words[render.language_of(request) == "en"] for name, words in LABELS.items()
    }
    try:
        if sent.get("act") == "gem":
            with context.writing(request) as session:
                return _save(session, request, actor, placed(session, find(session), sent), typed, sent)
        with context.reading(request) as session:
            sheet = placed(session, find(session), sent)
            if sent.get("act") == "ret":
                return _form(session, request, sheet, typed, sent=sent)
            return _preview(session, request, sheet, typed, sent)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            return _form(
                session, request, find(session), typed, sent=sent, problems=error.problems, status=422
            )
    except NotNow:
        raise
    except Conflict:
        with context.reading(request) as session:
            sheet = find(session)
            if sheet.goal is None:
                raise
            return _form(session, request, sheet, typed, overtaken=True, status=409)


def _save(
    session: Session, request: Request, actor: SignedIn, sheet: Sheet, typed: Typed, sent: FormData
) -> Response:
    text = checked(session, sheet, typed)
    also, now = sent.get("also") == "ja", context.now(request)
    if sheet.goal is None:
        root_id, year = sheet.root_id, sheet.year
        goal, marked = set_goal(session, text, root_id=root_id, year=year, also=also, by=actor.by, now=now)
        return RedirectResponse(f"/maal/{goal.id}?gemt={marked}", status_code=303)
    goal_id, seen = sheet.goal.id or 0, text_of(sent, "seen")
    marked = reword_goal(session, goal_id, text, seen=seen, also=also, by=actor.by, now=now)
    return RedirectResponse(f"/maal/{goal_id}?gemt={marked}", status_code=303)


def _preview(session: Session, request: Request, sheet: Sheet, typed: Typed, sent: FormData) -> Response:
    """The words side by side and the agreements concerned. Raises Conflict when the goal has changed."""
    if sheet.goal and text_of(sent, "seen") != sheet.seen:
        raise Conflict("goal", sheet.goal.id)
    text = checked(session, sheet, typed)
    today = calendar_of_root(session, sheet.root_id).local_date(context.now(request))
    root_id, year = sheet.root_id, sheet.year
    reached = reached_by(session, text, sheet.goal, root_id=root_id, year=year, on=today)
    settled = put_right(session, reached.holding, {year: [text]}, root_id=root_id)
    return show(
        request,
        "goal_preview.html",
        sheet=sheet,
        text=text,
        passages=passages(
            sheet.like if sheet.goal else None, text, sheet.titles, render.language_of(request)
        ),
        holding=counted([made for made in reached.holding if made not in settled]),
        settled=counted(list(settled)),
        without=counted(reached.without),
        fields=[*typed.items(), *_hidden(sheet, sent)],
    )


def _form(
    session: Session,
    request: Request,
    sheet: Sheet,
    typed: Typed,
    *,
    sent: FormData | None = None,
    problems: Sequence[Problem] = (),
    overtaken: bool = False,
    status: int = 200,
) -> Response:
    """The fields with what was typed. `seen` stays what it was, unless what others wrote is shown here."""
    hidden = dict(_hidden(sheet, sent))
    return show(
        request,
        "goal_form.html",
        status=status,
        sheet=sheet,
        typed=typed,
        given=sheet.like.level in GIVEN,
        level=hidden.get("level") or sheet.like.level.value,
        area=hidden.get("area", sheet.like.area),
        seen=hidden.get("seen", ""),
        levels=TREE,
        areas=areas(session, sheet.root_id),
        labels=LABELS,
        problems={problem.where: problem for problem in problems},
        rules=tuple(TargetRule),
        origins=tuple(GoalOrigin),
        types=tuple(GoalType),
        theirs=_theirs(session, request, sheet, typed) if overtaken else None,
    )


def _hidden(sheet: Sheet, sent: FormData | None) -> list[tuple[str, str]]:
    """What goes on from page to page without being typed."""
    if sheet.goal is None:
        chosen = {name: readable(sent.get(name)) for name in ("level", "area")} if sent else {}
        return [("aar", str(sheet.year)), *chosen.items()]
    return [("seen", text_of(sent, "seen") if sent else sheet.seen)]


def _theirs(session: Session, request: Request, sheet: Sheet, typed: Typed) -> dict[str, Any]:
    """Who was first, when, and how the goal as it stands differs from what was typed."""
    assert sheet.goal is not None
    try:
        text: GoalText = fields_as_text(typed, sheet.like)
    except AnswerInvalid:  # it is told when it is sent again
        text = sheet.like
    last = last_change(session, sheet.goal)
    return {
        "last": last,
        "names": actor_names(session, [last.actor] if last else []),
        "passages": passages(sheet.like, text, sheet.titles, render.language_of(request)),
    }
