"""One role at a time, for who has several: the others are put aside in this browser until taken up again.

POST /konto/rolle   `rolle`: a role of the account's, "leader" for one's own tasks alone, or empty for all
"""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.roles import Role
from cycle.access.sessions import SignedIn, choose_role
from cycle.organisation.mailboxes import people_with
from web import context, session
from web.faults import BAD_REQUEST, Refused
from web.rooms import Room
from web.session import CurrentActor, OwnForm

router = APIRouter(prefix="/konto/rolle")
ROOM = Room(router)
WORDS = {
    Role.LEADER: ("Leder", "Leader"),
    Role.SUPERIOR: ("Nærmeste leder", "Superior"),
    Role.SECRETARIAT: ("Sekretariat", "Secretariat"),
    Role.DIRECTION: ("Direktion", "Direction"),
    Role.COMMITTEE: ("Udvalg", "Committee"),
    Role.OPERATOR: ("Drift", "Operations"),
}


@router.post("")
def choose(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Goes on in this role, at its front page."""
    wanted = str(sent.get("rolle", ""))
    with context.writing(request) as store:
        role = next((each for each in roles_of(store, actor) if each.value == wanted), None)
        if wanted and role is None:
            raise Refused(BAD_REQUEST)
        choose_role(store, session.KEPT.read(request), role)
    return RedirectResponse("/mine" if role is Role.LEADER else "/", status_code=303)


def roles_of(store: Session, actor: SignedIn) -> list[Role]:
    """The roles the account can choose among; a leader's when the address is that of somebody with posts."""
    leads = {Role.LEADER} if people_with(store, actor.email) else set()
    return [role for role in Role if role in actor.own_roles | leads]
