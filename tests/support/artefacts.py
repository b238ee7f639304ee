"""The shipped examples as the loader reads them, for the tests of what the source documents print."""

from functools import cache

from config.goals_file import load_goals
from config.loader import LoadedPlan, load_plan
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText
from cycle.plan.model import Activity, Confidence
from cycle.plan.reading import certainty
from tests.support.koebenhavn import FOLDER

Mark = tuple[Confidence, str]
"""How sure a date is, and as what it is printed."""


@cache
def wheel() -> LoadedPlan:
    """Copenhagen's year."""
    return load_plan(FOLDER)


def marks(step: Activity) -> tuple[Mark, Mark]:
    """How sure the step's two dates are, and as what they are printed."""
    return certainty(step.window.opens), certainty(step.window.due)


def printed(plan: LoadedPlan) -> set[Mark]:
    """Every date of the plan that says how it is printed."""
    return {mark for step in plan.plan.activities for mark in marks(step) if mark[1]}


def goals() -> list[GoalText]:
    """Every goal of Copenhagen's tree above the units' own."""
    return load_goals(FOLDER).texts()


def at(level: GoalLevel) -> list[GoalText]:
    """Those of one level, in order."""
    return [goal for goal in goals() if goal.level is level]
