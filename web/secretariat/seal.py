"""Whether a sealed document somebody sends us is as we sealed it.

GET  /segl   choose a file
POST /segl   what its seal says; the file is looked at and not kept
"""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from cycle.access.rules import Verb
from web import context, render
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.session import CheckedForm, CurrentActor

if TYPE_CHECKING:  # loaded when a file is looked at: it takes a second, which every start would wait for
    from documents.verification import Verdict

router = APIRouter()


@router.get("/segl")
def choose(request: Request, actor: CurrentActor) -> Response:
    """The page before a file is chosen."""
    roots_for(actor, Verb.CHECK_SEAL)
    return _show(request)


@router.post("/segl")
def check(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """What the file's seal says."""
    roots_for(actor, Verb.CHECK_SEAL)
    chosen = sent.get("fil")
    if not isinstance(chosen, UploadFile) or not chosen.filename:
        return _show(request, missing=True, status=422)
    from documents.seal_key import trusted
    from documents.verification import verify

    verdict = verify(chosen.file.read(), trusted(context.settings(request)))
    return _show(request, verdict=verdict, name=chosen.filename)


def _show(
    request: Request,
    *,
    verdict: "Verdict | None" = None,
    name: str = "",
    missing: bool = False,
    status: int = 200,
) -> Response:
    said = _said(request, verdict) if verdict is not None else {"said": "", "more": [], "facts": []}
    return show(
        request,
        "seal.html",
        status=status,
        file=name,
        missing=missing,
        verdict=verdict,
        **said,
    )


def _said(request: Request, verdict: "Verdict") -> dict[str, object]:
    from documents.verdict_words import details, facts, heading

    language, zone = render.language_of(request), context.settings(request).zone
    return {
        "said": heading(verdict, language),
        "more": details(verdict, language),
        "facts": facts(verdict, language, zone),
    }
