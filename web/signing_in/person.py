"""Who is known by the mailbox: somebody's own tasks, all posts and units, without an account.

    @router.get("/mine/…")
    def show(request: Request, person: CurrentPerson) -> Response: …

    @router.post("/mine/…")
    def change(request: Request, person: CurrentPerson, sent: CheckedPersonForm) -> Response: …

A browser that gave a mailed code is its mailbox's owner for twelve hours; one that is signed in with an
account is the owner of the account's address, also where somebody's code was given before. What a person may
is looked up by the persons' ids in `cycle.organisation.directory` at every request.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from cycle.access.person_sessions import read_person_session
from cycle.access.roles import KnownBy
from cycle.access.sessions import SignedIn
from cycle.organisation.mailboxes import address_of, people_with
from cycle.organisation.tables import Person
from web import context
from web.context import Sent
from web.cookies import Cookie
from web.session import CsrfWrong, actor_of, signed_in
from web.viewing import require_shown

COOKIE = "aarshjul-mig"
KEPT = Cookie(COOKIE)


class PersonNeeded(Exception):
    """Nobody is known by a mailbox."""


@dataclass(frozen=True)
class OwnPerson:
    """The person, once for each municipality that has the address. `by_account`: signed in with one.

    `is_viewed`: the secretariat looks at the pages as the person has them.
    """

    address: str
    people: tuple[Person, ...]
    csrf: str
    by_account: bool
    is_viewed: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """The persons' ids."""
        return tuple(person.id or 0 for person in self.people)

    @property
    def name(self) -> str:
        """What the person is called."""
        return self.people[0].name


def person_of(session: Session, request: Request) -> OwnPerson | None:
    """Who is known by the mailbox, if anybody, or as whom one looks. Reads only. Raises Refused."""
    viewer = signed_in(request)
    if viewer is not None and viewer.viewing is not None:
        return _viewed(session, request, viewer)
    actor = actor_of(request)
    if actor is not None and (people := people_with(session, actor.email)):
        return _own(people, actor.email, actor.csrf, by_account=True)
    known = read_person_session(session, KEPT.read(request), now=context.browser_now(request))
    if known is None:
        return None
    return _own(people_with(session, known.address), known.address, known.csrf, by_account=False)


def current_person(request: Request) -> OwnPerson:
    """Who is known by the mailbox. Raises PersonNeeded."""
    with context.reading(request) as session:
        person = person_of(session, request)
        session.expunge_all()
    if person is None:
        raise PersonNeeded
    request.state.language = person.people[0].language
    return person


CurrentPerson = Annotated[OwnPerson, Depends(current_person)]


def checked_person_form(person: CurrentPerson, sent: Sent) -> FormData:
    """The sent fields, when the form was made for this person. Raises CsrfWrong."""
    if not hmac.compare_digest(str(sent.get("csrf", "")).encode(), person.csrf.encode()):
        raise CsrfWrong
    return sent


CheckedPersonForm = Annotated[FormData, Depends(checked_person_form)]


def remember(response: Response, request: Request, token: str) -> None:
    """Sets the cookie, which the browser forgets when it is closed."""
    KEPT.give(response, request, token)


def known_as(session: Session, request: Request, person_id: int) -> KnownBy:
    """How the browser has shown that this person is behind it: the strongest way there is."""
    actor = signed_in(request)
    if actor is not None and actor.way is not None and _has(session, actor.email, person_id):
        return KnownBy(actor.way.value)
    known = read_person_session(session, KEPT.read(request), now=context.browser_now(request))
    if known is not None and _has(session, known.address, person_id):
        return KnownBy.CODE
    return KnownBy.LINK


def _has(session: Session, address: str, person_id: int) -> bool:
    return any(person.id == person_id for person in people_with(session, address))


def _viewed(session: Session, request: Request, viewer: SignedIn) -> OwnPerson | None:
    person = session.get(Person, viewer.viewing.person_id) if viewer.viewing else None
    if person is None:
        return None
    require_shown(request)
    actor_of(request)
    address = address_of(session, person.id or 0)
    return OwnPerson(address, (person,), viewer.csrf, by_account=True, is_viewed=True)


def _own(people: Sequence[Person], address: str, csrf: str, *, by_account: bool) -> OwnPerson | None:
    return OwnPerson(address, tuple(people), csrf, by_account) if people else None
