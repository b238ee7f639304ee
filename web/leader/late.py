"""Who writes for so long that the link ends meanwhile loses nothing: what was typed is kept as a draft."""

from contextlib import suppress

from fastapi import Request
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import FormData

from cycle.errors import CycleError
from web import context, faults
from web.leader.answering import Act, Overtaken, Sent, Unfinished, act, keep_uploads
from web.leader.link import open_link
from web.signing_in.faults import LINK_ENDED_KEPT
from web.signing_in.visits import LinkEnded


def keep_late(request: Request, token: str, sent: FormData) -> None:
    """Keeps the draft and raises Refused with a page that says so.

    Where it cannot be kept as it stands (it was changed elsewhere, say) this only returns: the page of an
    ended link then gives the text back.
    """
    with suppress(CycleError, LinkEnded, Overtaken, Unfinished, IntegrityError):
        attachments = keep_uploads(request, token, sent, ended=True)
        with context.writing(request) as session:
            holding = open_link(session, request, token, ended=True)
            outcome = act(session, request, holding, Sent(sent, Act.DRAFT, attachments))
        if not outcome.kept.refused:
            request.state.sent = None
            request.state.received = f"/opgave/{holding.task_id}/kladde"
            raise faults.Refused(LINK_ENDED_KEPT)
