"""The short forms a plan may be written in, turned into what the models know.

    opens: 1. april                             a date alone
    reminders:
      - on: opening                             (åbning) the first mail
      - before: 14 days                         (14 dage)
      - before: 5 working days                  (5 arbejdsdage)
      - on: due                                 (fristen)
      - after: 2 working days, every 5, at most 3   (2 arbejdsdage, hver 5., højst 3)
      - escalate: after 5 working days          (efter 5 arbejdsdage)

A series without "at most" ends after three. Every rule may also have `id` and `move`.
A rule keeps its id when its offset changes, so that no step is repeated. Without `id` it is made of the
kind and the rule's number among those of the same kind ("before-2"): give ids before you insert a rule
in front of another of the same kind.
"""

import re
from collections.abc import Mapping
from typing import Any

from config.yaml_source import Document, Place
from cycle.errors import Problem

KINDS = ("before", "on", "after", "escalate")
LATER = frozenset({"opens", "after", "escalate"})
OPENING = frozenset({"opening", "åbning", "åbningen"})
DUE = frozenset({"due", "frist", "fristen"})
STEP = re.compile(
    r"(?P<offset>\d{1,3}) (?P<unit>working days?|arbejdsdage?|days?|dage?)"
    r"(?:,? (?:every|hver) (?P<every>\d{1,3})\.?)?(?:,? (?:at most|højst) (?P<most>\d{1,3}))?",
    re.IGNORECASE,
)
EXAMPLE = "Skriv fx »14 dage«, »5 arbejdsdage« eller »2 arbejdsdage, hver 5., højst 3«."


def expand(document: Document) -> tuple[Any, list[Problem]]:
    """The plan's data in its long form, and what could not be understood."""
    if not isinstance(document.data, Mapping):
        return document.data, []
    plan: dict[str, Any] = dict(document.data)
    problems: list[Problem] = []
    if isinstance(plan.get("reminders"), list):
        plan["reminders"], problems = _rules(plan["reminders"], document, ("reminders",))
    for key in ("activities", "later"):
        if isinstance(plan.get(key), list):
            found = [_activity(item, document, (key, index)) for index, item in enumerate(plan[key])]
            plan[key] = [activity for activity, _ in found]
            problems += [problem for _, faults in found for problem in faults]
    return plan, problems


def _activity(item: Any, document: Document, place: Place) -> tuple[Any, list[Problem]]:
    if not isinstance(item, Mapping):
        return item, []
    activity: dict[str, Any] = dict(item)
    problems: list[Problem] = []
    if isinstance(activity.get("window"), Mapping):
        activity["window"] = {name: _when(value) for name, value in activity["window"].items()}
    if isinstance(activity.get("stages"), list):
        activity["stages"] = [_dated(stage, "due") for stage in activity["stages"]]
    if isinstance(activity.get("preparation"), Mapping):
        activity["preparation"] = _dated(activity["preparation"], "erased")
    if isinstance(activity.get("reminders"), list):
        activity["reminders"], problems = _rules(activity["reminders"], document, (*place, "reminders"))
    if re.fullmatch(r"[+-]?\d+", str(activity.get("concerns", ""))):
        activity["concerns"] = int(activity["concerns"])
    return activity, problems


def _dated(item: Any, key: str) -> Any:
    return {**item, key: _when(item[key])} if isinstance(item, Mapping) and key in item else item


def _when(value: Any) -> Any:
    return {"date": value} if isinstance(value, str) else value


def _rules(items: list[Any], document: Document, place: Place) -> tuple[list[Any], list[Problem]]:
    rules: list[Any] = []
    problems: list[Problem] = []
    counts: dict[str, int] = {}
    for index, item in enumerate(items):
        named = [kind for kind in KINDS if isinstance(item, Mapping) and kind in item]
        if not named or "kind" in item:
            rules.append(item)
            continue
        rule = _rule(named, dict(item))
        if rule is None:
            what = f"Påmindelsen »{named[0]}: {item[named[0]]}« kan ikke forstås."
            problems.append(document.problem((*place, index, named[0]), what, EXAMPLE))
            continue
        counts[rule["kind"]] = counts.get(rule["kind"], 0) + 1
        rules.append({"id": f"{rule['kind']}-{counts[rule['kind']]}", **rule})
    return rules, problems


def _rule(named: list[str], item: dict[str, Any]) -> dict[str, Any] | None:
    """The long form, or None. What else the rule says (id, move) is taken along."""
    kind, text = named[0], " ".join(str(item.pop(named[0])).lower().split())
    if kind == "on":
        kind = "opens" if text in OPENING else kind
        return {"kind": kind, **_move(kind), **item} if text in OPENING | DUE else None
    match = STEP.fullmatch(re.sub("^(after|efter) ", "", text) if kind in LATER else text)
    if match is None or len(named) > 1:
        return None
    series = {"every": match["every"] or "0", "at_most": match["most"] or ("3" if match["every"] else "1")}
    counted = {"offset": match["offset"], "working_days": match["unit"].startswith(("w", "a"))}
    return {"kind": kind, **counted, **series, **_move(kind), **item}


def _move(kind: str) -> dict[str, str]:
    return {"move": "later" if kind in LATER else "earlier"}
