"""What guards every request: headers, size, host and where a POST comes from.

No page has inline script or style, so the content policy allows none. `Referrer-Policy: no-referrer`
keeps link tokens out of other sites' logs; browsers then send `Origin: null`, so `Sec-Fetch-Site` (sent
by every browser since 2023) tells whether a POST came from our own pages.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 25 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
Refuse = Callable[[Request, int], Response]


class Guard:
    """ASGI middleware: refuses what should not come in, and dresses what goes out."""

    def __init__(self, app: ASGIApp, *, base_url: str, refuse: Refuse) -> None:
        self.app, self.refuse = app, refuse
        parts = urlsplit(base_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.hostname or ""
        self.https = parts.scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        outward = self._dressed(send, cache=_cache(scope))
        status = self._fault(scope, headers)
        if status:
            await self.refuse(Request(scope), status)(scope, receive, outward)
            return
        await self.app(scope, limited(receive), outward)

    def _fault(self, scope: Scope, headers: Headers) -> int:
        if not self._own_host(headers.get("host", "")):
            return 400
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return 400
        if int(length) > MAX_BODY:
            return 413
        return 0 if scope["method"] in SAFE_METHODS or self._own_page(headers) else 403

    def _own_host(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return "@" not in host and (name == self.host or {name, self.host} <= LOOPBACK)

    def _own_page(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin", "null")
        return origin in ("null", self.origin)

    def _dressed(self, send: Send, *, cache: str) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)  # a mail that is shown as it looks has a stricter policy
                headers.setdefault("Cache-Control", cache)
                if self.https:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        return dressed


def _cache(scope: Scope) -> str:
    """Pages are never kept; a file whose address holds a piece of its digest (`asset`) is kept for good."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    return "max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else "max-age=86400"


def limited(receive: Receive) -> Receive:
    """Counts the body as it comes, for senders that give no length. Raises HTTPException 413."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise HTTPException(413)
        return message

    return counted
