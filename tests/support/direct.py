"""Browsers and programs that ask the application in the test's own thread: thousands of requests in a row.

`TestClient` takes a thread for each endpoint and each dependency and hands every message between two: on a
busy machine that is nearly all the time a request takes. Here one event loop runs, and what would go to a
thread is called in its place. For callers one after another only.

with Asking() as asking:
    browser = asking.browser(site, cookies={…})
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import anyio.to_thread
import httpx
import pytest

from tests.support.web import MAILED, Site


class Asking:
    """The event loop of all callers, while the block lasts."""

    def __enter__(self) -> "Asking":
        self._patched = pytest.MonkeyPatch()
        self._patched.setattr(anyio.to_thread, "run_sync", _at_once)
        self.loop = asyncio.new_event_loop()
        return self

    def __exit__(self, *_: object) -> None:
        self._patched.undo()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def browser(self, site: Site, *, cookies: Mapping[str, str] | None = None, **options: Any) -> "Direct":
        """A browser with these cookies, or a program with these headers."""
        transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
        base = site.settings.base_url
        client = httpx.AsyncClient(transport=transport, base_url=base, cookies=dict(cookies or {}), **options)
        return Direct(self.loop, client)


class Direct:
    """One caller. It follows no redirect, but opens a mailed link before asking for what is behind."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: httpx.AsyncClient) -> None:
        self._loop, self._client = loop, client

    @property
    def base_url(self) -> httpx.URL:
        """Where the application is."""
        return self._client.base_url

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """The answer to one request."""
        mailed = MAILED.match(url.removeprefix(str(self.base_url).rstrip("/")))
        if mailed is not None:
            opened = self._ask("GET", mailed[0])
            if opened.status_code == 303:
                path = url.removeprefix(str(self.base_url).rstrip("/"))
                url = opened.headers["location"] + path[mailed.end() :]
        return self._ask(method, url, **options)

    def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self._loop.run_until_complete(self._client.request(method, url, **options))


async def _at_once(function: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
    """In the place of `anyio.to_thread.run_sync`."""
    return function(*arguments)
