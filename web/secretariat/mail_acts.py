"""Mails that have not arrived as far as anyone knows, and what the secretariat does about them.

GET  /mail/venter           what waits, was refused or is uncertain
POST /mail/{id}/send-igen   sends it again, under the same Message-ID
POST /mail/{id}/kom-frem    somebody has seen that it arrived
"""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb, visible_paths
from cycle.messages.resending import STUCK, UNCERTAIN, mark_arrived, send_again
from cycle.tasks.mail_log import get_mail, stuck_mails
from cycle.tasks.mail_topics import topics
from web import context
from web.plain import Id
from web.render import language_of
from web.secretariat.pages import show
from web.secretariat.reach import roots_for, titles_in
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/mail")

MOST = 200
REFUSED_FOR = timedelta(days=60)
"""For how long a refused mail stands here; in the mail log it stands for good."""


@router.get("/venter")
def stuck(request: Request, actor: CurrentActor) -> Response:
    """The mails, those that wait for a person first."""
    with context.reading(request) as session:
        roots, since = roots_for(actor, Verb.SEE_MAIL), context.now(request) - REFUSED_FOR
        mails = stuck_mails(session, roots, since=since, limit=MOST + 1)
        about = topics(session, mails[:MOST])
        named = (each.occurrence_id for those in about.values() for each in those)
        return show(
            request,
            "mail_stuck.html",
            mails=mails[:MOST],
            more=len(mails) > MOST,
            topics=about,
            titles=titles_in(session, language_of(request), named),
            may_act=bool(visible_paths(actor.grants, Verb.RESEND_MAIL)),
            again=STUCK,
            uncertain=UNCERTAIN,
            done=request.query_params.get("gjort", ""),
        )


@router.post("/{message_id}/send-igen")
def again(request: Request, actor: CurrentActor, message_id: Id, _sent: CheckedForm) -> Response:
    """Leaves with the next mails (a day's mail in the send window)."""
    with context.writing(request) as session:
        get_mail(session, roots_for(actor, Verb.RESEND_MAIL), message_id)
        send_again(session, message_id, by=actor.by, now=context.now(request))
    return RedirectResponse("/mail/venter?gjort=igen", status_code=303)


@router.post("/{message_id}/kom-frem")
def arrived(request: Request, actor: CurrentActor, message_id: Id, _sent: CheckedForm) -> Response:
    """Closes the question whether it went."""
    with context.writing(request) as session:
        get_mail(session, roots_for(actor, Verb.RESEND_MAIL), message_id)
        mark_arrived(session, message_id, by=actor.by, now=context.now(request))
    return RedirectResponse("/mail/venter?gjort=fremme", status_code=303)
