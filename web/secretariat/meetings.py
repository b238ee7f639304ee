"""The meetings that steps hold: all of them, and one with its agenda, participants, minutes and homework.

GET /moeder                    every meeting the account may see, in order of time
GET /moeder/{meeting}          one meeting
GET /moeder/{meeting}/fil      the file with its minutes
"""

from collections.abc import Sequence, Set
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import NotAllowed, NotFound
from cycle.files import store as files
from cycle.gatherings.homework import suggested_deadline
from cycle.gatherings.proposing import held_by
from cycle.gatherings.reading import (
    Listed,
    get_gathering,
    homework_of,
    list_meetings,
    participants_of,
    taking_part,
)
from cycle.gatherings.states import GATHERING_MOVES, Attendance, GatheringState, GatheringVerb
from cycle.gatherings.tables import Gathering
from cycle.history import History
from cycle.tasks.calendars import calendar_of
from cycle.tasks.change import RUNNING
from cycle.tasks.ledger import actor_names
from cycle.tasks.tables import Cycle
from cycle.tasks.titles import cycle_title
from web import context, render
from web.attachments import attachment
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import Reach, activity_of, reach_at
from web.session import CurrentActor, grant

router = APIRouter(prefix="/moeder")


@router.get("")
def meetings(request: Request, actor: CurrentActor) -> Response:
    """What is to come first, then what was held."""
    now = context.now(request)
    with context.reading(request) as session:
        found = meetings_seen(session, actor, list_meetings(session, roots_seeing(actor)))
        to_come = [each for each in found if _waits(each.gathering) and each.gathering.ends_at > now]
        waiting = [each for each in found if _waits(each.gathering) and each.gathering.ends_at <= now]
        over = [each for each in reversed(found) if not _waits(each.gathering)]
        return show(
            request,
            "meetings.html",
            parts=(("come", to_come), ("write", waiting), ("over", over)),
            plans=_plans(session, actor, found, render.language_of(request)),
        )


@router.get("/{meeting_id}")
def meeting(request: Request, actor: CurrentActor, meeting_id: Id, gjort: str = "") -> Response:
    """One meeting."""
    with context.reading(request) as session:
        gathering, found = reach_meeting(session, actor, meeting_id, Verb.SEE_MEETING)
        return show(request, "meeting.html", done=gjort, **_values(session, request, gathering, found))


@router.get("/{meeting_id}/fil")
def fetch(request: Request, actor: CurrentActor, meeting_id: Id) -> Response:
    """The file with the minutes."""
    with context.reading(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.SEE_MEETING)
        if not gathering.minutes_file:
            raise NotFound("file", meeting_id)
        return attachment(
            files.read(session, gathering.minutes_file["sha256"]), gathering.minutes_file["name"]
        )


def reach_meeting(session: Session, actor: SignedIn, meeting_id: int, verb: Verb) -> tuple[Gathering, Reach]:
    """The meeting with its step, when the account may do this to it. Raises NotFound, NotAllowed."""
    gathering = get_gathering(session, meeting_id)
    paths = taking_part(session, [gathering.root_id]).get(meeting_id, set())
    return gathering, reach_at(session, actor, gathering.occurrence_id, verb, paths)


def roots_seeing(actor: SignedIn) -> tuple[str, ...]:
    """The municipalities in which the account may see some meeting. Raises NotAllowed when in none."""
    roots = {path.split("/")[1] for path in visible_paths(actor.grants, Verb.SEE_MEETING)}
    if not roots:
        raise NotAllowed(Verb.SEE_MEETING.value, "")
    grant(actor, Verb.SEE_MEETING.value)
    return tuple(sorted(roots))


def meetings_seen(session: Session, actor: SignedIn, listed: Sequence[Listed]) -> list[Listed]:
    """Those of the meetings that the account may see: in which units of its own take part."""
    paths = taking_part(session, {each.gathering.root_id for each in listed})
    return [each for each in listed if _sees(actor, each, paths.get(each.gathering.id or 0, set()))]


def _sees(actor: SignedIn, each: Listed, paths: Set[str]) -> bool:
    thing = Thing.CONFIDENTIAL if activity_of(each.occurrence).confidential else Thing.ORDINARY
    whole = f"/{each.occurrence.root_id}/"
    return any(allowed(actor.grants, Verb.SEE_MEETING, thing, path) for path in (whole, *paths))


def _plans(session: Session, actor: SignedIn, found: Sequence[Listed], language: str) -> dict[int, str]:
    """The wheels and processes that the meetings belong to, by id, as far as the account sees them."""
    ids = {each.occurrence.cycle_id for each in found}
    cycles = session.exec(select(Cycle).where(col(Cycle.id).in_(ids))).all()
    seen = visible_paths(actor.grants, Verb.SEE_WHEEL)
    return {
        cycle.id or 0: cycle_title(session, cycle, language)
        for cycle in cycles
        if f"/{cycle.root_id}/".startswith(seen)
    }


def _waits(gathering: Gathering) -> bool:
    return gathering.state in (GatheringState.PROPOSED, GatheringState.CALLED)


def _values(session: Session, request: Request, gathering: Gathering, found: Reach) -> dict[str, Any]:
    calendar, now = calendar_of(session, found.occurrence), context.now(request)
    today = calendar.local_date(now)
    begins, ends = (at.astimezone(calendar.zone) for at in (gathering.starts_at, gathering.ends_at))
    changes = _changes(session, gathering)
    return {
        "it": gathering,
        "occurrence": found.occurrence,
        "cycle": session.get_one(Cycle, found.occurrence.cycle_id),
        "seats": wanted.seats if (wanted := held_by(found.activity)) else 0,
        "people": participants_of(session, gathering.id or 0),
        "homework": homework_of(session, gathering),
        "attendances": tuple(Attendance),
        "day": begins.date().isoformat(),
        "begins": f"{begins:%H.%M}",
        "ends": f"{ends:%H.%M}",
        "suggested": suggested_deadline(session, gathering, today=today, calendar=calendar).isoformat(),
        "changes": changes,
        "names": actor_names(session, [each.actor for each in changes]),
        "may": _may(gathering, found, has_begun=now >= gathering.starts_at),
        "sees_units": found.may(Verb.SEE_UNIT),
    }


def _may(gathering: Gathering, found: Reach, *, has_begun: bool) -> dict[str, bool]:
    """Which acts make sense now and are this account's to do."""
    own = found.may(Verb.CALL_MEETING)
    can = {verb.value: own and (gathering.state, verb) in GATHERING_MOVES for verb in GatheringVerb}
    called = gathering.state is GatheringState.CALLED
    running = found.occurrence.state in RUNNING and gathering.state is not GatheringState.CANCELLED
    return {**can, "hold": can["hold"] and (has_begun or not called), "homework": own and running, "own": own}


def _changes(session: Session, gathering: Gathering) -> Sequence[History]:
    rows = select(History).where(History.thing == f"gathering:{gathering.id}").order_by(col(History.id))
    return session.exec(rows).all()
