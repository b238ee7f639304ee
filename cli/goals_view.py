"""A goals file against the store: what is new, what is other than before, what the file no longer names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from cli.import_view import SHOWN
from cli.year_words import tell
from config.goals_file import GoalsFile
from cycle.errors import Invalid, Problem
from cycle.goals.put_right import put_right
from cycle.goals.scheme import Rollout, keep_scheme, scheme_differs, scheme_of
from cycle.goals.strategy_tree import link_goals
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import GoalChange, GoalText, goal_changes, goals_not_named, keep_goals, reach_of
from cycle.organisation.applying import hold


@dataclass(frozen=True)
class GoalsDifference:
    """What importing a goals file would change; `gone` stays as it is."""

    changes: Sequence[GoalChange]
    gone: Sequence[Goal]
    scheme_years: Sequence[int]
    to_sign: int = 0
    """So many agreements hold a goal that says something else now, and are to be signed again."""
    without: int = 0
    """So many were made, or are being made, without a new goal that belongs in them."""
    also_in_force: bool = False
    """Whether those take the new goals as well."""

    def __bool__(self) -> bool:
        return bool(self.changes or self.scheme_years)

    def lines(self) -> list[str]:
        """The difference as lines to read."""
        new = [change for change in self.changes if change.before is None]
        other = [change for change in self.changes if change.before is not None]
        lines = [
            *_section("goals new", [_line(change) for change in new]),
            *_section("goals reworded", [_line(change) for change in other]),
        ]
        if self.scheme_years:
            lines.append(tell("scheme changed", years=", ".join(map(str, self.scheme_years))))
        if self.to_sign:
            lines.append(tell("to be signed", count=self.to_sign))
        if self.without:
            key = "goal for all" if self.also_in_force else "goal for later"
            lines.append(tell(key, count=self.without))
        gone = [f"  {goal.year} {_place(goal)} {goal.code}: {goal.title}" for goal in self.gone]
        return (lines or [tell("no changes")]) + _section("goals gone", gone)

    def data(self) -> dict[str, Any]:
        """The difference as data for scripts."""
        return {
            "changes": [_data(change) for change in self.changes],
            "gone": [{"year": goal.year, "key": goal.key, "title": goal.title} for goal in self.gone],
            "concept": list(self.scheme_years),
            "agreements": self.to_sign,
            "without_new_goals": self.without,
        }


def compare(
    session: Session, found: GoalsFile, root_id: str, *, on: date, also_in_force: bool = False
) -> GoalsDifference:
    """The file's years against what the store has of them. Raises Invalid for a level that falls."""
    _rising(session, found, root_id)
    texts = found.texts()
    changes = {year: goal_changes(session, texts, root_id=root_id, year=year) for year in found.years}
    said = {year: [change.text for change in here] for year, here in changes.items()}
    gone: list[Goal] = []
    to_sign, without = set[int](), set[int]()
    for year, here in changes.items():
        reached = reach_of(session, here, root_id=root_id, year=year, on=on)
        settled = put_right(session, reached.holding, said, root_id=root_id)
        to_sign |= {made.id for made in reached.holding if made not in settled}
        without |= {made.id for made in reached.without}
        gone += goals_not_named(session, texts, root_id=root_id, year=year)
    scheme = found.scheme
    others = [year for year in found.years if scheme_differs(session, scheme, root_id=root_id, year=year)]
    every = [change for here in changes.values() for change in here]
    return GoalsDifference(every, gone, others, len(to_sign), len(without), also_in_force)


def keep_file(
    session: Session, found: GoalsFile, *, root_id: str, by: str, now: datetime, also_in_force: bool = False
) -> None:
    """Stores the file's goals and concept for each of its years. Safe to repeat."""
    hold(session, [root_id])
    texts, scheme = found.texts(), found.scheme
    for year in found.years:
        keep_goals(session, texts, root_id=root_id, year=year, by=by, now=now, also_in_force=also_in_force)
        if scheme_differs(session, scheme, root_id=root_id, year=year):
            keep_scheme(session, scheme, root_id=root_id, year=year, by=by, now=now)
    link_goals(session, root_id)


def _rising(session: Session, found: GoalsFile, root_id: str) -> None:
    """How far a kind has come only rises, from the year before as well."""
    rollout, problems = found.scheme.rollout, []
    for year in found.years:
        before = scheme_of(session, root_id, year - 1).rollout
        if year - 1 in found.years or not (before.kinds or before.units):
            continue
        for name, was, level in _levels(before, rollout, year):
            if level < was:
                told = {"name": name, "was": was, "before": year - 1, "level": level, "year": year}
                problems.append(
                    Problem("goals.yaml: rollout", tell("level falls", **told), tell("mend level"))
                )
    if problems:
        raise Invalid(problems)


def _levels(before: Rollout, after: Rollout, year: int) -> Iterator[tuple[str, int, int]]:
    """(name, level in the year before, level in the year) of every kind that either names."""
    for kind in sorted({*before.kinds, *after.kinds}):
        yield kind, before.of_kind(kind, year - 1), after.of_kind(kind, year)


def _section(key: str, lines: Sequence[str]) -> list[str]:
    return [f"{tell(key)} ({len(lines)})", *lines[:SHOWN]] if lines else []


def _line(change: GoalChange) -> str:
    text = change.text
    before = f"{change.before} → " if change.before not in (None, text.title) else ""
    others = [tell(name) for name in change.changed if name != "title"]
    also = f" ({', '.join(others)})" if others else ""
    return f"  {change.year} {_place(text)} {text.code}: {before}{text.title}{also}"


def _place(goal: GoalText | Goal) -> str:
    above = {GoalLevel.THEME: "theme", GoalLevel.POLITICAL: "political"}
    return goal.area or tell(above.get(goal.level, "everyone"))


def _data(change: GoalChange) -> dict[str, Any]:
    return {
        "year": change.year,
        **change.text.columns(),
        "before": change.before,
        "changed": list(change.changed),
    }
