"""What every page shows of the municipality: its name, logo and colour, and how to reach it.

Logo and colour have addresses with a piece of their digest, so that browsers keep them until they change.
"""

import hashlib
from functools import cached_property
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from config.colour import mixed, readable_on
from config.look_settings import media_type
from config.settings import Settings
from notifications.office import Office
from web import session
from web.render import page
from web.rooms import Room

router = APIRouter()
ROOM = Room(router)
KEPT = "public, max-age=31536000, immutable"
DARK_GROUND = "#1f252b"
"""The lighter ground of the dark pages (`web/look/_colours.scss`)."""
STATEMENT = "/tilgaengelighed"


class House:
    """The municipality as its pages show it."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.organisation
        self.accessibility = settings.accessibility_url or STATEMENT
        self.own_statement = not settings.accessibility_url
        self._settings, self._colour, self._logo = settings, settings.colour, settings.logo

    @cached_property
    def contact(self) -> str:
        """Where people write with questions; empty while nobody has said."""
        found = Office.of(self._settings).contact
        return "" if found.endswith("@localhost") else found

    @property
    def style_address(self) -> str:
        """The address of the stylesheet with the municipality's colour; empty when it has none of its own."""
        return f"/udseende/farve.css?v={_digest(self.style.encode())}" if self._colour else ""

    @property
    def logo_address(self) -> str:
        """The address of the logo; empty when there is none."""
        return f"/udseende/logo?v={_digest(self.logo)}" if self.logo else ""

    @cached_property
    def style(self) -> str:
        """The municipality's colour by the names that the stylesheet uses, for light and for dark."""
        if not self._colour:
            return ""
        light = _house(self._colour, mixed(self._colour, "#000000", 0.25))
        tint = readable_on(DARK_GROUND, self._colour, "#ffffff")
        dark = _house(tint, mixed(tint, "#ffffff", 0.4))
        return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"

    @cached_property
    def logo(self) -> bytes:
        """The file's content; empty when there is none."""
        return Path(self._logo).read_bytes() if self._logo else b""


@router.get("/udseende/farve.css")
def style(request: Request) -> Response:
    """The municipality's colour."""
    return _kept(request, request.app.state.house.style.encode(), "text/css; charset=utf-8")


@router.get("/udseende/logo")
def logo(request: Request) -> Response:
    """The municipality's logo."""
    content: bytes = request.app.state.house.logo
    return _kept(request, content, media_type(content))


@router.get(STATEMENT)
def statement(request: Request) -> Response:
    """The accessibility statement."""
    session.actor_of(request)
    return page(request, "accessibility.html")


def _kept(request: Request, content: bytes, kind: str) -> Response:
    if not content:
        raise HTTPException(404)
    headers = {"ETag": f'"{_digest(content)}"', "Cache-Control": KEPT}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


def _house(colour: str, pressed: str) -> str:
    return f"--house:{colour};--house-dark:{pressed};--link:{colour}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
