"""Cookies under names that a browser protects.

Behind https a name begins with `__Host-`, or with `__Secure-` where the cookie is for one address alone:
browsers then take it from nobody but this host over https, so no other host below the municipality's domain
can slip its own under our visitors (RFC 6265bis, 4.1.3). On loopback without https they refuse such names.
"""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from web import context


def is_https(request: Request) -> bool:
    """Whether browsers reach us by https."""
    return context.settings(request).base_url.startswith("https")


def protected(name: str, *, path: str = "/", https: bool) -> str:
    """The name as browsers are given it."""
    if not https:
        return name
    return f"__Host-{name}" if path == "/" else f"__Secure-{name}"


@dataclass(frozen=True)
class Cookie:
    """A cookie of ours, which scripts cannot read: for the whole site, or for the addresses below `path`."""

    name: str
    path: str = "/"

    def read(self, request: Request) -> str:
        """Its value; empty when the browser has none."""
        return request.cookies.get(protected(self.name, path=self.path, https=is_https(request)), "")

    def give(self, response: Response, request: Request, value: str, *, seconds: int | None = None) -> None:
        """Sets it for so long, or until the browser is closed."""
        https = is_https(request)
        response.set_cookie(
            protected(self.name, path=self.path, https=https),
            value,
            max_age=seconds,
            path=self.path,
            httponly=True,
            samesite="lax",
            secure=https,
        )

    def forget(self, response: Response, request: Request) -> None:
        """Takes it away."""
        https = is_https(request)
        name = protected(self.name, path=self.path, https=https)
        response.delete_cookie(name, path=self.path, httponly=True, samesite="lax", secure=https)
