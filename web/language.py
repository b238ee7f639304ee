"""Keeps the language a person chooses: `?sprog=en` sets a cookie and nothing else."""

from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.cookies import protected
from web.render import LANGUAGE_COOKIE, LANGUAGES

YEAR = 365 * 24 * 3600


class KeepLanguage:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app, self.name = app, protected(LANGUAGE_COOKIE, https=secure)
        self.flags = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        chosen = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("sprog", [""])[0]
        if scope["type"] != "http" or chosen not in LANGUAGES:
            await self.app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{self.name}={chosen}; Max-Age={YEAR}{self.flags}"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self.app(scope, receive, with_cookie)
