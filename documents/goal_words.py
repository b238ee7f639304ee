"""What is told of a goal, in words, wherever it stands: its trace page, an agreement, the document signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from cycle.goals.indicators import Indicator, TargetRule, indicator_of
from cycle.goals.over_years import FROM, LATER
from cycle.goals.tables import GoalOrigin, GoalType

Pair = tuple[str, str]
"""Danish, English."""

ORIGINS: Mapping[StrEnum, Pair] = {
    GoalOrigin.POLITICAL: ("Politisk", "Politicians"),
    GoalOrigin.AREA: ("Området", "The area"),
    GoalOrigin.OWN: ("Enheden selv", "The unit itself"),
}
TYPES: Mapping[StrEnum, Pair] = {
    GoalType.INPUT: ("Inputmål", "Input goal"),
    GoalType.OUTPUT: ("Outputmål", "Output goal"),
    GoalType.OUTCOME: ("Effektmål", "Outcome goal"),
}
FACTS: Sequence[tuple[str, Pair]] = (
    ("description", ("Beskrivelse", "Description")),
    ("source", ("Sat af", "Set by")),
    ("background_intention", ("Politisk intention", "Political intention")),
    ("background_knowledge", ("Viden på området", "Knowledge")),
    ("obligations", ("Det skal der gøres", "What must be done")),
    ("signs", ("Tegn på, at det lykkes", "Signs of success")),
    ("evidence", ("Kan ses i", "Evidence")),
    ("follow_up_method", ("Opfølgningsmetode", "Follow-up method")),
    ("follow_up_by", ("Opfølgningsansvarlig", "Responsible for follow-up")),
)
"""What is told of a goal, and its heading; the names are columns of `Goal`."""
ORIGIN: Pair = ("Kommer fra", "Comes from")
TYPE: Pair = ("Måltype", "Type of goal")
PLACED: Sequence[tuple[str, Pair]] = (
    ("title", ("Titel", "Title")),
    ("code", ("Bogstav", "Letter")),
    ("parent_key", ("Hører under", "Belongs under")),
    ("first_year", ("Første år", "First year")),
    ("last_year", ("Sidste år", "Last year")),
)
"""Where a goal stands, which it does not tell of itself."""
INDICATOR: Pair = ("Indikator", "Indicator")
SINCE: Pair = ("Gælder fra", "Holds from")
YEAR_FROM: Pair = ("Fra", "From")
AS_BEFORE: Pair = ("I øvrigt som før", "Otherwise as before")


@dataclass(frozen=True)
class Words:
    """One thing told: its heading (which may be empty) and one text, or several as a list."""

    label: str
    texts: tuple[str, ...]


def goal_words(told: Mapping[str, Any], language: str) -> tuple[Words, ...]:
    """Everything a goal says of itself, in the order it is read. `told` has the columns of `Goal`."""
    at = int(language == "en")
    found = []
    if told.get("origin"):
        found.append(Words(ORIGIN[at], (ORIGINS[GoalOrigin(told["origin"])][at],)))
    if told.get("goal_type"):
        found.append(Words(TYPE[at], (TYPES[GoalType(told["goal_type"])][at],)))
    for name, words in FACTS:
        value = told.get(name)
        texts = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value or ""),)
        if any(texts):
            found.append(Words(words[at], texts))
        if name == "evidence" and (indicator := indicator_of(told.get("indicator") or {})):
            found.append(Words(INDICATOR[at], (indicator_words(indicator, language),)))
    return (*_since(told, at), *found, *_later(told, language))


def _since(told: Mapping[str, Any], at: int) -> list[Words]:
    """The year in which the goal joined the agreement, where that is not the first one."""
    return [Words(SINCE[at], (str(told[FROM]),))] if FROM in told else []


def _later(told: Mapping[str, Any], language: str) -> list[Words]:
    """What the goal says otherwise in later years of an agreement, year by year."""
    at = int(language == "en")
    if LATER not in told:
        return []
    found, before, this = [], _alone(told, language), dict[str, str]()
    for year, entries in groupby(told[LATER], key=lambda words: int(words[FROM])):
        texts: list[str] = []
        for words in entries:
            this = _alone(words, language)
            differs = [label for label in {**this, **before} if this.get(label) != before.get(label)]
            texts += [str(words["label"]), *(f"{label}: {this.get(label, '–')}" for label in differs)]
        found.append(Words(f"{YEAR_FROM[at]} {year}", (*texts, AS_BEFORE[at])))
        before = this
    return found


def _alone(told: Mapping[str, Any], language: str) -> dict[str, str]:
    """What one year's words say of themselves, by heading."""
    columns = {name: value for name, value in told.items() if name not in (FROM, LATER)}
    return {words.label: "; ".join(words.texts) for words in goal_words(columns, language)}


@dataclass(frozen=True)
class Reworded:
    """One thing a goal says otherwise; either side may be empty."""

    label: str
    before: str
    after: str


def reworded(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> tuple[Reworded, ...]:
    """What a goal says otherwise, title first. Both have the columns of `Goal`."""
    old, new = (_labelled(told, language) for told in (before, after))
    labels = dict.fromkeys([*old, *new])
    found = (Reworded(label, old.get(label, ""), new.get(label, "")) for label in labels)
    return tuple(each for each in found if each.before != each.after)


def _labelled(told: Mapping[str, Any], language: str) -> dict[str, str]:
    at = int(language == "en")
    placed = {labels[at]: str(told.get(name) or "") for name, labels in PLACED}
    return placed | {words.label: "; ".join(words.texts) for words in goal_words(told, language)}


def indicator_words(indicator: Indicator, language: str) -> str:
    """What is measured, the target, and where it began: "Sygefravær: højst 6 % (før: 6,4 %)"."""
    target = f"{indicator.name}: {indicator.shown_target(language)}"
    if indicator.baseline is None or indicator.rule is TargetRule.NOT_BELOW_BASELINE:
        return target
    before = ("før", "before")[language == "en"]
    return f"{target} ({before}: {indicator.shown(indicator.baseline, language)})"
