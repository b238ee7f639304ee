"""The draft kept while it is written: what `static/autosave.js` sends by itself. Never an answer.

POST /opgave/{token}/kladde   keeps the draft as the button does, and says so in a few words (JSON)

`edition`, `seen` and `shown` are what the form's hidden fields are to be from now on. `refused`: a text was
too long for any draft, so the browser keeps its own copy. `stop`: this page keeps no more by itself, because
the answer was changed elsewhere or is not taken any more; the text stays in it.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.exc import IntegrityError
from starlette.responses import JSONResponse, Response

from cycle.errors import Conflict, NotNow, Problem
from web import context, faults, render
from web.context import Sent as SentForm
from web.leader.answering import Act, Overtaken, Sent, Unfinished, act, editions_of
from web.leader.keeping import Kept, in_fields
from web.leader.late import keep_late
from web.leader.link import Holding, open_link
from web.leader.merging import prints
from web.questions import Beside, flat, questions
from web.rooms import Room
from web.signing_in.visits import LinkEnded
from web.typed import uploads

router = APIRouter(prefix="/opgave/{token}/kladde")
ROOM = Room(router)


@router.post("")
def keep(request: Request, token: str, sent: SentForm) -> Response:
    """Keeps what is typed; a chosen file waits for a button."""
    if uploads(sent):
        raise faults.Refused(faults.BAD_REQUEST)
    try:
        with context.writing(request) as session:
            holding = open_link(session, request, token)
            outcome = act(session, request, holding, Sent(sent, Act.DRAFT, {}))
        with context.reading(request) as session:
            return _kept(request, open_link(session, request, token), outcome.kept)
    except LinkEnded:
        keep_late(request, token, sent)
        raise
    except (NotNow, Unfinished):
        return _stopped(request, 410, *OVER)
    except (Overtaken, Conflict, IntegrityError):
        return _stopped(request, 409, *ELSEWHERE)


def _kept(request: Request, holding: Holding, kept: Kept) -> Response:
    edition, seen = editions_of(holding)
    shown = json.dumps(prints(holding.form, in_fields(holding), holding.task.prefill))
    said, refused = _said(request, holding, kept), bool(kept.refused)
    return JSONResponse({"edition": edition, "seen": seen, "shown": shown, "said": said, "refused": refused})


def _said(request: Request, holding: Holding, kept: Kept) -> str:
    t = render.translator(render.language_of(request))
    at = _clock(context.now(request), request)
    words = [f"{t('Kladden er gemt kl.', 'The draft was saved at')} {at}."]
    if kept.refused:
        but = t("Undtagen det, der er for langt:", "Except what is too long:")
        words.append(f"{but} {_names(request, holding, kept.refused)}.")
    if kept.to_mend:
        mend = t("Skal rettes, før du sender:", "To be corrected before you send:")
        words.append(f"{mend} {_names(request, holding, kept.to_mend)}.")
    return " ".join(words)


def _names(request: Request, holding: Holding, problems: Sequence[Problem]) -> str:
    """What the page calls the questions with these problems."""
    beside = Beside(holding.task.prefill, {}, {}, render.language_of(request))
    names = {each.name: each.full_label for each in flat(questions(holding.form, {}, beside))}
    return ", ".join(dict.fromkeys(names.get(each.where, each.where) for each in problems))


def _clock(now: datetime, request: Request) -> str:
    local = now.astimezone(context.settings(request).zone)
    return f"{local:%H.%M}" if render.language_of(request) == "da" else f"{local:%H:%M}"


def _stopped(request: Request, status: int, danish: str, english: str) -> Response:
    said = render.translator(render.language_of(request))(danish, english)
    return JSONResponse({"said": said, "stop": True}, status_code=status)


ELSEWHERE = (
    "Svaret er ændret i et andet vindue eller af en anden. Det, du skriver her, gemmes ikke længere af sig "
    "selv. Tryk »Gem kladde«, så ser du begge dele.",
    "The answer was changed in another window or by somebody else. What you write here is no longer saved by "
    "itself. Press “Save draft” to see both.",
)
OVER = (
    "Opgaven tager ikke imod svar længere. Det, du skriver, gemmes ikke.",
    "The task takes no more answers. What you write is not saved.",
)
