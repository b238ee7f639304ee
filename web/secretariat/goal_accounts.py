"""The year's goal accounts as a document: every goal with target, result, light and comment."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.goals.by_unit import GoalsByUnit
from cycle.goals.tables import Goal
from cycle.organisation.tables import Unit
from cycle.store import in_pieces
from cycle.tasks.rollup import Rollup
from documents.goal_accounts import TEMPLATE, goal_account_values
from documents.typeset import typeset
from web import context, render
from web.plain import Id
from web.secretariat.annex import read_part
from web.secretariat.pages import pdf_download
from web.session import CurrentActor

router = APIRouter()


@router.get("/maalregnskab/{occurrence_id}.pdf")
def pdf(
    request: Request, actor: CurrentActor, occurrence_id: Id, udgave: int | None = None, under: str = ""
) -> Response:
    """One released version, or a draft that says so on every page; whole, or of what lies under a unit."""
    part = read_part(request, actor, occurrence_id, udgave, under)
    own, language = context.settings(request).templates_dir, render.language_of(request)
    with context.reading(request) as session:
        goals = goals_by_task(session, part.found.occurrence.root_id, part.rollup)
    values = goal_account_values(part.rollup, part.facts, goals, part.standing, language)
    content = typeset(TEMPLATE, values, own=own, language=language, at=part.at)
    return pdf_download(content, f"maalregnskab-{part.name}.pdf")


def goals_by_task(session: Session, root_id: str, rollup: Rollup) -> Mapping[int, Sequence[Goal]]:
    """The goals of the year that each of the tasks was asked about."""
    goals = GoalsByUnit.load(session, root_id, rollup.concerns_year)
    units: dict[str, Unit] = {}
    for piece in in_pieces({line.unit_id for line in rollup.lines}):
        units |= {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(piece)))}
    return {line.task_id: goals.of(units[line.unit_id]) for line in rollup.lines}
