"""Which date has to be known before which, and the circles that make that impossible."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from cycle.errors import Problem
from cycle.plan.model import Activity, Plan
from cycle.plan.moments import wrong
from cycle.plan.relations import NamedDate, OwnDate, Phrase, Point, Relation


class Node(NamedTuple):
    """One date of a plan: a point of an activity, or the due date of its `stage`."""

    activity: str
    point: Point
    stage: str = ""

    @property
    def where(self) -> str:
        """The path in the plan, for problems."""
        if self.stage:
            return f"{self.activity}.stages.{self.stage}.due"
        if self.point is Point.ERASED:
            return f"{self.activity}.preparation.erased"
        return f"{self.activity}.window.{self.point}"


Graph = dict[Node, set[Node]]


def line_of(activity: Activity) -> list[Node]:
    """The activity's dates in the order they have to come: opening, due, each stage, closing, erasing."""
    line = [Node(activity.id, Point.OPENS), Node(activity.id, Point.DUE)]
    line += [Node(activity.id, Point.DUE, stage.id) for stage in activity.stages]
    line += [Node(activity.id, Point.CLOSES)]
    return [*line, Node(activity.id, Point.ERASED)] if activity.preparation else line


def floor_of(activity: Activity, node: Node) -> Node | None:
    """The date before `node` in the activity's line. None for the opening."""
    line = line_of(activity)
    place = line.index(node)
    return line[place - 1] if place else None


def depends_on(plan: Plan, node: Node, phrase: Phrase) -> Node | None:
    """The date that `phrase` counts from, if it counts from one of the plan.

    Raises PlanInvalid for an activity that is not in the plan, with the name nearest to it.
    """
    meaning = phrase.meaning
    anchor = meaning.anchor if isinstance(meaning, Relation) else None
    if isinstance(anchor, OwnDate):
        return Node(node.activity, anchor.point)
    if not isinstance(anchor, NamedDate):
        return None
    if anchor.name in (stage.id for stage in plan.activity(node.activity).stages):
        return Node(node.activity, Point.DUE, anchor.name)
    ids = [activity.id for activity in plan.activities]
    if anchor.name not in ids:
        raise wrong(
            f"Aktiviteten »{anchor.name}« findes ikke i planen.", suggestion(anchor.name, ids), node.where
        )
    return Node(anchor.name, anchor.point)


def suggestion(name: str, known: Iterable[str]) -> str:
    """ "Mente du »…«?", or the names there are."""
    names = list(known)
    by_fold = {each.casefold(): each for each in names}
    close = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    if close:
        return f"Mente du »{by_fold[close[0]]}«?"
    return f"Der er: {', '.join(names[:12])}." if names else ""


def add_floors(plan: Plan, graph: Graph) -> Graph:
    """The graph with each date also waiting for the date before it in its window.

    The date before tells the year of a phrase without one. Where the window is counted backwards (it
    opens 3 weeks before it is due) the wait would be circular and is left out.
    """
    whole = {node: set(needs) for node, needs in graph.items()}
    for activity in plan.activities:
        for node in [each for each in whole if each.activity == activity.id]:
            floor = floor_of(activity, node)
            if floor in whole and not _reaches(whole, floor, node):
                whole[node].add(floor)
    return whole


def _reaches(graph: Mapping[Node, set[Node]], start: Node, goal: Node) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            waiting.extend(graph.get(node, ()))
    return False


def in_order(graph: Graph) -> tuple[list[Node], list[Problem]]:
    """The dates in an order in which each can be computed, and a problem for every circle.

    The dates of a circle, and those that wait for them, are left out of the order.
    """
    left, problems = {node: set(needs) for node, needs in graph.items()}, []
    while True:
        try:
            order = list(TopologicalSorter(left).static_order())
        except CycleError as circle:
            nodes: list[Node] = list(reversed(circle.args[1]))
            problems.append(_circular(nodes))
            left = {node: needs for node, needs in left.items() if node not in nodes}
        else:
            return [node for node in order if node in left], problems


def _circular(nodes: list[Node]) -> Problem:
    names = [node.activity for node in nodes]
    if len(set(names)) == 1:
        names = [f"{node.activity} {node.stage or node.point}" for node in nodes]
    path = [name for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
    return Problem(
        nodes[0].where, f"Datoerne venter på hinanden: {' → '.join(path)}.", "Giv en af dem en fast dato."
    )
