"""A room of the web application: its routes, and its places in the menu of signed-in people.

To add pages: write `web/<room>/…` with an `APIRouter`, templates under `web/templates/<room>/` that
extend `base.html`, one `ROOM = Room(router, navigation=(…))`, and name it in `web.app.ROOMS`.
"""

from dataclasses import dataclass, field

from fastapi import APIRouter

from cycle.access.roles import Role


@dataclass(frozen=True)
class MenuItem:
    """One place in the menu, seen by accounts that have one of `roles`."""

    path: str
    da: str
    en: str
    roles: frozenset[Role]
    also: tuple[str, ...] = ()
    """Where the pages begin that belong to it and have addresses of their own."""

    def leads_to(self, path: str) -> bool:
        """Whether the page at the path belongs to it."""
        return any(path == each or path.startswith(f"{each}/") for each in (self.path, *self.also))


@dataclass(frozen=True)
class Room:
    """Routes that belong together. The first menu item an account may see is its front page."""

    router: APIRouter
    navigation: tuple[MenuItem, ...] = field(default=())
