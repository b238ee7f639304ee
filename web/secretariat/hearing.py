"""A hearing on the strategy: the answers theme by theme or area by area, with a note on each."""

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.goals.heard import gathered
from cycle.goals.hearing import notes_of, write_note
from cycle.goals.strategies import adopted_in, current_strategy, draft_of
from cycle.goals.strategies import text_of as text_of_version
from cycle.goals.strategy_tree import not_taken_in, text_changes
from cycle.goals.tables import Strategy
from cycle.plan.model import FlowName
from cycle.tasks.ledger import actor_names
from cycle.tasks.rollup import Outcome, roll_up
from cycle.tasks.tables import Occurrence
from documents.rollup_document import within
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter()


@router.get("/hoering/{occurrence_id}")
def hearing(request: Request, actor: CurrentActor, occurrence_id: Id, efter: str = "") -> Response:
    """What the units said, grouped; `efter` is "omraade" for area by area. Nobody is left out."""
    with context.reading(request) as session:
        found = reach_hearing(session, actor, occurrence_id)
        seen = within(roll_up(session, occurrence_id, now=context.now(request)), found.paths)
        language = render.language_of(request)
        draft = draft_of(session, occurrence_id)
        present = current_strategy(session, found.occurrence.root_id)
        adopted = adopted_in(session, occurrence_id)
        return show(
            request,
            "hearing.html",
            it=found.occurrence,
            title=title_of(found.activity, language),
            hearing=gathered(session, found.occurrence, seen, language),
            by_area=efter == "omraade",
            notes=(notes := notes_of(session, occurrence_id)),
            names=actor_names(session, {each.by for each in notes.values()}),
            outcomes=list(Outcome),
            total=len(seen.lines),
            draft=draft,
            present=present,
            adopted=adopted,
            waits=adopted is not None and _waits(session, adopted),
            proposed=text_changes(text_of_version(present).goals, text_of_version(draft).goals)
            if present and draft
            else [],
            preparation=_preparation(session, found),
            partial=found.paths != (found.root_path,),
            may=found.may(Verb.EDIT_STRATEGY),
            anchor=anchor,
        )


@router.post("/hoering/{occurrence_id}/sammenfatning")
def note(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """The secretariat's summary of one group."""
    with context.writing(request) as session:
        found = reach_hearing(session, actor, occurrence_id, Verb.EDIT_STRATEGY)
        group = text_of(sent, "group")
        rollup = roll_up(session, occurrence_id, now=context.now(request))
        shown = gathered(session, found.occurrence, rollup, "da")
        if group not in {each.name for each in shown.groups} | {each.name for each in shown.areas}:
            raise NotFound("hearing_group", group)
        write_note(
            session,
            occurrence_id,
            group,
            text_of(sent, "text"),
            seen=whole_number(sent, "edition", "Udgaven"),
            by=actor.by,
            now=context.now(request),
        )
    view = "?efter=omraade" if group.startswith("area:") else ""
    return RedirectResponse(f"/hoering/{occurrence_id}{view}#{anchor(group)}", status_code=303)


def reach_hearing(
    session: Session, actor: SignedIn, occurrence_id: int, verb: Verb = Verb.SEE_ACTIVITY
) -> Reach:
    """The revision, when the account may do this to it. Raises NotFound, NotAllowed."""
    found = reach(session, actor, occurrence_id, verb)
    if found.activity.flow is not FlowName.STRATEGY_REVISION:
        raise NotFound("hearing", occurrence_id)
    return found


def anchor(group: str) -> str:
    """The group's place on the page."""
    return group.replace(" ", "-").replace(":", "-")


def _waits(session: Session, adopted: Strategy) -> bool:
    """Whether its goals have not been taken into the tree of its first year."""
    year = adopted.first_year
    return year is not None and adopted.id in {
        each.id for each in not_taken_in(session, adopted.root_id, year)
    }


def _preparation(session: Session, found: Reach) -> Occurrence | None:
    """The activity in which the revision was prepared: the newest one before it."""
    if not found.activity.prepared_in:
        return None
    query = select(Occurrence).where(
        Occurrence.root_id == found.occurrence.root_id,
        Occurrence.activity_id == found.activity.prepared_in,
        col(Occurrence.opens_at) < found.occurrence.opens_at,
    )
    return session.exec(query.order_by(col(Occurrence.opens_at).desc()).limit(1)).first()
