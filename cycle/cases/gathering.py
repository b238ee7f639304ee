"""The documents of an activity or an agreement, from the store: what was sent, answered, decided, signed.

Drafts and confidential preparations are in no table that is read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.cases.model import Case, Direction, Item, ItemKind, Party, in_order
from cycle.gatherings.reading import of_occurrence
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering
from cycle.goals.tables import Agreement, Decision, SealedDocument
from cycle.history import History
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity, FlowName
from cycle.tasks.ledger import actor_names
from cycle.tasks.moves import get_occurrence
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Release, Submission, Task

DIRECTION = "Direktionen"


def case_of_occurrence(session: Session, occurrence_id: int) -> Case:
    """Everything of one activity: the request, letters, answers, releases, minutes, decisions, agreements.

    `kle` and `number` are the plan's, empty where it says none. Raises NotFound.
    """
    occurrence = get_occurrence(session, occurrence_id)
    about = About.of(session, occurrence)
    tasks = _tasks(session, col(Task.occurrence_id) == occurrence_id)
    items = [
        *about.request(),
        *about.letters(tasks),
        *answers_of(session, about, tasks),
        *_releases(session, about),
        *minutes_items(session, about, of_occurrence(session, occurrence_id)),
        *_decisions(session, about),
        *_agreements(session, about, col(Agreement.occurrence_id) == occurrence_id),
    ]
    name = f"{occurrence.activity_id}-{occurrence.concerns_year}"
    return about.case(name, f"{occurrence.title} {occurrence.concerns_year}", items)


def case_of_agreement(session: Session, agreement: Agreement) -> Case:
    """Everything of one agreement: its draft, every step to its signature, and the sealed documents."""
    occurrence = get_occurrence(session, agreement.occurrence_id)
    about, unit = About.of(session, occurrence), session.get_one(Unit, agreement.unit_id)
    of_it = sa.or_(
        sa.and_(col(Task.unit_id) == unit.id, col(Task.kind) == TaskKind.DRAFT),
        col(Task.subject).in_([f"{step.id}:{unit.id}" for step in about.activity.stages]),
    )
    tasks = _tasks(session, sa.and_(col(Task.occurrence_id) == occurrence.id, of_it))
    items = [
        *answers_of(session, about, tasks),
        *_agreements(session, about, col(Agreement.id) == agreement.id),
    ]
    name = f"udviklingsaftale-{unit.id}-{agreement.year}"
    return about.case(name, f"Udviklingsaftale {agreement.year}: {unit.name}", items)


class About:
    """One activity, and who its documents come from and go to."""

    def __init__(self, occurrence: Occurrence, activity: Activity, town: Unit) -> None:
        self.occurrence, self.activity, self.town = occurrence, activity, town
        self.municipality = Party(town.name)
        self.request_key = f"request:{occurrence.id}"

    @classmethod
    def of(cls, session: Session, occurrence: Occurrence) -> "About":
        """Reads the municipality it belongs to."""
        activity = Activity.model_validate_json(occurrence.activity)
        return cls(occurrence, activity, session.get_one(Unit, occurrence.root_id))

    def case(self, name: str, title: str, items: Iterable[Item]) -> Case:
        """The items in the order in which they came about."""
        inside = in_order(items)
        activity, town = self.activity, self.town
        return Case(town.id, town.name, name, title, activity.kle, activity.case_number, inside)

    def item(self, key: str, kind: ItemKind, row_id: int, **facts: Any) -> Item:
        """A document of this activity."""
        confidential = self.activity.confidential
        assert self.occurrence.id is not None
        return Item(key, kind, row_id, self.occurrence.id, confidential=confidential, **facts)

    def request(self) -> list[Item]:
        """What all were asked, once it was."""
        it = self.occurrence
        if it.opened_at is None:
            return []
        return [
            self.item(
                self.request_key,
                ItemKind.REQUEST,
                it.id or 0,
                title=f"Anmodning: {it.title} {it.concerns_year}",
                direction=Direction.OUTGOING,
                at=it.opened_at,
                sender=self.municipality,
                receiver=Party("Enhedernes ledere", role=self.activity.audience.role),
            )
        ]

    def letters(self, tasks: Sequence[tuple[Task, Unit]]) -> list[Item]:
        """The budget call's letter to each unit."""
        it = self.occurrence
        if it.opened_at is None or it.flow != FlowName.BUDGET_CALL.value:
            return []
        return [
            self.item(
                f"letter:{task.id}",
                ItemKind.LETTER,
                task.id or 0,
                title=f"Budgetbrev {it.concerns_year}: {unit.name}",
                direction=Direction.OUTGOING,
                at=it.opened_at,
                sender=self.municipality,
                receiver=post(task, unit),
                unit_id=unit.id,
            )
            for task, unit in tasks
            if task.kind is TaskKind.ANSWER
        ]


def answers_of(session: Session, about: About, tasks: Sequence[tuple[Task, Unit]]) -> list[Item]:
    """Every version of every answer to these tasks."""
    by_id = {task.id: (task, unit) for task, unit in tasks}
    query = select(Submission).join(Task, col(Task.id) == col(Submission.task_id))
    found = session.exec(query.where(Task.occurrence_id == about.occurrence.id)).all()
    given = [row for row in found if row.task_id in by_id]
    names = actor_names(session, [row.by for row in given])
    return [answer_item(about, row, *by_id[row.task_id], names) for row in given]


def answer_item(
    about: About, submission: Submission, task: Task, unit: Unit, names: Mapping[str, str]
) -> Item:
    """One version of an answer."""
    called = task.title or about.occurrence.title
    version = f", udgave {submission.version}" if submission.version > 1 else ""
    own_letter = about.occurrence.flow == FlowName.BUDGET_CALL.value and task.kind is TaskKind.ANSWER
    return about.item(
        f"submission:{submission.id}",
        ItemKind.ANSWER,
        submission.id or 0,
        title=f"{called}: {unit.name}{version}",
        direction=Direction.INCOMING,
        at=submission.received_at,
        sender=post(task, unit, names.get(submission.by, "")),
        receiver=about.municipality,
        answers=f"letter:{task.id}" if own_letter else about.request_key,
        unit_id=unit.id,
        files=tuple(digests(submission.answers)),
    )


def minutes_items(session: Session, about: About, meetings: Iterable[Gathering]) -> list[Item]:
    """The minutes of those of the activity's meetings that were held, dated when they were written.

    Corrected minutes are another document: what was filed stays filed.
    """
    held = {f"gathering:{each.id}": each for each in meetings if each.state is GatheringState.HELD}
    rows = select(History).where(col(History.thing).in_(held), History.verb == "hold")
    written = {row.thing: row for row in session.exec(rows.order_by(col(History.id)))}
    return [
        about.item(
            f"minutes:{held[thing].id}:{row.id}",
            ItemKind.MINUTES,
            held[thing].id or 0,
            title=f"Referat: {held[thing].title}",
            direction=Direction.INTERNAL,
            at=row.at,
            sender=about.municipality,
            receiver=Party("Mødets deltagere"),
            files=tuple(digests(held[thing].minutes_file)),
        )
        for thing, row in written.items()
    ]


def sealed_item(about: About, sealed: SealedDocument, agreement: Agreement, unit: Unit) -> Item:
    """An agreement that all have signed."""
    return about.item(
        f"agreement:{agreement.id}:{sealed.version}",
        ItemKind.AGREEMENT,
        sealed.id or 0,
        title=f"Underskrevet udviklingsaftale {agreement.year}: {unit.name}",
        direction=Direction.OUTGOING,
        at=sealed.at,
        sender=about.municipality,
        receiver=Party(unit.name, unit.id, unit.name),
        unit_id=unit.id,
    )


def post(task: Task, unit: Unit, name: str = "") -> Party:
    """The post that owes a task, under its holder's name when that is known."""
    return Party(name or f"{task.role}, {unit.name}", unit.id, unit.name, task.role)


def digests(answers: Any) -> list[str]:
    """The files that an answer names, each once, in their order."""
    if isinstance(answers, Mapping):
        own = [str(answers["sha256"])] if "sha256" in answers else []
        return list(dict.fromkeys([*own, *(each for value in answers.values() for each in digests(value))]))
    if isinstance(answers, list):
        return list(dict.fromkeys(each for value in answers for each in digests(value)))
    return []


def _tasks(session: Session, where: sa.ColumnElement[bool]) -> list[tuple[Task, Unit]]:
    query = select(Task, Unit).join(Unit, col(Unit.id) == col(Task.unit_id)).where(where)
    return [(task, unit) for task, unit in session.exec(query.order_by(col(Unit.path), col(Task.id)))]


def _releases(session: Session, about: About) -> list[Item]:
    it = about.occurrence
    columns = (col(Release.id), col(Release.version), col(Release.at))
    rows = session.execute(sa.select(*columns).where(col(Release.occurrence_id) == it.id))
    return [
        about.item(
            f"release:{id_}",
            ItemKind.RELEASE,
            id_,
            title=f"Samlet afrapportering: {it.title} {it.concerns_year}, udgave {version}",
            direction=Direction.OUTGOING if about.activity.body else Direction.INTERNAL,
            at=at,
            sender=about.municipality,
            receiver=Party(about.activity.body or DIRECTION),
            answers=about.request_key,
        )
        for id_, version, at in rows
    ]


def _decisions(session: Session, about: About) -> list[Item]:
    rows = session.exec(select(Decision).where(Decision.occurrence_id == about.occurrence.id))
    return [
        about.item(
            f"decision:{row.id}",
            ItemKind.DECISION,
            row.id or 0,
            title=f"Beslutning i {row.body}: {about.occurrence.title} {about.occurrence.concerns_year}",
            direction=Direction.INCOMING,
            at=row.at,
            sender=Party(row.body),
            receiver=about.municipality,
        )
        for row in rows
    ]


def _agreements(session: Session, about: About, where: sa.ColumnElement[bool]) -> list[Item]:
    query = (
        select(SealedDocument, Agreement, Unit)
        .join(Agreement, col(Agreement.id) == col(SealedDocument.agreement_id))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(where)
    )
    return [sealed_item(about, sealed, agreement, unit) for sealed, agreement, unit in session.exec(query)]
