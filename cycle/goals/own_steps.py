"""The steps of agreements that will ask a person's posts, before their turn has come, or comes again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.exempt import is_exempt
from cycle.goals.parties import post_of, steps_of, taken
from cycle.goals.progress import PAST, SIGNED
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.organisation.directory import Directory
from cycle.organisation.snapshot import Post
from cycle.plan.model import Activity, Stage, StageKind
from cycle.tasks.own_coming import OwnComing, in_order, planned_and_open, posts_held
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Occurrence, Task

PER_UNIT = (StageKind.NEGOTIATE, StageKind.APPROVE, StageKind.SIGN)


class _Way(NamedTuple):
    """How far a unit's agreement is: the ids of its text's steps, and who has signed that text."""

    unit_id: str
    steps: Sequence[str]
    state: AgreementState
    signed: frozenset[str]


def own_steps(session: Session, root_id: str, person_id: int, *, today: date) -> Sequence[OwnComing]:
    """One for each step and post, whichever units it is for, due from the local date on, by due date.

    An agreement that went back to its draft takes its steps anew. A step whose date is over has none until
    its task opens.
    """
    posts = set(posts_held(session, person_id, today))
    whole = cache(lambda: Directory.load(session, root_id, today))
    found: dict[tuple[int, str, Post], OwnComing] = {}
    for occurrence, activity, at in planned_and_open(session, root_id) if posts else ():
        ahead = [stage for stage in activity.stages if _is_ahead(stage, occurrence, today)]
        for unit_id, stage in _steps(session, occurrence, activity, whole()) if ahead else ():
            post = post_of(whole(), unit_id, stage, activity.audience.role)
            if stage in ahead and post in posts:
                due_on, name = date.fromisoformat(occurrence.stage_due[stage.id]), whole().units[post[0]].name
                coming = OwnComing(occurrence, stage.id, post[0], name, post[1], due_on, at, stage.title)
                found[occurrence.id or 0, stage.id, post] = coming
    return sorted(found.values(), key=in_order)


def _is_ahead(stage: Stage, occurrence: Occurrence, today: date) -> bool:
    due_on = occurrence.stage_due.get(stage.id)
    return stage.kind in PER_UNIT and due_on is not None and date.fromisoformat(due_on) >= today


def _steps(
    session: Session, occurrence: Occurrence, activity: Activity, directory: Directory
) -> Iterator[tuple[str, Stage]]:
    """(unit, step) of what is yet to be asked."""
    if occurrence.state is OccurrenceState.PLANNED:
        for unit_id, _ in directory.posts(activity.audience):
            unit = directory.units[unit_id]
            yield from ((unit_id, stage) for stage in steps_of(activity, unit.kind, unit.ownership))
        return
    there = _asked(session, occurrence)
    for way in _ways(session, occurrence):
        unit = directory.units[way.unit_id]
        steps = taken(activity, way.steps) if way.steps else steps_of(activity, unit.kind, unit.ownership)
        for stage in steps:
            if not _is_past(stage, way) and f"{stage.id}:{way.unit_id}" not in there:
                yield way.unit_id, stage


def _is_past(stage: Stage, way: _Way) -> bool:
    if stage.kind is StageKind.SIGN:
        return stage.id in way.signed and way.state in SIGNED
    return way.state in PAST[stage.kind]


def _asked(session: Session, occurrence: Occurrence) -> set[str]:
    """The subjects of the steps whose task is there and not over: it has its own deadline."""
    rows = sa.select(col(Task.subject)).where(
        col(Task.occurrence_id) == occurrence.id, col(Task.state) != TaskState.APPROVED
    )
    return set(session.execute(rows).scalars())


def _ways(session: Session, occurrence: Occurrence) -> list[_Way]:
    """The agreements of the occurrence that are yet to be signed by all."""
    newest = sa.and_(
        col(AgreementVersion.agreement_id) == col(Agreement.id),
        col(AgreementVersion.no) == col(Agreement.version),
    )
    over = (AgreementState.IN_FORCE, AgreementState.SUPERSEDED)
    under_way = (col(Agreement.occurrence_id) == occurrence.id, col(Agreement.state).not_in(over))
    signed: dict[int, set[str]] = defaultdict(set)
    given = (
        sa.select(col(Signature.agreement_id), col(Signature.capacity))
        .join(Agreement, col(Agreement.id) == col(Signature.agreement_id))
        .where(*under_way, col(Signature.version) == col(Agreement.version))
    )
    for agreement_id, capacity in session.execute(given):
        signed[agreement_id].add(capacity)
    query = (
        sa.select(
            col(Agreement.id), col(Agreement.unit_id), col(AgreementVersion.steps), col(Agreement.state)
        )
        .outerjoin(AgreementVersion, newest)
        .where(*under_way, ~is_exempt())
    )
    return [
        _Way(unit_id, steps or (), state, frozenset(signed[id_]))
        for id_, unit_id, steps, state in session.execute(query)
    ]
