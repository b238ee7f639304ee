"""The mail log, and one mail's text."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.messages.tables import MessageKind, MessageState
from cycle.organisation.tables import Unit
from cycle.tasks.mail_log import (
    NEVER_DOUBLE,
    Search,
    double_mails,
    find_mails,
    get_mail,
    get_person,
    mail_states,
)
from cycle.tasks.mail_topics import Subject, Topic, named_tasks, subjects, tasks_of_mail, topics
from cycle.tasks.told import told_in
from web import context, render
from web.plain import Id, readable
from web.secretariat.pages import show
from web.secretariat.reach import roots_for, titles_in
from web.session import CurrentActor

router = APIRouter(prefix="/mail")

PAGE = 100


@router.get("")
def log(
    request: Request,
    actor: CurrentActor,
    soeg: str = "",
    tilstand: str = "",
    slags: str = "",
    flere: bool = False,
    side: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every mail, newest first; searched by person, address or unit."""
    search = Search(
        text=readable(soeg)[:200],
        state=MessageState(tilstand) if tilstand in list(MessageState) else None,
        kind=MessageKind(slags) if slags in list(MessageKind) else None,
        double=flere,
    )
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.SEE_MAIL)
        found = find_mails(session, roots, search, limit=PAGE + 1, offset=(side - 1) * PAGE)
        return show(
            request,
            "mail_log.html",
            mails=found[:PAGE],
            topics=(about := topics(session, found[:PAGE])),
            titles=_titles(session, request, [each for those in about.values() for each in those]),
            more=len(found) > PAGE,
            page=side,
            search=search,
            counts=mail_states(session, roots),
            double=double_mails(session, roots),
            states=list(MessageState),
            kinds=list(MessageKind),
        )


@router.get("/{message_id}")
def one(request: Request, actor: CurrentActor, message_id: Id) -> Response:
    """One mail. Its text needs the right to see the answers it may quote."""
    with context.reading(request) as session:
        mail = get_mail(session, roots_for(actor, Verb.SEE_MAIL), message_id)
        about = subjects(session, sorted(named_tasks(mail) or tasks_of_mail(session, message_id)))
        unit = session.get_one(Unit, mail.root_id)
        readable = allowed(actor.grants, Verb.SEE_UNIT, Thing.CONFIDENTIAL, unit.path)
        who = get_person(session, [mail.root_id], mail.person_id) if mail.person_id else None
        return show(
            request,
            "mail.html",
            mail=mail,
            about=list(about.values()),
            subjects_of=about,
            reasons=told_in(session, [message_id]),
            titles=_titles(session, request, about.values()),
            readable=readable,
            person=who,
            may_be_double=mail.unsure > 0 and mail.state not in NEVER_DOUBLE,
        )


def _titles(session: Session, request: Request, about: Iterable[Subject | Topic]) -> dict[int, str]:
    return titles_in(session, render.language_of(request), (each.occurrence_id for each in about))
