"""The text of a development agreement, chapter by chapter, as its pages and its document show it.

`content` is that of an `AgreementVersion`: goals given from above, which are locked, and the unit's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cycle.danish import format_date
from cycle.goals.goal_rows import own_key
from cycle.goals.own_goals import SUPPORTS_FIELD, TITLE_FIELD, own_indicator
from cycle.goals.tables import Agreement, GoalLevel
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, Form
from cycle.tasks.measures import MEASURED
from documents.goal_words import INDICATOR, Pair, Words, goal_words, indicator_words

GIVEN: Mapping[GoalLevel, Pair] = {
    GoalLevel.COMMON: ("Fælles mål", "Common goals"),
    GoalLevel.AREA: ("Områdemål", "Goals of the area"),
}
OWN: Pair = ("Enhedens egne mål", "The unit's own goals")
REMARKS: Pair = ("Enhedens bemærkninger", "The unit's remarks")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One goal, or another thing agreed: its heading, and what is told of it. `code` is the goal's letter."""

    title: str
    words: tuple[Words, ...] = ()
    code: str = ""
    key: str = ""


@dataclass(frozen=True)
class Chapter:
    """The goals of one level. `locked`: given from above, not the unit's to change."""

    title: str
    entries: tuple[Entry, ...]
    locked: bool = False


def years(agreement: Agreement) -> str:
    """The years of an agreement's period: "2028", "2027/28" (a school year), "2026-2029"."""
    begins, ends = agreement.period_from, agreement.period_to
    if begins.year == ends.year:
        return str(begins.year)
    if begins.month > 1 and ends.year == begins.year + 1:
        return f"{begins.year}/{ends.year % 100:02d}"
    return f"{begins.year}–{ends.year}"


def period(agreement: Agreement, language: str) -> str:
    """The period in whole dates: "1. august 2027 – 31. juli 2028"."""
    return " – ".join(format_date(day, language) for day in (agreement.period_from, agreement.period_to))


def chapters(content: Mapping[str, Any], form: Form | None, language: str) -> tuple[Chapter, ...]:
    """The whole agreement; `form` is the one that the unit's own part was written in."""
    given = given_chapters(content.get("given_goals") or (), language)
    return (*given, *_own(content, form, language))


def given_chapters(rows: Sequence[Row], language: str) -> tuple[Chapter, ...]:
    """The goals given from above; a level that gives none is left out."""
    found = []
    for level, words in GIVEN.items():
        entries = tuple(_given(row, language) for row in rows if _level(row) is level)
        if entries:
            found.append(Chapter(words[language == "en"], entries, locked=True))
    return tuple(found)


def _level(row: Row) -> GoalLevel:
    return GoalLevel(row.get("level", GoalLevel.COMMON))


def _given(row: Row, language: str) -> Entry:
    return Entry(str(row["label"]), goal_words(row, language), str(row["row"]), str(row.get("key", "")))


def _own(content: Mapping[str, Any], form: Form | None, language: str) -> list[Chapter]:
    """The unit's goals where it may write some, and whatever else its form asks."""
    at, answers = int(language == "en"), content.get("own") or {}
    fields = {field.id: field for field in form.fields} if form else {}
    goals, others = [], []
    for name, value in answers.items():
        field = fields.get(name)
        if isinstance(value, list):
            group = field.fields if field else ()
            goals += [_own_goal(group, row, content, language) for row in value]
        elif value not in (None, ""):
            shown = show_answer(field, value, language) if field else str(value)
            others.append(Entry(label(field, language) if field else name, (Words("", (shown,)),)))
    found = [Chapter(OWN[at], tuple(goals))] if content.get("own_codes") or goals else []
    return [*found, *([Chapter(REMARKS[at], tuple(others))] if others else [])]


def _own_goal(group: Sequence[Field], row: Row, content: Mapping[str, Any], language: str) -> Entry:
    """One row of the unit's own; nothing that was written is left out, whatever the form says."""
    labels = {str(given["row"]): str(given["label"]) for given in content.get("given_goals") or ()}
    fields = {field.id: field for field in group}
    told = []
    for name, value in row.items():
        if name in ("row", TITLE_FIELD, *MEASURED) or value in (None, ""):
            continue
        field = fields.get(name)
        shown = show_answer(field, value, language) if field else str(value)
        shown = labels.get(str(value), shown) if name == SUPPORTS_FIELD else shown
        told.append(Words(label(field, language) if field else "", (shown,)))
    if row.get(TITLE_FIELD) and (indicator := own_indicator(row)):
        told.append(Words(INDICATOR[language == "en"], (indicator_words(indicator, language),)))
    code, of = str(row["row"]), (str(content.get("unit", "")), int(content.get("year", 0)))
    return Entry(f"{code}. {row.get(TITLE_FIELD, '')}".strip(), tuple(told), code, own_key(*of, code))
