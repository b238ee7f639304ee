"""Changing a running year: what a new revision may move, and who is told.

Planned occurrences follow the plan wholly. In open ones only due and close dates, texts, forms and
reminder rules may change. Closed ones never change (DESIGN, "Files in config/ are drafts").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import PlanInvalid, Problem
from cycle.plan.model import Activity
from cycle.plan.resolve import resolve
from cycle.tasks.cycles import (
    Draft,
    find_cycle,
    keep_forms,
    meetings_of,
    new_revision,
    occurrence_values,
    plan_occurrence,
)
from cycle.tasks.letters import tell_new_deadline
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task

FIXED_WHEN_OPEN = ("flow", "audience", "approval", "concerns")
MOVABLE_WHEN_OPEN = (
    "title",
    "due_on",
    "closes_at",
    "stage_due",
    "stage_forms",
    "form_version_id",
    "activity",
    "rules",
    "note",
)


@dataclass
class Revised:
    """What a revision did: activity ids by kind of change, and how many people were told a new date."""

    revision: int
    added: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    told: int = 0


def revise_cycle(session: Session, draft: Draft, *, year: int, by: str, now: datetime, why: str) -> Revised:
    """Makes the draft the plan in force for the year. All or nothing.

    Raises PlanInvalid with every reason when the cycle does not run, a date does not resolve, or an
    open activity would be removed or changed in more than dates and texts.
    """
    cycle = find_cycle(session, draft.plan, year)
    if cycle is None:
        raise PlanInvalid(
            [
                Problem(
                    draft.plan.id,
                    f"{draft.plan.title} {year} er ikke startet.",
                    f"Start året først: aarshjul cycle start {year}.",
                )
            ]
        )
    resolved = resolve(draft.plan, year, draft.calendar, meetings_of(session, cycle.root_id))
    existing = _occurrences(session, cycle)
    _refuse_forbidden(draft, existing)
    revision = new_revision(session, cycle, draft, by=by, now=now, why=why)
    versions = keep_forms(session, cycle.root_id, draft.forms)
    result = Revised(revision.no)
    for activity in draft.plan.activities:
        values = occurrence_values(activity, resolved[activity.id], draft, versions)
        occurrence = existing.get(activity.id)
        if occurrence is None:
            session.add(plan_occurrence(cycle, revision, activity, values, draft.calendar, now))
            result.added.append(activity.id)
        elif _follow(session, occurrence, values, revision, now=now, result=result):
            result.moved.append(activity.id)
    _cancel_removed(session, draft, existing, result)
    history.record(
        session,
        root_id=cycle.root_id,
        at=now,
        actor=by,
        verb="revise",
        thing=f"cycle:{cycle.id}",
        why=why,
        data={"revision": revision.no, "moved": result.moved, "added": result.added},
    )
    return result


def _occurrences(session: Session, cycle: Cycle) -> dict[str, Occurrence]:
    rows = session.exec(select(Occurrence).where(Occurrence.cycle_id == cycle.id))
    return {row.activity_id: row for row in rows}


def _refuse_forbidden(draft: Draft, existing: Mapping[str, Occurrence]) -> None:
    problems = []
    planned = {activity.id: activity for activity in draft.plan.activities}
    for activity_id, occurrence in existing.items():
        if occurrence.state is not OccurrenceState.OPEN:
            continue
        new = planned.get(activity_id)
        if new is None:
            problems.append(
                Problem(activity_id, f"{occurrence.title} er i gang og kan ikke udgå.", "Afslut den først.")
            )
            continue
        old = Activity.model_validate_json(occurrence.activity)
        changed = [name for name in FIXED_WHEN_OPEN if getattr(old, name) != getattr(new, name)]
        problems += [
            Problem(
                activity_id,
                f"{occurrence.title} er i gang, så «{name}» kan ikke ændres.",
                "I en igangværende aktivitet kan kun frist, slutdato, tekster, skema og påmindelser ændres.",
            )
            for name in changed
        ]
    if problems:
        raise PlanInvalid(problems)


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
    if occurrence.state in (OccurrenceState.CLOSED, OccurrenceState.CANCELLED):
        return False
    is_open = occurrence.state is OccurrenceState.OPEN
    names = MOVABLE_WHEN_OPEN if is_open else tuple(values)
    changed = {name: values[name] for name in names if getattr(occurrence, name) != values[name]}
    if not changed:
        return False
    old_due = occurrence.due_on
    for name, value in {**changed, "revision_id": revision.id}.items():
        setattr(occurrence, name, value)
    session.add(occurrence)
    session.flush()
    if is_open:
        result.told += _follow_tasks(session, occurrence, old_due, changed, now=now, revision=revision)
    return True


def _follow_tasks(
    session: Session,
    occurrence: Occurrence,
    old_due: date,
    changed: Mapping[str, Any],
    *,
    now: datetime,
    revision: CycleRevision,
) -> int:
    """Open tasks take the new date (unless extended beyond it), form and rules; the told are told again."""
    waiting = (
        col(Task.occurrence_id) == occurrence.id,
        col(Task.state).in_(list(WAITING_FOR_HOLDER)),
    )
    session.execute(sa.update(Task).where(*waiting).values(next_reminder_at=now))
    if "form_version_id" in changed:
        session.execute(
            sa.update(Task)
            .where(*waiting, col(Task.subject) == "")
            .values(form_version_id=occurrence.form_version_id)
        )
    if "due_on" not in changed:
        return 0
    moving = session.exec(select(Task).where(*waiting, Task.original_due_on == old_due)).all()
    moved = []
    for task in moving:
        task.original_due_on = occurrence.due_on
        if task.due_on == old_due or task.due_on < occurrence.due_on:
            task.due_on, task.due_since = occurrence.due_on, now
            moved.append(task)
        session.add(task)
    session.flush()
    return tell_new_deadline(
        session, moved, root_id=occurrence.root_id, old_due=old_due, revision_id=revision.id or 0, now=now
    )


def _cancel_removed(
    session: Session, draft: Draft, existing: Mapping[str, Occurrence], result: Revised
) -> None:
    planned = {activity.id for activity in draft.plan.activities}
    for activity_id, occurrence in existing.items():
        if activity_id not in planned and occurrence.state is OccurrenceState.PLANNED:
            occurrence.state = OccurrenceState.CANCELLED
            occurrence.note = "Udgået af planen"
            session.add(occurrence)
            result.cancelled.append(activity_id)
