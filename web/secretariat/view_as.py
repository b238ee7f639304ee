"""Seeing the pages as somebody else does, to find out what they mean on the telephone. Changes nothing.

GET  /se-som         whom: accounts, and persons with a post by name, unit or address (`q`)
POST /se-som         begins, with a reason; `konto` or `person`
POST /se-som/slut    back to one's own pages
"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb, seen_as
from cycle.access.sessions import SignedIn
from cycle.access.tables import Account
from cycle.access.viewing import LASTS, begin_viewing, end_viewing, grants_of
from cycle.errors import AnswerInvalid, Problem
from cycle.organisation.tables import Appointment, Person, Unit
from web import context, render, session
from web.plain import readable
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.secretariat.typed import all_of, needed, text_of, whole_number
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor, OwnForm
from web.signing_in.roles import WORDS

router = APIRouter(prefix="/se-som")
MOST = 25


@router.get("")
def choose(request: Request, actor: CurrentActor, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Whom."""
    roots = roots_for(actor, Verb.VIEW_AS)
    with context.reading(request) as store:
        return show(
            request,
            "view_as.html",
            accounts=_accounts(store, actor, 1 if render.language_of(request) == "en" else 0),
            people=_people(store, roots, readable(q)) if readable(q) else [],
            most=MOST,
            q=readable(q),
            minutes=int(LASTS.total_seconds() // 60),
        )


@router.post("")
def begin(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Shows the pages as the chosen one has them, for a quarter of an hour."""
    roots_for(actor, Verb.VIEW_AS)
    try:
        who, why = all_of(lambda: _chosen(sent), lambda: needed(sent, "why", "Begrundelsen"))
    except AnswerInvalid as error:
        note_wanting(request, "konto" if "konto" in sent else "leder", error, sent)
        return choose(request, actor, text_of(sent, "q")[:100])
    token, now = session.KEPT.read(request), context.browser_now(request)
    with context.writing(request) as store:
        viewed = begin_viewing(store, token, viewer=actor.grants, **who, why=why, by=actor.by, now=now)
    return RedirectResponse("/mine" if viewed.person_id else "/", status_code=303)


@router.post("/slut")
def end(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Back to one's own pages, which need no right."""
    with context.writing(request) as store:
        end_viewing(store, session.KEPT.read(request), by=actor.by, now=context.browser_now(request))
    return RedirectResponse("/se-som", status_code=303)


def _chosen(sent: FormData) -> dict[str, int]:
    if text_of(sent, "konto"):
        return {"account_id": whole_number(sent, "konto", "Kontoen")}
    if text_of(sent, "person"):
        return {"person_id": whole_number(sent, "person", "Personen")}
    raise AnswerInvalid([Problem("person", "Der er ikke valgt nogen.", "Vælg én på listen.")])


def _accounts(store: Session, actor: SignedIn, language: int) -> list[tuple[int, str]]:
    """The others' accounts in the actor's municipalities: id, and name with roles."""
    found = []
    for account in store.exec(
        select(Account).where(col(Account.disabled_at).is_(None)).order_by(Account.name)
    ):
        grants = seen_as(actor.grants, grants_of(store, account.id or 0))
        if grants and account.id != actor.account_id:
            roles = ", ".join(sorted({WORDS[grant.role][language] for grant in grants}))
            found.append((account.id or 0, f"{account.name} ({roles})"))
    return found


def _people(store: Session, roots: tuple[str, ...], wanted: str) -> list[tuple[int, str]]:
    """Id, and name with a unit, of persons with a post whose name or unit has these words, at most `MOST`."""
    query = (
        sa.select(col(Person.id), col(Person.name), col(Unit.name))
        .join(Appointment, col(Appointment.person_id) == col(Person.id))
        .join(Unit, col(Unit.id) == col(Appointment.unit_id))
        .where(col(Person.root_id).in_(roots), col(Appointment.valid_to).is_(None))
        .order_by(col(Person.name), col(Person.id), col(Unit.name))
    )
    words = wanted.casefold().split()
    found: dict[int, tuple[int, str]] = {}
    for person_id, name, unit in store.execute(query):
        if all(word in f"{name} {unit}".casefold() for word in words):
            found.setdefault(person_id, (person_id, f"{name}, {unit}"))
    return list(found.values())[:MOST]
