"""History rows of tasks and occurrences, written in the transaction of the change they speak of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cycle import history
from cycle.tasks.tables import Occurrence, Task

Facts = Mapping[str, Any]


def record_task(
    session: Session,
    occurrence: Occurrence,
    task: Task,
    verb: str,
    *,
    by: str,
    now: datetime,
    why: str = "",
    data: Facts | None = None,
) -> None:
    """What was done to a task. `data` holds ids and values that are not personal."""
    _record(session, occurrence, verb, f"task:{task.id}", by, now, why, data)


def record_occurrence(
    session: Session,
    occurrence: Occurrence,
    verb: str,
    *,
    by: str,
    now: datetime,
    why: str = "",
    data: Facts | None = None,
) -> None:
    """What was done to an occurrence. `data` holds ids and values that are not personal."""
    _record(session, occurrence, verb, f"occurrence:{occurrence.id}", by, now, why, data)


def _record(
    session: Session,
    occurrence: Occurrence,
    verb: str,
    thing: str,
    by: str,
    now: datetime,
    why: str,
    data: Facts | None,
) -> None:
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=thing,
        why=why.strip(),
        data=data,
    )
