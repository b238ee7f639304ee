"""Next year from this year: seen side by side, goals chosen, then started (`aarshjul plan roll` on a page).

GET  /aarshjul/{cycle}/naeste-aar       the difference
POST /aarshjul/{cycle}/naeste-aar/vis   by another plan, typed or uploaded, with its mails; changes nothing
POST /aarshjul/{cycle}/naeste-aar       starts the year as it was shown, with the goals that are ticked
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound, PlanInvalid, Problem
from cycle.goals.next_year import NextYear, next_year, write_next_year
from cycle.goals.rolling import text_of_goal
from cycle.goals.tables import Goal
from cycle.goals.tree import GoalText
from cycle.plan.difference import ActivityChange, DoubtfulDate, Trouble
from cycle.plan.model import PlanKind
from cycle.plan.relations import Point
from cycle.store import tried
from cycle.tasks.cycles import find_cycle
from cycle.tasks.tables import Cycle
from cycle.tasks.titles import cycle_title
from documents.goal_words import Reworded, reworded
from web import context, render
from web.plain import Id
from web.secretariat.next_plan import next_draft, next_plan, started_in, weeks_of
from web.secretariat.pages import show
from web.secretariat.plan_reading import clashes, written_text
from web.secretariat.plan_words import SAID_WITH, stage_titles
from web.secretariat.reach import title_of
from web.secretariat.typed import text_of
from web.session import CheckedForm, CurrentActor, require

router = APIRouter(prefix="/aarshjul/{cycle_id}/naeste-aar")

TROUBLES: Mapping[Trouble, tuple[str, str]] = {
    Trouble.WEEKEND: ("weekend", "weekend"),
    Trouble.HOLIDAY: ("lukkedag", "closed day"),
    Trouble.MOVED: ("flyttet", "moved"),
    Trouble.UNCERTAIN: ("usikker", "uncertain"),
    Trouble.INFERRED: ("udledt", "inferred"),
}
POINTS = (Point.OPENS, Point.DUE, Point.CLOSES)


@dataclass(frozen=True)
class Day:
    """A date next year and this year; `trouble` says what deserves a look."""

    after: date
    before: date | None
    trouble: DoubtfulDate | None


@dataclass(frozen=True)
class Line:
    """One activity next year: `came` says what the plan changes in it."""

    title: str
    days: Sequence[Day]
    change: ActivityChange | None


@router.get("")
def preview(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """What next year would be."""
    with context.reading(request) as session:
        return _page(request, session, _wheel(session, actor, cycle_id))


@router.post("/vis")
def by_another_plan(request: Request, actor: CurrentActor, cycle_id: Id, sent: CheckedForm) -> Response:
    """What next year would be by the text; with faults, the text with its faults."""
    wrong: Sequence[Problem] = ()
    owed, text = None, ""
    try:
        with tried(request.app.state.engine) as session:
            cycle = _wheel(session, actor, cycle_id)
            text = written_text(sent)
            found = next_year(session, cycle, draft=next_draft(session, cycle, text))
            owed = None if found.started else started_in(session, found, now=context.now(request))
    except PlanInvalid as error:
        wrong = error.problems
    weeks = weeks_of(owed, found.year) if owed else ()
    status = 422 if wrong else 200
    with context.reading(request) as session:
        cycle = _wheel(session, actor, cycle_id)
        return _page(request, session, cycle, text=text, weeks=weeks, wrong=wrong, status=status)


@router.post("")
def start(request: Request, actor: CurrentActor, cycle_id: Id, sent: CheckedForm) -> Response:
    """Starts the year as it was shown, with the goals that are ticked; a second time it changes nothing."""
    with context.writing(request) as session:
        cycle = _wheel(session, actor, cycle_id, lock=True)
        chosen = {str(value) for value in sent.getlist("goal")}
        text = written_text(sent)
        try:
            found = next_year(session, cycle, draft=next_draft(session, cycle, text) if text else None)
        except PlanInvalid as error:
            return _page(request, session, cycle, chosen=chosen, text=text, wrong=error.problems, status=422)
        left_out = {text.identity for text in found.goals.copied} - chosen
        there = {goal.key for goal in found.goals.there}
        if not (found.started and chosen <= there):
            if text_of(sent, "seen") != found.digest:
                return _page(request, session, cycle, chosen=chosen, text=text, fault="changed", status=409)
            if _orphans(found, left_out):
                return _page(request, session, cycle, chosen=chosen, text=text, fault="orphans", status=422)
            why = text_of(sent, "why") or f"Næste år: {found.year}"
            write_next_year(session, found, without=left_out, by=actor.by, now=context.now(request), why=why)
        started = find_cycle(session, found.draft.plan, found.year)
        assert started is not None
        return RedirectResponse(f"/aarshjul/{started.id}", status_code=303)


def _wheel(session: Session, actor: SignedIn, cycle_id: int, *, lock: bool = False) -> Cycle:
    """The wheel, when the account may start years. Raises NotFound, NotAllowed."""
    cycle = session.get(Cycle, cycle_id, with_for_update=lock or None)
    if cycle is None or cycle.kind is not PlanKind.WHEEL:
        raise NotFound("cycle", cycle_id)
    require(actor, Verb.START_YEAR, f"/{cycle.root_id}/")
    return cycle


def _page(
    request: Request,
    session: Session,
    cycle: Cycle,
    *,
    chosen: Collection[str] | None = None,
    fault: str = "",
    text: str = "",
    weeks: Sequence[tuple[int, int]] = (),
    wrong: Sequence[Problem] = (),
    status: int = 200,
) -> Response:
    language = render.language_of(request)
    try:
        found = next_year(session, cycle)
        if text and not wrong and not found.started:
            found = next_year(session, cycle, draft=next_draft(session, cycle, text))
    except PlanInvalid as error:
        title, problems = cycle_title(session, cycle, language), error.problems
        return show(request, "next_year.html", cycle=cycle, title=title, found=None, problems=problems)
    copied = found.goals.copied
    if chosen is None:  # what is left after a first time was left out then
        chosen = set() if found.started and found.goals.there else {text.identity for text in copied}
    return show(
        request,
        "next_year.html",
        status=status,
        cycle=cycle,
        title=cycle_title(session, cycle, language),
        started=cycle_title(session, found.started, language) if found.started else "",
        found=found,
        lines=_lines(found, language),
        goals=copied,
        chosen=chosen,
        orphans=_orphans(found, {text.identity for text in copied} - set(chosen)),
        fault=fault,
        wrong=wrong,
        weeks=weeks,
        **_plan_words(found, "" if wrong else text),
        written=text or next_plan(session, cycle).text,
        reworded=[(after, _reworded(before, after, language)) for before, after in found.goals.reworded],
    )


def _plan_words(found: NextYear, text: str) -> dict[str, Any]:
    """What the page says of the plan; `text` is there when it is another one than this year's."""
    return {
        "text": "" if found.started else text,
        "gone": [each for each in found.difference.activities if each.id not in found.after],
        "clashes": clashes(found.draft.plan, found.after),
        "troubles": TROUBLES,
        "stages": stage_titles(found.draft.plan),
        **SAID_WITH,
    }


def _reworded(before: Goal, after: Goal, language: str) -> tuple[Reworded, ...]:
    return reworded(text_of_goal(before).columns(), text_of_goal(after).columns(), language)


def _orphans(found: NextYear, left_out: Collection[str]) -> list[GoalText]:
    """The goals that would go on although the one above them was left out by hand."""
    return [text for text in found.goals.without(left_out).left if text.parent_key in left_out]


def _lines(found: NextYear, language: str) -> list[Line]:
    changes = {each.id: each for each in found.difference.activities}
    doubts = {(each.activity, each.name): each for each in found.doubts}
    return [
        Line(
            title_of(activity, language),
            [_day(found, doubts, activity.id, point) for point in POINTS],
            changes.get(activity.id),
        )
        for activity in sorted(found.draft.plan.activities, key=lambda each: found.after[each.id].opens_on)
    ]


def _day(
    found: NextYear, doubts: Mapping[tuple[str, str], DoubtfulDate], activity_id: str, point: Point
) -> Day:
    before, name = found.before.get(activity_id), f"{point.value}_on"
    return Day(
        getattr(found.after[activity_id], name),
        getattr(before, name) if before else None,
        doubts.get((activity_id, str(point))),
    )
