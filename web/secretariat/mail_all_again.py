"""All mails that were refused or came back, sent again at once: when a server refused us and has been mended.

GET  /mail/venter/send-igen   how many there are, what the servers said, and whom nothing can be sent to
POST /mail/venter/send-igen   lets those go that the page has counted, to those it has named
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.tasks.mail_log import Mail, undelivered_mails
from cycle.tasks.receivers import Receiver
from web import context
from web.secretariat.mail_acts import REFUSED_FOR, let_go, receivers_of
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.secretariat.typed import text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/mail/venter")

AT_ONCE = 1000
"""So many go at one press; the page says when there are more."""

REASONS = 10


@dataclass(frozen=True)
class Undelivered:
    """What lies there: those that can go, each with its receiver of today, and those that cannot. `more` can
    go when these have gone."""

    ready: list[tuple[Mail, Receiver]]
    left: list[Mail]
    more: bool

    @property
    def mark(self) -> str:
        """What the form says of the mails that the page has counted, and of whom it has named for each."""
        going = sorted((mail.id, to.person_id or 0, to.address) for mail, to in self.ready)
        return hashlib.sha256(json.dumps(going).encode()).hexdigest()

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """What was said of how many, the most frequent first. The server's words without the receiver."""
        said = Counter(mail.reason.replace(mail.address, "…") for mail, _ in self.ready if mail.reason)
        return said.most_common(REASONS)


@router.get("/send-igen")
def before(request: Request, actor: CurrentActor) -> Response:
    """What would be sent; nothing is done yet."""
    with context.reading(request) as session:
        found = _undelivered(session, roots_for(actor, Verb.RESEND_MAIL), context.now(request))
    return _show(request, found)


@router.post("/send-igen")
def again(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Leaves with the next mails; the page is shown anew when others lie there than it has counted, or
    they would go to others than it has named."""
    now = context.now(request)
    with context.writing(request) as session:
        found = _undelivered(session, roots_for(actor, Verb.RESEND_MAIL), now)
        if text_of(sent, "set") != found.mark:
            return _show(request, found, changed=True)
        for mail, to in found.ready:
            let_go(session, mail, to, by=actor.by, now=now)
    return RedirectResponse("/mail/venter?gjort=alle", status_code=303)


def _undelivered(session: Session, roots: Iterable[str], now: datetime) -> Undelivered:
    """Looks on behind those that cannot go, however many they are, until enough are found that can."""
    ready: list[tuple[Mail, Receiver]] = []
    left: list[Mail] = []
    for mails in undelivered_mails(session, roots, since=now - REFUSED_FOR, page=AT_ONCE):
        to = receivers_of(session, mails, now)
        going = [(mail, found) for mail in mails if (found := to[mail.id]) is not None and not found.dead]
        left += [mail for mail in mails if mail.id not in {each.id for each, _ in going}]
        ready += going
        if len(ready) > AT_ONCE:
            break
    return Undelivered(ready[:AT_ONCE], left, more=len(ready) > AT_ONCE)


def _show(request: Request, found: Undelivered, *, changed: bool = False) -> Response:
    status = 409 if changed else 200
    return show(request, "mail_all_again.html", status=status, found=found, changed=changed)
