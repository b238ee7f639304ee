"""A hearing as it was answered, read from the store and gathered."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from cycle.goals.hearing import Hearing, gather
from cycle.tasks.forms import Form
from cycle.tasks.rollup import Rollup
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import FormVersion, Occurrence, Task


def gathered(session: Session, occurrence: Occurrence, seen: Rollup, language: str) -> Hearing:
    """The answers seen, grouped by the rows that the units were asked."""
    ids = {line.form_version_id for line in seen.lines} | {occurrence.form_version_id}
    rows = session.exec(select(FormVersion).where(col(FormVersion.id).in_(ids - {None})))
    forms = {row.id or 0: Form.model_validate_json(row.spec) for row in rows}
    return gather(seen, forms, rows_asked(session, occurrence), language)


def rows_asked(session: Session, occurrence: Occurrence) -> Mapping[str, list[dict[str, str]]]:
    """What the units' tasks were prefilled with; all have the same."""
    query = select(Task.prefill).where(Task.occurrence_id == occurrence.id, Task.kind == TaskKind.ANSWER)
    return session.exec(query.order_by(col(Task.id)).limit(1)).first() or {}
