"""Changing a running year: what a new revision may move, and who is told.

Planned occurrences follow the plan wholly. In open ones only due and close dates, texts, forms and
reminder rules may change. Closed ones never change (DESIGN, "Files in config/ are drafts").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.calendar import WorkingCalendar
from cycle.danish import format_date
from cycle.errors import PlanInvalid, Problem
from cycle.plan.later import keep_given_dates
from cycle.plan.model import Activity, Plan
from cycle.plan.resolve import resolve
from cycle.plan.resolved import ResolvedActivity
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.closing import cancel_planned
from cycle.tasks.cycles import (
    Draft,
    find_cycle,
    keep_forms,
    meetings_of,
    new_revision,
    newest_revision,
    occurrence_values,
    plan_occurrence,
)
from cycle.tasks.following import follow
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task

FIXED_WHEN_OPEN = ("flow", "audience", "approval", "concerns")
MOVABLE_WHEN_OPEN = (
    "title",
    "due_on",
    "closes_at",
    "stage_due",
    "stage_forms",
    "erase_at",
    "form_version_id",
    "activity",
    "rules",
    "note",
)


@dataclass
class Revised:
    """What a revision did: activity ids by kind of change, and how many people are told a new date.

    `changed` says which columns of those that were moved. `unchanged`: the files say what is in force
    already, so `revision` is the one that was there before.
    """

    revision: int
    unchanged: bool = False
    added: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    told: int = 0
    changed: dict[str, list[str]] = field(default_factory=dict)


def revise_cycle(session: Session, draft: Draft, *, year: int, by: str, now: datetime, why: str) -> Revised:
    """Makes the draft the plan in force for the year, unless it is already. All or nothing.

    Raises PlanInvalid with every reason when the cycle does not run, a date does not resolve, or an
    open activity would be removed or changed in more than dates and texts.
    """
    cycle = _running(session, draft, year)
    newest = newest_revision(session, cycle.id or 0)
    draft = replace(draft, plan=keep_given_dates(draft.plan, Plan.model_validate_json(newest.plan)))
    resolved = resolve(draft.plan, year, draft.calendar, meetings_of(session, cycle.root_id))
    existing = _occurrences(session, cycle)
    _refuse_forbidden(draft, existing, resolved, draft.calendar.local_date(now))
    versions = keep_forms(session, cycle.root_id, draft.forms)
    wanted = {
        activity.id: occurrence_values(activity, resolved[activity.id], draft, versions)
        for activity in draft.plan.activities
    }
    if _is_in_force(newest, draft) and not any(
        _would_change(existing.get(activity_id), values, now) for activity_id, values in wanted.items()
    ):
        return Revised(newest.no, unchanged=True)
    _look_again_when_calendar_changed(session, cycle, draft, now=now)
    revision = new_revision(session, cycle, draft, by=by, now=now, why=why)
    result = Revised(revision.no)
    for activity in draft.plan.activities:
        values = wanted[activity.id]
        occurrence = existing.get(activity.id)
        if occurrence is None:
            session.add(plan_occurrence(cycle, revision, activity, values, draft.calendar, now))
            result.added.append(activity.id)
        elif _follow(session, occurrence, values, revision, now=now, result=result):
            result.moved.append(activity.id)
    _cancel_removed(session, draft, existing, result, by=by, now=now)
    _record(session, cycle, result, by=by, now=now, why=why)
    return result


def _running(session: Session, draft: Draft, year: int) -> Cycle:
    cycle = find_cycle(session, draft.plan, year)
    if cycle is None:
        what = f"{draft.plan.title} {year} er ikke startet."
        cure = f"Start året først: aarshjul cycle start {year} --plan MAPPE."
        raise PlanInvalid([Problem(draft.plan.id, what, cure)])
    return cycle


def _is_in_force(newest: CycleRevision, draft: Draft) -> bool:
    return (newest.plan, newest.calendar, newest.sources) == (
        draft.plan.model_dump_json(),
        draft.calendar.to_json(),
        dict(draft.sources),
    )


def _would_change(occurrence: Occurrence | None, values: Mapping[str, Any], now: datetime) -> bool:
    """Whether the occurrence does not stand as planned: meetings may move dates although no file changed."""
    if occurrence is None:
        return True
    if occurrence.state is OccurrenceState.CANCELLED:
        return _may_be_taken_up(occurrence, values, now)
    names = MOVABLE_WHEN_OPEN if occurrence.state is OccurrenceState.OPEN else tuple(values)
    is_closed = occurrence.state is OccurrenceState.CLOSED
    return not is_closed and any(getattr(occurrence, name) != values[name] for name in names)


def _record(session: Session, cycle: Cycle, result: Revised, *, by: str, now: datetime, why: str) -> None:
    changes = {"moved": result.moved, "added": result.added, "cancelled": result.cancelled}
    history.record(
        session,
        root_id=cycle.root_id,
        at=now,
        actor=by,
        verb="revise",
        thing=f"cycle:{cycle.id}",
        why=why,
        data={"revision": result.revision, **changes},
    )


def _occurrences(session: Session, cycle: Cycle) -> dict[str, Occurrence]:
    rows = session.exec(select(Occurrence).where(Occurrence.cycle_id == cycle.id))
    return {row.activity_id: row for row in rows}


def _refuse_forbidden(
    draft: Draft,
    existing: Mapping[str, Occurrence],
    resolved: Mapping[str, ResolvedActivity],
    today: date,
) -> None:
    planned = {activity.id: activity for activity in draft.plan.activities}
    problems = []
    for activity_id, occurrence in existing.items():
        if occurrence.state is not OccurrenceState.OPEN:
            continue
        new = planned.get(activity_id)
        if new is None:
            what = f"{occurrence.title} er i gang og kan ikke udgå."
            problems.append(Problem(activity_id, what, "Afslut den først."))
            continue
        problems += _fixed(occurrence, new)
        due = resolved[activity_id].due_on
        if due < today and due != occurrence.due_on:
            what = f"Den nye frist for {occurrence.title}, {format_date(due)}, er allerede passeret."
            problems.append(Problem(activity_id, what, "Vælg en dato fra i dag og frem."))
        problems += _kept_too_long(occurrence, resolved[activity_id], draft.calendar)
    if problems:
        raise PlanInvalid(problems)


def _kept_too_long(
    occurrence: Occurrence, dates: ResolvedActivity, calendar: WorkingCalendar
) -> list[Problem]:
    """What two people have prepared is erased when they were told, or before; it is never left behind."""
    if occurrence.erase_at is None:
        return []
    promised = calendar.local_date(occurrence.erase_at)
    if dates.erased_on is not None and dates.erased_on <= promised:
        return []
    what = f"{occurrence.title} er i gang, og forberedelserne skal være slettet {format_date(promised)}."
    return [
        Problem(occurrence.activity_id, what, "Dagen kan blive tidligere, men ikke senere eller fjernes.")
    ]


def _fixed(occurrence: Occurrence, new: Activity) -> list[Problem]:
    """What may not change in an open activity, and has."""
    old = Activity.model_validate_json(occurrence.activity)
    changed = [name for name in FIXED_WHEN_OPEN if getattr(old, name) != getattr(new, name)]
    if _steps(old) != _steps(new):
        changed.append("stages")
    cure = "I en igangværende aktivitet kan kun frist, slutdato, tekster, skema og påmindelser ændres."
    what = f"{occurrence.title} er i gang, så «{{}}» kan ikke ændres."
    return [Problem(new.id, what.format(name), cure) for name in changed]


def _steps(activity: Activity) -> list[tuple[object, ...]]:
    """The stages without their texts, dates and forms."""
    return [(stage.id, stage.kind, stage.audience, stage.by) for stage in activity.stages]


def _follow(
    session: Session,
    occurrence: Occurrence,
    values: Mapping[str, Any],
    revision: CycleRevision,
    *,
    now: datetime,
    result: Revised,
) -> bool:
    """Lets one occurrence follow the plan as far as its state allows; gives whether anything changed."""
    if occurrence.state is OccurrenceState.CLOSED:
        return False
    if occurrence.state is OccurrenceState.CANCELLED and not _taken_up_again(occurrence, values, now):
        return False
    is_open = occurrence.state is OccurrenceState.OPEN
    names = MOVABLE_WHEN_OPEN if is_open else tuple(values)
    before = {name: getattr(occurrence, name) for name in names if getattr(occurrence, name) != values[name]}
    if not before:
        return False
    for name in before:
        setattr(occurrence, name, values[name])
    result.changed[occurrence.activity_id] = list(before)
    occurrence.revision_id = revision.id or 0
    if is_open:
        occurrence.advance_at = now
    session.add(occurrence)
    session.flush()
    if is_open:
        result.told += follow(session, occurrence, before, revision, now=now)
    return True


def _taken_up_again(occurrence: Occurrence, values: Mapping[str, Any], now: datetime) -> bool:
    """Whether an activity that never opened is planned anew: back in the plan, or moved to days to come."""
    if not _may_be_taken_up(occurrence, values, now):
        return False
    occurrence.state = OccurrenceState.PLANNED
    return True


def _may_be_taken_up(occurrence: Occurrence, values: Mapping[str, Any], now: datetime) -> bool:
    return occurrence.opened_at is None and values["closes_at"] > now


def _look_again_when_calendar_changed(session: Session, cycle: Cycle, draft: Draft, *, now: datetime) -> None:
    """A holiday more or less moves reminders although no date of the plan has changed."""
    assert cycle.id is not None
    if draft.calendar == calendar_of_cycle(session, cycle.id):
        return
    occurrences = sa.select(col(Occurrence.id)).where(col(Occurrence.cycle_id) == cycle.id)
    session.execute(
        sa.update(Task)
        .where(
            col(Task.occurrence_id).in_(occurrences.where(col(Occurrence.state) == OccurrenceState.OPEN)),
            col(Task.state).in_(list(WAITING_FOR_HOLDER)),
        )
        .values(next_reminder_at=now)
    )


def _cancel_removed(
    session: Session,
    draft: Draft,
    existing: Mapping[str, Occurrence],
    result: Revised,
    *,
    by: str,
    now: datetime,
) -> None:
    planned = {activity.id for activity in draft.plan.activities}
    for activity_id, occurrence in existing.items():
        if activity_id not in planned and cancel_planned(
            session, occurrence, by=by, now=now, note="Udgået af planen"
        ):
            result.cancelled.append(activity_id)
