"""The goals that a unit writes itself: from the rows of its agreement's form to goals of the tree."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Any

from cycle.goals.goal_rows import own_key
from cycle.goals.indicators import Indicator, TargetRule
from cycle.goals.tables import Agreement, GoalLevel, GoalType
from cycle.goals.tree import GoalText
from cycle.tasks.measures import (
    AT_LEAST,
    AT_MOST,
    BASELINE_FIELD,
    BETWEEN,
    DONE,
    HIDE_FIELD,
    INDICATOR_FIELD,
    NOT_BELOW,
    RULE_FIELD,
    TARGET_FIELD,
    UNIT_FIELD,
    UPPER_FIELD,
    measured,
    number,
)

TITLE_FIELD, DESCRIPTION_FIELD, SUPPORTS_FIELD = "titel", "beskrivelse", "understoetter"
OBLIGATIONS_FIELD, SIGNS_FIELD, EVIDENCE_FIELD = "det-skal-goeres", "tegn", "kilder"
INTENTION_FIELD, KNOWLEDGE_FIELD, TYPE_FIELD = "intention", "viden", "maaltype"
METHOD_FIELD, RESPONSIBLE_FIELD = "opfoelgning", "ansvarlig"
FIRST_YEAR_FIELD, LAST_YEAR_FIELD = "foerste-aar", "sidste-aar"
RULES: Mapping[str, TargetRule] = {
    AT_LEAST: TargetRule.AT_LEAST,
    AT_MOST: TargetRule.AT_MOST,
    NOT_BELOW: TargetRule.NOT_BELOW_BASELINE,
    DONE: TargetRule.DONE,
    BETWEEN: TargetRule.RANGE,
}
"""The values of the field `regel`; without one the target is to be reached at least."""
TYPES: Mapping[str, GoalType] = {
    "input": GoalType.INPUT,
    "output": GoalType.OUTPUT,
    "effekt": GoalType.OUTCOME,
}
"""The values of the field `maaltype`."""

Row = Mapping[str, Any]


def own_rows(content: Mapping[str, Any]) -> list[Row]:
    """The rows of an agreement's own goals: of its own codes, with a title."""
    groups = [value for value in content["own"].values() if isinstance(value, list)]
    rows = [row for group in groups for row in group if isinstance(row, dict)]
    return [row for row in rows if row.get("row") in content["own_codes"] and row.get(TITLE_FIELD)]


def own_indicator(row: Row) -> Indicator | None:
    """What the row says the goal is measured by; None when it says nothing."""
    if not measured(row):
        return None
    rule, target = RULES.get(_text(row, RULE_FIELD), TargetRule.AT_LEAST), number(row, TARGET_FIELD)
    bounds = (target, number(row, UPPER_FIELD)) if rule is TargetRule.RANGE else (None, None)
    return Indicator(
        name=_text(row, INDICATOR_FIELD) or str(row[TITLE_FIELD]),
        unit=_text(row, UNIT_FIELD),
        baseline=number(row, BASELINE_FIELD),
        target=None if rule is TargetRule.RANGE else target,
        rule=rule,
        low=bounds[0],
        high=bounds[1],
    )


def own_goals(content: Mapping[str, Any], agreement: Agreement) -> list[GoalText]:
    """The unit's own goals as its agreement gives them, for the years that the agreement runs in.

    A goal that says which given one it supports hangs under that one; one may name fewer of the years.
    """
    above = {row["row"]: row["key"] for row in reversed(content["given_goals"])}
    return [_own_goal(row, agreement, above) for row in own_rows(content)]


def hidden_under(goals: Iterable[GoalText], hidden: Set[str]) -> list[GoalText]:
    """The goals; one that supports a goal with hidden small numbers (by key) hides its own as well."""
    return [replace(goal, hide_small=goal.hide_small or goal.parent_key in hidden) for goal in goals]


def _own_goal(row: Row, agreement: Agreement, above: Mapping[str, str]) -> GoalText:
    first, last = _years(row, agreement)
    return GoalText(
        level=GoalLevel.UNIT,
        code=row["row"],
        title=str(row[TITLE_FIELD]),
        unit_id=agreement.unit_id,
        description=_text(row, DESCRIPTION_FIELD),
        source="Udviklingsaftalen",
        key=own_key(agreement.unit_id, agreement.year, row["row"]),
        parent_key=above.get(_text(row, SUPPORTS_FIELD), ""),
        goal_type=TYPES.get(_text(row, TYPE_FIELD)),
        background_intention=_text(row, INTENTION_FIELD),
        background_knowledge=_text(row, KNOWLEDGE_FIELD),
        obligations=_lines(row, OBLIGATIONS_FIELD),
        signs=_lines(row, SIGNS_FIELD),
        evidence=_lines(row, EVIDENCE_FIELD),
        indicator=own_indicator(row),
        follow_up_method=_text(row, METHOD_FIELD),
        follow_up_by=_text(row, RESPONSIBLE_FIELD),
        first_year=first,
        last_year=last,
        hide_small=bool(row.get(HIDE_FIELD)),
    )


def _years(row: Row, agreement: Agreement) -> tuple[int, int]:
    """The years that the row names, within the agreement's."""
    first, last = agreement.period_from.year, agreement.period_to.year
    named = [number(row, name) for name in (FIRST_YEAR_FIELD, LAST_YEAR_FIELD)]
    begins, ends = max(first, int(named[0] or first)), min(last, int(named[1] or last))
    return (begins, ends) if begins <= ends else (first, last)


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "")


def _lines(row: Row, name: str) -> tuple[str, ...]:
    """What is written one to a line."""
    return tuple(line for line in _text(row, name).splitlines() if line.strip())
