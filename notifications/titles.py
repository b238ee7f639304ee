"""What a task is called in mails and calendars."""

from cycle.tasks.states import AGREEMENT_STEPS
from cycle.tasks.tables import Occurrence, Task
from cycle.tasks.titles import occurrence_title, own_title


def title_of(task: Task, occurrence: Occurrence, language: str) -> str:
    """ "Kvartalsrapport 1 2027" in the language, with the task's own title behind it when it has another.

    A step of an agreement is called by its own title alone: it says what is to be done, and of which year.
    """
    if task.kind in AGREEMENT_STEPS and task.title:
        return task.title
    year = str(occurrence.concerns_year)
    name = occurrence_title(occurrence, language)
    title = name if year in name else f"{name} {year}"
    own = own_title(task, occurrence, language)
    return f"{title}: {own}" if own else title
