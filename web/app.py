"""The web application, made by one factory.

How to add pages: see `web/rooms.py` (a `Room` of routes and menu items, named in `ROOMS` below),
`web/render.py` (templates), `web/session.py` (who is signed in) and `web/context.py` (store and time).
Domain errors need no handling in endpoints: `web/errors.py` shows each as its page.
"""

from pathlib import Path
from typing import Protocol

from fastapi import Depends, FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.engine import Engine
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from config.settings import Settings
from web import agreements, errors, faults, house, sign_in
from web.api.rate import Rate
from web.api.room import ROOM as API
from web.context import Clock, MachineClock
from web.demo import routes as demo_room
from web.demo.controls import Controls
from web.head import HeadAsGet
from web.language import KeepLanguage
from web.leader import (
    autosave,
    calendar,
    handing_over,
    meeting,
    own_agreements,
    own_calendar,
    own_mails,
    remarks,
    wish,
)
from web.leader import preparation as leader_preparation
from web.leader import routes as leader
from web.rooms import Room
from web.secretariat.room import ROOM as SECRETARIAT
from web.security import Guard
from web.signing_in import codes, oidc_routes, own_password, own_sessions, own_tasks, roles, two_steps
from web.superior import approving, wishes
from web.superior import preparation as superior_preparation
from web.superior import routes as superior
from web.viewing import only_look

ROOMS: tuple[Room, ...] = (
    house.ROOM,
    sign_in.ROOM,
    oidc_routes.ROOM,
    two_steps.ROOM,
    own_sessions.ROOM,
    own_password.ROOM,
    roles.ROOM,
    codes.ROOM,
    own_tasks.ROOM,
    own_agreements.ROOM,
    own_calendar.ROOM,
    own_mails.ROOM,
    leader.ROOM,
    leader_preparation.ROOM,
    handing_over.ROOM,
    wish.ROOM,
    autosave.ROOM,
    remarks.ROOM,
    meeting.ROOM,
    calendar.ROOM,
    wishes.ROOM,
    approving.ROOM,
    superior.ROOM,
    superior_preparation.ROOM,
    SECRETARIAT,
    agreements.ROOM,
    API,
)

QUIET: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""Addresses hold link tokens: no request is ever described to a collector."""


class Demo(Protocol):
    """What only the demo has: a clock and a mail server to look at, and the mark every page carries."""

    @property
    def controls(self) -> Controls | None:
        """The clock and the received mail; None where there is only one-click sign-in."""

    @property
    def mark(self) -> tuple[str, str]:
        """A line above every page, Danish and English."""

    @property
    def file_mark(self) -> tuple[str, str]:
        """The same in two words, for files and drawings ("Opdigtede svar")."""


def create_app(engine: Engine, settings: Settings, clock: Clock, *, demo: Demo | None = None) -> FastAPI:
    """The application over one store. Nothing is read or written before the first request."""
    rooms = (*ROOMS, demo_room.ROOM) if demo else ROOMS
    guard = Middleware(Guard, base_url=settings.base_url, refuse=_refuse)
    app = FastAPI(
        title="Aarshjul",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=QUIET,
        dependencies=[Depends(only_look)],
        middleware=[
            guard,
            Middleware(KeepLanguage, secure=settings.base_url.startswith("https")),
            Middleware(HeadAsGet),
        ],
    )
    app.state.engine, app.state.settings, app.state.clock = engine, settings, clock
    app.state.api_rate = Rate(settings.api_per_minute)
    app.state.browser_clock = MachineClock() if demo else clock
    app.state.house = house.House(settings)
    app.state.navigation = [item for room in rooms for item in room.navigation]
    app.state.marks = [demo.mark] if demo else []
    app.state.demo = demo
    for room in rooms:
        app.include_router(room.router)
    app.mount("/static", GZipMiddleware(StaticFiles(directory=Path(__file__).parent / "static")))
    errors.install(app)
    return app


def _refuse(request: Request, status: int) -> Response:
    return errors.show(request, faults.UNSAFE if status == 403 else faults.BY_STATUS[status])
