"""The front page: the year as a wheel, and as a table with the same content."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from cycle.access.rules import Verb, visible_paths
from cycle.access.sessions import SignedIn
from cycle.plan.model import PlanKind
from documents.deadlines import to_ics
from documents.typeset import typeset
from documents.wheel import draw
from documents.wheel_print import wheel_values
from web import context, render
from web.plain import Id
from web.secretariat.pages import STYLE_PATH, ics_download, pdf_download, show, svg_download, wheel_stylesheet
from web.secretariat.process import process_of
from web.secretariat.year import choose, cycles_seen, switch, year_shown
from web.session import CurrentActor
from web.superior.wishes import count_in_sight

router = APIRouter()


@router.get(STYLE_PATH)
def style() -> Response:
    """How the wheel looks."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(wheel_stylesheet(), media_type="text/css; charset=utf-8", headers=headers)


@router.get("/aarshjul")
def front(request: Request, actor: CurrentActor) -> Response:
    """The wheel of the year that today lies in, else of the newest."""
    return _page(request, actor, None)


@router.get("/aarshjul/{cycle_id}")
def one_year(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel of one cycle."""
    return _page(request, actor, cycle_id)


@router.get("/aarshjul/{cycle_id}/hjul.svg")
def drawing(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel as a file that stands alone, for the wall."""
    with context.reading(request) as session:
        year = year_shown(session, actor, choose(cycles_seen(session, actor), cycle_id, None), request)
        wheel = year.wheel(render.language_of(request), render.file_mark(request))
        return svg_download(draw(wheel), f"aarshjul-{year.cycle.year}.svg")


@router.get("/aarshjul/{cycle_id}/hjul.pdf")
def poster(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel on one page A3."""
    language, settings = render.language_of(request), context.settings(request)
    with context.reading(request) as session:
        year = year_shown(session, actor, choose(cycles_seen(session, actor), cycle_id, None), request)
    values = wheel_values(year.wheel(language, render.file_mark(request)))
    now = context.now(request)
    content = typeset("wheel.typ", values, own=settings.templates_dir, language=language, at=now)
    return pdf_download(content, f"aarshjul-{year.cycle.year}.pdf")


@router.get("/aarshjul/{cycle_id}/vaeg")
def wall(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel alone, as large as the screen; it renews itself, for a screen in the hall."""
    with context.reading(request) as session:
        year = year_shown(session, actor, choose(cycles_seen(session, actor), cycle_id, None), request)
        drawn = year.wheel(render.language_of(request), render.file_mark(request))
        return show(request, "wall.html", year=year, wheel=draw(drawn, standalone=False))


@router.get("/aarshjul/{cycle_id}/frister.ics")
def calendar(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The year's openings and deadlines for a calendar."""
    language, base = render.language_of(request), context.settings(request).base_url
    with context.reading(request) as session:
        year = year_shown(session, actor, choose(cycles_seen(session, actor), cycle_id, None), request)
    mark = render.file_mark(request)
    name = " · ".join(part for part in (year.title, mark) if part)
    host, now = urlsplit(base).hostname or "localhost", context.now(request)
    lines = [line.deadline(base, mark) for line in year.lines]
    content = to_ics(name, lines, host=host, now=now, language=language)
    return ics_download(content, f"aarshjul-{year.cycle.year}.ics")


def _page(request: Request, actor: SignedIn, cycle_id: int | None) -> Response:
    with context.reading(request) as session:
        cycles = cycles_seen(session, actor)
        year = None
        if cycles or cycle_id is not None:
            today = context.now(request).astimezone(context.settings(request).zone).date()
            cycle = choose(cycles, cycle_id, today)
            if cycle.kind is PlanKind.PROCESS:
                process = process_of(session, actor, cycle, request)
                return show(request, "process.html", process=process, switch=switch(cycles))
            year = year_shown(session, actor, cycle, request)
        wheel = ""
        if year and year.round:
            drawn = year.wheel(render.language_of(request), render.file_mark(request))
            wheel = draw(drawn, standalone=False)
        wished = count_in_sight(session, actor)
        return show(
            request,
            "wheel.html",
            year=year,
            switch=switch(cycles),
            wheel=wheel,
            wished=wished,
            may_start=bool(visible_paths(actor.grants, Verb.START_YEAR)),
        )
