"""The annex of the goal accounts: every unit on one row, with what it wrote in small type beside it.

Goals of all and of an area have a column each; what has none (a unit's own goals, and those beyond the ninth)
is told in words.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cycle.goals.indicators import indicator_of
from cycle.goals.small_numbers import told_indicator
from cycle.goals.tables import Goal, GoalLevel
from cycle.tasks.rollup import Line, Outcome
from documents.goal_answers import Account, GoalsByTask, Status
from documents.rollup_charts import Areas, light_name
from documents.rollup_document import counts_of, homes_of
from documents.rollup_facts import Facts
from documents.rollup_words import outcome_name

MOST_COLUMNS = 9
"""So many goals a page has room for."""
REACHED = (("nået", "ikke nået"), ("reached", "not reached"))
HIDDEN, UNLIT = ("skjult", "hidden"), ("ikke vurderet", "not assessed")


class Annex:
    """Makes its values. `accounts` are by goal id."""

    def __init__(
        self, accounts: Mapping[int, Account], goals: GoalsByTask, facts: Facts, language: str
    ) -> None:
        self._accounts, self._goals, self._facts = accounts, goals, facts
        self._language, self._english = language, language == "en"

    def values(self, areas: Areas) -> list[dict[str, Any]]:
        """Area by area: how its units answered, what the columns are, and its units place by place."""
        return [self._area(name, lines) for name, lines in areas]

    def _area(self, name: str, lines: Sequence[Line]) -> dict[str, Any]:
        columns = self._columns(lines)
        places = homes_of(lines, self._facts)
        counted = Counter(line.outcome for line in lines)
        return {
            "name": name,
            "total": len(lines),
            "counts": counts_of({each: counted[each] for each in Outcome}, self._language),
            "columns": [self._column(goal) for goal in columns],
            "places": [
                {
                    "name": place if len(places) > 1 else "",
                    "units": [self._unit(line, columns) for line in found],
                }
                for place, found in places
            ],
        }

    def _columns(self, lines: Sequence[Line]) -> list[Goal]:
        """The goals that any of them was asked and that are told unit by unit."""
        asked = {goal.id or 0 for line in lines for goal in self._goals.get(line.task_id, ())}
        shared = [account.goal for id_, account in self._accounts.items() if id_ in asked]
        told = [goal for goal in shared if goal.level is not GoalLevel.UNIT and not goal.hide_small]
        return told[:MOST_COLUMNS]

    def _column(self, goal: Goal) -> dict[str, str]:
        indicator = indicator_of(goal.indicator)
        target = indicator.shown_target(self._language) if indicator else ""
        return {"code": goal.code, "title": goal.title, "target": target}

    def _unit(self, line: Line, columns: Sequence[Goal]) -> dict[str, Any]:
        asked, shown = self._goals.get(line.task_id, ()), {goal.id for goal in columns}
        ids = {goal.id for goal in asked}
        return {
            "name": line.unit,
            "kind": line.kind,
            "outcome": line.outcome.value,
            "outcome_name": outcome_name(line.outcome, self._language),
            "cells": [self._cell(goal, line) if goal.id in ids else {} for goal in columns],
            "words": [told for goal in asked for told in self._words(goal, line, goal.id in shown)],
        }

    def _cell(self, goal: Goal, line: Line) -> dict[str, Any]:
        """What was reached and the light; `short` where the target was not reached."""
        status, indicator = self._told(goal, line), indicator_of(goal.indicator)
        value, short = "", False
        if indicator and status.value is not None:
            value = indicator.shown(status.value, self._language)
            short = not indicator.reached(status.value)
        name = light_name(status.light, self._language) if status.light else ""
        return {"light": status.light, "name": name, "value": value, "short": short}

    def _words(self, goal: Goal, line: Line, has_column: bool) -> Iterator[dict[str, str]]:
        """What the unit wrote of the goal; of one without a column also what it is and how it went."""
        status = self._told(goal, line)
        if not has_column and goal.hide_small and goal.level is not GoalLevel.UNIT:
            return
        standing = "" if has_column else f"{goal.title}: {self._standing(goal, status)}"
        if status.comment or not has_column:
            light = status.light if has_column else ""
            yield {"lead": goal.code, "standing": standing, "light": light, "text": status.comment}
        for label, text in status.more:
            yield {"lead": goal.code, "standing": label, "light": "", "text": text}

    def _standing(self, goal: Goal, status: Status) -> str:
        """ "højst 6 %; 5,8 %, nået; grøn"."""
        if goal.hide_small:
            return HIDDEN[self._english]
        indicator = told_indicator(goal)
        parts = [indicator.shown_target(self._language)] if indicator else []
        if indicator and status.value is not None:
            reached = REACHED[self._english][not indicator.reached(status.value)]
            parts.append(f"{indicator.shown(status.value, self._language)}, {reached}")
        light = light_name(status.light, self._language) if status.light else UNLIT[self._english]
        return "; ".join([*parts, light])

    def _told(self, goal: Goal, line: Line) -> Status:
        return self._accounts[goal.id or 0].told(line.task_id)
