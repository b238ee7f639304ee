"""The task page's values: made from a holding, used by the template."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request
from sqlmodel import Session, select
from starlette.responses import Response

from cycle.errors import Problem
from cycle.goals.given_goals import GIVEN, GIVEN_BEFORE
from cycle.messages.tables import Message, MessageState
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import PARTICIPANTS, Form
from cycle.tasks.jumps import Jump, jumps
from cycle.tasks.states import SubmissionKind, TaskState
from cycle.tasks.submit import receipt_key
from cycle.tasks.wishes import may_ask, open_wish
from web import context, render
from web.forms import form_of
from web.leader.agreement import agreement_shown, doubtful, given_changes, given_shown, sealed_document
from web.leader.answering import WITHOUT_OWN, Sent, editions_of
from web.leader.below import below
from web.leader.keeping import in_fields, kept, to_mend
from web.leader.known import may_answer
from web.leader.letter import writes_letter
from web.leader.link import Holding
from web.leader.merging import Merged, carried, prints
from web.leader.onward import onward
from web.leader.remarks import open_remarks
from web.leader.sent_back import closed_answers, open_questions
from web.questions import Beside, Question, figures_of, flat, guidance_of, questions, row_words
from web.shown import shown_answers, without_empty
from web.tickets import write_ticket

MEETINGS = frozenset({"gathering", PARTICIPANTS})
"""What says in a task's prefill that it belongs to meetings."""
OF_ITS_OWN = frozenset({"last", "figures", GIVEN, GIVEN_BEFORE, PARTICIPANTS})
"""What in a task's prefill has a place of its own on the page."""


def show_form(
    session: Session,
    request: Request,
    holding: Holding,
    token: str,
    *,
    typed: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    notice: str = "",
    merged: Merged | None = None,
    again: Sent | None = None,
    same: str = "",
    status: int = 200,
) -> Response:
    """The form: with what was just typed, else the draft, else the answer to be corrected.

    `merged`: what was typed, put together with what somebody else has changed meanwhile. `again`: what was
    sent and refused; the page still stands for the state that it was made from. `same`: the question that
    last period's answer was put into.
    """
    typed = merged.typed if merged else typed
    language = render.language_of(request)
    mend = to_mend(holding, language) if typed is None else ()
    beside = _beside(holding, (*mend, *problems), merged, language)
    stored = in_fields(holding) if typed is None else typed
    asked = open_questions(questions(holding.form, stored, beside), holding.reopened)
    return render.page(
        request,
        "leader/form.html",
        status=status,
        asked=asked,
        summary=summary(asked, problems),
        to_mend=summary(asked, mend),
        **_from_others(asked, merged),
        **_notice(typed, notice, status),
        guidance=guidance_of(holding.form, language),
        figures=[figure for figure in beside.figures if not _beside_a_question(figure, asked)],
        readings=readings(holding, language),
        **_to_be_sent(request, holding, again, problems),
        **_pointed_out(holding, asked if typed is None else None, language),
        theirs=shown_answer(session, holding, language) if notice == "overtaken" else (),
        **_to_be_read(holding, asked, language),
        same=_named(asked, (same,)),
        below=below(session, holding, language, now=context.now(request)),
        **common(session, holding, token, language),
    )


def _beside(holding: Holding, problems: Iterable[Problem], merged: Merged | None, language: str) -> Beside:
    return Beside(
        prefill=holding.task.prefill,
        problems={problem.where: problem for problem in problems},
        reasons=holding.returned.field_reasons if holding.returned else {},
        language=language,
        theirs=merged.both if merged else {},
    )


def _notice(typed: Mapping[str, Any] | None, notice: str, status: int) -> dict[str, Any]:
    """What the page says of what was sent, whether it has it in its fields, and whether only there.

    `unkept`: "save" what is only there as if it had just been typed, or "look" through it first.
    """
    in_fields_alone = status == 422 or notice in ("draft_partly", "same")
    return {
        "notice": notice,
        "came_back": typed is not None or notice == "draft",
        "unkept": "look" if status == 409 else "save" if in_fields_alone else "",
    }


def _to_be_read(holding: Holding, asked: Sequence[Question], language: str) -> dict[str, Any]:
    """What stands beside the questions: last answers, what need not be corrected, and goals already given."""
    return {
        "has_last": any(each.last for each in flat(asked)),
        "closed": closed_answers(holding, language),
        "given": given_shown(holding.task.prefill, language),
        "given_changes": given_changes(holding.task.prefill, language),
    }


def _to_be_sent(
    request: Request, holding: Holding, again: Sent | None, problems: Sequence[Problem]
) -> dict[str, Any]:
    """What the form carries back with the answer."""
    edition, seen = again.editions if again else editions_of(holding)
    shown = (
        carried(again.form.get("shown"))
        if again
        else prints(holding.form, in_fields(holding), holding.task.prefill)
    )
    return {
        "may_answer": may_answer(request, holding),
        "edition": edition,
        "seen": seen,
        "shown": json.dumps(shown),
        "without_own": WITHOUT_OWN if any(each.where == WITHOUT_OWN for each in problems) else "",
        "once": secrets.token_urlsafe(16),
        "ticket": lambda file: write_ticket(context.settings(request).secret, holding.task_id, file),
    }


def show_answer_page(
    session: Session, request: Request, holding: Holding, token: str, *, template: str
) -> Response:
    """What was answered, read only."""
    language = render.language_of(request)
    answer = shown_answer(session, holding, language)
    return render.page(
        request,
        template,
        answer=answer,
        answered=without_empty(answer),
        doubts=doubtful(holding.submission.answers, language) if holding.submission else (),
        jumped=jumped_answer(session, holding, language),
        nil=holding.submission is not None and holding.submission.kind is SubmissionKind.NIL,
        figures=figures_of(holding.task.prefill),
        sealed=sealed_document(session, holding) is not None,
        mailed=_receipt_goes(session, holding),
        onward=onward(session, request, holding),
        **common(session, holding, token, language),
    )


def _receipt_goes(session: Session, holding: Holding) -> bool:
    """Whether the answer's receipt is sent by mail: not without an address, nor over the day's cap."""
    if holding.submission is None:
        return False
    key = receipt_key(holding.submission.id or 0)
    found = session.exec(select(Message.state).where(Message.key == key)).first()
    return found is not None and found is not MessageState.WITHHELD


def shown_answer(session: Session, holding: Holding, language: str) -> Sequence[Any]:
    """The newest answer by the form it was given in; nothing when there is none."""
    submission = holding.submission
    if submission is None:
        return ()
    form = form_of(session, submission.form_version_id)
    return shown_answers(form, submission.answers, holding.task.prefill, language)


def _from_others(asked: Sequence[Question], merged: Merged | None) -> dict[str, Any]:
    """The questions that somebody else has answered meanwhile, and those that both have."""
    taken, both = (merged.taken, merged.both) if merged else ((), ())
    return {"taken": _named(asked, taken), "both": _named(asked, both)}


def _pointed_out(holding: Holding, asked: Sequence[Question] | None, language: str) -> dict[str, Any]:
    """What of the stored answers looks odd; nothing while something else was just typed."""
    if asked is None:
        return {"doubts": (), "jumped": ()}
    answers = kept(holding)
    return {
        "doubts": doubtful(answers, language),
        "jumped": _jumps_shown(asked, holding.form, answers, holding),
    }


def jumped_answer(session: Session, holding: Holding, language: str) -> list[tuple[str, str, Jump]]:
    """(anchor, label, jump) of each number sent that is far from last period's, in the order of the page."""
    if holding.submission is None:
        return []
    form = with_choices(form_of(session, holding.submission.form_version_id), holding.task.prefill)
    asked = questions(form, {}, Beside(holding.task.prefill, {}, {}, language))
    return _jumps_shown(asked, form, holding.submission.answers, holding)


def _jumps_shown(
    asked: Sequence[Question], form: Form, answers: Mapping[str, Any], holding: Holding
) -> list[tuple[str, str, Jump]]:
    by_name = {question.name: question for question in flat(asked)}
    last, figures = Beside(holding.task.prefill, {}, {}, "da").last, figures_of(holding.task.prefill)
    found = [(by_name.get(each.where), each) for each in jumps(form.fields, answers, last, figures)]
    return [(question.anchor, question.full_label, each) for question, each in found if question]


def summary(asked: Sequence[Question], problems: Sequence[Problem]) -> list[tuple[str, str, Problem]]:
    """(anchor, label, problem) for each fault, in the order of the page."""
    by_name = {question.name: question for question in flat(asked)}
    order = {name: index for index, name in enumerate(by_name)}
    listed = sorted(problems, key=lambda problem: order.get(problem.where, -1))
    return [
        (by_name[problem.where].anchor, by_name[problem.where].full_label, problem)
        if problem.where in by_name
        else (WITHOUT_OWN if problem.where == WITHOUT_OWN else "indhold", "", problem)
        for problem in listed
    ]


def readings(holding: Holding, language: str) -> list[list[tuple[str, str]]]:
    """(words, what is told of them) in lists the task came with that no question asks about.

    Goals already given have a place of their own.
    """
    used = {field.rows_from for field in holding.form.fields} | OF_ITS_OWN
    return [
        [row_words(entry, language) for entry in value]
        for name, value in holding.task.prefill.items()
        if name not in used and isinstance(value, list) and value and isinstance(value[0], Mapping)
    ]


def common(session: Session, holding: Holding, token: str, language: str) -> dict[str, Any]:
    """What every page of a task shows."""
    return {
        "holding": holding,
        "task": holding.task,
        "token": token,
        "address": f"/opgave/{token}",
        "remarks": open_remarks(session, holding),
        "agreement": agreement_shown(session, holding, language),
        "letter": writes_letter(holding),
        "wish": open_wish(session, holding.task_id),
        "may_wish": may_ask(holding.task, holding.occurrence),
        "returned": holding.task.state is TaskState.RETURNED,
        "has_meeting": not MEETINGS.isdisjoint(holding.task.prefill),
    }


def _named(asked: Sequence[Question], names: Iterable[str]) -> list[tuple[str, str]]:
    """(anchor, label) of these questions, in the order of the page."""
    wanted = frozenset(names)
    return [(each.anchor, each.full_label) for each in flat(asked) if each.name in wanted]


def _beside_a_question(figure: Mapping[str, Any], asked: Sequence[Question]) -> bool:
    return any(figure in question.figures for question in flat(asked))
