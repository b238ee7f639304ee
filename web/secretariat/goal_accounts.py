"""The year's goal accounts as a document: every goal with target, result, light and comment."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from documents.goal_accounts import TEMPLATE, goal_account_values
from documents.rollup_facts import goals_by_task
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
