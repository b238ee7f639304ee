"""The budget call's letter to the unit whose task a link opens."""

from fastapi import Request
from sqlmodel import Session

from cycle.errors import NotFound
from cycle.organisation.tables import Unit
from cycle.tasks.states import TaskKind
from documents.budget_letter import TEMPLATE, has_letters, letter_values, letterhead
from documents.typeset import typeset
from web import context, render
from web.leader.link import Holding
from web.questions import figures_of


def writes_letter(holding: Holding) -> bool:
    """Whether there is a letter about the task."""
    return holding.task.kind is TaskKind.ANSWER and has_letters(holding.occurrence)


def budget_letter(session: Session, request: Request, holding: Holding) -> bytes:
    """The letter as PDF, with the figures that were sent with the task. Raises NotFound."""
    if not writes_letter(holding):
        raise NotFound("letter", holding.task_id)
    occurrence, language, now = holding.occurrence, render.language_of(request), context.now(request)
    town = session.get_one(Unit, occurrence.root_id).name
    mark = render.file_mark(request)
    head = letterhead(occurrence, town, holding.unit.name, now=now, language=language, mark=mark)
    values = letter_values(occurrence, figures_of(holding.task.prefill), head, language)
    at, own = occurrence.opened_at or now, context.settings(request).templates_dir
    return typeset(TEMPLATE, values, own=own, language=language, at=at)
