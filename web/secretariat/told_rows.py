"""What the rows of an answer are about, as a file or a program is told: the goals behind their letters."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.tables import GoalLevel
from cycle.store import in_pieces
from cycle.tasks.answer_model import row_key
from cycle.tasks.forms import Form
from cycle.tasks.tables import Task
from documents.answers_table import AskedRow

OWN = ("eget mål", "own goal")
Rows = Mapping[str, Mapping[str, AskedRow]]
"""By the group's id and the row's key."""


def rows_told(
    session: Session, task_ids: Collection[int], forms: Iterable[Form], *, language: str
) -> dict[int, Rows]:
    """Of each task, what the rows that it came with are about."""
    groups = {field.id: field.rows_from for form in forms for field in form.fields if field.rows_from}
    found: dict[int, Rows] = {}
    for piece in in_pieces(task_ids) if groups else ():
        query = sa.select(col(Task.id), col(Task.prefill)).where(col(Task.id).in_(piece))
        for task_id, prefill in session.execute(query):
            found[task_id] = {
                group: {row_key(entry): about(entry, language) for entry in prefill.get(name) or ()}
                for group, name in groups.items()
            }
    return found


def about(entry: Any, language: str) -> AskedRow:
    """What one known row is about. A given goal is one thing everywhere; own goals share a letter alone."""
    key = row_key(entry)
    if not isinstance(entry, Mapping):
        return AskedRow(key, key)
    words = str(entry.get("label") or entry.get("title") or key)
    if entry.get("level") == GoalLevel.UNIT.value:
        own = f"{key} ({OWN[language == 'en']})"
        return AskedRow(f"own/{key}", own, str(entry.get("title") or words))
    return AskedRow(str(entry.get("key") or key), words)
