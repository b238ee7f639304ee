"""The year's goal accounts as values for their template.

First what a committee reads: each goal with target, result, lights, which places stand out, and a few of the
explanations. Then the annex with every unit. Made from a roll-up, so that a released version stays the same
document and small numbers stay hidden.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cycle.goals.indicators import Indicator, indicator_of
from cycle.goals.tables import Goal, GoalLevel
from cycle.tasks.forms import Field, FieldType
from cycle.tasks.rollup import Line, Rollup
from documents.goal_annex import Annex
from documents.goal_answers import Account, GoalsByTask, Status, accounts_of
from documents.rollup_charts import Areas, counted_values, figure_values, goal_values, light_name
from documents.rollup_document import Standing, areas_of, counts_of, homes_of
from documents.rollup_facts import Facts
from documents.rollup_lights import OWN, Figures, Lights
from documents.standing_out import standing_out
from documents.voices import Remark, chosen

TEMPLATE = "goal_accounts.typ"
WORST = ("rød", "gul")
"""The lights whose explanations are read first, in that order."""


class Places:
    """The lines of a roll-up by area and by the unit that they lie under; of all tasks, or of some."""

    def __init__(self, lines: Sequence[Line], facts: Facts, language: str) -> None:
        self._areas = areas_of(lines, facts, language)
        self._homes = homes_of(lines, facts)

    def areas(self, tasks: Collection[int] | None = None) -> Areas:
        """Area by area, those of none of the tasks left out."""
        return _of(self._areas, tasks)

    def homes(self, tasks: Collection[int]) -> Areas:
        """District by district."""
        return _of(self._homes, tasks)


def goal_account_values(
    rollup: Rollup, facts: Facts, goals: GoalsByTask, standing: Standing, language: str
) -> dict[str, Any]:
    """Everything a template may show. `goals` are those that each task was asked about."""
    accounts = accounts_of(rollup, facts, goals, language)
    places = Places(rollup.lines, facts, language)
    areas = places.areas()
    shared = _by_area(accounts, [name for name, _ in areas])
    told = {one.code: counted_values(one, language) for one in rollup.counted}
    return {
        "municipality": standing.municipality,
        "mark": standing.mark,
        "draft": standing.version == 0,
        "title": standing.title,
        "year": rollup.concerns_year,
        "version": standing.version,
        "dated": standing.dated,
        "total": len(rollup.lines),
        "counts": counts_of(rollup.counts(), language),
        "goals": [_goal(one, places, told.get(one.goal.code), language) for one in shared],
        "own": _own(accounts, areas, language),
        "annex": Annex(accounts, goals, facts, language).values(areas),
    }


def _by_area(accounts: Mapping[int, Account], areas: Sequence[str]) -> list[Account]:
    """The common goals, then those of one area after the other."""
    shared = [one for one in accounts.values() if one.goal.level is not GoalLevel.UNIT]
    order = {name: place for place, name in enumerate(areas)}
    return sorted(shared, key=lambda one: order.get(one.goal.area, -1))


def _goal(account: Account, places: Places, told: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    """One goal of all or of an area: counts, bars and values by area, what stands out, and what was said."""
    goal, indicator = account.goal, indicator_of(account.goal.indicator)
    areas = places.areas(account.asked)
    lights = Lights(goal.code, goal.title, {task: [one.light] for task, one in account.lit()})
    if goal.hide_small:
        counts: Mapping[str, Any] = told or _silent(goal)
    else:
        counts = goal_values(lights, areas, language) if lights.given else _silent(goal)
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
        **_told(account, places, language),
    }


def _told(account: Account, places: Places, language: str) -> dict[str, Any]:
    """Which places stand out and the remarks to read first; nothing where small numbers are hidden."""
    if account.goal.hide_small:
        return {"standing_out": [], "voices": [], "others": 0}
    areas = places.areas(account.asked)
    compared = areas if len(areas) > 1 else places.homes(account.asked)
    lights = {task: one.light for task, one in account.lit()}
    said = chosen(
        Remark(
            line.unit, name, WORST.index(one.light), light_name(one.light, language), one.comment, one.light
        )
        for name, lines in areas
        for line in lines
        if (one := account.told(line.task_id)).comment and one.light in WORST
    )
    return {
        "standing_out": standing_out(lights, compared, language),
        "voices": [vars(one) for one in said.remarks],
        "others": said.others,
    }


def _remark(line: Line, area: str, status: Status, language: str) -> Remark:
    words = light_name(status.light, language)
    return Remark(line.unit, area, WORST.index(status.light), words, status.comment, status.light)


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
        "values": figure_values(Figures(asked, indicator.name, values), areas, language),
    }


def _own(accounts: Mapping[int, Account], areas: Areas, language: str) -> dict[str, Any] | None:
    """The units' own goals together; None when there are none."""
    own = [one for one in accounts.values() if one.goal.level is GoalLevel.UNIT]
    if not own:
        return None
    given: dict[int, list[str]] = {}
    for account in (one for one in own if not one.goal.hide_small):
        for task, status in account.lit():
            given.setdefault(task, []).append(status.light)
    title = OWN[language == "en"]
    counts = goal_values(Lights("", title, given), areas, language) if given else {}
    return {"title": title, "count": len(own), "chart": "", "alt": "", **counts}


def _silent(goal: Goal) -> dict[str, Any]:
    return {
        "code": goal.code, "title": goal.title, "green": 0, "yellow": 0, "red": 0, "chart": "", "alt": "",
    }  # fmt: skip


def _of(places: Areas, tasks: Collection[int] | None) -> Areas:
    if tasks is None:
        return places
    wanted = set(tasks)
    found = [(name, [line for line in lines if line.task_id in wanted]) for name, lines in places]
    return [(name, lines) for name, lines in found if lines]
