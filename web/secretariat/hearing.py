"""A hearing on the strategy: the answers theme by theme or area by area, with a note on each.

GET  /hoering/{occurrence}                    the numbers; where few were asked, with what they said
GET  /hoering/{occurrence}/svar?om=…&side=2   what was said of one theme, or in one area, page by page
POST /hoering/{occurrence}/sammenfatning      the secretariat's summary of one theme or area
"""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.goals.heard_counts import Heard
from cycle.goals.hearing import Area, Group, Hearing, notes_of, write_note
from cycle.goals.strategies import adopted_in, current_strategy, draft_of
from cycle.goals.strategies import text_of as text_of_version
from cycle.goals.strategy_tree import not_taken_in, text_changes
from cycle.goals.tables import Strategy
from cycle.plan.model import FlowName
from cycle.tasks.calendars import calendar_of
from cycle.tasks.fates import Asked
from cycle.tasks.ledger import actor_names
from cycle.tasks.rollup import Outcome
from cycle.tasks.tables import Occurrence
from web import context, render
from web.plain import Id, readable
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter()


WHOLE, PAGE = 200, 100
"""Where no more units were asked, all they said is on one page; units on a page where there were more."""


@router.get("/hoering/{occurrence_id}")
def hearing(request: Request, actor: CurrentActor, occurrence_id: Id, efter: str = "") -> Response:
    """What the units said, grouped; `efter` is "omraade" for area by area. Nobody is left out."""
    with context.reading(request) as session:
        found = reach_hearing(session, actor, occurrence_id)
        language = render.language_of(request)
        heard = _heard(session, request, found, found.paths)
        by_area = efter == "omraade"
        overview = heard.overview(by_area=by_area)
        return show(
            request,
            "hearing.html",
            it=found.occurrence,
            title=title_of(found.activity, language),
            hearing=overview,
            said=_said(heard.whole(context.now(request))) if overview.total <= WHOLE else {},
            by_area=by_area,
            notes=(notes := notes_of(session, occurrence_id)),
            names=actor_names(session, {each.by for each in notes.values()}),
            outcomes=list(Outcome),
            **_versions(session, found),
            preparation=_preparation(session, found),
            partial=found.paths != (found.root_path,),
            may=found.may(Verb.EDIT_STRATEGY),
            anchor=anchor,
        )


@router.get("/hoering/{occurrence_id}/svar")
def voices(
    request: Request,
    actor: CurrentActor,
    occurrence_id: Id,
    om: str = "",
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """A page of what the units wrote of the theme, goal or question `om` (the first, where none is named), or
    of the area's units with everything they said.
    """
    with context.reading(request) as session:
        found = reach_hearing(session, actor, occurrence_id)
        heard = _heard(session, request, found, found.paths)
        name = readable(om) or next(iter(heard.names()), "")
        shown = heard.voices(name, page=side, size=PAGE, now=context.now(request))
        if shown is None:
            raise NotFound("hearing_group", om)
        return show(
            request,
            "hearing_voices.html",
            it=found.occurrence,
            title=title_of(found.activity, render.language_of(request)),
            about=shown.title,
            shown=shown,
            here=f"/hoering/{occurrence_id}/svar?{urlencode({'om': shown.name})}&side=",
            back=f"/hoering/{occurrence_id}{_view(shown.name)}",
            partial=found.paths != (found.root_path,),
            anchor=anchor,
        )


@router.post("/hoering/{occurrence_id}/sammenfatning")
def note(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """The secretariat's summary of one group."""
    with context.writing(request) as session:
        found = reach_hearing(session, actor, occurrence_id, Verb.EDIT_STRATEGY)
        group = text_of(sent, "group")
        if group not in _heard(session, request, found, (found.root_path,)).names():
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
    return RedirectResponse(f"/hoering/{occurrence_id}{_view(group)}", status_code=303)


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


def _heard(session: Session, request: Request, found: Reach, paths: Sequence[str]) -> Heard:
    calendar = calendar_of(session, found.occurrence)
    asked = Asked(found.occurrence, paths, calendar.local_date(context.now(request)), calendar)
    return Heard(session, asked, render.language_of(request))


def _said(whole: Hearing) -> dict[str, Group | Area]:
    """Everything that was said, by group and by area."""
    by_group: dict[str, Group | Area] = {each.name: each for each in whole.groups}
    return by_group | {each.name: each for each in whole.areas}


def _view(group: str) -> str:
    """Where the group stands on the hearing's page."""
    return ("?efter=omraade" if group.startswith("area:") else "") + f"#{anchor(group)}"


def _versions(session: Session, found: Reach) -> dict[str, Any]:
    """The strategy in force, what is proposed in its place, and what was adopted in this revision."""
    draft = draft_of(session, found.occurrence.id or 0)
    present = current_strategy(session, found.occurrence.root_id)
    adopted = adopted_in(session, found.occurrence.id or 0)
    told = present and draft and text_changes(text_of_version(present).goals, text_of_version(draft).goals)
    return {
        "draft": draft,
        "present": present,
        "adopted": adopted,
        "waits": adopted is not None and _waits(session, adopted),
        "proposed": told or [],
    }


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
