"""A room of the web application: its routes, and its places in the menu of signed-in people.

What the secretariat uses daily stands open in the menu; what is looked up now and then is folded under what
it is about, so that the menu keeps to one row on a desk.

To add pages: write `web/<room>/…` with an `APIRouter`, templates under `web/templates/<room>/` that
extend `base.html`, one `ROOM = Room(router, navigation=(…))`, and name it in `web.app.ROOMS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fastapi import APIRouter

from cycle.access.roles import Role


class Place(StrEnum):
    """Where an item stands."""

    MENU = "menu"
    BY_THE_NAME = "by the name"
    """Beside the account's own name."""
    SEARCH = "search"
    """As a field of its own that asks the page."""


@dataclass(frozen=True)
class MenuItem:
    """One place in the menu, seen by accounts that have one of `roles`."""

    path: str
    da: str
    en: str
    roles: frozenset[Role]
    also: tuple[str, ...] = ()
    """Where the pages begin that belong to it and have addresses of their own."""
    under: tuple[str, str] | None = None
    """What it is folded under, in Danish and English."""
    place: Place = Place.MENU
    of_a_post: bool = False
    """Seen only by accounts whose address holds a post today."""

    def leads_to(self, path: str) -> bool:
        """Whether the page at the path belongs to it."""
        return any(path == each or path.startswith(f"{each}/") for each in (self.path, *self.also))


@dataclass(frozen=True)
class MenuEntry:
    """What stands in the menu's row: one item, or several under words of their own."""

    items: Sequence[MenuItem]

    @property
    def words(self) -> tuple[str, str]:
        """What the row says, in Danish and English."""
        (first, *others) = self.items
        return first.under if others and first.under else (first.da, first.en)

    def leads_to(self, path: str) -> bool:
        """Whether the page at the path belongs to one of its items."""
        return any(item.leads_to(path) for item in self.items)


@dataclass(frozen=True)
class Menu:
    """What one account may go to."""

    items: Sequence[MenuItem] = ()

    @property
    def entries(self) -> list[MenuEntry]:
        """The menu's row; items that are folded together stand where the first of them would."""
        found: dict[object, list[MenuItem]] = {}
        for item in self.at(Place.MENU):
            found.setdefault(item.under or item.path, []).append(item)
        return [MenuEntry(items) for items in found.values()]

    @property
    def by_the_name(self) -> list[MenuItem]:
        """What stands beside the account's own name."""
        return self.at(Place.BY_THE_NAME)

    @property
    def search(self) -> MenuItem | None:
        """The page that the field in the header asks."""
        return next(iter(self.at(Place.SEARCH)), None)

    def at(self, place: Place) -> list[MenuItem]:
        """The items of one place."""
        return [item for item in self.items if item.place is place]


@dataclass(frozen=True)
class Room:
    """Routes that belong together. The first menu item an account may see is its front page."""

    router: APIRouter
    navigation: tuple[MenuItem, ...] = field(default=())
