"""One page of a list, from a cursor on; and an answer that says whether anything is new (ETag).

A cursor is the key of the last entry of the page before, so entries that come or go meanwhile neither repeat
nor hide others. It is opaque to programs and holds nothing they have not been shown.
"""

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from web.faults import BAD_REQUEST, Refused

Item = TypeVar("Item")
Key = tuple[str | int, ...]
MOST = 1000

Cursor = Annotated[
    str,
    Query(
        alias="fra",
        max_length=600,
        description="`naeste` fra den forrige side; tom for den første. `naeste` of the page before.",
    ),
]
Limit = Annotated[
    int, Query(alias="antal", ge=1, le=MOST, description="Højst så mange på en side. At most so many.")
]


def page_of(
    items: Sequence[Item], key: Callable[[Item], Key], cursor: str, limit: int
) -> tuple[list[Item], str | None]:
    """The items after the cursor in the order of their keys, and the next page's cursor, if there is one.

    Raises Refused (400) for a cursor that is none.
    """
    ordered = sorted(items, key=key)
    start = bisect_right(ordered, _read(cursor, like=key(ordered[0])), key=key) if cursor and ordered else 0
    found = ordered[start : start + limit]
    more = start + limit < len(ordered)
    return found, _written(key(found[-1])) if more else None


def answered(request: Request, model: BaseModel) -> Response:
    """The model as JSON, or 304 when the program has it already."""
    return unless_known(request, model.model_dump_json(by_alias=True).encode(), "application/json")


def unless_known(request: Request, content: bytes, media_type: str) -> Response:
    """The content with its ETag, or 304 when `If-None-Match` names it."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _written(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def _read(cursor: str, *, like: Key) -> Key:
    try:
        raw: Any = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_"))
    except (ValueError, binascii.Error, RecursionError):
        raise Refused(BAD_REQUEST) from None
    if not isinstance(raw, list) or [type(part) for part in raw] != [type(part) for part in like]:
        raise Refused(BAD_REQUEST)
    return tuple(raw)
