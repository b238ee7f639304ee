"""Parts of a page that are drawn anew while it is looked at (`web/static/live.js`)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import Request

from web.secretariat.pages import show


def news(
    request: Request, parts: Mapping[str, str], values: Mapping[str, Any], *, said: str
) -> dict[str, Any]:
    """Each part's id with what it holds now; `version` is another when any of them is. `said` is read aloud
    when it has changed."""
    drawn = {
        place: bytes(show(request, template, **values).body).decode() for place, template in parts.items()
    }
    version = hashlib.sha256("\0".join(drawn.values()).encode()).hexdigest()[:16]
    return {"version": version, "said": said, "parts": drawn}
