"""What a unit says that its own goal is measured by: the fields of its rows, and what they ask of each other.

The rows are those that the task came with under `UNIT_GOALS`. `cycle.goals.own_goals` makes goals of them.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from cycle.errors import Problem

UNIT_GOALS = "unit_goals"
"""What a unit's own goals are called as rows in a task's prefill and in a form's `rows_from`."""

INDICATOR_FIELD, UNIT_FIELD, BASELINE_FIELD = "indikator", "maaleenhed", "udgangspunkt"
RULE_FIELD, TARGET_FIELD, UPPER_FIELD = "regel", "maaltal", "oevre-graense"
MEASURED = (INDICATOR_FIELD, UNIT_FIELD, BASELINE_FIELD, RULE_FIELD, TARGET_FIELD, UPPER_FIELD)
"""The fields that together are a goal's indicator."""
AT_LEAST, AT_MOST, NOT_BELOW, DONE, BETWEEN = "mindst", "hoejst", "ikke-under", "gjort", "mellem"
"""The values of the field `regel`; without one the target is to be reached at least."""

HIDE_FIELD = "skjul-smaa-tal"
"""The field in which the unit hides what it says of the goal."""

Row = Mapping[str, Any]


def measured(row: Row) -> bool:
    """Whether the row says what its goal is measured by."""
    said = any(row.get(name) for name in (INDICATOR_FIELD, TARGET_FIELD, BASELINE_FIELD))
    return said or row.get(RULE_FIELD) == DONE


def number(row: Row, name: str) -> Decimal | None:
    """The number in a field of a canonical row."""
    written = row.get(name)
    return None if written in (None, "") else Decimal(str(written))


def faults(answers: Mapping[str, Any]) -> list[Problem]:
    """Where a measure lacks the number that says when the goal is reached. `answers` are canonical."""
    return list(_of_rows(answers, _lacking))


def doubts(answers: Mapping[str, Any]) -> list[Problem]:
    """Where a target can be meant, but hardly is: it lies on the side where the figure is already."""
    return list(_of_rows(answers, _reached_already))


def _of_rows(
    answers: Mapping[str, Any], judge: Callable[[Row], tuple[str, str, str] | None]
) -> Iterator[Problem]:
    for name, rows in answers.items():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and (found := judge(row)):
                where, what, cure = found
                yield Problem(f"{name}.{row['row']}.{where}", what, cure)


def _lacking(row: Row) -> tuple[str, str, str] | None:
    rule = row.get(RULE_FIELD)
    baseline, target, upper = (number(row, name) for name in (BASELINE_FIELD, TARGET_FIELD, UPPER_FIELD))
    if not (measured(row) or rule) or rule == DONE:
        return None
    if rule == NOT_BELOW:
        cure = "Skriv tallet nu, eller vælg en anden regel."
        return (
            (BASELINE_FIELD, "Det tal, der ikke må komme under, mangler.", cure) if baseline is None else None
        )
    if target is None:
        return (
            TARGET_FIELD,
            "Målet måles, men måltallet mangler.",
            "Skriv måltallet, eller lad målingen stå tom.",
        )
    if rule == BETWEEN and upper is None:
        return UPPER_FIELD, "Den øvre grænse mangler.", "Skriv den, eller vælg en anden regel."
    if rule == BETWEEN and upper is not None and upper < target:
        return UPPER_FIELD, "Den øvre grænse er lavere end måltallet.", "Ret det ene af tallene."
    return None


def _reached_already(row: Row) -> tuple[str, str, str] | None:
    rule, baseline, target = row.get(RULE_FIELD), number(row, BASELINE_FIELD), number(row, TARGET_FIELD)
    if baseline is None or target is None:
        return None
    if rule in (None, "", AT_LEAST) and target < baseline:
        return (
            TARGET_FIELD,
            "Målet er nået allerede: tallet nu er højere end måltallet.",
            "Se efter, om måltallet er rigtigt, eller om tallet skal være højst måltallet.",
        )
    if rule == AT_MOST and target > baseline:
        return (
            TARGET_FIELD,
            "Målet er nået allerede: tallet nu er lavere end måltallet.",
            "Se efter, om måltallet er rigtigt, eller om tallet skal være mindst måltallet.",
        )
    return None
