"""The demo's own pages: one-click sign-in, the clock, and the mail that was really received.

Only `aarshjul demo` mounts this room; `serve` answers 404 here.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from markupsafe import Markup, escape
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.access.tables import Account
from cycle.errors import NotFound
from cycle.organisation.tables import Unit
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence, Task
from web import context, render, session
from web.demo.controls import Action, Controls, Letter
from web.rooms import MenuItem, Room

LEADERS_SHOWN = 8
LETTERS_SHOWN = 100
LINK = re.compile(r"https?://[^\s<>\"]+")
EVERYBODY = frozenset(Role)


def room(controls: Controls) -> Room:
    """The demo's room around its controls."""
    router = APIRouter(prefix="/demo")

    @router.get("")
    def front(request: Request) -> Response:
        session.actor_of(request)
        with context.reading(request) as store:
            tasks = _open_tasks(store)
        newest = {task.id: _letter_about(controls, unit.name) for task, unit, _ in tasks}
        return render.page(
            request,
            "demo/front.html",
            status_=controls.status,
            personas=controls.personas,
            leaders=[(task, unit, occurrence, newest[task.id]) for task, unit, occurrence in tasks],
            actions=Action,
        )

    @router.post("/ur")
    def go(request: Request, handling: Annotated[str, Form()]) -> Response:
        if handling not in list(Action):
            raise NotFound("action", handling)
        controls.start(Action(handling))
        return RedirectResponse("/demo", status_code=303)

    @router.post("/log-ind")
    def sign_in(request: Request, konto: Annotated[int, Form()]) -> Response:
        if konto not in {persona.account_id for persona in controls.personas}:
            raise NotFound("account", konto)
        with context.writing(request) as store:
            account = store.get_one(Account, konto)
            opened = open_session(store, account, now=context.browser_now(request))
        response = RedirectResponse("/", status_code=303)
        session.remember(response, request, opened.token)
        return response

    @router.get("/post")
    def letters(request: Request, soeg: str = "") -> Response:
        session.actor_of(request)
        found = controls.letters(soeg, limit=LETTERS_SHOWN)
        return render.page(request, "demo/letters.html", letters=found, search=soeg, limit=LETTERS_SHOWN)

    @router.get("/post/{number}")
    def letter(request: Request, number: int) -> Response:
        session.actor_of(request)
        found = controls.letter(number)
        if found is None:
            raise NotFound("mail", number)
        return render.page(request, "demo/letter.html", letter=found, text=with_links(found.text))

    return Room(router, navigation=(MenuItem("/demo", "Demo", "Demo", EVERYBODY),))


def with_links(text: str) -> Markup:
    """Plain text with its addresses as links."""
    pieces, end = [], 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(".,)")
        pieces.append(escape(text[end : match.start()]))
        pieces.append(Markup('<a href="{0}">{0}</a>').format(address))
        end = match.start() + len(address)
    return Markup("").join([*pieces, escape(text[end:])])


def _open_tasks(store: Session) -> list[tuple[Task, Unit, Occurrence]]:
    """A few tasks that wait for a leader, the newest activity first."""
    rows = store.exec(
        select(Task, Unit, Occurrence)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(
            Occurrence.state == OccurrenceState.OPEN,
            col(Task.state).in_(list(WAITING_FOR_HOLDER)),
            col(Task.kind).in_([TaskKind.ANSWER, TaskKind.DRAFT]),
        )
        .order_by(col(Occurrence.opens_at).desc(), col(Unit.name))
        .limit(LEADERS_SHOWN)
    )
    return list(rows.all())


def _letter_about(controls: Controls, unit: str) -> Letter | None:
    found = controls.letters(unit, limit=1)
    return found[0] if found else None
