"""The goals given to an agreement over the years that it runs in: what each says, and from which year.

A row of an agreement is a goal of its first year. Where a later year's goal carries it on in other words the
row says those as well (`later`, each `from` its year). One that joins the agreement later says `from` when.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from cycle.goals.goal_rows import agreed_rows, says_else
from cycle.goals.tables import Goal, GoalLevel

Row = Mapping[str, Any]
Lines = Mapping[str, frozenset[str]]
"""By key the keys that the goal takes over from, however far back."""
FROM, LATER = "from", "later"


class Carried(NamedTuple):
    """Where a goal of a later year stands in an agreement: in which row, and in which words until now."""

    row: int
    words: Row


def lines_of(session: Session, root_id: str, year: int) -> Lines:
    """The goals up to the year that take over from others."""
    query = select(Goal.key, Goal.follows).where(
        Goal.root_id == root_id,
        Goal.year <= year,
        col(Goal.follows) != "",
        col(Goal.level) != GoalLevel.UNIT,
    )
    return lines_among(session.exec(query.distinct()).all())


def lines_among(follows: Sequence[tuple[str, str]]) -> Lines:
    """The same of (key, the key that it follows)."""
    over: dict[str, set[str]] = {}
    for key, before in follows:
        over.setdefault(key, set()).add(before)
    return {key: frozenset(_back(key, over)) for key in over}


def _back(key: str, over: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = set(over[key])
    while ahead:
        found |= ahead
        ahead = {before for each in ahead for before in over.get(each, ())} - found
    return found - {key}


def carried(given: Sequence[Row], goals: Sequence[Goal], year: int, lines: Lines) -> dict[str, Carried]:
    """Those of a unit's goals of the year (in order of code) that the agreement holds, by key.

    A goal is held under its own key, else under that of one it takes over from and that the year has no more.
    """
    said = {words["key"]: Carried(no, words) for no, words in _until(given, year)}
    here = {goal.key for goal in goals}
    found = {goal.key: said[goal.key] for goal in goals if goal.key in said}
    for goal in goals:
        before = [said[key] for key in lines.get(goal.key, ()) if key in said and key not in here]
        if goal.key not in found and before:
            found[goal.key] = max(before, key=lambda each: (each.words.get(FROM, 0), -each.row))
    return found


def agreed_words(given: Sequence[Row], goals: Sequence[Goal], year: int, lines: Lines) -> dict[str, Row]:
    """By key the year's goals that a unit has agreed on, in the words it has signed, each once.

    Where two goals take over from one, only the first stands in its words until both are signed.
    """
    found: dict[str, Row] = {}
    for key, held in carried(given, goals, year, lines).items():
        if not any(held.words is other for other in found.values()):
            found[key] = held.words
    return found


def with_year(given: Sequence[Row], goals: Sequence[Goal], year: int, lines: Lines) -> list[Row]:
    """The rows of an agreement that runs into the year, as they are with the unit's goals of it.

    What the year says otherwise is added; a new goal is when it was set for agreements made before as well.
    """
    by_key = {goal.key: goal for goal in goals}
    rows = [_anew(row, by_key, year) for row in given]
    held = carried(rows, goals, year, lines)
    for goal in goals:
        if goal.key in held:
            no, words = held[goal.key]
            if says_else(goal, words):
                rows[no] = {**rows[no], LATER: _in_order([*rows[no].get(LATER, ()), _from(goal, year)])}
        elif goal.also_in_force:
            rows.append(_from(goal, year))
    return sorted(rows, key=lambda row: str(row["row"])) if len(rows) > len(given) else rows


def kept_later(row: Row, words: Row) -> Row:
    """The row in these words of its first year; what it says from later years stays."""
    return {**words, LATER: row[LATER]} if LATER in row else words


def _until(given: Sequence[Row], year: int) -> Iterator[tuple[int, Row]]:
    """(number of the row, words) of all that holds in the year or held before it, the newest last."""
    said = [(no, words) for no, row in enumerate(given) for words in (row, *row.get(LATER, ()))]
    yield from sorted(
        ((no, words) for no, words in said if words.get(FROM, 0) <= year),
        key=lambda each: each[1].get(FROM, 0),
    )


def _anew(row: Row, goals: Mapping[str, Goal], year: int) -> Row:
    """The row without what it says from the year on; what is no more in that year's tree stays."""

    def again(words: Row) -> bool:
        return words.get(FROM) == year and words["key"] in goals

    first = _from(goals[row["key"]], year) if again(row) else row
    later = [words for words in row.get(LATER, ()) if not again(words)]
    alone = {name: value for name, value in first.items() if name != LATER}
    return {**alone, LATER: later} if later else alone


def _in_order(later: Sequence[Row]) -> list[Row]:
    return sorted(later, key=lambda words: int(words[FROM]))


def _from(goal: Goal, year: int) -> dict[str, Any]:
    (row,) = agreed_rows([goal])
    return {FROM: year, "key": goal.key, **row}
