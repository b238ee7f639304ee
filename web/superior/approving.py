"""Several answers of one activity approved at once: first seen, then each approved as it was seen.

POST /mine-enheder/{occurrence}/flere/vis   the ticked answers, to be read; changes nothing
POST /mine-enheder/{occurrence}/flere       approves them; one that has changed meanwhile is left and named
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict, NotAllowed, NotFound, NotNow, Problem
from cycle.tasks import review
from cycle.tasks.states import Verdict
from cycle.tasks.tables import Occurrence
from web import context, faults, render, words
from web.plain import LARGEST, Id, readable
from web.rooms import Room
from web.session import CheckedForm, CurrentActor, grant
from web.shown import Shown, shown_answers
from web.superior import turn
from web.superior.capacity import capacity
from web.superior.scope import Case, activity_of, open_case, thing_of

router = APIRouter(prefix="/mine-enheder/{occurrence_id}/flere")
ROOM = Room(router)
MOST = 100
"""Answers that are approved in one go: more than one person reads at a time."""


@dataclass(frozen=True)
class Seen:
    """One answer as it is shown before it is approved."""

    case: Case
    shown: Sequence[Shown]


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Which they are and what they say; nothing is changed."""
    now = context.now(request)
    with context.reading(request) as session:
        occurrence = _reach(session, actor, occurrence_id)
        chosen = _numbers(sent)
        cases = [_case(session, actor, occurrence_id, task_id, now) for task_id in chosen]
        language = render.language_of(request)
        return render.page(
            request,
            "superior/approving.html",
            occurrence=occurrence,
            able=[Seen(case, _shown(case, language)) for case in cases if case.may_approve],
            unable=[case.unit.name for case in cases if not case.may_approve],
            timeliness=words.TIMELINESS,
        )


@router.post("")
def approve(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Approves each in the version and at the level that was shown; the same POST twice approves once."""
    now = context.now(request)
    with context.reading(request) as session:
        _reach(session, actor, occurrence_id)
    chosen = _numbers(sent)
    left = [each for each in chosen if not _approve(request, actor, occurrence_id, each, sent, now)]
    told = f"godkendt={len(chosen) - len(left)}" + "".join(f"&ikke={task_id}" for task_id in left)
    return RedirectResponse(f"/mine-enheder/{occurrence_id}?{told}", status_code=303)


def _approve(
    request: Request, actor: SignedIn, occurrence_id: int, task_id: int, sent: FormData, now: datetime
) -> bool:
    """Whether the answer that was shown is approved. Each is a commit of its own: none waits for another."""
    version, _, level = readable(sent.get(f"seen:{task_id}")).partition(".")
    seen = FormData({"version": version, "level": level})
    try:
        with context.writing(request) as session:
            case = _case(session, actor, occurrence_id, task_id, now, lock=True)
            if not turn.is_done(case, seen, Verdict.APPROVED):
                turn.check(case, seen, Verdict.APPROVED)
                review.approve(session, task_id, by=actor.by, now=now, actor=capacity(actor))
    except NotAllowed as error:
        if error.verb != Verb.REVIEW.value:
            raise
        return False
    except (Conflict, NotNow, faults.Refused):
        return False
    return True


def _case(
    session: Session,
    actor: SignedIn,
    occurrence_id: int,
    task_id: int,
    now: datetime,
    *,
    lock: bool = False,
) -> Case:
    """One of the activity's answers. Raises NotFound, NotAllowed."""
    case = open_case(session, actor, task_id, now=now, lock=lock)
    if case.task.occurrence_id != occurrence_id:
        raise NotFound("task", task_id)
    return case


def _reach(session: Session, actor: SignedIn, occurrence_id: int) -> Occurrence:
    """An activity of which the actor may see some answers. Raises NotFound, NotAllowed."""
    occurrence = session.get(Occurrence, occurrence_id)
    if occurrence is None:
        raise NotFound("occurrence", occurrence_id)
    paths = visible_paths(actor.grants, Verb.SEE_UNIT, thing_of(activity_of(occurrence)))
    if not any(path.startswith(f"/{occurrence.root_id}/") for path in paths):
        raise NotAllowed(Verb.SEE_UNIT.value, f"occurrence {occurrence_id}")
    grant(actor, Verb.SEE_UNIT.value)
    return occurrence


def _shown(case: Case, language: str) -> tuple[Shown, ...]:
    if case.submission is None:
        return ()
    return shown_answers(case.form, case.submission.answers, case.task.prefill, language)


def _numbers(sent: FormData) -> list[int]:
    """The ticked tasks, each once. Raises AnswerInvalid for none, for too many, and for what is no number."""
    values = [str(value) for value in sent.getlist("task")]
    numbers = {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 11}
    if not values or len(numbers) != len(set(values)) or max(numbers) > LARGEST:
        raise AnswerInvalid([Problem("task", "Der er ikke valgt nogen enhed.", "Sæt kryds ved mindst én.")])
    if len(numbers) > MOST:
        what = f"Der er valgt mere end {MOST} enheder."
        raise AnswerInvalid([Problem("task", what, "Vælg færre ad gangen.")])
    return sorted(numbers)
