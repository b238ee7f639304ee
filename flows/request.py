"""The general request: every unit of the audience owes an answer, superiors approve, stages follow.

`open`, `advance` and `close` are the bodies of the smaller flows of a plan; the four great ones compose
the same steps with what is their own.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.goals.told_rollup import told_rollup
from cycle.organisation.directory import Directory
from cycle.organisation.snapshot import UnitRow
from cycle.plan.model import Activity
from cycle.store import table_of
from cycle.tasks.approval import keep_review_tasks, waiting_answers
from cycle.tasks.change import RUNNING
from cycle.tasks.closing import close_occurrence
from cycle.tasks.figures import figures_of, wants_figures
from cycle.tasks.moves import get_occurrence
from cycle.tasks.opening import NewTask, chunks, existing_posts, finish_opening, open_tasks
from cycle.tasks.releases import release_again
from cycle.tasks.rollup import roll_up
from cycle.tasks.stages import next_stage_look, open_ready_stages
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence
from flows.runtime import RunContext

Prefill = Callable[[UnitRow], Mapping[str, Any]]


@dataclass(frozen=True)
class Facts:
    """What a body needs to know of its occurrence, read once."""

    occurrence: Occurrence
    activity: Activity
    directory: Directory
    calendar: WorkingCalendar


_OCCURRENCE = table_of(Occurrence)
_ITS_ROW = _OCCURRENCE.c.id == sa.bindparam("its_id")
_CLEAR_LOOK = sa.update(_OCCURRENCE).where(_ITS_ROW).values(advance_at=None).returning(_OCCURRENCE.c.state)
_LEAVE_LOOK = sa.update(_OCCURRENCE).where(
    _ITS_ROW, _OCCURRENCE.c.state == OccurrenceState.OPEN, _OCCURRENCE.c.advance_at.is_(None)
)


def open(context: RunContext, occurrence_id: int) -> None:
    """Gives every post of the audience its task."""
    open_for_audience(context, facts_of(context, occurrence_id))


def advance(context: RunContext, occurrence_id: int) -> None:
    """Opens what has become due above the units: reviews and stages."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        keep_release_current(session, context, occurrence_id)


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes the occurrence and counts every unit."""
    close_and_count(context, occurrence_id)


def facts_of(context: RunContext, occurrence_id: int) -> Facts:
    """The occurrence with its activity, today's directory and the calendar. Raises NotFound."""
    with context.reading() as session:
        occurrence = get_occurrence(session, occurrence_id)
        session.expunge(occurrence)
        calendar, directory = context.surroundings(session, occurrence.root_id)
    activity = Activity.model_validate_json(occurrence.activity)
    return Facts(occurrence, activity, directory, calendar)


def open_for_audience(
    context: RunContext,
    facts: Facts,
    *,
    prefill: Prefill | None = None,
    kind: TaskKind = TaskKind.ANSWER,
    before: Callable[[Session], None] | None = None,
    without: Set[str] = frozenset(),
) -> None:
    """Writes the audience's tasks in chunks and opens the occurrence with the last one.

    `before` runs in the first chunk's transaction (rows the tasks speak of); units in `without` are not
    asked. The units' figures come with their tasks. Safe to run again after a crash at any point.
    """
    occurrence = facts.occurrence
    assert occurrence.id is not None
    wanted = _wanted(context, facts, prefill, kind, without)
    pieces = list(chunks(wanted)) or [[]]
    for number, piece in enumerate(pieces, start=1):
        last = number == len(pieces)
        with context.transaction() as session:
            if number == 1 and before is not None:
                before(session)
            opened = open_tasks(session, occurrence, piece, now=context.now, opens_with_them=last)
            context.count(opened=opened)
            context.progress(f"{context.counts['opened']} af {len(wanted)} opgaver åbnet")
            if last:
                finish_opening(session, get_occurrence(session, occurrence.id), now=context.now)
                set_next_look(session, facts, context)


def _wanted(
    context: RunContext, facts: Facts, prefill: Prefill | None, kind: TaskKind, without: Set[str]
) -> list[NewTask]:
    """What the posts of the audience shall owe that have no task yet."""
    occurrence = facts.occurrence
    with context.reading() as session:
        known = existing_posts(session, occurrence.id or 0)
        figures = figures_of(session, occurrence.id or 0) if wants_figures(occurrence) else {}
    return [
        NewTask(
            unit_id=unit_id,
            role=role,
            due_on=occurrence.due_on,
            kind=kind,
            levels=len(facts.activity.approval),
            form_version_id=occurrence.form_version_id,
            prefill={
                **({"figures": figures[unit_id]} if unit_id in figures else {}),
                **(prefill(facts.directory.units[unit_id]) if prefill else {}),
            },
        )
        for unit_id, role in facts.directory.posts(facts.activity.audience)
        if (unit_id, role, "") not in known and unit_id not in without
    ]


def advance_reviews_and_stages(session: Session, context: RunContext, facts: Facts) -> None:
    """Keeps review tasks in step with the answers and opens the stages whose time has come.

    After the close no stage is opened; what came before it is reviewed for some days yet (`verdicts_until`).
    """
    state = lock_for_advance(session, facts.occurrence)
    if state is not facts.occurrence.state or state not in RUNNING:
        return
    asked = (session, facts.occurrence, facts.activity)
    at: dict[str, Any] = {"calendar": facts.calendar, "now": context.now}
    waiting = waiting_answers(*asked, facts.directory, **at)
    context.count(reviews=keep_review_tasks(*asked, waiting, **at))
    if state is OccurrenceState.CLOSED:
        return
    stages = open_ready_stages(
        session,
        facts.occurrence,
        facts.activity,
        facts.directory,
        calendar=facts.calendar,
        now=context.now,
    )
    context.count(stages=stages)
    set_next_look(session, facts, context)


def keep_release_current(session: Session, context: RunContext, occurrence_id: int) -> bool:
    """Whatever was answered after a release goes out as the next numbered version; gives whether it did."""
    why = "Svar modtaget efter frigivelsen"
    again = release_again(session, occurrence_id, by="engine", now=context.now, why=why, make=told_rollup)
    context.count(released=int(again is not None))
    return again is not None


def close_and_count(
    context: RunContext, occurrence_id: int, *, also: Callable[[Session], None] | None = None
) -> None:
    """Closes the occurrence; the run's counts are the roll-up's. Safe to repeat.

    `also` belongs to the close: it is done in the same commit, and only by the run that closes.
    """
    with context.transaction() as session:
        occurrence = get_occurrence(session, occurrence_id)
        if close_occurrence(session, occurrence, now=context.now) and also is not None:
            also(session)
    with context.reading() as session:
        counts = roll_up(session, occurrence_id, now=context.now).counts()
    context.count(**{outcome.value: number for outcome, number in counts.items() if number})


def lock_for_advance(session: Session, occurrence: Occurrence) -> OccurrenceState:
    """Clears the hint first, so that whatever is submitted from here on sets it again; gives the state."""
    session.flush()
    state: OccurrenceState = session.connection().scalar(_CLEAR_LOOK, {"its_id": occurrence.id})
    return state


def set_next_look(session: Session, facts: Facts, context: RunContext) -> None:
    """Leaves the instant at which a stage opens by its date alone."""
    look = next_stage_look(facts.occurrence, facts.activity, calendar=facts.calendar, now=context.now)
    session.flush()
    session.connection().execute(_LEAVE_LOOK, {"its_id": facts.occurrence.id, "advance_at": look})
