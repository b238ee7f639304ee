"""Dates that are given in an answer: a step of a process plans the steps after it (seed 004 D).

The step's form has a group with `rows_from: later_steps` and, in each row, the dates `aabner` and `frist`. A
row left empty leaves its step without dates; a corrected answer moves what has not been closed.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cycle.errors import AnswerInvalid, Problem
from cycle.plan.later import Given
from cycle.tasks.forms import Form
from cycle.tasks.new_dates import not_before_today, too_far

LATER_STEPS = "later_steps"
"""What the rows are called in a task's prefill and in a form's `rows_from`."""

OPENS, DUE = "aabner", "frist"


def given_dates(form: Form, answers: Mapping[str, Any]) -> dict[str, Given]:
    """The dates by the id of the step they are for."""
    rows = [row for _, row in _rows(form, answers) if row.get(OPENS) and row.get(DUE)]
    return {row["row"]: Given(date.fromisoformat(row[OPENS]), date.fromisoformat(row[DUE])) for row in rows}


def check_given_dates(form: Form, answers: Mapping[str, Any], *, today: date) -> None:
    """Raises AnswerInvalid when a step has one date only, ends before it opens, or lies out of reach.

    `today` is the local date on which the answer was received.
    """
    problems = [fault for where, row in _rows(form, answers) for fault in _faults(where, row, today)]
    if problems:
        raise AnswerInvalid(problems)


def _rows(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each row with its place in the form ("faser.fase-5")."""
    for field in form.fields:
        if field.rows_from == LATER_STEPS:
            yield from ((f"{field.id}.{row['row']}", row) for row in answers.get(field.id) or ())


def _faults(where: str, row: Mapping[str, str], today: date) -> list[Problem]:
    opens, due = row.get(OPENS), row.get(DUE)
    if not opens and not due:
        return []
    if not opens or not due:
        missing = f"{where}.{DUE if opens else OPENS}"
        return [Problem(missing, "Den anden dato mangler.", "Skriv begge, eller lad begge stå tomme.")]
    last, here = date.fromisoformat(due), f"{where}.{DUE}"
    if last < date.fromisoformat(opens):
        return [Problem(here, "Fristen ligger før den dag, trinet åbner.", "Ret den ene af datoerne.")]
    return [*not_before_today(last, here, today=today), *too_far(last, here, today=today)]
