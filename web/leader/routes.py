"""A leader's request behind its link. GET and HEAD never change anything.

`token` in the address is the mailed link's, which is exchanged at once, and then the task's number.

GET  /opgave/{token}              the form, or what was answered
POST /opgave/{token}              draft, submit or nothing to report (`act`)
GET  /opgave/{token}/kvittering   the receipt
GET  /opgave/{token}/fil/{digest} a file of this task, or one annexed to the agreement it is about
GET  /opgave/{token}/aftale.pdf   the sealed agreement that this task is about
GET  /opgave/{token}/budgetbrev.pdf   the budget call's letter to the unit
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.exc import IntegrityError
from starlette.responses import RedirectResponse, Response

from cycle.errors import Conflict, NotFound, NotNow, Problem
from cycle.files import store as files
from cycle.tasks.states import TaskState
from web import context, faults, render
from web.attachments import attached, attachment
from web.context import Sent as SentForm
from web.leader import sheet
from web.leader.agreement import annexed, sealed_document
from web.leader.answering import Act, Outcome, Overtaken, Sent, Unfinished, act, keep_uploads, sender
from web.leader.below import answers_below
from web.leader.gone_on import has_gone_on, why_not
from web.leader.keeping import kept, kept_as_typed
from web.leader.late import keep_late
from web.leader.letter import budget_letter
from web.leader.link import Holding, open_link
from web.leader.merging import carried, merged
from web.leader.unchanged import BUTTON, with_last
from web.questions import Beside, questions, words_of
from web.rooms import Room
from web.signing_in.visits import LinkEnded
from web.typed import typed_form

router = APIRouter(prefix="/opgave/{token}")
ROOM = Room(router)


@router.get("")
def show(request: Request, token: str, ret: str = "", gemt: str = "") -> Response:
    """The task as it stands: to be answered, answered, or over. `ret` opens the answer for correction."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        if holding.is_done_elsewhere:
            return sheet.show_answer_page(session, request, holding, token, template="leader/elsewhere.html")
        if holding.takes_answer and (holding.task.state is not TaskState.SUBMITTED or ret):
            return sheet.show_form(session, request, holding, token, notice="draft" if gemt else "")
        if holding.submission is None and holding.task.state is not TaskState.WAIVED:
            raise faults.Refused(faults.CLOSED)
        return sheet.show_answer_page(session, request, holding, token, template="leader/answer.html")


@router.get("/kvittering")
def receipt(request: Request, token: str) -> Response:
    """What we received, when."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        if holding.submission is None:
            return RedirectResponse(f"/opgave/{token}", status_code=303)
        return sheet.show_answer_page(session, request, holding, token, template="leader/receipt.html")


@router.post("")
def answer(request: Request, token: str, sent: SentForm) -> Response:
    """Takes a draft or an answer, then leads away from the POST."""
    if repeated := str(sent.get(BUTTON, "")):
        return _repeat(request, token, sent, repeated)
    try:
        button = Act(str(sent.get("act", Act.SUBMIT)))
    except ValueError as error:
        raise faults.Refused(faults.BAD_REQUEST) from error
    try:
        attachments = keep_uploads(request, token, sent)
        return _act(request, token, Sent(sent, button, attachments))
    except LinkEnded:
        keep_late(request, token, sent)
        raise


def _repeat(request: Request, token: str, sent: SentForm, where: str) -> Response:
    """The form once more with last period's answer in one field; nothing else is changed, nothing sent."""
    try:
        attachments = keep_uploads(request, token, sent)
        with context.reading(request) as session:
            holding = open_link(session, request, token)
            as_sent = Sent(sent, Act.DRAFT, attachments)
            typed = typed_form(holding.form, sender(request, holding, as_sent))
            last = Beside(holding.task.prefill, {}, {}, render.language_of(request)).last
            typed = with_last(holding.form, typed, last, where)
            return sheet.show_form(
                session, request, holding, token, typed=typed, again=as_sent, notice="same", same=where
            )
    except LinkEnded:
        keep_late(request, token, sent)
        raise


@router.get("/fil/{digest}")
def fetch(request: Request, token: str, digest: str) -> Response:
    """A file of this task's draft or newest answer, of an answer it puts together, or of a signature."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        stored: list[Mapping[str, Any]] = [holding.draft.answers if holding.draft else {}]
        stored.append(holding.submission.answers if holding.submission else {})
        stored += answers_below(session, holding, now=context.now(request))
        names = {**annexed(session, holding), **files.named(stored)}
        if digest not in names:
            raise NotFound("file", digest)
        return attachment(files.read(session, digest), names[digest])


@router.get("/aftale.pdf")
def agreement(request: Request, token: str) -> Response:
    """The sealed document of the agreement that the task is about."""
    with context.reading(request) as session:
        found = sealed_document(session, open_link(session, request, token))
        if found is None:
            raise NotFound("document", token)
        return attachment(*found)


@router.get("/budgetbrev.pdf")
def letter(request: Request, token: str) -> Response:
    """The budget call's letter to the unit whose task this is."""
    with context.reading(request) as session:
        found = budget_letter(session, request, open_link(session, request, token))
    return attached(found, "budgetbrev.pdf", "application/pdf")


def _act(request: Request, token: str, sent: Sent, *, again: bool = True) -> Response:
    try:
        with context.writing(request) as session:
            holding = open_link(session, request, token)
            _name_fields(request, holding)
            outcome = act(session, request, holding, sent)
    except Unfinished as error:
        return _again(request, token, error.typed, status=422, problems=error.problems, again=sent)
    except Overtaken as error:
        return _overtaken(request, token, sent, error)
    except NotNow as error:
        raise faults.Refused(_why_not(request, token)) from error
    except (Conflict, IntegrityError):
        # The same POST twice at the same moment: the second look sees what the first one did.
        if not again:
            raise
        return _act(request, token, sent, again=False)
    return _onward(request, token, sent, outcome)


def _onward(request: Request, token: str, sent: Sent, outcome: Outcome) -> Response:
    if refused := outcome.kept.refused:
        return _again(request, token, outcome.typed, problems=refused, notice="draft_partly")
    after = "?gemt=1" if sent.act is Act.DRAFT else "/kvittering"
    return RedirectResponse(f"/opgave/{token}{after}", status_code=303)


def _overtaken(request: Request, token: str, sent: Sent, error: Overtaken) -> Response:
    """The form once more: what was typed, put together with what was changed elsewhere."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        if has_gone_on(holding):
            raise faults.Refused(why_not(session, request, holding))
        both = merged(
            holding.form,
            error.typed,
            kept(holding),
            carried(sent.form.get("shown")),
            unread=kept_as_typed(holding),
            rows=holding.task.prefill,
            language=render.language_of(request),
        )
        notice = "reworded" if error.reworded else "overtaken"
        return sheet.show_form(session, request, holding, token, merged=both, notice=notice, status=409)


def _again(
    request: Request,
    token: str,
    typed: Mapping[str, Any],
    *,
    status: int = 200,
    problems: Sequence[Problem] = (),
    notice: str = "",
    again: Sent | None = None,
) -> Response:
    """The form once more, with everything that was typed."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        return sheet.show_form(
            session,
            request,
            holding,
            token,
            typed=typed,
            problems=problems,
            notice=notice,
            again=again,
            status=status,
        )


def _why_not(request: Request, token: str) -> faults.Fault:
    """Nothing is taken any more: where the answer is, or the words of the closed page."""
    with context.reading(request) as session:
        return why_not(session, request, open_link(session, request, token))


def _name_fields(request: Request, holding: Holding) -> None:
    """Error pages show what was sent under the questions' own words."""
    beside = Beside(holding.task.prefill, {}, {}, render.language_of(request))
    request.state.labels = words_of(questions(holding.form, {}, beside))
