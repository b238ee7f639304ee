"""Mails that have not arrived as far as anyone knows, and what the secretariat does about them.

GET  /mail/venter           what waits, was refused, came back or is uncertain
POST /mail/{id}/send-igen   sends it again, under the same Message-ID, to whoever has the post today
POST /mail/{id}/kom-frem    somebody has seen that it arrived
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb, visible_paths
from cycle.errors import Conflict
from cycle.gatherings.sending_again import guests_today, note_address
from cycle.messages.resending import UNCERTAIN, mark_arrived, send_again
from cycle.messages.tables import MessageState
from cycle.reminders.ledger import said_again
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.mail_log import Mail, double_mails, get_mail, mail_of, stuck_mails
from cycle.tasks.mail_topics import topics
from cycle.tasks.receivers import Receiver, receivers_today
from web import context
from web.plain import Id
from web.render import language_of
from web.secretariat.pages import show
from web.secretariat.reach import roots_for, titles_in
from web.secretariat.typed import text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/mail")

MOST, PAGE = 200, 50
"""So many are shown, so many at once."""
REFUSED_FOR = timedelta(days=60)
"""For how long a refused mail stands here; in the mail log it stands for good."""


@router.get("/venter")
def stuck(
    request: Request, actor: CurrentActor, side: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """The mails, those that wait for a person first."""
    with context.reading(request) as session:
        roots, since = roots_for(actor, Verb.SEE_MAIL), context.now(request) - REFUSED_FOR
        mails = stuck_mails(session, roots, since=since, limit=MOST + 1)
        page = min(side, pages := max(1, -(-len(mails[:MOST]) // PAGE)))
        shown = mails[:MOST][(page - 1) * PAGE : page * PAGE]
        may_act = bool(visible_paths(actor.grants, Verb.RESEND_MAIL))
        resent = [mail for mail in shown if may_act and mail.may_go_again]
        about = topics(session, shown)
        named = (each.occurrence_id for those in about.values() for each in those)
        return show(
            request,
            "mail_stuck.html",
            mails=shown,
            page=page,
            pages=[(f"/mail/venter?side={number}", number) for number in range(1, pages + 1)],
            more=len(mails) > MOST and page == pages,
            topics=about,
            titles=titles_in(session, language_of(request), named),
            may_act=may_act,
            receivers=receivers_of(session, resent, context.now(request)),
            double=double_mails(session, roots),
            shown_as=shown_as,
            refused=sum(mail.state is MessageState.REJECTED or mail.came_back for mail in mails[:MOST]),
            uncertain=UNCERTAIN,
            done=request.query_params.get("gjort", ""),
        )


@router.post("/{message_id}/send-igen")
def again(request: Request, actor: CurrentActor, message_id: Id, sent: CheckedForm) -> Response:
    """Leaves with the next mails (a day's mail in the send window), to whom the page has said."""
    now = context.now(request)
    with context.writing(request) as session:
        get_mail(session, roots_for(actor, Verb.RESEND_MAIL), message_id)
        mail = mail_of(session, message_id)
        to = receivers_of(session, [mail], now)[message_id]
        if to is None or text_of(sent, "til") != shown_as(to):
            raise Conflict("message", message_id)
        let_go(session, mail, to, by=actor.by, now=now)
    return RedirectResponse("/mail/venter?gjort=igen", status_code=303)


def let_go(session: Session, mail: Mail, to: Receiver, *, by: str, now: datetime) -> None:
    """Sends a mail again to whoever was found; what it told of counts as said again."""
    send_again(session, mail.id, by=by, now=now, person_id=to.person_id, address=to.address)
    said_again(session, mail.id, on=calendar_of_root(session, mail.root_id).local_date(now))
    note_address(session, mail, to.address)


def receivers_of(session: Session, mails: Sequence[Mail], now: datetime) -> dict[int, Receiver | None]:
    """Who would get each of the mails today."""
    return receivers_today(session, mails, now=now) | guests_today(session, mails, now=now)


def shown_as(to: Receiver) -> str:
    """What the form says of whom the page has named."""
    return f"{to.person_id or ''}:{to.address}"


@router.post("/{message_id}/kom-frem")
def arrived(request: Request, actor: CurrentActor, message_id: Id, _sent: CheckedForm) -> Response:
    """Closes the question whether it went."""
    with context.writing(request) as session:
        get_mail(session, roots_for(actor, Verb.RESEND_MAIL), message_id)
        mark_arrived(session, message_id, by=actor.by, now=context.now(request))
    return RedirectResponse("/mail/venter?gjort=fremme", status_code=303)
