"""The year's goal accounts as values for their template: each goal with target, result, light and comment.

Made from a roll-up, so that a released version stays the same document and small numbers stay hidden.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cycle.goals.indicators import Indicator, indicator_of
from cycle.goals.small_numbers import told_indicator
from cycle.goals.statuses import VALUE_FIELD
from cycle.goals.tables import Goal, GoalLevel
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType
from cycle.tasks.rollup import Line, Outcome, Rollup
from documents.rollup_charts import Areas, counted_values, figure_values, goal_values, light_name
from documents.rollup_document import Standing, areas_of
from documents.rollup_facts import Facts
from documents.rollup_lights import OWN, Figures, Lights
from documents.rollup_words import outcome_name

TEMPLATE = "goal_accounts.typ"
WORDS = (FieldType.TEXT, FieldType.LONG_TEXT)


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


def goal_account_values(
    rollup: Rollup, facts: Facts, goals: Mapping[int, Sequence[Goal]], standing: Standing, language: str
) -> dict[str, Any]:
    """Everything a template may show. `goals` are those that each task was asked about."""
    accounts = _accounts(rollup, facts, goals, language)
    areas = areas_of(rollup.lines, facts, language)
    shared = [one for one in accounts.values() if one.goal.level is not GoalLevel.UNIT]
    told = {one.code: counted_values(one, language) for one in rollup.counted}
    return {
        "municipality": standing.municipality,
        "mark": standing.mark,
        "draft": standing.version == 0,
        "title": standing.title,
        "year": rollup.concerns_year,
        "version": standing.version,
        "dated": standing.dated,
        "goals": [_goal(one, areas, told.get(one.goal.code), language) for one in shared],
        "own": _own(accounts, areas, language),
        "units": [_unit(line, accounts, goals, language) for line in rollup.lines],
    }


def _accounts(
    rollup: Rollup, facts: Facts, goals: Mapping[int, Sequence[Goal]], language: str
) -> dict[int, Account]:
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


def _goal(account: Account, areas: Areas, told: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    """One goal of all or of an area: counts, the bars by area, and its indicator's values."""
    goal, indicator = account.goal, indicator_of(account.goal.indicator)
    lights = Lights(goal.code, goal.title, {task: [one.light] for task, one in _lit(account)})
    if goal.hide_small:
        counts: Mapping[str, Any] = told or _silent(goal)
    else:
        counts = goal_values(lights, areas, language, charts=True) if lights.given else _silent(goal)
    return {
        **counts,
        "level": goal.level.value,
        "area": goal.area,
        "target": indicator.shown_target(language) if indicator else "",
        "indicator": indicator.name if indicator else "",
        "asked": len(account.asked),
        "answered": len(lights.given),
        "hidden": goal.hide_small,
        **_measured(account, indicator, areas, language),
    }


def _measured(account: Account, indicator: Indicator | None, areas: Areas, language: str) -> dict[str, Any]:
    """The indicator's values by area; nothing of a goal whose small numbers are hidden."""
    values = {task: one.value for task, one in account.given.items() if one.value is not None}
    nothing = {"reached": 0, "measured": 0, "values": None}
    if indicator is None or not values or account.goal.hide_small:
        return nothing
    asked = Field(id="vaerdi", type=FieldType.NUMBER, label=indicator.name, unit=indicator.unit)
    return {
        "reached": sum(indicator.reached(value) for value in values.values()),
        "measured": len(values),
        "values": figure_values(Figures(asked, indicator.name, values), areas, language, charts=True),
    }


def _own(accounts: Mapping[int, Account], areas: Areas, language: str) -> dict[str, Any] | None:
    """The units' own goals together; None when there are none."""
    own = [one for one in accounts.values() if one.goal.level is GoalLevel.UNIT]
    if not own:
        return None
    given: dict[int, list[str]] = {}
    for account in (one for one in own if not one.goal.hide_small):
        for task, status in _lit(account):
            given.setdefault(task, []).append(status.light)
    title = OWN[language == "en"]
    counts = goal_values(Lights("", title, given), areas, language, charts=True) if given else {}
    return {"title": title, "count": len(own), "chart": "", "alt": "", **counts}


def _lit(account: Account) -> Iterator[tuple[int, Status]]:
    return ((task, one) for task, one in account.given.items() if one.light)


def _silent(goal: Goal) -> dict[str, Any]:
    return {
        "code": goal.code, "title": goal.title, "green": 0, "yellow": 0, "red": 0, "chart": "", "alt": "",
    }  # fmt: skip


def _unit(
    line: Line, accounts: Mapping[int, Account], goals: Mapping[int, Sequence[Goal]], language: str
) -> dict[str, Any]:
    return {
        "name": line.unit,
        "kind": line.kind,
        "area": line.area,
        "outcome": line.outcome.value,
        "outcome_name": outcome_name(line.outcome, language),
        "entries": [
            _entry(goal, _told(accounts[goal.id or 0], line), language)
            for goal in goals.get(line.task_id, ())
        ],
    }


def _told(account: Account, line: Line) -> Status:
    return Status() if account.goal.hide_small else account.given.get(line.task_id, Status())


def _entry(goal: Goal, status: Status, language: str) -> dict[str, Any]:
    indicator = told_indicator(goal)
    return {
        "code": goal.code,
        "title": goal.title,
        "target": indicator.shown_target(language) if indicator else "",
        "result": _result(indicator, status.value, language),
        "light": status.light,
        "light_name": light_name(status.light, language) if status.light else "",
        "comment": status.comment,
        "more": [{"label": words, "text": text} for words, text in status.more],
        "hidden": goal.hide_small,
    }


def _result(indicator: Indicator | None, value: Decimal | None, language: str) -> str:
    """ "5,8 %, nået"."""
    if indicator is None or value is None:
        return ""
    words = ("reached", "not reached") if language == "en" else ("nået", "ikke nået")
    return f"{indicator.shown(value, language)}, {words[not indicator.reached(value)]}"
