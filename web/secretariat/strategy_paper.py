"""A strategy's version as a document, with the hearing as its annex."""

from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.danish import format_datetime
from cycle.goals.hearing import notes_of
from cycle.goals.tables import Strategy
from cycle.tasks.rollup import Rollup, from_json, roll_up
from documents.strategy_paper import TEMPLATE, StrategyPaper, strategy_values
from documents.strategy_reading import strategy_paper
from documents.typeset import typeset
from web import context, render
from web.plain import Id
from web.secretariat.pages import pdf_download
from web.secretariat.strategy import reach_strategy
from web.session import CurrentActor

router = APIRouter()


@router.get("/strategi/{row_id}.pdf")
def pdf(request: Request, actor: CurrentActor, row_id: Id) -> Response:
    """One version; a proposal says so on every page."""
    language, now = render.language_of(request), context.now(request)
    with context.reading(request) as session:
        it = reach_strategy(session, actor, row_id)
        values = strategy_values(_paper(session, request, actor, it, now), language)
    own = context.settings(request).templates_dir
    content = typeset(TEMPLATE, values, own=own, language=language, at=now)
    name = f"{it.strategy_id}-{'forslag' if it.draft else 'udgave'}-{it.version}"
    return pdf_download(content, f"{name.encode('ascii', 'ignore').decode()}.pdf")


def _paper(session: Session, request: Request, actor: SignedIn, it: Strategy, now: datetime) -> StrategyPaper:
    language, zone = render.language_of(request), context.settings(request).zone
    t = render.translator(language)
    return strategy_paper(
        session,
        it,
        heard=_heard(session, actor, it, now),
        notes=_notes(session, it),
        dated=f"{t('Hentet', 'Made')} {format_datetime(now, language, zone)}.",
        language=language,
        mark=render.file_mark(request),
    )


def _heard(session: Session, actor: SignedIn, it: Strategy, now: datetime) -> Rollup | None:
    """The hearing as it was when the version was adopted; of a proposal, as it stands.

    None without one, and for whoever may not read every unit's answer.
    """
    thing = Thing.ORDINARY if it.draft else Thing.RELEASED
    if it.occurrence_id is None or not allowed(actor.grants, Verb.SEE_UNIT, thing, f"/{it.root_id}/"):
        return None
    return roll_up(session, it.occurrence_id, now=now) if it.draft else from_json(it.hearing)


def _notes(session: Session, it: Strategy) -> dict[str, str]:
    if not it.draft:
        return dict(it.hearing.get("notes", {}))
    return {group: note.text for group, note in notes_of(session, it.occurrence_id or 0).items()}
