"""A running year's plan, changed on the page: the YAML stays the truth, seen as a whole before it counts.

GET  /plan/{cycle}                   the activities with their dates, and the YAML
GET  /plan/{cycle}/ret/{activity}    one activity's words and dates as fields
POST /plan/{cycle}/ret/{activity}    writes them into the YAML and shows what that does
POST /plan/{cycle}/vis               what a text, typed or uploaded, would do; changes nothing
POST /plan/{cycle}                   a new revision of the year, by whom and why
"""

from collections.abc import Mapping, Sequence
from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from config.written_plan import POINTS, fields_of, with_fields
from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotFound, PlanInvalid, Problem
from cycle.plan.words import in_danish
from cycle.store import tried
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.forms import Form
from cycle.tasks.revise import revise_cycle
from cycle.tasks.tables import Cycle
from cycle.tasks.titles import cycle_title
from web import context, render
from web.plain import Id
from web.secretariat.next_year import TROUBLES
from web.secretariat.pages import show
from web.secretariat.plan_faults import at_fields
from web.secretariat.plan_reading import (
    NOTHING_MORE,
    Year,
    preview_of,
    text_as_typed,
    tried_in,
    written_files,
    year_of,
)
from web.secretariat.plan_words import SAID_WITH, stage_titles
from web.secretariat.typed import needed, text_of
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor, require

router = APIRouter(prefix="/plan/{cycle_id}")


@router.get("")
def plan(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The plan in force."""
    with context.reading(request) as session:
        year = year_of(session, _reach(session, actor, cycle_id))
        return _page(session, request, year, year.text)


@router.get("/ret/{activity_id}")
def one(request: Request, actor: CurrentActor, cycle_id: Id, activity_id: str) -> Response:
    """The fields of one activity."""
    with context.reading(request) as session:
        year = year_of(session, _reach(session, actor, cycle_id))
        return _fields(session, request, year, activity_id)


@router.post("/ret/{activity_id}")
def change_one(
    request: Request, actor: CurrentActor, cycle_id: Id, activity_id: str, sent: CheckedForm
) -> Response:
    """Writes the fields into the YAML that is in force and shows what changes."""
    with context.reading(request) as session:
        year = year_of(session, _reach(session, actor, cycle_id))
        before = _fields_now(request, year, activity_id)
        wanted = {name: _typed(sent, name) for name in before if name in sent}
        changed = {name: value for name, value in wanted.items() if value != before[name]}
        text = with_fields(year.text, activity_id, changed)
        try:
            year.draft(text)
        except PlanInvalid as error:
            found = at_fields(year, activity_id, changed, error)
            note_wanting(request, "ret", found, sent)
            return _fields(session, request, year, activity_id)
    return _preview(request, actor, cycle_id, (text, {}), text_of(sent, "seen"))


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, cycle_id: Id, sent: CheckedForm) -> Response:
    """What the text would do; with faults, the text with its faults."""
    with context.reading(request) as session:
        year = year_of(session, _reach(session, actor, cycle_id))
        try:
            written = written_files(sent, year)
        except PlanInvalid as error:
            return _page(session, request, year, text_as_typed(sent, year), problems=error.problems)
    return _preview(request, actor, cycle_id, written, text_of(sent, "seen"))


@router.post("")
def save(request: Request, actor: CurrentActor, cycle_id: Id, sent: CheckedForm) -> Response:
    """Makes the revision, unless somebody has made another since the plan was seen."""
    try:
        with context.writing(request) as session:
            year = year_of(session, _reach(session, actor, cycle_id, lock=True))
            text, more = written_files(sent, year)
            if text_of(sent, "seen") != year.seen:
                return _page(session, request, year, text, more, overtaken=True)
            draft = year.draft(text, more)
            why = needed(sent, "why", "Begrundelsen")
            now = context.now(request)
            revise_cycle(session, draft, year=year.cycle.year, by=actor.by, now=now, why=why)
    except PlanInvalid:
        return preview(request, actor, cycle_id, sent)
    except AnswerInvalid as error:
        note_wanting(request, "gem", error, sent)
        return preview(request, actor, cycle_id, sent)
    return RedirectResponse(f"/plan/{cycle_id}?gjort=1", status_code=303)


def _reach(session: Session, actor: SignedIn, cycle_id: int, *, lock: bool = False) -> Cycle:
    """The year, when the account may change its plan. Raises NotFound, NotAllowed."""
    cycle = session.get(Cycle, cycle_id, with_for_update=lock or None)
    if cycle is None:
        raise NotFound("cycle", cycle_id)
    require(actor, Verb.EDIT_PLAN, f"/{cycle.root_id}/")
    return cycle


def _preview(
    request: Request, actor: SignedIn, cycle_id: int, written: tuple[str, Mapping[str, str]], seen: str
) -> Response:
    now, (text, more) = context.now(request), written
    try:
        with tried(request.app.state.engine) as session:
            year = year_of(session, _reach(session, actor, cycle_id))
            title = cycle_title(session, year.cycle, render.language_of(request))
            draft = year.draft(text, more)
            outlook = tried_in(session, year, draft, now=now)
    except PlanInvalid as error:
        with context.reading(request) as session:
            year = year_of(session, _reach(session, actor, cycle_id))
            return _page(session, request, year, text or year.text, more, problems=error.problems)
    found = preview_of(year, draft, outlook)
    return show(
        request,
        "plan_preview.html",
        status=200 if seen == year.seen else 409,
        cycle_id=cycle_id,
        title=title,
        found=found,
        nothing=outlook.revised.unchanged,
        told=outlook.told,
        text=text,
        more=more,
        seen=seen,
        overtaken=seen != year.seen,
        troubles=TROUBLES,
        stages=stage_titles(year.plan, draft.plan),
        **SAID_WITH,
        until=draft.calendar.local_date(outlook.until),
    )


def _page(
    session: Session,
    request: Request,
    year: Year,
    text: str,
    more: Mapping[str, str] = NOTHING_MORE,
    *,
    problems: Sequence[Problem] = (),
    overtaken: bool = False,
) -> Response:
    """The plan with the text in force, or with the one that was typed."""
    dates = year.dates(year.plan)
    return show(
        request,
        "plan.html",
        status=409 if overtaken else 422 if problems else 200,
        year=year,
        title=cycle_title(session, year.cycle, render.language_of(request)),
        dates=dates,
        activities=sorted(year.plan.activities, key=lambda each: dates[each.id].opens_on),
        today=_today(session, request, year),
        text=text,
        more=more,
        problems=problems,
        overtaken=overtaken,
        done=request.query_params.get("gjort") == "1",
    )


def _called(form: Form, request: Request) -> str:
    return (form.title_en if render.language_of(request) == "en" else "") or form.title


def _fields_now(request: Request, year: Year, activity_id: str) -> dict[str, str]:
    """The fields as the page shows them: dates that the YAML writes in English, in the page's language."""
    try:
        found = fields_of(year.plan.activity(activity_id))
    except KeyError:
        raise NotFound("activity", activity_id) from None
    if render.language_of(request) == "en":
        return found
    return {name: in_danish(said) if name in POINTS else said for name, said in found.items()}


def _fields(
    session: Session,
    request: Request,
    year: Year,
    activity_id: str,
) -> Response:
    fields = _fields_now(request, year, activity_id)
    return show(
        request,
        "plan_activity.html",
        year=year,
        activity=year.plan.activity(activity_id),
        title=cycle_title(session, year.cycle, render.language_of(request)),
        fields=fields,
        forms=[
            ("", "–"),
            *((key, _called(form, request)) for key, form in sorted(year.beside.forms.items())),
        ],
        kinds=sorted(year.beside.around.kinds),
        asked=_asked(year, activity_id),
        is_closed=year.dates(year.plan)[activity_id].closes_on < _today(session, request, year),
    )


def _asked(year: Year, activity_id: str) -> list[str]:
    """The questions of the activity's form."""
    form = year.beside.forms.get(year.plan.activity(activity_id).form or "")
    return [field.id for field in form.fields] if form else []


def _today(session: Session, request: Request, year: Year) -> date:
    return calendar_of_root(session, year.cycle.root_id).local_date(context.now(request))


def _typed(sent: FormData, name: str) -> str:
    return text_of(sent, name).replace("\r\n", "\n")
