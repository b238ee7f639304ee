"""What OS2mo would change: the same difference as of a file, applied by whoever has looked at it.

GET  /os2mo   what was fetched last, and what of it waits
POST /os2mo   applies exactly what was shown
"""

import hashlib

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import Conflict, ImportInvalid
from cycle.organisation.applying import Import
from cycle.organisation.fetched import SOURCE, Difference, apply_fetched, difference_of, lists_of_row
from cycle.organisation.people import Choice, Choices
from cycle.organisation.tables import FetchedOrganisation
from cycle.store import tried
from cycle.tasks.change import look_again
from web import context, render
from web.secretariat.fetched_words import CHANGED, COLUMNS
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.session import CheckedForm, CurrentActor

router = APIRouter()
NOBODY_ASKED = Choices()


@router.get("/os2mo")
def waiting(request: Request, actor: CurrentActor, gemt: bool = False) -> Response:
    """The difference as it is now; nothing is changed by looking."""
    with tried(request.app.state.engine) as session:  # the units are written to compare their leaders
        row = _row(session, actor)
        found, problems = _difference(session, request, row) if row else (None, [])
        return show(
            request,
            "fetched.html",
            row=row,
            it=found,
            problems=problems,
            seen=_seen(row) if row else "",
            saved=gemt,
            changed=CHANGED,
            columns=COLUMNS,
            is_set_up=context.settings(request).reads_os2mo,
        )


@router.post("/os2mo")
def apply(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Applies what was shown; what was fetched or changed since has to be looked at again."""
    now = context.now(request)
    with context.writing(request) as session:
        row = _row(session, actor)
        if row is None or _seen(row) != sent.get("seen"):
            raise Conflict("organisation", SOURCE)
        lists = lists_of_row(row)
        choices = Choices(default=Choice.SAME) if sent.get("same") == "ja" else NOBODY_ASKED
        given = Import(
            SOURCE,
            lists.units + lists.leaders,
            actor.by,
            now,
            now.astimezone(context.settings(request).zone).date(),
            sent.get("really") == "ja",
            render.language_of(request),
        )
        posts = apply_fetched(session, lists, given, choices=choices)
        look_again(session, sorted(posts), now=now)
        row.changes = 0
        session.add(row)
    return RedirectResponse("/os2mo?gemt=1", status_code=303)


def _row(session: Session, actor: SignedIn) -> FetchedOrganisation | None:
    found = (session.get(FetchedOrganisation, root) for root in roots_for(actor, Verb.IMPORT))
    return next((row for row in found if row is not None), None)


def _difference(
    session: Session, request: Request, row: FetchedOrganisation
) -> tuple[Difference | None, list[str]]:
    if not row.units:
        return None, []
    today = context.now(request).astimezone(context.settings(request).zone).date()
    try:
        lists, language = lists_of_row(row), render.language_of(request)
        return difference_of(session, lists, today=today, language=language), []
    except ImportInvalid as error:
        return None, [str(problem) for problem in error.problems]


def _seen(row: FetchedOrganisation) -> str:
    return hashlib.sha256(f"{row.units}\0{row.leaders}".encode()).hexdigest()[:32]
