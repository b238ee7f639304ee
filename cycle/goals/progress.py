"""How many of an activity's agreements have come past each step."""

import json
from collections import Counter
from collections.abc import Sequence, Set
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.goals.exempt import is_exempt
from cycle.goals.parties import steps_of
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity, Stage, StageKind
from cycle.tasks.overview import Step
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence

S = AgreementState
PAST = {
    StageKind.NEGOTIATE: frozenset({S.APPROVAL, S.SIGNING, S.IN_FORCE, S.SUPERSEDED}),
    StageKind.APPROVE: frozenset({S.SIGNING, S.IN_FORCE, S.SUPERSEDED}),
}
"""The states of an agreement that has the step behind it."""
SIGNED = PAST[StageKind.APPROVE]
"""The states in which signatures count: those of a text that has gone back to its draft are void."""
KINDS = {
    StageKind.NEGOTIATE: TaskKind.NEGOTIATE,
    StageKind.APPROVE: TaskKind.APPROVE,
    StageKind.SIGN: TaskKind.SIGN,
}
Standing = tuple[tuple[str, ...], S]
"""The ids of the steps that an agreement takes, and its state."""


def agreement_steps(
    session: Session, occurrence: Occurrence, activity: Activity, *, paths: Sequence[str]
) -> list[Step]:
    """The steps in the order of the plan: of how many agreements, and how many of them are past it.

    An agreement takes the steps of its text; before there is one, those of its unit today. One that has
    gone back to its draft, or is to be signed again, counts as it stands now. One that its unit need not
    make is not counted, and a step that none takes is left out.
    """
    standings, signed = _standings(session, occurrence, activity, paths), _signed(session, occurrence, paths)
    made = [
        Step(
            KINDS[stage.kind],
            f"{stage.title}, {stage.by or activity.audience.role}",
            signed[stage.id] if stage.kind is StageKind.SIGN else _taking(stage, standings, PAST[stage.kind]),
            _taking(stage, standings, frozenset(S)),
            date.fromisoformat(occurrence.stage_due[stage.id]),
        )
        for stage in activity.stages
        if stage.kind in KINDS
    ]
    return [step for step in made if step.total]


def _taking(stage: Stage, standings: Counter[Standing], states: Set[S]) -> int:
    """How many agreements in these states take the step."""
    return sum(
        number for (steps, state), number in standings.items() if stage.id in steps and state in states
    )


def _standings(
    session: Session, occurrence: Occurrence, activity: Activity, paths: Sequence[str]
) -> Counter[Standing]:
    """How many agreements take which steps and stand in which state."""
    of_text = sa.cast(col(AgreementVersion.steps), sa.Text)
    columns = (of_text, col(Unit.kind), col(Unit.ownership), col(Agreement.state))
    newest = sa.and_(
        col(AgreementVersion.agreement_id) == col(Agreement.id),
        col(AgreementVersion.no) == col(Agreement.version),
    )
    query = (
        sa.select(*columns, sa.func.count())
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .outerjoin(AgreementVersion, newest)
        .where(col(Agreement.occurrence_id) == occurrence.id, ~is_exempt(), within(col(Unit.path), paths))
        .group_by(*columns)
    )
    found = Counter[Standing]()
    for kept, kind, ownership, state, number in session.execute(query):
        today = (stage.id for stage in steps_of(activity, kind, ownership))
        found[tuple(json.loads(kept) if kept else today), state] += number
    return found


def _signed(session: Session, occurrence: Occurrence, paths: Sequence[str]) -> Counter[str]:
    """How many signatures each capacity has given under the newest versions, where they still count."""
    query = (
        sa.select(col(Signature.capacity), sa.func.count())
        .join(Agreement, col(Agreement.id) == col(Signature.agreement_id))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(
            col(Agreement.occurrence_id) == occurrence.id,
            col(Signature.version) == col(Agreement.version),
            col(Agreement.state).in_(SIGNED),
            within(col(Unit.path), paths),
        )
        .group_by(col(Signature.capacity))
    )
    return Counter({capacity: number for capacity, number in session.execute(query)})
