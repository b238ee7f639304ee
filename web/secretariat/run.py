"""One run: what it was, its log, and what to do when it failed.

GET /koersler/{id}           the page
GET /koersler/{id}/nu.json   the part of it that changes while it runs
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from cycle import history
from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.runs.log import lines_of
from cycle.runs.reading import get_run, newer_run, pauses
from cycle.runs.tables import RunState
from cycle.tasks.ledger import actor_names
from web import context, render
from web.plain import Id
from web.secretariat.live import news
from web.secretariat.pages import show
from web.secretariat.reach import roots_for, titles_in
from web.secretariat.run_lines import lines_about, stuck_runs
from web.session import CurrentActor

router = APIRouter(prefix="/koersler/{run_id}")


@router.get("")
def page(request: Request, actor: CurrentActor, run_id: Id) -> Response:
    """The run's file."""
    with context.reading(request) as session:
        return show(request, "run.html", **_values(session, request, actor, run_id))


@router.get("/nu.json")
def page_now(request: Request, actor: CurrentActor, run_id: Id) -> Response:
    """What of the page follows what happens."""
    with context.reading(request) as session:
        values = _values(session, request, actor, run_id)
        return JSONResponse(news(request, {"koersel": "run_parts.html"}, values, said=values["said"]))


def _values(session: Session, request: Request, actor: SignedIn, run_id: int) -> dict[str, Any]:
    roots: Sequence[str] = roots_for(actor, Verb.SEE_RUNS)
    run, language = get_run(session, roots, run_id), render.language_of(request)
    newer = newer_run(session, run)
    failed = {run.id} if run.state is RunState.FAILED and newer is None else set()
    (line,) = lines_about(session, [run], failed, stuck_runs(session, request, roots))
    asked = history.history_of(session, f"run:{run_id}")
    return {
        "line": line,
        "run": run,
        "log": lines_of(session, run_id),
        "newer": newer,
        "paused": any(each.flow == run.flow for each in pauses(session, [run.root_id])),
        "said": _SAID[run.state][language == "en"],
        "titles": titles_in(session, language, [line.about.id] if line.about else []),
        "asked_for": asked,
        "names": actor_names(session, [each.actor for each in asked]),
        "may_open": allowed(actor.grants, Verb.SEE_ACTIVITY, Thing.ORDINARY, f"/{run.root_id}/"),
        "may_retry": allowed(actor.grants, Verb.RETRY_RUN, Thing.ORDINARY, f"/{run.root_id}/"),
    }


_SAID = {
    RunState.WANTED: ("Kørslen venter", "The run waits"),
    RunState.CLAIMED: ("Kørslen er i gang", "The run is under way"),
    RunState.DONE: ("Kørslen er færdig", "The run is done"),
    RunState.FAILED: ("Kørslen er fejlet", "The run has failed"),
}
