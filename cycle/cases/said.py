"""What people said about an answer or an agreement, as documents: reviews, and remarks in a negotiation.

Read here alone, for what is filed and for what is handed out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.cases.about import About, TaskRow, UnitRow, post
from cycle.cases.model import Direction, Item, ItemKind, Party
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement
from cycle.organisation.tables import Unit
from cycle.store import table_of
from cycle.tasks.ledger import actor_names
from cycle.tasks.states import Verdict
from cycle.tasks.tables import Review, Submission, Task

_review, _submission, _task, _unit = (table_of(each).c for each in (Review, Submission, Task, Unit))
_JUDGED = (
    sa.select(
        _review.id.label("review_id"),
        _review.submission_id,
        _review.verdict,
        _review.by,
        _review.at,
        _submission.version,
        _task.occurrence_id,
        _task.id.label("task_id"),
        _task.kind,
        _task.role,
        _task.title,
        _unit.id.label("unit_id"),
        _unit.name,
    )
    .join_from(table_of(Review), table_of(Submission), _submission.id == _review.submission_id)
    .join(table_of(Task), _task.id == _submission.task_id)
    .join(table_of(Unit), _unit.id == _task.unit_id)
)
WITH_WORDS = sa.or_(
    _review.verdict == Verdict.RETURNED,
    _review.reason != "",
    sa.cast(_review.field_reasons, sa.Text).contains('"'),
)
"""Reviews that are filed. An approval without a word is a step of its task: handed out, and no document."""

AboutOf = Callable[[int], About]
"""The activity with that number, read once."""


def reviews_where(session: Session, about_of: AboutOf, *where: sa.ColumnElement[bool]) -> Iterator[Item]:
    """What superiors wrote about answers; the conditions are on reviews, submissions, tasks and units."""
    found = session.execute(_JUDGED.where(*where)).all()
    names = actor_names(session, [row.by for row in found]) if found else {}
    for row in found:
        yield _review_item(about_of(row.occurrence_id), row, names)


def remarks_where(session: Session, about_of: AboutOf, *where: sa.ColumnElement[bool]) -> Iterator[Item]:
    """What the parties of agreements said about their goals, also what is resolved."""
    query = (
        select(GoalRemark, Agreement, Unit)
        .join(Agreement, col(Agreement.id) == col(GoalRemark.agreement_id))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(*where)
    )
    found = session.exec(query).all()
    names = actor_names(session, [remark.by for remark, *_ in found]) if found else {}
    for remark, agreement, unit in found:
        yield _remark_item(about_of(agreement.occurrence_id), remark, agreement, unit, names)


def _review_item(about: About, row: Any, names: Mapping[str, str]) -> Item:
    said = "Godkendt" if row.verdict is Verdict.APPROVED else "Sendt retur"
    version = f", udgave {row.version}" if row.version > 1 else ""
    task = TaskRow(row.task_id, row.kind, row.role, row.title)
    return about.item(
        f"review:{row.review_id}",
        ItemKind.REVIEW,
        row.review_id,
        title=f"{said}: {row.title or about.occurrence.title}, {row.name}{version}",
        direction=Direction.OUTGOING,
        at=row.at,
        sender=Party(names.get(row.by, "Nærmeste leder")),
        receiver=post(task, UnitRow(row.unit_id, row.name)),
        answers=f"submission:{row.submission_id}",
        unit_id=row.unit_id,
    )


def _remark_item(
    about: About, remark: GoalRemark, agreement: Agreement, unit: Unit, names: Mapping[str, str]
) -> Item:
    goal = f" til mål {remark.code}" if remark.code else ""
    return about.item(
        f"remark:{remark.id}",
        ItemKind.REMARK,
        remark.id or 0,
        title=f"Bemærkning{goal} i udviklingsaftalen {agreement.year}: {unit.name}",
        direction=Direction.INTERNAL,
        at=remark.at,
        sender=Party(names.get(remark.by, remark.post), role=remark.post),
        receiver=Party("Aftalens parter"),
        unit_id=unit.id,
    )
