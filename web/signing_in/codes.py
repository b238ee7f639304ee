"""A code by mail for "Mine opgaver". GET changes nothing; the answer is the same for every address.

GET  /mine/log-ind   asks for the address
POST /mine/log-ind   mails a code, to whoever has the address
GET  /mine/kode      asks for the code
POST /mine/kode      opens the person's own tasks
POST /mine/log-ud    forgets the browser
"""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.codes import use_code
from cycle.access.emails import clean_email, email_fault
from cycle.access.person_sessions import close_person_session, open_person_session
from cycle.messages.sign_in_mail import send_code
from web import context, render
from web.context import Sent
from web.cookies import Cookie
from web.paths import local_path
from web.plain import readable
from web.rooms import Room
from web.signing_in import person as own
from web.signing_in.person import CheckedPersonForm

router = APIRouter(prefix="/mine")
ROOM = Room(router)
HANDLE = Cookie("aarshjul-kode", "/mine")
FRONT = "/mine"


@router.get("/log-ind")
def ask_address(request: Request, videre: str = FRONT) -> Response:
    """The page that asks for an address."""
    return render.page(request, "signing_in/address.html", onward=_onward(videre), email="", wrong=False)


@router.post("/log-ind")
def send(request: Request, sent: Sent) -> Response:
    """Mails a code to the address when somebody here has it, and says the same when nobody has."""
    email, onward = clean_email(readable(sent.get("email"))), _onward(str(sent.get("videre", FRONT)))
    if email_fault(email):
        values = {"onward": onward, "email": email, "wrong": True}
        return render.page(request, "signing_in/address.html", status=422, **values)
    secret = context.settings(request).secret
    came_from = request.client.host if request.client else ""
    with context.writing(request) as session:
        now = context.browser_now(request)
        handle = send_code(session, secret, typed=email, came_from=came_from, now=now)
    response = RedirectResponse(f"/mine/kode?videre={quote(onward, safe='')}", status_code=303)
    HANDLE.give(response, request, handle)
    return response


@router.get("/kode")
def ask_code(request: Request, videre: str = FRONT) -> Response:
    """The page that asks for the code."""
    return render.page(request, "signing_in/code.html", onward=_onward(videre), wrong=False)


@router.post("/kode")
def check_code(request: Request, sent: Sent) -> Response:
    """Opens the tasks of whoever the code was mailed to."""
    onward, typed = _onward(str(sent.get("videre", FRONT))), str(sent.get("kode", ""))
    secret, now = context.settings(request).secret, context.browser_now(request)
    with context.writing(request) as session:
        handle = HANDLE.read(request)
        address = use_code(session, secret, handle=handle, typed=typed, now=now)
        token = open_person_session(session, address, now=now) if address else ""
    if not token:
        return render.page(request, "signing_in/code.html", status=401, onward=onward, wrong=True)
    response = RedirectResponse(onward, status_code=303)
    own.remember(response, request, token)
    HANDLE.forget(response, request)
    return response


@router.post("/log-ud")
def sign_out(request: Request, sent: CheckedPersonForm) -> Response:
    """Ends the session here and in the store."""
    with context.writing(request) as session:
        close_person_session(session, own.KEPT.read(request))
    response = RedirectResponse("/mine/log-ind", status_code=303)
    own.KEPT.forget(response, request)
    return response


def _onward(videre: str) -> str:
    onward = local_path(videre)
    return FRONT if onward == "/" else onward
