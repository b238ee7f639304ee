"""Who signs an agreement, in which order, who holds the posts today, and what came with the signatures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from cycle.goals.tables import Agreement, AgreementVersion, Signature
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.names import name_key
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Person
from cycle.plan.model import Activity, Stage, StageKind
from cycle.tasks.approval import reviewer_of
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Submission, Task

STATEMENT_FIELD, STATEMENT_FILE = "udtalelse", "udtalelse-fil"
"""The questions of a signing form whose answers are annexed to the agreement."""


@dataclass(frozen=True)
class Party:
    """One who signs: the post, its holder today ("" when vacant), and the signature under this version.

    `left`: whoever signed no longer has the post; the signature stays. `renamed`: has it, and is registered
    under another name now.
    """

    title: str
    role: str
    unit: str
    holder: str
    signature: Signature | None
    left: bool
    renamed: bool


class Registered(NamedTuple):
    """Whoever signs as the list of leaders has them: the name, and whether they stand in for the holder."""

    name: str
    stands_in: bool


@dataclass(frozen=True)
class Statement:
    """What came with a signature: the signer's role, the words ("" when none), the file (None when none)."""

    role: str
    text: str
    file: Mapping[str, Any] | None


def steps_of(activity: Activity, kind: str, ownership: str) -> list[Stage]:
    """The steps that a unit of this kind and ownership takes, in the order of the plan."""
    per_unit = (StageKind.NEGOTIATE, StageKind.APPROVE, StageKind.SIGN)
    return [stage for stage in activity.stages if stage.kind in per_unit and stage.is_for(kind, ownership)]


def taken(activity: Activity, steps: Sequence[str]) -> list[Stage]:
    """The steps with these ids that the plan still has, in its order."""
    return [stage for stage in activity.stages if stage.id in steps]


def post_of(directory: Directory, unit_id: str, stage: Stage, audience_role: str) -> tuple[str, str]:
    """The (unit, role) that takes the step of a unit's agreement."""
    if stage.at == "unit":
        return unit_id, stage.by or audience_role
    if stage.by in ("", audience_role):
        return unit_id, audience_role
    return reviewer_of(directory, unit_id, (stage.by,), 0) or (unit_id, audience_role)


def parties(
    agreement: Agreement,
    version: AgreementVersion | None,
    activity: Activity,
    directory: Directory,
    signatures: Sequence[Signature],
) -> list[Party]:
    """All who sign, in turn; `signatures` are those under the version that is shown.

    They are the parties of that version, whatever the unit has become since; before there is one, today's.
    """
    unit = directory.units[agreement.unit_id]
    steps = taken(activity, version.steps) if version else steps_of(activity, unit.kind, unit.ownership)
    given = {each.capacity: each for each in signatures}
    found = []
    for stage in steps:
        if stage.kind is StageKind.SIGN:
            at, role = post_of(directory, unit.id, stage, activity.audience.role)
            holder, signature = directory.holder(at, role), given.get(stage.id)
            name = holder.name if holder else ""
            left, renamed = _since(signature, holder)
            found.append(Party(stage.title, role, directory.units[at].name, name, signature, left, renamed))
    return found


def _since(signature: Signature | None, holder: Recipient | None) -> tuple[bool, bool]:
    """Whether whoever held the post and signed (has left it, is called otherwise)."""
    if signature is None or signature.stood_in or not signature.by.startswith("person:"):
        return False, False
    if holder is None or signature.by != f"person:{holder.person_id}":
        return True, False
    return False, name_key(holder.name) != name_key(signature.registered)


def registered(session: Session, directory: Directory, post: Post, by: str) -> Registered:
    """Whoever answered for a post (`by`), as registered on the directory's day; an account has no name."""
    kind, _, number = by.partition(":")
    if kind != "person":
        return Registered("", stands_in=False)
    found = next((each for each in directory.signers(*post) if each.person_id == int(number)), None)
    if found is not None:
        return Registered(found.name, directory.stands_in(*post, found.person_id))
    person = session.get(Person, int(number))
    return Registered(person.name if person else "", stands_in=False)


def statements(session: Session, agreement: Agreement, version: int) -> list[Statement]:
    """What those who have signed this version say or have brought with their signature, in turn."""
    query = (
        select(Signature, Task, Submission)
        .join(Task, col(Task.subject) == col(Signature.capacity).concat(f":{agreement.unit_id}"))
        .join(Submission, col(Submission.task_id) == col(Task.id))
        .where(
            Signature.agreement_id == agreement.id,
            Signature.version == version,
            Task.occurrence_id == agreement.occurrence_id,
            Task.kind == TaskKind.SIGN,
            col(Submission.received_at) == col(Signature.at),
        )
    )
    rows = session.exec(query.order_by(col(Signature.id), col(Submission.id)))
    made = {signature.id: _statement(task, answer.answers) for signature, task, answer in rows}
    return [each for each in made.values() if each.text or each.file]


def _statement(task: Task, answers: Mapping[str, Any]) -> Statement:
    return Statement(task.role, str(answers.get(STATEMENT_FIELD) or ""), answers.get(STATEMENT_FILE))
