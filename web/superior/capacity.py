"""In which capacity a signed-in account judges."""

from cycle.access.roles import Role
from cycle.access.sessions import SignedIn
from cycle.tasks.states import Actor


def capacity(actor: SignedIn) -> Actor:
    """As a superior, who has that role; else as the secretariat."""
    return Actor.SUPERIOR if Role.SUPERIOR in actor.roles else Actor.SECRETARIAT
