"""The inbox: every mail that came in, what was understood, and the two things that can be done to it.

GET  /mail/ind                    found by sender and verdict
GET  /mail/ind/{inbound_id}       one mail
GET  /mail/ind/{inbound_id}/raa.txt  as it came, to be looked at in a text editor
POST /mail/ind/{inbound_id}/flyt  read it as another task's answer or draft
POST /mail/ind/{inbound_id}/fortryd  take back the answer it gave
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.errors import NotAllowed, NotFound
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict
from cycle.tasks.inbox import (
    InboxSearch,
    double_inbound,
    find_inbound,
    get_inbound,
    get_reading,
    taken_back,
    tasks_to_choose,
    verdict_counts,
)
from cycle.tasks.ledger import actor_names
from cycle.tasks.mail_topics import Subject, subjects
from cycle.tasks.moves import get_task
from cycle.tasks.tables import Submission, Task
from notifications.office import Office
from notifications.reassigning import readings_of, reassign, undo
from web import context, render
from web.attachments import attached
from web.forms import form_of
from web.plain import Id, readable
from web.secretariat.pages import show
from web.secretariat.reach import reach_task, roots_for, titles_in
from web.secretariat.typed import needed, whole_number
from web.session import CheckedForm, CurrentActor
from web.shown import Shown, shown_answers

router = APIRouter(prefix="/mail/ind")

PAGE = 100


@dataclass(frozen=True)
class Understood:
    """What the mail was for one task, as the page shows it. `may_read`: this account may see the answers."""

    reading: InboundTask
    subject: Subject
    shown: tuple[Shown, ...]
    may_read: bool
    may_undo: bool


@router.get("")
def inbox(
    request: Request,
    actor: CurrentActor,
    soeg: str = "",
    dom: str = "",
    flere: bool = False,
    side: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every mail that came in, newest first, with what became of it and why."""
    verdict = InboundVerdict(dom) if dom in list(InboundVerdict) else None
    search = InboxSearch(sender=readable(soeg)[:200], verdict=verdict, double=flere)
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.SEE_MAIL)
        mails = find_inbound(session, roots, search, limit=PAGE + 1, offset=(side - 1) * PAGE)
        about = subjects(session, sorted({mail.task_id for mail in mails if mail.task_id}))
        back = taken_back(session, (mail.id or 0 for mail in mails))
        return show(
            request,
            "mail_in.html",
            mails=mails[:PAGE],
            about=about,
            titles=_titles(session, request, about.values()),
            taken_back=back,
            names=actor_names(session, (each.undone_by for each in back.values())),
            readable={root for root in roots if _may_in(actor, root, Verb.SEE_UNIT)},
            more=len(mails) > PAGE,
            page=side,
            search=search,
            counts=verdict_counts(session, roots),
            double=double_inbound(session, roots),
        )


@router.get("/{inbound_id}")
def one(request: Request, actor: CurrentActor, inbound_id: Id, opgave: str = "") -> Response:
    """One mail: its verdict, what was understood for each task, and what can be done."""
    with context.reading(request) as session:
        mail = get_inbound(session, roots_for(actor, Verb.SEE_MAIL), inbound_id)
        readings = readings_of(session, inbound_id)
        about = subjects(session, sorted({each.task_id for each in readings}))
        understood = [_understood(session, request, actor, each, about[each.task_id]) for each in readings]
        may = _may(actor, mail, Verb.HANDLE_MAIL) and mail.verdict is not InboundVerdict.HOSTILE
        stands = any(each.submission_id and not each.undone_at for each in readings)
        choices = tasks_to_choose(session, mail, readable(opgave)[:200]) if may and not stands else []
        occurrences = {each.occurrence_id for each in about.values()}
        occurrences |= {each.occurrence_id for each in choices}
        return show(
            request,
            "mail_in_one.html",
            mail=mail,
            understood=understood,
            back=taken_back(session, [inbound_id]).get(inbound_id),
            readable=_may(actor, mail, Verb.SEE_UNIT),
            may=may,
            stands=stands,
            choices=choices,
            looked_for=readable(opgave)[:200],
            titles=titles_in(session, render.language_of(request), occurrences),
            names=actor_names(
                session, [name for each in readings for name in (each.by, each.undone_by) if name]
            ),
            done=request.query_params.get("gjort", ""),
        )


@router.get("/{inbound_id}/raa.txt")
def raw(request: Request, actor: CurrentActor, inbound_id: Id) -> Response:
    """The mail as it came: a download of plain text, never a page."""
    with context.reading(request) as session:
        mail = get_inbound(session, roots_for(actor, Verb.SEE_MAIL), inbound_id)
        if not _may(actor, mail, Verb.SEE_UNIT):
            raise NotAllowed(Verb.SEE_UNIT.value, f"inbound {inbound_id}")
        if not mail.raw:  # its time was over (`aarshjul retention`)
            raise NotFound("mail", inbound_id)
        return attached(mail.raw, f"mail-{inbound_id}.txt", "text/plain; charset=utf-8")


@router.post("/{inbound_id}/flyt")
def move(request: Request, actor: CurrentActor, inbound_id: Id, sent: CheckedForm) -> Response:
    """Reads the mail as the chosen task's answer, or as its draft."""
    with context.writing(request) as session:
        mail = get_inbound(session, roots_for(actor, Verb.HANDLE_MAIL), inbound_id)
        task_id = whole_number(sent, "task", "Opgaven")
        reach_task(session, actor, task_id, Verb.SEE_UNIT, Verb.HANDLE_MAIL)
        outcome = reassign(
            session,
            mail,
            task_id,
            as_answer=sent.get("som") == "svar",
            office=Office.of(context.settings(request)),
            by=actor.by,
            now=context.now(request),
        )
    done = {InboundVerdict.ANSWER: "svar", InboundVerdict.DRAFT: "kladde"}[outcome.verdict]
    asked_for_draft = done == "kladde" and sent.get("som") == "svar"
    return _back(inbound_id, "mangler" if asked_for_draft else done)


@router.post("/{inbound_id}/fortryd")
def take_back(request: Request, actor: CurrentActor, inbound_id: Id, sent: CheckedForm) -> Response:
    """Takes back the answer that the mail gave."""
    with context.writing(request) as session:
        get_inbound(session, roots_for(actor, Verb.HANDLE_MAIL), inbound_id)
        reading = get_reading(session, inbound_id, whole_number(sent, "reading", "Læsningen"))
        reach_task(session, actor, reading.task_id, Verb.SEE_UNIT, Verb.HANDLE_MAIL)
        why = needed(sent, "why", "Begrundelsen")
        open_again = undo(session, reading, why=why, by=actor.by, now=context.now(request))
    return _back(inbound_id, "aaben" if open_again else "tidligere")


def _understood(
    session: Session, request: Request, actor: SignedIn, reading: InboundTask, subject: Subject
) -> Understood:
    task = get_task(session, reading.task_id)
    found = reach_task(session, actor, reading.task_id)
    readable_here = found.may(Verb.SEE_UNIT)
    shown: Sequence[Shown] = ()
    if readable_here and reading.answers:
        form = form_of(session, _version_of(session, reading, task))
        shown = shown_answers(form, reading.answers, task.prefill, render.language_of(request))
    stands = reading.submission_id is not None and reading.undone_at is None
    return Understood(
        reading,
        subject,
        tuple(shown),
        readable_here,
        stands and readable_here and found.may(Verb.HANDLE_MAIL),
    )


def _version_of(session: Session, reading: InboundTask, task: Task) -> int | None:
    submission = session.get(Submission, reading.submission_id) if reading.submission_id else None
    return submission.form_version_id if submission else task.form_version_id


def _may(actor: SignedIn, mail: Inbound, verb: Verb) -> bool:
    """A mail's words may be of any task, also a confidential one."""
    return _may_in(actor, mail.root_id, verb)


def _may_in(actor: SignedIn, root_id: str, verb: Verb) -> bool:
    return allowed(actor.grants, verb, Thing.CONFIDENTIAL, f"/{root_id}/")


def _titles(session: Session, request: Request, about: Iterable[Subject]) -> dict[int, str]:
    return titles_in(session, render.language_of(request), (each.occurrence_id for each in about))


def _back(inbound_id: int, done: str) -> Response:
    return RedirectResponse(f"/mail/ind/{inbound_id}?gjort={done}", status_code=303)
