"""The documents of an activity or an agreement, from the store: sent, answered, said, decided, signed.

Drafts and confidential preparations are in no table that is read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.cases.about import About, TaskRow, UnitRow, post
from cycle.cases.made import decided_in, releases_of
from cycle.cases.model import Case, Direction, Item, ItemKind, Party, in_order
from cycle.cases.said import WITH_WORDS, remarks_where, reviews_where
from cycle.files.store import named
from cycle.gatherings.reading import of_occurrence
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement, SealedDocument
from cycle.history import History
from cycle.organisation.tables import Unit
from cycle.plan.model import FlowName
from cycle.store import table_of
from cycle.tasks.ledger import actor_names
from cycle.tasks.moves import get_occurrence
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Review, Submission, Task


class Given(NamedTuple):
    """What a document says of an answer; of `answers` only those that name a file."""

    id: int
    task_id: int
    version: int
    received_at: datetime
    by: str
    answers: dict[str, Any] | None


_task, _unit, _submission = (table_of(each).c for each in (Task, Unit, Submission))
_ASKED = sa.select(_task.id, _task.kind, _task.role, _task.title, _unit.id, _unit.name).join_from(
    table_of(Task), table_of(Unit), _unit.id == _task.unit_id
)
_GIVEN = (
    sa.select(
        _submission.id,
        _submission.task_id,
        _submission.version,
        _submission.received_at,
        _submission.by,
        sa.case((sa.cast(_submission.answers, sa.Text).contains('"sha256"'), _submission.answers)).label(
            "answers"
        ),
        _task.kind.label("task_kind"),
        _task.role,
        _task.title,
        _unit.id.label("unit_id"),
        _unit.name,
    )
    .join_from(table_of(Submission), table_of(Task), _task.id == _submission.task_id)
    .join(table_of(Unit), _unit.id == _task.unit_id)
    .where(_submission.withdrawn_at.is_(None))
)


def case_of_occurrence(session: Session, occurrence_id: int) -> Case:
    """Everything of one activity: the request, letters, answers, what was said of them, what came of them.

    `kle` and `number` are the plan's, empty where it says none. Raises NotFound.
    """
    about = About.of(session, get_occurrence(session, occurrence_id))
    of_it = col(Task.occurrence_id) == occurrence_id
    its_agreements = col(Agreement.occurrence_id) == occurrence_id
    items = [
        *about.letters(_tasks(session, of_it)),
        *answers_of(session, about, of_it),
        *_said(session, about, of_it, its_agreements),
        *_agreements(session, about, its_agreements),
        *made_of(session, about),
    ]
    return replace(head_of(about), items=in_order(items))


def head_of(about: About) -> Case:
    """An activity's case without its documents."""
    it = about.occurrence
    return about.case(f"{it.activity_id}-{it.concerns_year}", f"{it.title} {it.concerns_year}", ())


def made_of(session: Session, about: About) -> list[Item]:
    """What an activity has few of: its request, and what was released, written down and decided in it."""
    return [
        *about.request(),
        *releases_of(session, about),
        *minutes_items(session, about, of_occurrence(session, about.occurrence.id or 0)),
        *decided_in(session, about),
    ]


def by_rows(session: Session, about: About, row_ids: Mapping[ItemKind, Sequence[int]]) -> list[Item]:
    """Those of an activity's letters, answers, reviews, remarks and agreements made from these rows."""

    def of(kind: ItemKind, column: Any) -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = column.in_(row_ids.get(kind, ()))
        return found

    return [
        *about.letters(_tasks(session, of(ItemKind.LETTER, col(Task.id)))),
        *answers_of(session, about, of(ItemKind.ANSWER, col(Submission.id))),
        *_said(session, about, of(ItemKind.REVIEW, col(Review.id)), of(ItemKind.REMARK, col(GoalRemark.id))),
        *_agreements(session, about, of(ItemKind.AGREEMENT, col(SealedDocument.id))),
    ]


def case_of_agreement(session: Session, agreement: Agreement) -> Case:
    """Everything of one agreement: its draft, every step to its signature, what was said, what was sealed."""
    occurrence = get_occurrence(session, agreement.occurrence_id)
    about, unit = About.of(session, occurrence), session.get_one(Unit, agreement.unit_id)
    steps = sa.or_(
        sa.and_(col(Task.unit_id) == unit.id, col(Task.kind) == TaskKind.DRAFT),
        col(Task.subject).in_([f"{step.id}:{unit.id}" for step in about.activity.stages]),
    )
    of_it, itself = (
        sa.and_(col(Task.occurrence_id) == occurrence.id, steps),
        col(Agreement.id) == agreement.id,
    )
    items = [
        *answers_of(session, about, of_it),
        *_said(session, about, of_it, itself),
        *_agreements(session, about, itself),
    ]
    name = f"udviklingsaftale-{unit.id}-{agreement.year}"
    return about.case(name, f"Udviklingsaftale {agreement.year}: {unit.name}", items)


def answers_of(session: Session, about: About, where: sa.ColumnElement[bool]) -> list[Item]:
    """Every version of every answer; the condition is on submissions and tasks."""
    found = session.execute(_GIVEN.where(where)).all()
    names = actor_names(session, [row.by for row in found])
    return [_given_item(about, row, names) for row in found]


def _given_item(about: About, row: Any, names: Mapping[str, str]) -> Item:
    task = TaskRow(row.task_id, row.task_kind, row.role, row.title)
    given = Given(row.id, row.task_id, row.version, row.received_at, row.by, row.answers)
    return answer_item(about, given, task, UnitRow(row.unit_id, row.name), names)


def answer_item(
    about: About,
    submission: Submission | Given,
    task: Task | TaskRow,
    unit: Unit | UnitRow,
    names: Mapping[str, str],
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
        files=named(submission.answers),
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
            files=named(held[thing].minutes_file),
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


def _tasks(session: Session, where: sa.ColumnElement[bool]) -> list[tuple[TaskRow, UnitRow]]:
    found = session.execute(_ASKED.where(where).order_by(_unit.path, _task.id))
    return [
        (TaskRow(id_, kind, role, title), UnitRow(unit_id, name))
        for id_, kind, role, title, unit_id, name in found
    ]


def _said(
    session: Session, about: About, tasks: sa.ColumnElement[bool], agreements: sa.ColumnElement[bool]
) -> list[Item]:
    """What was written about the answers to these tasks, and about the goals of these agreements."""
    return [
        *reviews_where(session, lambda _: about, tasks, WITH_WORDS),
        *remarks_where(session, lambda _: about, agreements),
    ]


def _agreements(session: Session, about: About, where: sa.ColumnElement[bool]) -> list[Item]:
    query = (
        select(SealedDocument, Agreement, Unit)
        .join(Agreement, col(Agreement.id) == col(SealedDocument.agreement_id))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(where)
    )
    return [sealed_item(about, sealed, agreement, unit) for sealed, agreement, unit in session.exec(query)]
