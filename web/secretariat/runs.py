"""The runs page: what ran, what failed, what comes, and whether the clock beats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle import history
from cycle.access.rules import Verb, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.plan.model import FlowName
from cycle.runs.reading import overrun, pauses, pulses, recent_runs, run_counts
from cycle.runs.requests import pause, resume, retry, wake
from cycle.runs.tables import ClockPulse, Recorded, Run, RunState
from cycle.tasks.coming import Coming, coming
from cycle.tasks.mail_log import Occasion, occasions
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.queries import failed_for_good
from web.secretariat.reach import roots_for, titles_in
from web.secretariat.typed import needed, text_of
from web.secretariat.words import SERVICES
from web.session import CheckedForm, CurrentActor, require

router = APIRouter(prefix="/koersler")

SILENT_AFTER = timedelta(minutes=2)
AHEAD = timedelta(days=90)
OF_OCCURRENCE = frozenset({"open", "advance", "close", "erase"})
FLOWS = (*SERVICES, *(flow.value for flow in FlowName))


@dataclass(frozen=True)
class Line:
    """One run on the page. `red`: nothing has mended it since; `stuck`: its worker does not answer."""

    run: Run
    about: Occasion | None
    red: bool
    stuck: bool

    @property
    def step(self) -> str:
        """What was done (open, advance or close an occurrence, the nightly sweep); else empty."""
        step, _, rest = self.run.subject.partition(":")
        return step if rest else ""


@dataclass(frozen=True)
class Pulse:
    """A clock's last turn, and how long ago that is by the machine's own time."""

    pulse: ClockPulse
    seconds: int
    silent: bool


@router.get("")
def runs(request: Request, actor: CurrentActor, flow: str = "", tilstand: str = "") -> Response:
    """Every run, the red ones first."""
    now, real = context.now(request), context.browser_now(request)
    wanted = flow if flow in FLOWS else None
    state = RunState(tilstand) if tilstand in list(RunState) else None
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.SEE_RUNS)
        lines = _lines(session, roots, wanted, state, real)
        to_come = _coming(session, roots, now, context.settings(request).zone)
        named = [line.about.id for line in lines if line.about] + [step.occurrence_id for step in to_come]
        return show(
            request,
            "runs.html",
            lines=lines,
            counts=run_counts(session, roots),
            pulses=[_pulse(pulse, real) for pulse in pulses(session)],
            paused=pauses(session, roots),
            coming=to_come,
            titles=titles_in(session, render.language_of(request), named),
            demo=request.app.state.demo is not None,
            now=now,
            roots=roots,
            flows=FLOWS,
            flow=wanted or "",
            state=state,
            states=list(RunState),
            recorded=Recorded,
            may_retry=_may(actor, Verb.RETRY_RUN),
            may_pause=_may(actor, Verb.PAUSE_FLOW),
        )


@router.post("/{run_id}/igen")
def run_again(request: Request, actor: CurrentActor, run_id: Id, sent: CheckedForm) -> Response:
    """Asks for the same work once more, at once."""
    now = context.now(request)
    with context.writing(request) as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFound("run", run_id)
        require(actor, Verb.RETRY_RUN, f"/{run.root_id}/")
        new = retry(session, run_id, now=now)
        wake(session, now=now)
        history.record(
            session,
            root_id=run.root_id,
            at=now,
            actor=actor.by,
            verb="retry",
            thing=f"run:{run_id}",
            data={"new": new},
        )
    return RedirectResponse("/koersler", status_code=303)


@router.post("/pause")
def pause_flow(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Nothing of this flow starts from now on."""
    roots_for(actor, Verb.PAUSE_FLOW)
    flow, root_id = _flow_of(sent.get("flow")), text_of(sent, "root")
    require(actor, Verb.PAUSE_FLOW, f"/{root_id}/")
    why, now = needed(sent, "why", "Begrundelsen"), context.now(request)
    with context.writing(request) as session:
        pause(session, root_id, flow, by=actor.by, now=now, why=why)
        _record(session, root_id, flow, "pause", by=actor.by, now=now, why=why)
    return RedirectResponse("/koersler", status_code=303)


@router.post("/genoptag")
def resume_flow(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """The flow goes on."""
    roots_for(actor, Verb.PAUSE_FLOW)
    flow, root_id, now = _flow_of(sent.get("flow")), text_of(sent, "root"), context.now(request)
    require(actor, Verb.PAUSE_FLOW, f"/{root_id}/")
    with context.writing(request) as session:
        resume(session, root_id, flow, now=now)
        _record(session, root_id, flow, "resume", by=actor.by, now=now)
    return RedirectResponse("/koersler", status_code=303)


def _lines(
    session: Session, roots: Sequence[str], flow: str | None, state: RunState | None, real: datetime
) -> list[Line]:
    recent = recent_runs(session, roots, flow=flow, state=state, limit=200)
    failed = failed_for_good(session, roots)
    if state in (None, RunState.FAILED):
        known = {run.id for run in recent}
        recent += [run for run in failed if run.id not in known and flow in (None, run.flow)]
    stuck = {run.id for run in overrun(session, real=real)}
    red = {run.id for run in failed} | stuck
    numbers = {run.id: _occurrence_of(run) for run in recent}
    about = occasions(session, [number for number in numbers.values() if number])
    lines = [Line(run, about.get(numbers[run.id] or 0), run.id in red, run.id in stuck) for run in recent]
    return sorted(lines, key=lambda line: (not line.red, -(line.run.id or 0)))


def _coming(session: Session, roots: Sequence[str], now: datetime, zone: ZoneInfo) -> list[Coming]:
    steps = coming(session, roots, zone=zone, limit=100)
    return [step for step in steps if step.at <= now + AHEAD]


def _occurrence_of(run: Run) -> int | None:
    """The occurrence that the run is about; other subjects name a municipality, which may be a number too."""
    verb, _, number = run.subject.partition(":")
    return int(number) if verb in OF_OCCURRENCE and number.isdigit() else None


def _pulse(pulse: ClockPulse, real: datetime) -> Pulse:
    age = real - pulse.turned_at
    return Pulse(pulse, max(0, int(age.total_seconds())), age > SILENT_AFTER)


def _flow_of(value: object) -> str:
    if value not in FLOWS:
        raise NotFound("flow", value)
    return str(value)


def _may(actor: SignedIn, verb: Verb) -> bool:
    return bool(visible_paths(actor.grants, verb))


def _record(
    session: Session, root_id: str, flow: str, verb: str, *, by: str, now: datetime, why: str = ""
) -> None:
    history.record(session, root_id=root_id, at=now, actor=by, verb=verb, thing=f"flow:{flow}", why=why)
