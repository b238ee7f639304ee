"""A goal as the fields of a page, and back: read as a goals file is read, and held against its tree.

`text_as_fields` and `fields_as_text` are each other's reverse: what nobody touched stays as it is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session
from starlette.datastructures import FormData

from config.goal_checks import tree_faults
from config.sentences import sentence
from config.written_goals import Described, WrittenGoal, goal_text
from cycle.danish import format_count, format_decimal
from cycle.errors import AnswerInvalid, Problem
from cycle.goals.indicators import Indicator
from cycle.goals.rolling import text_of_goal
from cycle.goals.scheme import scheme_of
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import GIVEN, GoalText, goals_of_year
from documents.goal_words import FACTS
from web.plain import readable
from web.secretariat.typed import LONGEST
from web.words import Pair

Typed = Mapping[str, str]
WORDS = ("title", "description", "source", "background_intention", "background_knowledge")
LINES = ("obligations", "signs", "evidence")
FOLLOW_UP = ("follow_up_method", "follow_up_by", "follows")
CHOICES = ("parent_key", "origin", "goal_type")
TICKS = ("hide_small", "inferred")
YEARS = ("first_year", "last_year")
MEASURE: Mapping[str, str] = {
    "measure": "name",
    "measure_unit": "unit",
    "rule": "rule",
    "baseline": "baseline",
    "target": "target",
    "low": "low",
    "high": "high",
}
"""The fields of the indicator, and what it calls them."""
NAMES = ("code", *WORDS, *LINES, *FOLLOW_UP, *CHOICES, *TICKS, *YEARS, *MEASURE)
LABELS: Mapping[str, Pair] = {
    **dict(FACTS),
    "code": ("Bogstav", "Letter"),
    "title": ("Mål", "Goal"),
    "parent_key": ("Hører under", "Under"),
    "origin": ("Kommer fra", "Comes from"),
    "goal_type": ("Måltype", "Type of goal"),
    "measure": ("Det, der måles", "What is measured"),
    "measure_unit": ("Måles i", "Measured in"),
    "rule": ("Målet er nået, når tallet er", "Reached when the figure is"),
    "baseline": ("Udgangspunkt", "Baseline"),
    "target": ("Måltal", "Target"),
    "low": ("Fra og med", "From"),
    "high": ("Til og med", "To"),
    "first_year": ("Gælder fra og med år", "First year"),
    "last_year": ("Gælder til og med år", "Last year"),
    "follows": ("Afløser målet med nøglen", "Takes over from the goal with the key"),
    "hide_small": ("Små tal skjules", "Small numbers hidden"),
    "inferred": ("Placeringen er udledt", "Its place is inferred"),
    "level": ("Niveau", "Level"),
    "area": ("Område", "Area"),
}
PLACES: Mapping[tuple[str, ...], str] = {
    ("background", "intention"): "background_intention",
    ("background", "knowledge"): "background_knowledge",
    ("type",): "goal_type",
    ("under",): "parent_key",
    ("key",): "code",
    **{("indicator", name): field for field, name in MEASURE.items()},
}


def text_as_fields(text: GoalText) -> dict[str, str]:
    """What the fields of the page show of the goal."""
    found = {name: str(getattr(text, name) or "") for name in (*WORDS, *FOLLOW_UP, *CHOICES, *YEARS, "code")}
    found |= {name: "\n".join(getattr(text, name)) for name in LINES}
    found |= {name: "ja" if getattr(text, name) else "" for name in TICKS}
    it = text.indicator
    measured = it.model_dump(exclude_none=True) if it else {}
    shown = {field: measured.get(name, "") for field, name in MEASURE.items()}
    return found | {
        field: format_decimal(value)
        if field in ("baseline", "target", "low", "high") and value != ""
        else str(value)
        for field, value in shown.items()
    }


def typed_fields(sent: FormData) -> dict[str, str]:
    """What was typed into them."""
    return {name: readable(sent.get(name)) for name in NAMES}


def fields_as_text(typed: Typed, like: GoalText) -> GoalText:
    """The goal `like` with what was typed. Raises AnswerInvalid; each problem's place is a field's name."""
    problems = [
        Problem(name, f"Teksten er for lang: højst {format_count(LONGEST)} tegn.", "Gør den kortere.")
        for name, value in typed.items()
        if len(value) > LONGEST
    ]
    if not typed["title"]:
        problems.append(Problem("title", "Målet har ingen ordlyd.", "Skriv, hvad målet er."))
    if problems:
        raise AnswerInvalid(problems)
    new, shown = _read(typed, like), _as_shown(like)
    if new.indicator and (problems := list(_of_indicator(new.indicator))):
        raise AnswerInvalid(problems)
    names = [each.name for each in fields(GoalText)]
    touched = [name for name in names if shown is None or getattr(new, name) != getattr(shown, name)]
    return replace(like, **{name: getattr(new, name) for name in touched})


def faults_of(
    session: Session, text: GoalText, goal: Goal | None, *, root_id: str, year: int
) -> list[Problem]:
    """What would be wrong with the year's tree if the goal (None: a new one) became this."""
    levels = list(GoalLevel)
    rows = goals_of_year(session, root_id, year, levels=set(GoalLevel) - {GoalLevel.UNIT})
    before = [((row.key,), text_of_goal(row)) for row in rows]
    after = [each for each in before if goal is None or each[0] != (goal.key,)] + [((text.identity,), text)]
    scheme = scheme_of(session, root_id, year)
    was, now = (
        dict.fromkeys(tree_faults(sorted(each, key=lambda it: levels.index(it[1].level)), scheme))
        for each in (before, after)
    )
    found = [_problem(place[1:], what, cure) for place, what, cure in now if (place, what, cure) not in was]
    return [*found, *_years(text, goal, year)]


def _years(text: GoalText, goal: Goal | None, year: int) -> Iterable[Problem]:
    if not text.spans(year) and (goal is None or text_of_goal(goal).spans(year)):
        name = "first_year" if (text.first_year or year) > year else "last_year"
        yield Problem(name, f"Så gælder målet ikke i {year}, som det står i.", "Ret året, eller slet målet.")


def _read(typed: Typed, like: GoalText) -> GoalText:
    """The goal as a file's model reads it."""
    given = like.level in GIVEN
    model = WrittenGoal if given else Described
    try:
        read = model.model_validate(_raw(typed) | ({"code": typed["code"]} if given else {}))
    except ValidationError as error:
        raise AnswerInvalid([_of_detail(dict(each)) for each in error.errors()]) from None
    code = typed["code"] if given else like.code
    place = {"parent_key": typed["parent_key"], "area": like.area, "key": like.key}
    return goal_text(read, like.level, code, **place)


def _as_shown(like: GoalText) -> GoalText | None:
    """The goal as it is read when nobody touches its fields; None when it could not be read so."""
    try:
        return _read({name: readable(value) for name, value in text_as_fields(like).items()}, like)
    except AnswerInvalid:
        return None


def _raw(typed: Typed) -> dict[str, Any]:
    """The fields as a file would have them; an empty one is not given."""
    measured = {name: typed[field] for field, name in MEASURE.items() if typed[field]}
    raw: dict[str, Any] = {
        name: typed[name] for name in ("title", "description", "source", *FOLLOW_UP, *YEARS)
    }
    raw |= {name: list(filter(None, map(str.strip, typed[name].splitlines()))) for name in LINES}
    raw |= {"origin": typed["origin"], "type": typed["goal_type"], "indicator": measured}
    raw |= {name: bool(typed[name]) for name in TICKS}
    intention, knowledge = typed["background_intention"], typed["background_knowledge"]
    raw["background"] = {"intention": intention, "knowledge": knowledge}
    return {name: value for name, value in raw.items() if value not in ("", {})}


def _of_indicator(indicator: Indicator) -> Iterable[Problem]:
    """An indicator whose rule has nothing to go by, in the page's own words."""
    for name in indicator.missing:
        yield Problem(name, "Reglen har intet at holde tallet op imod.", "Udfyld feltet.")
    if indicator.crossed:
        yield Problem("low", "Det første tal er større end det sidste.", "Byt dem om.")


def _of_detail(detail: dict[str, Any]) -> Problem:
    place = tuple(part for part in detail["loc"] if isinstance(part, str))
    if place == ("code",):
        return Problem(
            "code", "Et bogstav er ét stort bogstav, evt. med et tal efter.", "Skriv fx B eller B2."
        )
    if place == ("indicator", "name"):
        return Problem(
            "measure", "Indikatoren siger ikke, hvad der måles.", "Skriv det, eller tøm dens felter."
        )
    return _problem(place, *sentence(detail))


def _problem(place: tuple[Any, ...], what: str, cure: str) -> Problem:
    named = tuple(part for part in place if isinstance(part, str))
    return Problem(PLACES.get(named) or (named[-1] if named else ""), what, cure)
