"""The agreement that a superior's page is about: its newest text, with what each goal is measured by."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from cycle.access.rules import Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.goals.agreements import of_units, version_of
from cycle.organisation.tables import Unit
from cycle.plan.model import FlowName
from cycle.tasks.states import AGREEMENT_STEPS, TaskKind
from documents.agreement_text import Chapter, period
from web.agreement_versions import text_of
from web.superior.scope import Case, thing_of

OF_AN_AGREEMENT = AGREEMENT_STEPS | {TaskKind.DRAFT}
"""The others, homework of a meeting for one, are about no unit's agreement."""


@dataclass(frozen=True)
class Proposal:
    """One unit's agreement as it stands."""

    id: int
    unit: str
    version: int
    period: str
    chapters: Sequence[Chapter]


def proposal_of(session: Session, actor: SignedIn, case: Case, language: str) -> Proposal | None:
    """The agreement that the task drafts or is a step of; None without a text, or out of sight."""
    if case.occurrence.flow != FlowName.AGREEMENT_SIGNING or case.task.kind not in OF_AN_AGREEMENT:
        return None
    unit = session.get_one(Unit, case.task.subject.partition(":")[2] or case.task.unit_id)
    agreement = of_units(session, case.occurrence.id or 0, [unit.id]).get(unit.id)
    version = version_of(session, agreement, agreement.version) if agreement else None
    in_sight = allowed(actor.grants, Verb.SEE_UNIT, thing_of(case.activity), unit.path)
    if agreement is None or version is None or not in_sight:
        return None
    text = text_of(session, agreement, version, language)
    return Proposal(agreement.id or 0, unit.name, version.no, period(agreement, language), text)
