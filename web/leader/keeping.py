"""A draft on its way into the store and back into the fields: all that was typed, readable or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session

from cycle.errors import Problem
from cycle.tasks.answer_sentences import sentences
from cycle.tasks.answer_values import blank
from cycle.tasks.answers import read_draft, typed_answers
from cycle.tasks.forms import FieldType
from cycle.tasks.states import AGREEMENT_STEPS, TaskState
from cycle.tasks.submit import save_draft
from cycle.tasks.unread import LONGEST, is_begun, places, too_long, typed_at, unread, with_typed
from web import context, render
from web.leader.link import Holding


@dataclass(frozen=True)
class Kept:
    """What has to be mended before the answer can be sent, and what the draft could not take at all."""

    to_mend: Sequence[Problem] = ()
    refused: Sequence[Problem] = ()


def keep_draft(session: Session, request: Request, holding: Holding, typed: Mapping[str, Any]) -> Kept:
    """Keeps all that was typed. Of a text too long for any draft what stood there before stays.

    That something is missing is no fault yet, nor that a light waits for its colour or its comment.
    """
    language, rows = render.language_of(request), holding.task.prefill
    long = too_long(holding.form, typed, rows)
    stood = in_fields(holding)
    typed = with_typed(typed, {where: typed_at(stood, where) for where in long})
    answers, problems = read_draft(holding.form, typed, rows=rows, language=language)
    by_hand = unread(holding.form, typed, typed_answers(holding.form.fields, answers), rows)
    save_draft(
        session,
        holding.task_id,
        answers=answers,
        by=holding.by,
        now=context.now(request),
        edition=holding.draft.edition if holding.draft else None,
        typed=by_hand,
    )
    no_files = _refused_files(holding, typed, problems)
    too_much = [_too_long(where, length, language) for where, length in long.items()]
    return Kept(_faults(by_hand, problems), [*too_much, *no_files])


def kept(holding: Holding) -> Mapping[str, Any]:
    """The answers that can be read of the draft, else of the answer that is there.

    Nobody finds a step of an agreement taken already: one that is asked anew begins empty, for its text is
    another and so may its person be, and what is confirmed is confirmed in the act itself.
    """
    step = holding.task.kind in AGREEMENT_STEPS
    anew = step and holding.task.state is TaskState.OPEN
    stored = holding.draft or (None if anew else holding.submission)
    answers = stored.answers if stored is not None else {}
    return {name: value for name, value in answers.items() if name not in _confirmed(holding)}


def kept_as_typed(holding: Holding) -> dict[str, Any]:
    """By place, what the draft holds that cannot be read as an answer yet; only where the form still asks."""
    asked = {where for where, _ in places(holding.form, holding.task.prefill)} - _confirmed(holding)
    typed = holding.draft.typed if holding.draft else {}
    return {where: value for where, value in typed.items() if where in asked}


def in_fields(holding: Holding) -> dict[str, Any]:
    """What stands in the fields of the page when it is opened."""
    return with_typed(typed_answers(holding.form.fields, kept(holding)), kept_as_typed(holding))


def to_mend(holding: Holding, language: str) -> Sequence[Problem]:
    """The faults of what the draft holds."""
    by_hand = kept_as_typed(holding)
    if not by_hand:
        return ()
    _, problems = read_draft(holding.form, in_fields(holding), rows=holding.task.prefill, language=language)
    return _faults(by_hand, problems)


def _faults(by_hand: Mapping[str, Any], problems: Sequence[Problem]) -> list[Problem]:
    return [each for each in problems if each.where in by_hand and not is_begun(by_hand[each.where])]


def _refused_files(holding: Holding, typed: Mapping[str, Any], problems: Sequence[Problem]) -> list[Problem]:
    asked = dict(places(holding.form, holding.task.prefill))
    files = {where for where, field in asked.items() if field.type is FieldType.FILE}
    return [each for each in problems if each.where in files and not blank(typed_at(typed, each.where))]


def _too_long(where: str, length: int, language: str) -> Problem:
    return Problem(where, *sentences("too_long", {"length": length, "longest": LONGEST}, language))


def _confirmed(holding: Holding) -> frozenset[str]:
    step = holding.task.kind in AGREEMENT_STEPS
    return frozenset(field.id for field in holding.form.fields if step and field.type is FieldType.CONFIRM)
