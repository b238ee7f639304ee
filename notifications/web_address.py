"""One request to an address outside that an operator has set: a webhook, a sign of life."""

import urllib.request

KINDS = ("http://", "https://")


class _Stays(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else than to the address that was set."""

    def redirect_request(self, *_: object) -> None:
        """No redirect is followed: the answer then counts as an error."""


def fetch(url: str, *, timeout: float, body: bytes | None = None) -> None:
    """GETs the address, or POSTs `body` as JSON; the answer is not read. `timeout` is in seconds.

    Raises OSError when it cannot be reached or answers with an error, ValueError for what is no web address.
    """
    if not url.startswith(KINDS):
        raise ValueError("not a web address")
    headers = {"Content-Type": "application/json"} if body is not None else {}
    request = urllib.request.Request(url, data=body, headers={"User-Agent": "aarshjul", **headers})  # noqa: S310  # http(s) only, checked above
    with urllib.request.build_opener(_Stays).open(request, timeout=timeout):
        pass
