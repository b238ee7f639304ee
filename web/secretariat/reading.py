"""All answers of an activity as one text: under each question what every unit wrote (seed 001)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, Form
from cycle.tasks.rollup import REPLIED, Line, roll_up
from cycle.tasks.tables import FormVersion
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.session import CurrentActor

router = APIRouter()


@dataclass(frozen=True)
class Passage:
    """One question with every unit's answer to it, in the order of the organisation."""

    question: str
    answers: Sequence[tuple[str, str]]


@router.get("/aktivitet/{occurrence_id}/samlet")
def collected(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The answers that the account may read, question by question, and who has none."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        language = render.language_of(request)
        lines = _lines(session, request, found)
        return show(
            request,
            "reading.html",
            it=found.occurrence,
            title=title_of(found.activity, language),
            passages=passages(lines, _forms(session, lines), language),
            silent=[line.unit for line in lines if line.outcome not in REPLIED],
            nil=[line.unit for line in lines if line.outcome in REPLIED and not line.answers],
        )


def _lines(session: Session, request: Request, found: Reach) -> list[Line]:
    whole = roll_up(session, found.occurrence.id or 0, now=context.now(request))
    paths = found.paths
    return [line for line in whole.lines if line.path.startswith(paths)]


def _forms(session: Session, lines: Sequence[Line]) -> dict[int, Form]:
    """The forms that were answered, the newest first."""
    used = {line.form_version_id for line in lines if line.answers} - {None}
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
