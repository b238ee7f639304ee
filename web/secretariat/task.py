"""One task's file: the answer, why mails went or did not, what was changed, and what can be done."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb, allowed
from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, NotFound
from cycle.files import store as files
from cycle.organisation.directory import Directory, Recipient
from cycle.tasks.approval import verdicts_run, verdicts_until
from cycle.tasks.calendars import calendar_of
from cycle.tasks.change import RUNNING, extend, nudge, renew_links, waive
from cycle.tasks.forms import Form
from cycle.tasks.ledger import TaskFile, actor_names, task_file
from cycle.tasks.mail_log import received
from cycle.tasks.rollup import Outcome
from cycle.tasks.standing import as_read, awaits_approval, timeliness
from cycle.tasks.states import (
    NEVER_WAIVED,
    WAITING_FOR_HOLDER,
    OccurrenceState,
    SubmissionKind,
    TaskKind,
    TaskState,
)
from cycle.tasks.tables import FormVersion, Submission, Task
from cycle.tasks.told import why
from cycle.tasks.wishes import wishes_of
from web import context, render
from web.attachments import attachment
from web.faults import NOT_NOW, Refused
from web.plain import Id
from web.questions import figures_of
from web.secretariat.pages import show
from web.secretariat.preview import nudge_preview
from web.secretariat.reach import TaskReach, reach_task
from web.secretariat.typed import all_of, needed, whole_date, whole_number
from web.secretariat.wanting import note_wanting, wanting_of
from web.session import CheckedForm, CurrentActor
from web.shown import Shown, shown_answers
from web.superior.wishes import check_latest, latest_day

router = APIRouter(prefix="/opgave-historik/{task_id}")
OFFERED = {"forlaeng": "extend", "fritag": "waive", "besked": "nudge", "nyt-link": "renew_link"}
"""The act that a form of the page is for."""


@dataclass(frozen=True)
class Version:
    """One version of the answer, as people read it."""

    submission: Submission
    nil: bool
    shown: tuple[Shown, ...]


@router.get("")
def file_of(request: Request, actor: CurrentActor, task_id: Id) -> Response:
    """The task's file. Raises Refused when a form came back that the task has got beyond meanwhile."""
    with context.reading(request) as session:
        found = reach_task(session, actor, task_id, Verb.SEE_UNIT)
        act = OFFERED.get(wanting_of(request).form)
        if act and not _may(found)[act]:
            way = (f"/opgave-historik/{task_id}", "Se opgaven", "See the task")
            raise Refused(replace(NOT_NOW, onward=way))
        return show(request, "task.html", **_values(session, request, found))


@router.get("/fil/{digest}")
def fetch(request: Request, actor: CurrentActor, task_id: Id, digest: str) -> Response:
    """A file that some version of the answer names."""
    with context.reading(request) as session:
        reach_task(session, actor, task_id, Verb.SEE_UNIT)
        names = files.named([each.answers for each in task_file(session, task_id).submissions])
        if digest not in names:
            raise NotFound("file", digest)
        return attachment(files.read(session, digest), names[digest])


@router.post("/forlaeng")
def extend_deadline(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """A later due date for this post alone."""
    try:
        with context.writing(request) as session:
            found = reach_task(session, actor, task_id, Verb.SEE_UNIT, Verb.EXTEND)
            new_due_on, reason = all_of(
                lambda: whole_date(sent, "new_due_on", "Den nye frist"),
                lambda: needed(sent, "reason", "Begrundelsen"),
            )
            check_latest(new_due_on, latest_day(session, actor, found.occurrence))
            extend(
                session,
                task_id,
                new_due_on=new_due_on,
                reason=reason,
                by=actor.by,
                now=context.now(request),
            )
        return _back(task_id, "forlaenget")
    except AnswerInvalid as error:
        note_wanting(request, "forlaeng", error, sent)
        return file_of(request, actor, task_id)


@router.post("/fritag")
def waive_answer(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """No answer is needed from this post."""
    try:
        with context.writing(request) as session:
            reach_task(session, actor, task_id, Verb.SEE_UNIT, Verb.WAIVE)
            reason = needed(sent, "why", "Begrundelsen")
            waive(session, task_id, why=reason, by=actor.by, now=context.now(request))
        return _back(task_id, "fritaget")
    except AnswerInvalid as error:
        note_wanting(request, "fritag", error, sent)
        return file_of(request, actor, task_id)


@router.post("/nyt-link")
def new_link(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """Closes the links that were sent, and sends the post a new one."""
    try:
        with context.writing(request) as session:
            found = reach_task(session, actor, task_id, Verb.SEE_UNIT, Verb.RENEW_LINK)
            why = needed(sent, "why", "Begrundelsen")
            seen = whole_number(sent, "generation", "Formularens nummer")
            renew_links(session, task_id, seen=seen, why=why, by=actor.by, now=context.now(request))
            recipient = _recipient(session, request, found)
        return _back(task_id, "nyt-link" if recipient and recipient.address else "lukket-link")
    except AnswerInvalid as error:
        note_wanting(request, "nyt-link", error, sent)
        return file_of(request, actor, task_id)


@router.post("/besked/vis")
def preview(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """The mail as it would be sent, and to whom; nothing is sent."""
    try:
        with context.reading(request) as session:
            found = reach_task(session, actor, task_id, Verb.SEE_UNIT, Verb.NUDGE)
            text = needed(sent, "text", "Teksten")
            recipient = _recipient(session, request, found)
            mail = nudge_preview(session, request, found, recipient, text) if recipient else None
            return show(
                request,
                "nudge.html",
                found=found,
                recipient=recipient,
                mail=mail,
                text=text,
                once=secrets.token_urlsafe(12),
            )
    except AnswerInvalid as error:
        note_wanting(request, "besked", error, sent)
        return file_of(request, actor, task_id)


@router.post("/besked")
def send_nudge(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """Sends the secretariat's own words to whoever holds the post."""
    with context.writing(request) as session:
        reach_task(session, actor, task_id, Verb.SEE_UNIT, Verb.NUDGE)
        message = nudge(
            session,
            task_id,
            text=needed(sent, "text", "Teksten"),
            by=actor.by,
            now=context.now(request),
            once=needed(sent, "once", "Formularens nummer")[:40],
        )
    return _back(task_id, "sendt" if message else "uden-adresse")


def _values(session: Session, request: Request, found: TaskReach) -> dict[str, Any]:
    task, task_id, calendar = found.task, found.task.id or 0, calendar_of(session, found.occurrence)
    today = calendar.local_date(context.now(request))
    kept, told, wishes = task_file(session, task_id), why(session, task_id), wishes_of(session, task_id)
    acting = [
        *(s.by for s in kept.submissions),
        *(c.actor for c in kept.changes),
        *(r.by for r in kept.reviews),
        *(name for wish in wishes for name in (wish.by, wish.decided_by)),
    ]
    people = [f"person:{row.person_id}" for row in told if row.person_id] + _receivers(kept)
    return {
        "found": found,
        "task": task,
        "today": today,
        "as_read": Outcome.NOT_APPROVED if awaits_approval(task) else as_read(task),
        "judging": _judging(found, calendar, today),
        "timeliness": timeliness(task, found.occurrence, today=today, calendar=calendar),
        "recipient": _recipient(session, request, found),
        "versions": _versions(session, request, task, kept.submissions),
        "kept": kept,
        "handed_until": _handed_until(kept),
        "wishes": wishes,
        "figures": figures_of(task.prefill),
        "told": sorted(told, key=lambda row: row.came_at) if found.may(Verb.SEE_MAIL) else [],
        "incoming": _incoming(session, found),
        "names": actor_names(session, [*acting, *people]),
        "may": _may(found),
        "suggested": _suggested(task, calendar, today),
        "done": request.query_params.get("gjort", ""),
    }


def _judging(found: TaskReach, calendar: WorkingCalendar, today: date) -> str:
    """How far a review is: "done", "over" or "waits"; empty for other tasks."""
    if found.task.kind is not TaskKind.REVIEW:
        return ""
    if found.task.state is not TaskState.OPEN:
        return "done"
    runs = verdicts_run(found.occurrence, calendar, on=today)
    return "waits" if runs or found.task.due_on > verdicts_until(found.occurrence, calendar) else "over"


def _receivers(kept: TaskFile) -> list[str]:
    """To whom the post was handed over."""
    return [f"person:{change.data['person']}" for change in kept.changes if "person" in change.data]


def _handed_until(kept: TaskFile) -> dict[int, date]:
    """The local dates, inclusive, to which the post was handed over, by the change's id."""
    handed = [change for change in kept.changes if "until" in change.data]
    return {change.id or 0: date.fromisoformat(change.data["until"]) for change in handed}


def _may(found: TaskReach) -> dict[str, bool]:
    """Which acts make sense now and are this account's to do."""
    task, state = found.task, found.occurrence.state
    waits = task.state in WAITING_FOR_HOLDER
    running = state in RUNNING
    whole = allowed(found.actor.grants, Verb.EXTEND, found.thing, f"/{found.occurrence.root_id}/")
    owed = waits or task.state is TaskState.SUBMITTED
    needed_by_all, review = task.kind in NEVER_WAIVED, task.kind is TaskKind.REVIEW
    own = waits and not review
    return {
        "extend": own and found.may(Verb.EXTEND) and (whole or state is OccurrenceState.OPEN) and running,
        "waive": owed and not needed_by_all and not review and found.may(Verb.WAIVE),
        "replace": owed and needed_by_all and found.may(Verb.WAIVE),
        "nudge": waits and running and found.may(Verb.NUDGE),
        "renew_link": running and task.state is not TaskState.CANCELLED and found.may(Verb.RENEW_LINK),
        "mail": found.may(Verb.SEE_MAIL),
    }


def _suggested(task: Task, calendar: WorkingCalendar, today: Any) -> str:
    return calendar.add_working_days(max(task.due_on, today), 5).isoformat()


def _recipient(session: Session, request: Request, found: TaskReach) -> Recipient | None:
    today = calendar_of(session, found.occurrence).local_date(context.now(request))
    return Directory.for_post(session, found.unit.id, today).recipient(found.unit.id, found.task.role)


def _incoming(session: Session, found: TaskReach) -> Sequence[Any]:
    if not found.may(Verb.SEE_MAIL):
        return []
    return received(session, [found.occurrence.root_id], task_id=found.task.id)


def _versions(
    session: Session, request: Request, task: Task, submissions: Sequence[Submission]
) -> list[Version]:
    """The newest first."""
    language = render.language_of(request)
    found = []
    for submission in reversed(submissions):
        version = session.get(FormVersion, submission.form_version_id) if submission.form_version_id else None
        shown: tuple[Shown, ...] = ()
        if version is not None:
            form = Form.model_validate_json(version.spec)
            shown = shown_answers(form, submission.answers, task.prefill, language)
        found.append(Version(submission, submission.kind is SubmissionKind.NIL, shown))
    return found


def _back(task_id: int, done: str) -> Response:
    return RedirectResponse(f"/opgave-historik/{task_id}?gjort={done}", status_code=303)
