"""What the units of a roll-up said of their goals: each goal with who was asked and what each gave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cycle.goals.statuses import VALUE_FIELD
from cycle.goals.tables import Goal
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType
from cycle.tasks.rollup import Line, Outcome, Rollup
from documents.rollup_facts import Facts

WORDS = (FieldType.TEXT, FieldType.LONG_TEXT)
GoalsByTask = Mapping[int, Sequence[Goal]]
"""The goals that each task was asked about."""


@dataclass(frozen=True)
class Status:
    """One unit's answer on one goal, as it was given."""

    light: str = ""
    comment: str = ""
    value: Decimal | None = None
    more: tuple[tuple[str, str], ...] = ()


@dataclass
class Account:
    """One goal: who was asked, and what each said, by task."""

    goal: Goal
    asked: list[int] = field(default_factory=list)
    given: dict[int, Status] = field(default_factory=dict)

    def lit(self) -> Iterator[tuple[int, Status]]:
        """Those that set a light, by task."""
        return ((task, one) for task, one in self.given.items() if one.light)

    def told(self, task_id: int) -> Status:
        """What may be told of one unit: nothing where the goal hides its small numbers."""
        return Status() if self.goal.hide_small else self.given.get(task_id, Status())


def accounts_of(rollup: Rollup, facts: Facts, goals: GoalsByTask, language: str) -> dict[int, Account]:
    """By goal id, in order of code."""
    found: dict[int, Account] = {}
    for line in rollup.lines:
        said = _statuses(line, facts, language)
        for goal in goals.get(line.task_id, ()):
            account = found.setdefault(goal.id or 0, Account(goal))
            if line.outcome is not Outcome.WAIVED:
                account.asked.append(line.task_id)
            if goal.code in said:
                account.given[line.task_id] = said[goal.code]
    return dict(sorted(found.items(), key=lambda pair: (pair[1].goal.code, pair[0])))


def _statuses(line: Line, facts: Facts, language: str) -> dict[str, Status]:
    form = facts.forms.get(line.form_version_id or 0)
    groups = [one for one in form.fields if one.rows_from == "goals"] if form else []
    rows = ((group, row) for group in groups for row in line.answers.get(group.id) or ())
    return {str(row["row"]): _status(group, row, language) for group, row in rows}


def _status(group: Field, row: Mapping[str, Any], language: str) -> Status:
    light: Mapping[str, Any] = next(
        (row[one.id] for one in group.fields if one.type is FieldType.TRAFFIC_LIGHT and row.get(one.id)), {}
    )
    more = (
        (label(one, language), show_answer(one, row[one.id], language))
        for one in group.fields
        if one.type in WORDS and row.get(one.id)
    )
    value = Decimal(str(row[VALUE_FIELD])) if row.get(VALUE_FIELD) not in (None, "") else None
    return Status(str(light.get("light", "")), str(light.get("comment", "")), value, tuple(more))
