"""Deadlines that their source does not decide: the engine works by a day that is only reckoned."""

from functools import lru_cache

from cycle.plan.model import Activity, Confidence, FlowName
from cycle.plan.reading import certainty
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task


def printed_due(task: Task, occurrence: Occurrence) -> str:
    """How a process's source prints a deadline that cannot be decided ("1. august"); empty for any other day.

    One that the task was given since is decided, and so are a wheel's: whoever starts the year decides them.
    """
    if task.kind is not TaskKind.ANSWER or task.due_on != occurrence.due_on:
        return ""
    return _printed(occurrence.activity)


@lru_cache(maxsize=256)
def _printed(activity: str) -> str:
    step = Activity.model_validate_json(activity)
    confidence, printed = certainty(step.window.due)
    doubtful = step.flow is FlowName.PROCESS_STEP and confidence is Confidence.UNCERTAIN
    return (printed or step.window.due.date) if doubtful else ""
