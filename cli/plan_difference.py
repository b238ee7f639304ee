"""`aarshjul plan diff A B`: what differs between two plans, field by field, and in which dates."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.plan_words import shown
from cli.roll_words import tell
from config.date_checks import years_named
from config.loader import LoadedPlan, load_plan
from cycle.errors import Invalid, Problem
from cycle.plan.difference import (
    ActivityChange,
    Came,
    DateChange,
    FieldChange,
    PlanDifference,
    plan_difference,
)
from cycle.plan.model import PlanKind
from cycle.plan.relations import Point
from cycle.plan.resolve import FIRST_YEAR, LAST_YEAR

First = Annotated[Path, typer.Argument(help="Den ene plan eller mappe. The one plan or folder.")]
Second = Annotated[Path, typer.Argument(help="Den anden. The other.")]
Year = Annotated[
    int | None,
    typer.Option("--year", min=FIRST_YEAR, max=LAST_YEAR, help="Årets datoer sammenlignes. Whose dates."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]


def diff(first: First, second: Second, year: Year = None, as_json: AsJson = False) -> None:
    """Vis forskellen på to planer. Show what differs between two plans."""
    before, after = load_plan(first), load_plan(second)
    if before.plan.kind is not after.plan.kind:
        raise Invalid([Problem(str(second), tell("years differ"))])
    of_year = year or _year(before, after)
    found = plan_difference(before.plan, after.plan, before.resolve(of_year), after.resolve(of_year))
    if as_json:
        typer.echo(json.dumps({"year": of_year, **as_data(found)}, ensure_ascii=False))
        return
    for line in lines(found, of_year):
        typer.echo(line)


def as_data(found: PlanDifference) -> dict[str, Any]:
    """The difference for scripts: ISO dates."""
    return {
        "plan": [vars(each) for each in found.plan],
        "activities": [
            {
                "id": each.id,
                "title": each.title,
                "came": each.came.value,
                "fields": [vars(field) for field in each.fields],
                "dates": [_date_data(change) for change in each.dates],
            }
            for each in found.activities
        ],
    }


def lines(found: PlanDifference, year: int | None) -> Iterator[str]:
    """The difference for people; the dates are those of `year`, left out when it is None."""
    if not found:
        yield tell("same")
    if found.plan:
        yield tell("of plan")
        yield from map(_field, found.plan)
    for came in (Came.ADDED, Came.REMOVED, Came.CHANGED):
        for each in found.activities:
            if each.came is came:
                yield from _activity(each, year)


def _activity(each: ActivityChange, year: int | None) -> Iterator[str]:
    yield tell(each.came.value, id=each.id, title=each.title)
    yield from map(_field, each.fields)
    if year is not None and each.came is not Came.REMOVED:
        for change in each.dates:
            yield tell(
                "date",
                name=named(change.name),
                year=year,
                before=_day(change.before),
                after=_day(change.after),
            )


def named(name: str) -> str:
    """What a date is called: one of the window's three, or a stage by its id."""
    return tell(name) if name in (Point.OPENS, Point.DUE, Point.CLOSES) else name


def _field(change: FieldChange) -> str:
    return tell("field", field=change.field, before=_value(change.before), after=_value(change.after))


def _value(value: Any) -> str:
    if value is None:
        return tell("none")
    return ", ".join(map(str, value)) if isinstance(value, list) else f"»{value}«"


def _day(day: date | None) -> str:
    return shown(day) if day else tell("none")


def _date_data(change: DateChange) -> dict[str, str | None]:
    before, after = (day.isoformat() if day else None for day in (change.before, change.after))
    return {"name": str(change.name), "before": before, "after": after}


def _year(before: LoadedPlan, after: LoadedPlan) -> int:
    """This year, or the first that the dates of a plan name; a process has one of its own."""
    this = datetime.now(UTC).year
    years: list[Sequence[int]] = [years_named(each.plan, each.meetings, this) for each in (before, after)]
    both = [year for year in years[0] if year in years[1]]
    if not both and before.plan.kind is PlanKind.WHEEL:
        raise Invalid([Problem("--year", tell("which year"))])
    return both[0] if both else years[0][0]
