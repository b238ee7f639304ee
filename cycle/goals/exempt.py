"""Units that need not make the agreement that was begun with them: their draft was waived."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.tables import Agreement, AgreementState
from cycle.store import table_of
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Task

_task = table_of(Task).c
_ITS_DRAFT = sa.and_(
    col(Agreement.state) == AgreementState.DRAFTING,
    _task.occurrence_id == col(Agreement.occurrence_id),
    _task.unit_id == col(Agreement.unit_id),
    _task.kind == TaskKind.DRAFT,
    _task.state == TaskState.WAIVED,
)


def is_exempt() -> sa.ColumnElement[bool]:
    """Whether the unit of an `Agreement` that a query reads need not write it."""
    return sa.exists().where(_ITS_DRAFT)


def why_exempt(session: Session, agreement: Agreement) -> str | None:
    """The reason given ("" for none) when the agreement's unit need not write it, else None."""
    query = select(Task.waived_why).join(Agreement, _ITS_DRAFT)
    return session.exec(query.where(Agreement.id == agreement.id)).first()
