"""Next year beside this year, for people and for scripts."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cli.import_view import SHOWN
from cli.plan_difference import as_data, lines, named
from cli.plan_words import shown
from cli.roll_words import tell, trouble
from cli.wording import language
from cycle.goals.next_year import NextYear
from cycle.goals.rolling import GoalRoll, text_of_goal
from cycle.goals.tables import Goal
from cycle.goals.tree import GoalText, differences
from cycle.plan.difference import DoubtfulDate
from cycle.plan.model import Plan
from documents.goal_words import reworded

POINTS = ("opens", "due", "closes")


def told(found: NextYear, folder: Path | None, out: Sequence[GoalText] = ()) -> Iterator[str]:
    """The difference for people; `out` are the goals that were left out by hand."""
    plan, year = found.draft.plan, found.year
    yield tell("roll", title=plan.title, before=year - 1, after=year)
    if found.difference:
        heading = "plan from files" if folder else "plan differs"
        yield tell(heading, folder=folder, year=year - 1, after=year)
        yield from lines(found.difference, None)
    else:
        yield tell("plan same", year=year - 1, number=found.number)
    yield tell("dates", year=year)
    for activity in plan.activities:
        before, after = found.before.get(activity.id), found.after[activity.id]
        days = {
            name: _day(getattr(after, f"{name}_on"), getattr(before, f"{name}_on") if before else None)
            for name in POINTS
        }
        yield tell("activity", title=activity.title, **days)
    if found.doubts:
        yield tell("look at", count=len(found.doubts))
        yield from (_doubt(plan, each) for each in found.doubts)
    yield from _goals(found.goals)
    if out:
        yield from _keyed(tell("goals out", count=len(out)), out)


def _goals(found: GoalRoll) -> Iterator[str]:
    yield from _keyed(tell("goals copied", count=len(found.copied)), found.copied)
    if found.there:
        yield tell("goals there", year=found.year, count=len(found.there))
    if found.reworded:
        yield tell("goals reworded", count=len(found.reworded))
        yield from (line for pair in found.reworded for line in _reworded(*pair))
    if found.fresh:
        yield from _listed(tell("goals fresh", year=found.year, count=len(found.fresh)), found.fresh)
    if found.ended:
        yield from _listed(tell("goals ended", year=found.year, count=len(found.ended)), found.ended)
    if found.left:
        yield from _listed(tell("goals left", count=len(found.left)), found.left)
    if found.scheme:
        yield tell("scheme")
    if found.written:
        yield tell("goals written", count=found.written)
    for each in found.waiting:
        values = {"title": each.title, "version": each.version, "id": each.id}
        yield tell("strategy waits", year=found.year, **values)


def _listed(heading: str, goals: Sequence[GoalText | Goal]) -> Iterator[str]:
    yield heading
    for goal in goals[:SHOWN]:
        yield tell("goal", code=goal.code, title=goal.title, area=f" ({goal.area})" if goal.area else "")
    yield from _more(goals)


def _keyed(heading: str, goals: Sequence[GoalText]) -> Iterator[str]:
    """Each with the key by which it can be left out."""
    yield heading
    for goal in goals[:SHOWN]:
        area = f" ({goal.area})" if goal.area else ""
        yield tell("goal", code=goal.code, title=goal.title, area=area) + f"  {goal.identity}"
    yield from _more(goals)


def _more(goals: Sequence[GoalText | Goal]) -> Iterator[str]:
    if len(goals) > SHOWN:
        yield tell("more", count=len(goals) - SHOWN)


def _reworded(before: Goal, after: Goal) -> Iterator[str]:
    yield tell("goal", code=after.code, title=before.title, area=f" ({after.area})" if after.area else "")
    for each in reworded(text_of_goal(before).columns(), text_of_goal(after).columns(), language()):
        yield tell("words", label=each.label, before=each.before or "–", after=each.after or "–")


def _doubt(plan: Plan, each: DoubtfulDate) -> str:
    why = f" ({each.why})" if each.why else ""
    words = trouble(each.trouble, on=shown(each.on), nominal=shown(each.nominal), why=why)
    return tell("doubt", activity=plan.activity(each.activity).title, name=named(each.name), words=words)


def _day(after: date, before: date | None) -> str:
    return tell("one day", after=shown(after), before=shown(before) if before else tell("none"))


def data(found: NextYear, out: Sequence[GoalText] = ()) -> dict[str, Any]:
    """The difference for scripts: ISO dates, goals by key."""
    return {
        "year": found.year,
        "started": found.started is not None,
        "difference": as_data(found.difference),
        "dates": [
            {"id": activity_id, **{name: _both(found, activity_id, name) for name in POINTS}}
            for activity_id in found.after
        ],
        "look_at": [_doubt_data(each) for each in found.doubts],
        "goals": {**_goal_data(found.goals), "without": [each.identity for each in out]},
    }


def _both(found: NextYear, activity_id: str, point: str) -> dict[str, str | None]:
    """One date of an activity in both years."""
    before = found.before.get(activity_id)
    return {
        "before": getattr(before, f"{point}_on").isoformat() if before else None,
        "after": getattr(found.after[activity_id], f"{point}_on").isoformat(),
    }


def _doubt_data(each: DoubtfulDate) -> dict[str, str]:
    days = {"nominal": each.nominal.isoformat(), "on": each.on.isoformat()}
    return {
        "activity": each.activity,
        "name": each.name,
        "trouble": each.trouble.value,
        "why": each.why,
        **days,
    }


def _goal_data(goals: GoalRoll) -> dict[str, Any]:
    return {
        "copied": [each.identity for each in goals.copied],
        "there": [each.key for each in goals.there],
        "reworded": [
            {"key": after.key, "changed": list(differences(after, text_of_goal(before)))}
            for before, after in goals.reworded
        ],
        "fresh": [each.key for each in goals.fresh],
        "ended": [each.key for each in goals.ended],
        "left": [each.identity for each in goals.left],
        "concept": goals.scheme,
        "waiting": [each.id for each in goals.waiting],
    }
