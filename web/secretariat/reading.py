"""All answers of an activity as one text: under each question what every unit wrote (seed 001).

GET /aktivitet/{occurrence}/samlet?side=2       so many units at a time, in the order of the organisation
GET /aktivitet/{occurrence}/samlet?vis=alle     all of them, to print say
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, Form
from cycle.tasks.rollup import REPLIED, Line, own_work, roll_up_some
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import FormVersion, Submission
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import reach, title_of
from web.session import CurrentActor

router = APIRouter()


@dataclass(frozen=True)
class Passage:
    """One question with every unit's answer to it, in the order of the organisation."""

    question: str
    answers: Sequence[tuple[str, str]]


PAGE = 200
"""Units on a page."""


@router.get("/aktivitet/{occurrence_id}/samlet")
def collected(
    request: Request,
    actor: CurrentActor,
    occurrence_id: Id,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
    vis: str = "",
) -> Response:
    """The answers that the account may read, question by question, and who has none; `vis` "alle": of all."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        language = render.language_of(request)
        tasks = session.scalars(own_work(occurrence_id, found.paths)).all()
        pages = 1 if vis == "alle" else max(1, -(-len(tasks) // PAGE))
        page = min(side, pages)
        shown = tasks if pages == 1 else tasks[(page - 1) * PAGE : page * PAGE]
        lines = roll_up_some(session, occurrence_id, shown, now=context.now(request)).lines
        return show(
            request,
            "reading.html",
            it=found.occurrence,
            title=title_of(found.activity, language),
            passages=passages(lines, _forms(session, own_work(occurrence_id, found.paths)), language),
            silent=[line.unit for line in lines if line.outcome not in REPLIED],
            nil=[line.unit for line in lines if line.outcome in REPLIED and not line.answers],
            page=page,
            pages=pages,
            total=len(tasks),
            size=PAGE,
        )


def _forms(session: Session, tasks: sa.Select[Any]) -> dict[int, Form]:
    """The forms in which somebody had something to say, the newest first."""
    used = sa.select(col(Submission.form_version_id)).where(
        col(Submission.task_id).in_(tasks.order_by(None)),
        col(Submission.withdrawn_at).is_(None),
        col(Submission.kind) != SubmissionKind.NIL,
    )
    rows = session.exec(
        select(FormVersion).where(col(FormVersion.id).in_(used)).order_by(col(FormVersion.version).desc())
    )
    return {row.id or 0: Form.model_validate_json(row.spec) for row in rows}


def passages(lines: Sequence[Line], forms: Mapping[int, Form], language: str) -> list[Passage]:
    """A question that has left the form keeps its passage; the newest wording names it.

    How each goal stands is no passage: it is told on the goal's page, which hides what must be hidden. Nor is
    a figure whose small numbers are hidden: here each stands beside the unit it would tell of.
    """
    asked: dict[str, Field] = {}
    for form in forms.values():
        for field in form.fields:
            asked.setdefault(field.id, field)
    return [
        Passage(label(field, language), [(line.unit, told) for line, told in _told(field, lines, language)])
        for field in map(_open_part, asked.values())
        if field.rows_from != "goals" and not field.hide_small
    ]


def _open_part(field: Field) -> Field:
    """The field without what it hides in its rows."""
    return field.model_copy(update={"fields": tuple(each for each in field.fields if not each.hide_small)})


def _told(field: Field, lines: Sequence[Line], language: str) -> list[tuple[Line, str]]:
    answered = [line for line in lines if line.answers.get(field.id) is not None]
    return [(line, show_answer(field, line.answers[field.id], language)) for line in answered]
