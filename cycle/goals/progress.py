"""How many of an activity's agreements have come past each step."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.goals.parties import steps_of
from cycle.goals.tables import Agreement, AgreementState, Signature
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
"""The states of an agreement that has the step behind it; who has signed is told by the signatures."""
KINDS = {
    StageKind.NEGOTIATE: TaskKind.NEGOTIATE,
    StageKind.APPROVE: TaskKind.APPROVE,
    StageKind.SIGN: TaskKind.SIGN,
}
Kind = tuple[str, str]
"""Kind and ownership of a unit: they decide which steps it takes."""


def agreement_steps(
    session: Session, occurrence: Occurrence, activity: Activity, *, paths: Sequence[str]
) -> list[Step]:
    """The steps in the order of the plan: of how many agreements, and how many of them are past it.

    One that has gone back to its draft, or is to be signed again, counts as it stands now. A step that no
    unit takes is left out.
    """
    states, signed = _states(session, occurrence, paths), _signed(session, occurrence, paths)
    units = Counter[Kind]()
    for (kind, _), number in states.items():
        units[kind] += number
    taking = {kind: {stage.id for stage in steps_of(activity, *kind)} for kind in units}
    made = [
        Step(
            KINDS[stage.kind],
            f"{stage.title}, {stage.by or activity.audience.role}",
            signed[stage.id] if stage.kind is StageKind.SIGN else _past(stage, states, taking),
            sum(number for kind, number in units.items() if stage.id in taking[kind]),
            date.fromisoformat(occurrence.stage_due[stage.id]),
        )
        for stage in activity.stages
        if stage.kind in KINDS
    ]
    return [step for step in made if step.total]


def _past(stage: Stage, states: Counter[tuple[Kind, S]], taking: dict[Kind, set[str]]) -> int:
    past = PAST[stage.kind]
    return sum(
        number for (kind, state), number in states.items() if state in past and stage.id in taking[kind]
    )


def _states(session: Session, occurrence: Occurrence, paths: Sequence[str]) -> Counter[tuple[Kind, S]]:
    """How many agreements of units of each kind and ownership stand in each state."""
    columns = (col(Unit.kind), col(Unit.ownership), col(Agreement.state))
    query = (
        sa.select(*columns, sa.func.count())
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(col(Agreement.occurrence_id) == occurrence.id, within(col(Unit.path), paths))
        .group_by(*columns)
    )
    return Counter({((kind, ownership), state): n for kind, ownership, state, n in session.execute(query)})


def _signed(session: Session, occurrence: Occurrence, paths: Sequence[str]) -> Counter[str]:
    """How many signatures each capacity has given under the newest versions."""
    query = (
        sa.select(col(Signature.capacity), sa.func.count())
        .join(Agreement, col(Agreement.id) == col(Signature.agreement_id))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(
            col(Agreement.occurrence_id) == occurrence.id,
            col(Signature.version) == col(Agreement.version),
            within(col(Unit.path), paths),
        )
        .group_by(col(Signature.capacity))
    )
    return Counter({capacity: number for capacity, number in session.execute(query)})
