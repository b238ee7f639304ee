"""The runs page: what ran, what failed, what comes, and whether the engine's heart beats.

GET  /koersler             all of it; filtered by flow, state, activity and day
GET  /koersler/nu.json     the parts that change by themselves, for `live.js`
POST /koersler/{id}/igen   wants the same work once more
POST /koersler/pause       nothing of a flow starts any more
POST /koersler/genoptag    it goes on
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from cycle import history
from cycle.access.rules import Verb, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotFound
from cycle.runs.reading import pauses, recent_runs, run_counts
from cycle.runs.requests import pause, resume, retry, wake
from cycle.runs.tables import Recorded, Run, RunState
from cycle.tasks.coming import Coming, coming
from web import context, render
from web.plain import Id
from web.secretariat.live import news
from web.secretariat.pages import show
from web.secretariat.pulse import health
from web.secretariat.queries import activities, failed_for_good
from web.secretariat.reach import roots_for, titles_in
from web.secretariat.run_lines import Line, lines_about, stuck_runs
from web.secretariat.run_search import FLOWS, Asked, asked
from web.secretariat.typed import needed, text_of
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor, require

router = APIRouter(prefix="/koersler")

PAGE = 100
SOON = timedelta(days=90)
AHEAD = timedelta(days=366)
MOST_STEPS = 500
Number = Annotated[int, Query(ge=0, le=999_999_999)]
Side = Annotated[int, Query(ge=1, le=10_000)]


@router.get("")
def runs(
    request: Request,
    actor: CurrentActor,
    flow: str = "",
    tilstand: str = "",
    aktivitet: Number = 0,
    dag: str = "",
    side: Side = 1,
) -> Response:
    """Every run, the red ones first; the engine's pulse above, and the year to come below."""
    wanted = asked(context.settings(request).zone, flow, tilstand, aktivitet, dag, side)
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.SEE_RUNS)
        return show(
            request,
            "runs.html",
            **_live(session, request, actor, roots, wanted),
            **_coming(session, request, roots),
            paused=pauses(session, roots),
            roots=roots,
            flows=FLOWS,
        )


@router.get("/nu.json")
def runs_now(
    request: Request,
    actor: CurrentActor,
    flow: str = "",
    tilstand: str = "",
    aktivitet: Number = 0,
    dag: str = "",
    side: Side = 1,
) -> Response:
    """What of the page follows what happens."""
    wanted = asked(context.settings(request).zone, flow, tilstand, aktivitet, dag, side)
    with context.reading(request) as session:
        values = _live(session, request, actor, roots_for(actor, Verb.SEE_RUNS), wanted)
        parts = {"puls": "runs_pulse.html", "liste": "runs_list.html"}
        return JSONResponse(news(request, parts, values, said=values["said"]))


@router.post("/{run_id}/igen")
def run_again(request: Request, actor: CurrentActor, run_id: Id, sent: CheckedForm) -> Response:
    """Asks for the same work once more, at once; pressed twice it is wanted once."""
    now = context.now(request)
    with context.writing(request) as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFound("run", run_id)
        require(actor, Verb.RETRY_RUN, f"/{run.root_id}/")
        new = retry(session, run_id, now=now)
        wake(session, now=now)
        if session.get_one(Run, new).state is RunState.WANTED and new != run_id:
            _record(session, run.root_id, f"run:{run_id}", "retry", by=actor.by, now=now, new=new)
    return RedirectResponse(f"/koersler/{new}", status_code=303)


@router.post("/pause")
def pause_flow(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Nothing of this flow starts from now on."""
    roots_for(actor, Verb.PAUSE_FLOW)
    flow, root_id = _flow_of(sent.get("flow")), text_of(sent, "root")
    require(actor, Verb.PAUSE_FLOW, f"/{root_id}/")
    now = context.now(request)
    try:
        why = needed(sent, "why", "Begrundelsen")
    except AnswerInvalid as error:
        note_wanting(request, "pause", error, sent)
        return runs(request, actor)
    with context.writing(request) as session:
        if pause(session, root_id, flow, by=actor.by, now=now, why=why):
            _record(session, root_id, f"flow:{flow}", "pause", by=actor.by, now=now, why=why)
    return RedirectResponse("/koersler", status_code=303)


@router.post("/genoptag")
def resume_flow(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """The flow goes on."""
    roots_for(actor, Verb.PAUSE_FLOW)
    flow, root_id, now = _flow_of(sent.get("flow")), text_of(sent, "root"), context.now(request)
    require(actor, Verb.PAUSE_FLOW, f"/{root_id}/")
    with context.writing(request) as session:
        if resume(session, root_id, flow, now=now):
            _record(session, root_id, f"flow:{flow}", "resume", by=actor.by, now=now)
    return RedirectResponse("/koersler", status_code=303)


def _live(
    session: Session, request: Request, actor: SignedIn, roots: Sequence[str], wanted: Asked
) -> dict[str, Any]:
    failed, stuck = failed_for_good(session, roots), stuck_runs(session, request, roots)
    lines, more = _lines(session, roots, wanted, failed, stuck)
    named = [line.about.id for line in lines if line.about]
    return {
        "lines": lines,
        "more": more,
        "asked": wanted,
        "said": _said(len(failed) + len(stuck), render.language_of(request)),
        "counts": run_counts(session, roots),
        "health": health(session, request, roots),
        "titles": titles_in(session, render.language_of(request), named),
        "now": context.now(request),
        "states": list(RunState),
        "recorded": Recorded,
        "may_retry": _may(actor, Verb.RETRY_RUN),
        "may_open": _may(actor, Verb.SEE_ACTIVITY),
        "may_pause": _may(actor, Verb.PAUSE_FLOW),
    }


def _lines(
    session: Session, roots: Sequence[str], wanted: Asked, failed: Sequence[Run], stuck: set[int | None]
) -> tuple[list[Line], bool]:
    """The runs of one page, and whether there are more; on the first the red ones stand first."""
    found = recent_runs(session, roots, wanted.search, limit=PAGE + 1, offset=(wanted.side - 1) * PAGE)
    recent = found[:PAGE]
    if wanted.side == 1 and wanted.shows_failed:
        known = {run.id for run in recent}
        recent += [run for run in failed if run.id not in known and wanted.flow in ("", run.flow)]
    lines = lines_about(session, recent, {run.id for run in failed}, stuck)
    return sorted(lines, key=lambda line: (not line.red, -(line.run.id or 0))), len(found) > PAGE


def _coming(session: Session, request: Request, roots: Sequence[str]) -> dict[str, Any]:
    """What the plan has scheduled in the next months and in the rest of a year, and what runs were about."""
    now = context.now(request)
    steps = coming(session, roots, zone=context.settings(request).zone, limit=MOST_STEPS)
    ahead: list[Coming] = [step for step in steps if step.at <= now + AHEAD]
    run_so_far = activities(session, roots)
    named = {step.occurrence_id for step in ahead} | {each.id for each in run_so_far}
    return {
        "activities": run_so_far,
        "soon": [step for step in ahead if step.at <= now + SOON],
        "later": [step for step in ahead if step.at > now + SOON],
        "step_titles": titles_in(session, render.language_of(request), named),
    }


def _said(red: int, language: str) -> str:
    if language == "en":
        return f"{red} failed" if red else "None failed"
    return f"{red} fejlet" if red else "Ingen er fejlet"


def _flow_of(value: object) -> str:
    if value not in FLOWS:
        raise NotFound("flow", value)
    return str(value)


def _may(actor: SignedIn, verb: Verb) -> bool:
    return bool(visible_paths(actor.grants, verb))


def _record(
    session: Session, root_id: str, thing: str, verb: str, *, by: str, now: Any, why: str = "", new: int = 0
) -> None:
    data = {"new": new} if new else {}
    history.record(session, root_id=root_id, at=now, actor=by, verb=verb, thing=thing, why=why, data=data)
