"""The demo's own pages: who one can be, the clock, and the mail that was really received.

`create_app` mounts this room only when it is given a demo; `serve` answers 404 to all of it.
"""

import re

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from cycle.access.roles import Role
from cycle.errors import NotFound
from web import context, render, session
from web.context import Sent
from web.demo import sign_in
from web.demo.controls import Action, Controls, Writer, Writing
from web.plain import Id, readable
from web.rooms import MenuItem, Room

router = APIRouter(prefix="/demo")
router.include_router(sign_in.router)
ROOM = Room(router, navigation=(MenuItem("/demo", "Demo", "Demo", frozenset(Role)),))

LETTERS_SHOWN = 100
REPLIED, AWAY = "svar", "autosvar"
FOLLOWED_EVERY = 5
"""Seconds between two looks at a clock that runs."""
LINK = re.compile(r"https?://[^\s<>\"]+")


@router.get("")
def front(request: Request, foelg: str = "") -> Response:
    """The clock, and whom one can be here. `foelg`: the page is fetched again while the clock runs."""
    session.actor_of(request)
    controls: Controls | None = request.app.state.demo.controls
    stand = controls.status if controls else None
    follows = foelg == "1" and stand is not None and stand.busy is not None
    today = context.now(request).astimezone(context.settings(request).zone).date()
    with context.reading(request) as store:
        page = render.page(
            request,
            "demo/front.html",
            stand=stand,
            follows=follows,
            characters=sign_in.characters(store, today),
            errands=sign_in.errands(store, request),
        )
    if follows:
        page.headers["Refresh"] = str(FOLLOWED_EVERY)
    return page


@router.post("/ur")
def move_clock(request: Request, sent: Sent) -> Response:
    """Sets the clock going, or stops it."""
    wanted = str(sent.get("handling", ""))
    if wanted not in list(Action):
        raise NotFound("action", wanted)
    _controls(request).start(Action(wanted))
    return RedirectResponse("/demo?foelg=1", status_code=303)


@router.get("/post")
def letters(request: Request, soeg: str = "") -> Response:
    """What the demo's mail server has received."""
    session.actor_of(request)
    search = readable(soeg)
    found = _controls(request).letters(search, limit=LETTERS_SHOWN)
    return render.page(request, "demo/letters.html", letters=found, search=search, limit=LETTERS_SHOWN)


@router.get("/post/{number}")
def letter(request: Request, number: Id, sendt: str = "") -> Response:
    """One received mail, and the way to write back to it. `sendt`: what has just been written back."""
    session.actor_of(request)
    found = _controls(request).letter(number)
    if found is None:
        raise NotFound("mail", number)
    sent = sendt if sendt in (REPLIED, AWAY) else ""
    text = with_links(found.text)
    return render.page(request, "demo/letter.html", letter=found, text=text, sent=sent, writers=Writer)


@router.post("/post/{number}/svar")
def write_back(request: Request, number: Id, sent: Sent) -> Response:
    """Writes back to a mail and hands that in where a mail server would; the engine reads it by itself."""
    by = str(sent.get("afsender", Writer.RECEIVER))
    if by not in list(Writer):
        raise NotFound("writer", by)
    automatic = sent.get("handling") == AWAY
    writing = Writing(readable(str(sent.get("tekst", ""))), Writer(by), automatic)
    if not _controls(request).write_back(number, writing):
        raise NotFound("mail", number)
    done = AWAY if automatic else REPLIED
    return RedirectResponse(f"/demo/post/{number}?sendt={done}#sendt", status_code=303)


@router.get("/post/{number}/fil")
def letter_file(request: Request, number: Id) -> Response:
    """One received mail as it came, for a mail program that shows its HTML."""
    found = _controls(request).letter(number)
    if found is None:
        raise NotFound("mail", number)
    named = {"Content-Disposition": f'attachment; filename="mail-{number}.eml"'}
    return Response(found.raw, media_type="message/rfc822", headers=named)


def with_links(text: str) -> Markup:
    """Plain text with its addresses as links."""
    pieces, end = [], 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(".,)")
        pieces.append(escape(text[end : match.start()]))
        pieces.append(Markup('<a href="{0}">{0}</a>').format(address))
        end = match.start() + len(address)
    return Markup("").join([*pieces, escape(text[end:])])


def _controls(request: Request) -> Controls:
    controls: Controls | None = request.app.state.demo.controls
    if controls is None:
        raise NotFound("page", request.url.path)
    return controls
