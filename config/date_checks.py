"""A plan's dates: every phrase can be read and every name it counts from exists, without a circle."""

import re
from collections.abc import Iterator, Mapping, Sequence

from config.mending import Mended
from config.yaml_source import Document, Place
from cycle.calendar import WorkingCalendar
from cycle.errors import PlanInvalid, Problem
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Plan, PlanKind
from cycle.plan.order import Graph, depends_on, in_order
from cycle.plan.reading import parse
from cycle.plan.relations import MeetingDate
from cycle.plan.resolve import resolve, whens
from cycle.plan.resolved import ResolvedActivity

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def date_problems(document: Document, seen: Mended) -> list[Problem]:
    """What is wrong with the dates in any year, at their lines."""
    plan = seen.plan
    graph: Graph = {}
    problems: list[Problem] = []
    for activity in plan.activities:
        for node, when in whens(activity):
            try:
                needed = depends_on(plan, node, parse(when.date, node.where))
            except PlanInvalid as error:
                problems += error.problems
            else:
                graph[node] = {needed} if needed else set()
    known = {node: {need for need in needs if need in graph} for node, needs in graph.items()}
    _, circles = in_order(known)
    places = dict(_places(plan))
    told = [each for each in problems + circles if seen.tells(places.get(each.where, ("activities",)))]
    return at_lines(document, plan, told)


def problems_of_years(
    document: Document,
    plan: Plan,
    years: Sequence[int],
    calendar: WorkingCalendar,
    meetings: Mapping[str, Sequence[MeetingDay]],
) -> list[Problem]:
    """What is wrong with the dates in these years, at their lines. Each date is told of once."""
    found: dict[str, Problem] = {}
    for year in years:
        try:
            resolve(plan, year, calendar, meetings)
        except PlanInvalid as error:
            for problem in error.problems:
                found.setdefault(problem.where, problem)
    return at_lines(document, plan, list(found.values()))


def years_named(plan: Plan, meetings: Mapping[str, Sequence[MeetingDay]], this_year: int) -> list[int]:
    """The years a plan without a given year is to hold in: this year and the two after it.

    A process runs once, so it is looked at in one year; so is a wheel whose dates name their years. Dates
    that count from meetings hold in the years whose meetings are known.
    """
    phrases = [when.date for activity in plan.activities for _, when in whens(activity)]
    named = {int(year) for phrase in phrases for year in YEAR.findall(phrase)}
    if named:
        return sorted(named)[:1]
    if plan.kind is PlanKind.PROCESS:
        return [this_year]
    years = [this_year, this_year + 1, this_year + 2]
    if any(isinstance(_anchor(phrase), MeetingDate) for phrase in phrases):
        known = {day.held_on.year for days in meetings.values() for day in days}
        return [year for year in years if year in known] or sorted(known)[:1] or years[:1]
    return years


def _anchor(phrase: str) -> object:
    try:
        return getattr(parse(phrase).meaning, "anchor", None)
    except PlanInvalid:
        return None


def resolve_at_lines(
    document: Document,
    plan: Plan,
    year: int,
    calendar: WorkingCalendar,
    meetings: Mapping[str, Sequence[MeetingDay]],
) -> dict[str, ResolvedActivity]:
    """`cycle.plan.resolve.resolve`, whose problems name the file's lines."""
    try:
        return resolve(plan, year, calendar, meetings)
    except PlanInvalid as error:
        raise PlanInvalid(at_lines(document, plan, error.problems)) from error


def at_lines(document: Document, plan: Plan, problems: Sequence[Problem]) -> list[Problem]:
    """The problems with the line instead of the way to the date ("budget.window.due")."""
    places = dict(_places(plan))
    return [document.problem(places.get(each.where, ()), each.what, each.cure) for each in problems]


def where_known(document: Document, plan: Plan, problems: Sequence[Problem]) -> list[Problem]:
    """As `at_lines`; what is said of something that is not in the file keeps its place."""
    places = {"municipality": ("municipality",), **dict(_places(plan))}
    return [
        document.problem(places[each.where], each.what, each.cure) if each.where in places else each
        for each in problems
    ]


def _places(plan: Plan) -> Iterator[tuple[str, Place]]:
    for index, activity in enumerate(plan.activities):
        here: Place = ("activities", index)
        yield activity.id, here
        for point in ("opens", "due", "closes"):
            yield f"{activity.id}.window.{point}", (*here, "window", point)
        yield f"{activity.id}.preparation.erased", (*here, "preparation", "erased")
        for number, stage in enumerate(activity.stages):
            yield f"{activity.id}.stages.{stage.id}", (*here, "stages", number)
            yield f"{activity.id}.stages.{stage.id}.due", (*here, "stages", number, "due")
