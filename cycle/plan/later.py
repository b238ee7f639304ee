"""Steps that get their dates on the way: known by name, planned inside an earlier step (seed 004 D)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from cycle.plan.model import Activity, LaterStep, Plan, Step, When, Window


class Given(NamedTuple):
    """The local dates a step was given: its opening, and its last day, inclusive."""

    opens_on: date
    due_on: date


def planned_by(plan: Plan, activity_id: str) -> Sequence[Step]:
    """The steps whose dates this step gives, whether it has given them or not, in the order of the plan."""
    steps: list[Step] = [*plan.activities, *plan.later]
    return [step for step in steps if step.planned_in == activity_id]


def with_dates(plan: Plan, dates: Mapping[str, Given]) -> Plan:
    """The plan with these steps on these dates; the first time, a later step becomes an activity."""
    activities = [_on(activity, dates.get(activity.id)) for activity in plan.activities]
    activities += [_dated(step, dates[step.id]) for step in plan.later if step.id in dates]
    later = tuple(step for step in plan.later if step.id not in dates)
    return plan.model_copy(update={"activities": tuple(activities), "later": later})


def keep_given_dates(plan: Plan, running: Plan) -> Plan:
    """A plan as its files say, whose later steps keep the dates that were given in the running one."""
    windows = {activity.id: activity.window for activity in running.activities}
    kept = [step for step in plan.later if step.id in windows]
    activities = (*plan.activities, *(_within(step, windows[step.id]) for step in kept))
    later = tuple(step for step in plan.later if step not in kept)
    return plan.model_copy(update={"activities": activities, "later": later})


def _on(activity: Activity, given: Given | None) -> Activity:
    return activity if given is None else activity.model_copy(update={"window": _window(given)})


def _dated(step: LaterStep, given: Given) -> Activity:
    return _within(step, _window(given))


def _within(step: LaterStep, window: Window) -> Activity:
    facts = {name: getattr(step, name) for name in type(step).model_fields}
    return Activity(**facts, window=window)


def _window(given: Given) -> Window:
    opens, due = (When(date=day.isoformat()) for day in given)
    return Window(opens=opens, due=due)
