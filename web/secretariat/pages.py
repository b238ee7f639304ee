"""A page of this room: what `web.render.page` gives, with the names of states and kinds beside it."""

import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from cycle.danish import format_decimal
from documents.wheel_style import page_stylesheet
from web import render
from web.secretariat.counts import counter
from web.secretariat.mail_words import act_reason
from web.secretariat.wanting import wanting_of
from web.secretariat.words import (
    FILTER_NAMES,
    STEPS,
    TONES,
    actor_namer,
    flow_namer,
    namer,
    told_namer,
    verb_namer,
)

STYLE_PATH = "/aarshjul/hjul.css"
PIECE = 1 << 20
OK, WANTING = 200, 422


def show(request: Request, template: str, *, status: int = OK, **values: Any) -> Response:
    """The page, in the reader's language. `names` are those of the accounts and people who have acted."""
    language, wanting = render.language_of(request), wanting_of(request)
    return render.page(
        request,
        f"secretariat/{template}",
        status=WANTING if wanting.form and status == OK else status,
        wanting=wanting,
        name=namer(language),
        flow_name=flow_namer(language),
        verb_name=verb_namer(language),
        actor_name=actor_namer(language, values.get("names", {})),
        told_what=told_namer(language),
        act_reason=act_reason,
        counted=counter(language),
        seconds=lambda milliseconds: seconds(milliseconds, language),
        filter_names=FILTER_NAMES,
        step_names=STEPS,
        tones=TONES,
        wheel_style=style_address(),
        **values,
    )


def seconds(milliseconds: int, language: str) -> str:
    """How long something took: "1,2 sek."."""
    number = format_decimal(Decimal(milliseconds) / 1000, 1, language)
    return f"{number} s" if language == "en" else f"{number} sek."


@lru_cache(maxsize=1)
def wheel_stylesheet() -> str:
    """The wheel's style with the pages' letters, for the wall has no other style."""
    ours = (Path(render.__file__).with_name("static") / "app.css").read_text(encoding="utf-8")
    letters = "".join(re.findall(r"@font-face\{[^}]*\}", ours))
    return letters.replace('url("fonts/', 'url("/static/fonts/') + page_stylesheet()


@lru_cache(maxsize=1)
def style_address() -> str:
    """The address of the wheel's style, with a piece of its digest so that browsers notice a new one."""
    return f"{STYLE_PATH}?v={hashlib.sha256(wheel_stylesheet().encode()).hexdigest()[:12]}"


def csv_download(content: bytes, name: str) -> Response:
    """A CSV file as a download."""
    return _download(content, "text/csv; charset=utf-8", name)


def xlsx_download(content: bytes, name: str) -> Response:
    """A workbook as a download."""
    return _download(content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name)


def svg_download(content: str, name: str) -> Response:
    """A drawing as a download."""
    return _download(content.encode(), "image/svg+xml", name)


def pdf_download(content: bytes, name: str) -> Response:
    """A PDF as a download."""
    return _download(content, "application/pdf", name)


def docx_download(content: bytes, name: str) -> Response:
    """A Word file as a download."""
    return _download(content, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", name)


def ics_download(content: bytes, name: str) -> Response:
    """A calendar as a download."""
    return _download(content, "text/calendar; charset=utf-8", name)


def zip_download(content: IO[bytes], name: str) -> Response:
    """A zip as a download, piece by piece."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(content), media_type="application/zip", headers=headers)


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        yield from iter(lambda: content.read(PIECE), b"")


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
