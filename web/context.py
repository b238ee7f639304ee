"""What an endpoint may ask the application for: the store, the time, the settings, what was sent.

Endpoints are plain `def` functions (FastAPI runs them in threads). They read with
`with reading(request) as session`, write with `with writing(request) as session` (one transaction, one
commit when the block ends) and take the time once with `now(request)`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData

from config.settings import Settings
from cycle import store

MAX_FIELDS = 5_000
MAX_FILES = 30


class MachineClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        return datetime.now(UTC)


class Clock(Protocol):
    """Where the time comes from: the machine, or the demo's settable clock."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""


def settings(request: Request) -> Settings:
    """The installation's settings."""
    found: Settings = request.app.state.settings
    return found


def now(request: Request) -> datetime:
    """The time now, aware, in UTC."""
    clock: Clock = request.app.state.clock
    return clock.now()


def browser_now(request: Request) -> datetime:
    """The time that sessions are counted in: a demo that skips a week signs nobody out."""
    clock: Clock = request.app.state.browser_clock
    return clock.now()


def reading(request: Request) -> AbstractContextManager[Session]:
    """A snapshot of the store to read from."""
    return store.reading(request.app.state.engine)


def writing(request: Request) -> AbstractContextManager[Session]:
    """One transaction: commits when the block ends, rolls back when it raises."""
    return store.transaction(request.app.state.engine)


async def sent_form(request: Request) -> AsyncIterator[FormData]:
    """The fields of a POST. Error pages show them again, so that nobody loses what they wrote."""
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS) as form:
        request.state.sent = form
        yield form


Sent = Annotated[FormData, Depends(sent_form)]
