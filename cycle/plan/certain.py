"""How sure the dates of a plan are: one that is counted from an uncertain date is no surer than that."""

import re

from cycle.errors import PlanInvalid
from cycle.plan.model import Activity, Confidence, Plan, When
from cycle.plan.order import Node, depends_on
from cycle.plan.reading import certainty, parse
from cycle.plan.relations import Point
from cycle.plan.resolved import ResolvedActivity, ResolvedDate

_SURENESS = (Confidence.CERTAIN, Confidence.INFERRED, Confidence.UNCERTAIN)
_DISTANCE = re.compile(r".* (?:før|efter|before|after) ", re.IGNORECASE)


def counted_from(when: When, anchor: tuple[Confidence, str]) -> tuple[Confidence, str]:
    """How sure a date is that is counted from `anchor`, and how it would be printed: "1 uge efter 1/12"."""
    own = certainty(when)
    if _SURENESS.index(own[0]) >= _SURENESS.index(anchor[0]):
        return own
    if own[1] or anchor[0] is not Confidence.UNCERTAIN:
        return anchor[0], own[1]
    distance = _DISTANCE.match(when.date)
    return anchor[0], f"{distance[0] if distance else ''}{anchor[1]}"


def due_certainty(plan: Plan, activity: Activity) -> Confidence:
    """How sure the activity's deadline is. What cannot be read is told where the dates are resolved."""
    whens = {Node(each.id, Point.OPENS): each.window.opens for each in plan.activities}
    whens |= {Node(each.id, Point.DUE): each.window.due for each in plan.activities}
    whens |= {
        Node(each.id, Point.DUE, stage.id): stage.due for each in plan.activities for stage in each.stages
    }
    node: Node | None = Node(activity.id, Point.DUE)
    chain: list[Node] = []
    try:
        while node in whens and node not in chain:
            chain.append(node)
            node = depends_on(plan, node, parse(whens[node].date))
    except PlanInvalid:
        pass
    return max((certainty(whens[each])[0] for each in chain), key=_SURENESS.index)


def marked(activity: Activity, dates: ResolvedActivity) -> Activity:
    """The activity with each date as sure as it came to be when it was resolved."""
    opens, due, *later = dates.dates
    stages = [
        stage.model_copy(update={"due": _marked(stage.due, each)})
        for stage, each in zip(activity.stages, later, strict=False)
    ]
    window = activity.window.model_copy(
        update={"opens": _marked(activity.window.opens, opens), "due": _marked(activity.window.due, due)}
    )
    return activity.model_copy(update={"window": window, "stages": tuple(stages)})


def _marked(when: When, date: ResolvedDate) -> When:
    return when.model_copy(update={"confidence": date.confidence, "printed": date.printed})
