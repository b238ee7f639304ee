"""Remarks on the goals of an agreement, behind the link of one of its parties.

GET  /opgave/{token}/bemaerkninger                   goal by goal
POST /opgave/{token}/bemaerkninger                   another remark
POST /opgave/{token}/bemaerkninger/{remark}/afklaret resolved
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.errors import AnswerInvalid, NotFound
from cycle.goals.agreements import of_units, version_of
from cycle.goals.given_goals import GIVEN
from cycle.goals.remark_mail import PARTIES
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.remarks import TALKING, remark, remarks_of, resolve
from cycle.goals.tables import Agreement
from cycle.tasks.measures import UNIT_GOALS
from web import context, render
from web.agreement_versions import text_of
from web.context import Sent
from web.leader.link import Holding, open_link
from web.plain import Id
from web.rooms import Room

router = APIRouter(prefix="/opgave/{token}/bemaerkninger")
ROOM = Room(router)


@dataclass(frozen=True)
class Spoken:
    """A goal with what was said about it."""

    code: str
    title: str
    remarks: Sequence[GoalRemark]


@router.get("")
def show(request: Request, token: str) -> Response:
    """The agreement's goals, each with its remarks."""
    return _page(request, token)


@router.post("")
def say(request: Request, token: str, sent: Sent) -> Response:
    """Another remark on one goal."""
    text, code = str(sent.get("text", "")), str(sent.get("code", ""))
    try:
        with context.writing(request) as session:
            holding = open_link(session, request, token)
            agreement = agreement_of(session, holding)
            remark(
                session,
                agreement,
                code=code if code in _titles(session, holding, agreement, "da") else "",
                text=text,
                by=holding.by,
                post=f"{holding.task.role}, {holding.unit.name}",
                now=context.now(request),
                once=f"remark:{holding.task_id}:{sent.get('once', '')}",
            )
    except AnswerInvalid:
        return _page(request, token, typed=(code, text), status=422)
    return RedirectResponse(f"/opgave/{token}/bemaerkninger#m-{code or 'alle'}", status_code=303)


@router.post("/{remark_id}/afklaret")
def settle(request: Request, token: str, remark_id: Id) -> Response:
    """The remark is resolved; it stays to be read."""
    with context.writing(request) as session:
        holding = open_link(session, request, token)
        resolve(session, agreement_of(session, holding), remark_id, by=holding.by, now=context.now(request))
    return RedirectResponse(f"/opgave/{token}/bemaerkninger", status_code=303)


def agreement_of(session: Session, holding: Holding) -> Agreement:
    """The agreement that the task is a step of. Raises NotFound where it is none."""
    unit_id = holding.task.subject.partition(":")[2] or holding.task.unit_id
    found = of_units(session, holding.occurrence.id or 0, [unit_id])
    if unit_id not in found or holding.task.kind not in PARTIES:
        raise NotFound("agreement", holding.task_id)
    return found[unit_id]


def open_remarks(session: Session, holding: Holding) -> tuple[int, int] | None:
    """(all, unresolved) remarks on the task's agreement; None where the task is none of its steps."""
    try:
        said = remarks_of(session, agreement_of(session, holding).id or 0)
    except NotFound:
        return None
    return len(said), sum(each.resolved_at is None for each in said)


def _page(request: Request, token: str, *, typed: tuple[str, str] = ("", ""), status: int = 200) -> Response:
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        agreement = agreement_of(session, holding)
        return render.page(
            request,
            "leader/remarks.html",
            status=status,
            holding=holding,
            task=holding.task,
            token=token,
            address=f"/opgave/{token}",
            spoken=_spoken(session, holding, agreement, render.language_of(request)),
            has_meeting=False,
            talking=agreement.state in TALKING,
            typed=typed,
            wrong=status == 422,
            once=secrets.token_urlsafe(16),
        )


def _spoken(session: Session, holding: Holding, agreement: Agreement, language: str) -> list[Spoken]:
    said = remarks_of(session, agreement.id or 0)
    titles = {**_titles(session, holding, agreement, language)}
    titles |= {each.code: each.code for each in said if each.code not in titles}
    return [
        Spoken(code, words, [each for each in said if each.code == code]) for code, words in titles.items()
    ]


def _titles(session: Session, holding: Holding, agreement: Agreement, language: str) -> Mapping[str, str]:
    """The goals by letter: given ones, those the unit may write, and the agreement as a whole."""
    prefill = holding.task.prefill
    rows = [*prefill.get(GIVEN, []), *prefill.get(UNIT_GOALS, [])]
    found = {str(row["row"]): str(row.get("label") or row["row"]) for row in rows}
    version = version_of(session, agreement, agreement.version)
    for chapter in text_of(session, agreement, version, language) if version else ():
        found |= {entry.code: entry.title for entry in chapter.entries if entry.code}
    return {**found, "": ("Aftalen som helhed", "The agreement as a whole")[language == "en"]}
