"""What the ledger says of items that a mail left out: the task was answered, taken away or closed first."""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.reminders import ledger
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState, TaskState
from cycle.tasks.tables import Occurrence, Task


def leave_out(session: Session, decision_ids: Iterable[int]) -> None:
    """Marks each decision with the reason why its item was not said.

    To be called in the transaction that settles the mail.
    """
    rows = session.execute(
        sa.select(col(ReminderDecision.id), col(Task.state), col(Occurrence.state))
        .join(Task, col(Task.id) == col(ReminderDecision.task_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(col(ReminderDecision.id).in_(list(decision_ids)))
    )
    found: dict[Decided, list[int]] = defaultdict(list)
    for id_, task, occurrence in rows:
        found[_why(task, occurrence)].append(id_)
    for verdict, ids in found.items():
        ledger.take_back(session, ids, verdict)


def _why(task: TaskState, occurrence: OccurrenceState) -> Decided:
    if task in (TaskState.WAIVED, TaskState.CANCELLED):
        return Decided.NOT_OWED
    if task not in WAITING_FOR_HOLDER:
        return Decided.ANSWERED
    return Decided.NOT_OWED if occurrence is OccurrenceState.CANCELLED else Decided.CLOSED
