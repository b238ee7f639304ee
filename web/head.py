"""HEAD is answered as GET is, once and without the body: proxies, link checkers and monitors ask so."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

USED_UP_BY_GET = frozenset({"/log-ind/kommunen", "/log-ind/kommunen/svar"})
"""Where asking is an act: whoever looked at the address first would spend what the browser came with."""


class HeadAsGet:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"] in USED_UP_BY_GET:
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)
