"""A superior's own units: who has answered, what, and the verdict.

GET  /mine-enheder                          every activity, counted among own units
GET  /mine-enheder/{occurrence}             own units in one activity
GET  /mine-enheder/opgave/{task}            one answer
POST /mine-enheder/opgave/{task}/godkend    approve the version that was shown
POST /mine-enheder/opgave/{task}/retur      send it back with a reason
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotAllowed, NotFound, Problem
from cycle.files import store as files
from cycle.organisation.directory import Recipient
from cycle.tasks import review
from cycle.tasks.calendars import calendar_of
from cycle.tasks.fates import Asked, Fate, each_fate
from cycle.tasks.ledger import reasons_for
from cycle.tasks.listing import Entry, entries_of
from cycle.tasks.rollup import Outcome
from cycle.tasks.rollup_counts import outcome_of_fate
from cycle.tasks.standing import as_read, awaits_approval
from cycle.tasks.states import Verdict
from cycle.tasks.tables import Occurrence
from cycle.tasks.wish_tables import ExtensionWish
from cycle.tasks.wishes import open_wish
from web import context, render, words
from web.attachments import attachment
from web.plain import Id, readable
from web.questions import figures_of
from web.rooms import MenuItem, Room
from web.session import WITH_OWN_TASKS, CheckedForm, CurrentActor
from web.shown import Shown, shown_answers
from web.superior import turn
from web.superior.capacity import capacity
from web.superior.district import numbers_of
from web.superior.owed import owed
from web.superior.preparation import prepared_with
from web.superior.proposal import Proposal, proposal_of
from web.superior.returning import due_on_in, places
from web.superior.scope import (
    Case,
    activity_of,
    awaiting_verdict,
    next_case,
    open_case,
    own_turn,
    standings,
    thing_of,
)
from web.superior.wishes import count_in_sight

router = APIRouter(prefix="/mine-enheder")
ROOM = Room(
    router,
    (
        MenuItem("/mine-enheder", "Mine enheder", "My units", WITH_OWN_TASKS),
        MenuItem("/mine", "Mine opgaver", "My tasks", WITH_OWN_TASKS, of_a_post=True),
    ),
)
NOTHING: list[str] = []
PAGE = 100
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
FIRST = (Outcome.RETURNED, Outcome.MISSING, Outcome.WAITING)


@router.get("")
def activities(request: Request, actor: CurrentActor, side: PageNumber = 1) -> Response:
    """What is running among the actor's units, and what waits for a verdict."""
    with context.reading(request) as session:
        found, page, pages = standings(session, actor, side, now=context.now(request))
        wished = count_in_sight(session, actor)
        return render.page(
            request,
            "superior/activities.html",
            standings=found,
            numbers=numbers_of(session, request, actor, found),
            states=words.OCCURRENCES,
            wished=wished,
            page=page,
            pages=pages,
            owed=owed(session, request, actor),
        )


@router.get("/{occurrence_id}")
def units(
    request: Request,
    actor: CurrentActor,
    occurrence_id: Id,
    godkendt: str = "",
    ikke: Annotated[list[str], Query()] = NOTHING,
    side: PageNumber = 1,
) -> Response:
    """The actor's units in one activity; what needs an eye comes first. `ikke`: what was not approved."""
    with context.reading(request) as session:
        occurrence = session.get(Occurrence, occurrence_id)
        if occurrence is None:
            raise NotFound("occurrence", occurrence_id)
        paths = visible_paths(actor.grants, Verb.SEE_UNIT, thing_of(activity_of(occurrence)))
        now, calendar = context.now(request), calendar_of(session, occurrence)
        asked = Asked(occurrence, paths, calendar.local_date(now), calendar)
        fates = each_fate(session, asked)
        if not fates:
            raise NotAllowed(Verb.SEE_UNIT.value, f"occurrence {occurrence_id}")
        waiting = awaiting_verdict(session, occurrence, calendar, on=asked.today) & {
            task_id for task_id, _ in fates
        }
        shown, page, pages = _page(fates, waiting, side)
        return render.page(
            request,
            "superior/units.html",
            occurrence=occurrence,
            entries=_entries(session, asked, shown),
            own_turn=own_turn(session, actor, occurrence, waiting & set(shown), now=now),
            approved=godkendt if godkendt.isdecimal() and len(godkendt) < 5 else "",
            left=[
                each.unit for each in _entries(session, asked, [id_ for id_, _ in fates if str(id_) in ikke])
            ],
            to_judge=len(waiting),
            page=page,
            pages=pages,
            standing=words.standing,
            timeliness=words.TIMELINESS,
        )


def _page(
    fates: Sequence[tuple[int, Fate]], waiting: Collection[int], asked: int
) -> tuple[list[int], int, int]:
    """The tasks of one page, which page it is and how many there are: what needs an eye comes first."""
    ordered = sorted(fates, key=lambda each: (each[0] not in waiting, _urgency(outcome_of_fate(each[1]))))
    pages = -(-len(ordered) // PAGE)
    page = min(asked, pages)
    return [task_id for task_id, _ in ordered[(page - 1) * PAGE : page * PAGE]], page, pages


def _entries(session: Session, asked: Asked, task_ids: Sequence[int]) -> list[Entry]:
    """The tasks with dates and how they stand, as they are ordered."""
    if not task_ids:
        return []
    found = entries_of(session, asked.occurrence, task_ids, today=asked.today, calendar=asked.calendar)
    known = {entry.task_id: entry for entry in found}
    return [known[task_id] for task_id in task_ids]


@router.get("/opgave/{task_id}")
def case(request: Request, actor: CurrentActor, task_id: Id, gjort: str = "") -> Response:
    """One unit's answer, with the verdict's buttons for whoever's turn it is."""
    with context.reading(request) as session:
        now = context.now(request)
        found = open_case(session, actor, task_id, now=now)
        prepares = prepared_with(session, request, actor, found.task, found.occurrence)
        onward = next_case(session, actor, found)
        proposal = proposal_of(session, actor, found, render.language_of(request))
        wish = open_wish(session, task_id)
        return _show(
            request, found, done=gjort, onward=onward, prepares=prepares, proposal=proposal, wish=wish
        )


@router.get("/opgave/{task_id}/fil/{digest}")
def fetch(request: Request, actor: CurrentActor, task_id: Id, digest: str) -> Response:
    """A file of the newest answer."""
    with context.reading(request) as session:
        found = open_case(session, actor, task_id, now=context.now(request))
        names = files.named(found.submission.answers if found.submission else {})
        if digest not in names:
            raise NotFound("file", digest)
        return attachment(files.read(session, digest), names[digest])


@router.post("/opgave/{task_id}/godkend")
def approve(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """Approves the version that was shown; a newer one has to be seen first."""
    now = context.now(request)
    with context.writing(request) as session:
        found = open_case(session, actor, task_id, now=now, lock=True)
        if not turn.is_done(found, sent, Verdict.APPROVED):
            turn.check(found, sent, Verdict.APPROVED)
            review.approve(session, task_id, by=actor.by, now=now, actor=capacity(actor))
    return RedirectResponse(f"/mine-enheder/opgave/{task_id}?gjort=godkendt", status_code=303)


@router.post("/opgave/{task_id}/retur")
def send_back(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """Sends the version that was shown back, with a reason and a new date."""
    now = context.now(request)
    try:
        with context.writing(request) as session:
            found = open_case(session, actor, task_id, now=now, lock=True)
            _name_fields(request, found)
            if not turn.is_done(found, sent, Verdict.RETURNED):
                turn.check(found, sent, Verdict.RETURNED)
                _return(session, request, actor, found, sent, now)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            found = open_case(session, actor, task_id, now=now)
            return _show(request, found, problems=error.problems, sent=sent, status=422)
    return RedirectResponse(f"/mine-enheder/opgave/{task_id}?gjort=retur", status_code=303)


def _urgency(outcome: Outcome) -> int:
    return FIRST.index(outcome) if outcome in FIRST else len(FIRST)


def _show(
    request: Request,
    found: Case,
    *,
    done: str = "",
    onward: tuple[int, str] | None = None,
    problems: Sequence[Problem] = (),
    sent: FormData | None = None,
    status: int = 200,
    prepares: Recipient | None = None,
    proposal: Proposal | None = None,
    wish: ExtensionWish | None = None,
) -> Response:
    language = render.language_of(request)
    typed: Mapping[str, str] = {name: readable(value) for name, value in sent.items()} if sent else {}
    return render.page(
        request,
        "superior/case.html",
        status=status,
        case=found,
        shown=_shown(found, language),
        asked=places(_shown(found, language)),
        typed=typed,
        problems=problems,
        done=done,
        onward=onward,
        prepares=prepares,
        proposal=proposal,
        wish=wish,
        figures=figures_of(found.task.prefill),
        reasons=reasons_for(found.reviews, found.submission),
        state=words.standing(as_read(found.task), awaits_approval(found.task)),
        timeliness=words.TIMELINESS,
    )


def _shown(found: Case, language: str) -> tuple[Shown, ...]:
    if found.submission is None:
        return ()
    return shown_answers(found.form, found.submission.answers, found.task.prefill, language)


def _return(
    session: Session, request: Request, actor: SignedIn, found: Case, sent: FormData, now: datetime
) -> None:
    review.return_for_changes(
        session,
        found.task_id,
        reason=readable(sent.get("reason")),
        field_reasons=_field_reasons(found, sent),
        due_on=due_on_in(sent, render.language_of(request)),
        by=actor.by,
        now=now,
        actor=capacity(actor),
    )


def _name_fields(request: Request, found: Case) -> None:
    """Error pages show what was sent under the page's own words."""
    language = render.language_of(request)
    whole = render.translator(language)("Hvad skal rettes?", "What must be corrected?")
    asked = places(_shown(found, language))
    request.state.labels = {"reason": whole} | {f"reason:{name}": label for name, label in asked}


def _field_reasons(found: Case, sent: FormData) -> dict[str, str]:
    names = [name for name, _ in places(_shown(found, "da"))]
    return {name: text for name in names if (text := readable(sent.get(f"reason:{name}")))}
