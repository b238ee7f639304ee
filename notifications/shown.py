"""How a task and its answers are called in a mail."""

from collections.abc import Mapping
from typing import Any

from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Form
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


def shown_answers(form: Form, answers: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """(question, answer as people read it) for each question that was answered, in the form's order."""
    return [
        (label(field, language), show_answer(field, answers[field.id], language))
        for field in form.fields
        if answers.get(field.id) is not None
    ]


def shown_figures(prefill: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(label, amount as shown) of the figures that come with a task."""
    return tuple((str(row["label"]), str(row["shown"])) for row in prefill.get("figures", ()))
