"""The leader's side of a confidential preparation, behind the link of the task. GET changes nothing.

GET  /opgave/{token}/forberedelse   both parts, the own one to be written on
POST /opgave/{token}/forberedelse   keeps the own part
"""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from web import context, preparation
from web.context import Sent
from web.leader.link import open_link
from web.preparation import Desk
from web.rooms import Room

router = APIRouter(prefix="/opgave/{token}/forberedelse")
ROOM = Room(router)


@router.get("")
def show(request: Request, token: str, gemt: str = "") -> Response:
    """Both parts."""
    with context.reading(request) as session:
        desk = _open(session, request, token)
        return preparation.show(session, request, desk, _address(token), notice="saved" if gemt else "")


@router.post("")
def keep(request: Request, token: str, sent: Sent) -> Response:
    """Keeps the leader's own part."""
    return preparation.answer(request, sent, _address(token), lambda session: _open(session, request, token))


def _open(session: Session, request: Request, token: str) -> Desk:
    holding = open_link(session, request, token)
    return preparation.open_desk(session, request, holding.task, holding.person.id)


def _address(token: str) -> str:
    return f"/opgave/{token}/forberedelse"
