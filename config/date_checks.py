"""A plan's dates: every phrase can be read and every name it counts from exists, without a circle."""

from collections.abc import Iterator, Mapping, Sequence

from config.yaml_source import Document, Place
from cycle.calendar import WorkingCalendar
from cycle.errors import PlanInvalid, Problem
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Plan
from cycle.plan.order import Graph, depends_on, in_order
from cycle.plan.reading import parse
from cycle.plan.resolve import resolve, whens
from cycle.plan.resolved import ResolvedActivity


def date_problems(document: Document, plan: Plan) -> list[Problem]:
    """What is wrong with the dates in any year, at their lines."""
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
    return at_lines(document, plan, problems + circles)


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


def _places(plan: Plan) -> Iterator[tuple[str, Place]]:
    for index, activity in enumerate(plan.activities):
        here: Place = ("activities", index)
        yield activity.id, here
        for point in ("opens", "due", "closes"):
            yield f"{activity.id}.window.{point}", (*here, "window", point)
        for number, stage in enumerate(activity.stages):
            yield f"{activity.id}.stages.{stage.id}", (*here, "stages", number)
            yield f"{activity.id}.stages.{stage.id}.due", (*here, "stages", number, "due")
