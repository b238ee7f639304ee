"""The API: version 1 under `/api/v1`, described by the OpenAPI document that it serves.

A version only grows: fields and addresses may be added to it; what changes or goes makes `/api/v2`.
"""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from web.api import activities, feed, goals, tasks
from web.api.models import Fault
from web.api.reader import SECURED
from web.rooms import Room

VERSION = "1.0"
PROBLEM = {"application/problem+json": {"schema": Fault.model_json_schema()}}
ANSWERS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Uændret (ETag). Not modified."},
    **{
        status: {"description": told, "content": PROBLEM}
        for status, told in (
            (400, "Kunne ikke læses. Not readable."),
            (401, "Uden gyldigt token. Without a valid token."),
            (403, "Ikke for denne konto eller dette token. Not for this account or token."),
            (404, "Findes ikke. No such thing."),
            (429, "For tit; se Retry-After. Too often."),
            (503, "Kan ikke svare lige nu. Not available now."),
        )
    },
}

router = APIRouter(prefix="/api/v1")
for part in (activities, tasks, goals, feed):
    router.include_router(part.router, dependencies=[SECURED], responses=ANSWERS)


@router.get("/openapi.json", include_in_schema=False)
def described() -> Response:
    """What there is to ask for; no secret, and for everybody."""
    return JSONResponse(document(), headers={"Cache-Control": "public, max-age=3600"})


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document of this version."""
    made = get_openapi(
        title="Aarshjul",
        version=VERSION,
        summary="Kommunens styringsårshjul for BI og intranet. The annual cycle for BI and the intranet.",
        description="Dage er lokale datoer, tidspunkter er UTC. Days are local dates, instants are UTC. "
        "Tilstande står i docs/states.md. States are those of docs/states.md.",
        routes=router.routes,
    )
    for path in made["paths"].values():
        del path["get"]["responses"]["422"]  # what cannot be read is a 400 here
    return made


ROOM = Room(router)
