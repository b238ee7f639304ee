"""A form of which only some questions were sent back: those to be asked, and the rest to be read."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cycle.tasks.reopened import Reopened
from web.leader.link import Holding
from web.questions import Question
from web.shown import Shown, shown_answers


def open_questions(asked: Sequence[Question], reopened: Reopened | None) -> tuple[Question, ...]:
    """The questions that may be answered; all of them when none are closed."""
    if reopened is None:
        return tuple(asked)
    return tuple(_with_open_rows(each, reopened) for each in asked if reopened.is_open(each.name))


def closed_answers(holding: Holding, language: str) -> tuple[Shown, ...]:
    """The answers that stand as they were given; nothing when all questions are open."""
    reopened = holding.reopened
    if reopened is None:
        return ()
    shown = shown_answers(holding.form, reopened.before, holding.task.prefill, language)
    return tuple(_closed(shown, reopened))


def _with_open_rows(question: Question, reopened: Reopened) -> Question:
    if not question.rows:
        return question
    rows = [replace(row, questions=open_questions(row.questions, reopened)) for row in question.rows]
    return replace(question, rows=tuple(row for row in rows if row.questions))


def _closed(shown: Sequence[Shown], reopened: Reopened) -> Iterable[Shown]:
    for each in shown:
        if each.rows:
            rows = [replace(row, items=tuple(_closed(row.items, reopened))) for row in each.rows]
            if kept := tuple(row for row in rows if row.items):
                yield replace(each, rows=kept)
        elif not reopened.is_open(each.name):
            yield each
