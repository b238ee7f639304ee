"""What differs between two plans, activity by activity and field by field, and where their dates fall."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from cycle.calendar import WorkingCalendar
from cycle.plan.model import Confidence, Plan, Step
from cycle.plan.relations import Point
from cycle.plan.resolved import ResolvedActivity, ResolvedDate

Dates = Mapping[str, ResolvedActivity]


class Came(StrEnum):
    """What became of an activity from one plan to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class FieldChange:
    """One field ("window.due.date") in the one plan and the other; None where it is not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class DateChange:
    """One date of an activity: `name` is a `Point` or a stage's id."""

    name: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class ActivityChange:
    """An activity that differs, with what is different."""

    id: str
    title: str
    came: Came
    fields: Sequence[FieldChange] = ()
    dates: Sequence[DateChange] = ()


@dataclass(frozen=True)
class PlanDifference:
    """Everything that differs. `plan` are the fields of the plan itself, its tracks and reminders too."""

    plan: Sequence[FieldChange]
    activities: Sequence[ActivityChange]

    def __bool__(self) -> bool:
        return bool(self.plan or self.activities)


class Trouble(StrEnum):
    """Why a date deserves a look."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED = "moved"
    UNCERTAIN = "uncertain"
    INFERRED = "inferred"


@dataclass(frozen=True)
class DoubtfulDate:
    """A date that falls badly, or is not sure; `nominal` is where the plan's words put it."""

    activity: str
    name: str
    trouble: Trouble
    nominal: date
    on: date
    why: str


def plan_difference(
    before: Plan, after: Plan, dates_before: Dates | None = None, dates_after: Dates | None = None
) -> PlanDifference:
    """What differs; with the dates of both, also which dates do, for whatever reason."""
    olds, news = _steps(before), _steps(after)
    changes = [
        _change(olds.get(key), news.get(key), (dates_before or {}).get(key), (dates_after or {}).get(key))
        for key in {**news, **olds}
    ]
    return PlanDifference(
        list(_fields(_own(before), _own(after))), [each for each in changes if each is not None]
    )


def doubtful_dates(
    plan: Plan, dates: Dates, calendar: WorkingCalendar, *, also_inferred: bool = False
) -> Iterator[DoubtfulDate]:
    """The dates that lie on a closed day, were moved off one, or are not certain, in the plan's order."""
    for activity in plan.activities:
        for each in dates[activity.id].dates:
            trouble = _trouble(each, calendar)
            if trouble is not None and (also_inferred or trouble is not Trouble.INFERRED):
                why = calendar.name_of(each.nominal) if each.moved else calendar.name_of(each.on)
                yield DoubtfulDate(
                    activity.id, str(each.name), trouble, each.nominal, each.on, each.printed or why
                )


def _trouble(each: ResolvedDate, calendar: WorkingCalendar) -> Trouble | None:
    if each.confidence is Confidence.UNCERTAIN:
        return Trouble.UNCERTAIN
    if each.moved:
        return Trouble.MOVED
    if not calendar.is_working_day(each.on):
        return Trouble.WEEKEND if each.on.weekday() >= 5 else Trouble.HOLIDAY
    return Trouble.INFERRED if each.confidence is Confidence.INFERRED else None


def _own(plan: Plan) -> dict[str, Any]:
    return plan.model_dump(mode="json", exclude={"activities", "later"})


def _steps(plan: Plan) -> dict[str, Step]:
    return {step.id: step for step in (*plan.activities, *plan.later)}


def _change(
    old: Step | None,
    new: Step | None,
    on_old: ResolvedActivity | None,
    on_new: ResolvedActivity | None,
) -> ActivityChange | None:
    step = new or old
    assert step is not None
    dates = list(_dates(on_old, on_new))
    if old is None or new is None:
        came = Came.ADDED if old is None else Came.REMOVED
        return ActivityChange(step.id, step.title, came, (), dates)
    fields = list(_fields(old.model_dump(mode="json"), new.model_dump(mode="json")))
    return ActivityChange(step.id, step.title, Came.CHANGED, fields, dates) if fields or dates else None


def _dates(old: ResolvedActivity | None, new: ResolvedActivity | None) -> Iterator[DateChange]:
    before, after = _by_name(old), _by_name(new)
    for name in {**after, **before}:
        if before.get(name) != after.get(name):
            yield DateChange(name, before.get(name), after.get(name))


def _by_name(resolved: ResolvedActivity | None) -> dict[str, date]:
    if resolved is None:
        return {}
    points: dict[str, date] = {Point.OPENS: resolved.opens_on, Point.DUE: resolved.due_on}
    return {**points, **resolved.stage_due, Point.CLOSES: resolved.closes_on}


def _fields(before: Any, after: Any) -> Iterator[FieldChange]:
    old, new = dict(_flat(before)), dict(_flat(after))
    for name in {**new, **old}:
        if old.get(name) != new.get(name):
            yield FieldChange(name, old.get(name), new.get(name))


def _key_of(parts: list[Any]) -> str:
    """What the parts of a list are known by, if they are no plain words."""
    keys = ("id", "field")
    return next((key for key in keys if all(isinstance(one, Mapping) and key in one for one in parts)), "")


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by the way to it; the parts of a list by their ids, lists of words as they are."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and (key := _key_of(value)):
        yield f"{name}", [part[key] for part in value]
        for part in value:
            yield from _flat({k: v for k, v in part.items() if k != key}, f"{name}.{part[key]}")
    elif value not in (None, "", [], {}):
        yield name, value
