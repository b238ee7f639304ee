"""The goals that a unit writes itself: from the rows of its agreement's form to goals of the tree."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cycle.goals.indicators import Indicator, TargetRule
from cycle.goals.tables import Agreement, GoalLevel
from cycle.goals.tree import GoalText, own_key

TITLE_FIELD, DESCRIPTION_FIELD, SIGNS_FIELD, SUPPORTS_FIELD = "titel", "beskrivelse", "tegn", "understoetter"
INDICATOR_FIELD, UNIT_FIELD, BASELINE_FIELD = "indikator", "maaleenhed", "udgangspunkt"
TARGET_FIELD, RULE_FIELD = "maaltal", "regel"
MEASURED = (INDICATOR_FIELD, UNIT_FIELD, BASELINE_FIELD, TARGET_FIELD, RULE_FIELD)
"""The fields that together are a goal's indicator."""
RULES: Mapping[str, TargetRule] = {
    "mindst": TargetRule.AT_LEAST,
    "hoejst": TargetRule.AT_MOST,
    "ikke-under": TargetRule.NOT_BELOW_BASELINE,
}
"""The values of the field `regel`; without one the target is to be reached at least."""

Row = Mapping[str, Any]


def own_rows(content: Mapping[str, Any]) -> list[Row]:
    """The rows of an agreement's own goals: of its own codes, with a title."""
    groups = [value for value in content["own"].values() if isinstance(value, list)]
    rows = [row for group in groups for row in group if isinstance(row, dict)]
    return [row for row in rows if row.get("row") in content["own_codes"] and row.get(TITLE_FIELD)]


def own_indicator(row: Row) -> Indicator | None:
    """What the row says the goal is measured by; None when it says nothing."""
    if not any(row.get(name) for name in (INDICATOR_FIELD, TARGET_FIELD, BASELINE_FIELD)):
        return None
    return Indicator(
        name=str(row.get(INDICATOR_FIELD) or row[TITLE_FIELD]),
        unit=str(row.get(UNIT_FIELD) or ""),
        baseline=_number(row.get(BASELINE_FIELD)),
        target=_number(row.get(TARGET_FIELD)),
        rule=RULES.get(str(row.get(RULE_FIELD)), TargetRule.AT_LEAST),
    )


def own_goals(content: Mapping[str, Any], agreement: Agreement) -> list[GoalText]:
    """The unit's own goals as its agreement gives them, for the years that the agreement runs in.

    A goal that says which given one it supports hangs under that one.
    """
    above = {row["row"]: row["key"] for row in content["given_goals"]}
    return [
        GoalText(
            level=GoalLevel.UNIT,
            code=row["row"],
            title=str(row[TITLE_FIELD]),
            unit_id=agreement.unit_id,
            description=str(row.get(DESCRIPTION_FIELD, "")),
            source="Udviklingsaftalen",
            key=own_key(agreement.unit_id, agreement.year, row["row"]),
            parent_key=above.get(row.get(SUPPORTS_FIELD, ""), ""),
            signs=tuple(str(row.get(SIGNS_FIELD, "")).splitlines()),
            indicator=own_indicator(row),
            first_year=agreement.period_from.year,
            last_year=agreement.period_to.year,
        )
        for row in own_rows(content)
    ]


def _number(written: object) -> Decimal | None:
    return None if written in (None, "") else Decimal(str(written))
