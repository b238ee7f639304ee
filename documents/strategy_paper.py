"""A strategy as values for its template: what it says, what is new in it, and the hearing as its annex."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cycle.danish import format_date
from cycle.goals.hearing import Hearing
from cycle.goals.strategies import StrategyText
from cycle.goals.strategy_tree import TextChange, text_changes
from cycle.goals.tables import Decision, GoalLevel, GoalType
from cycle.goals.tree import GoalText
from documents.hearing_annex import hearing_values
from documents.strategy_years import over_years

TEMPLATE = "strategy.typ"
FACTS: Sequence[tuple[str, tuple[str, str]]] = (
    ("guiding_theme", ("Gennemgående tema", "Guiding theme")),
    ("perspective", ("Perspektiv", "Perspective")),
    ("concerns", ("Vedrører", "Concerns")),
    ("policy", ("Politik", "Policy")),
    ("years", ("Årstal", "Years")),
    ("made_by", ("Udarbejdet af", "Made by")),
    ("centres", ("Centre", "Centres")),
    ("dated", ("Dateret", "Dated")),
    ("source", ("Kilde", "Source")),
)
"""What a strategy may say of itself, and its heading."""
OF_GOAL: Sequence[tuple[str, tuple[str, str]]] = (
    ("background_intention", ("Politisk intention", "Political intention")),
    ("background_knowledge", ("Viden på området", "Knowledge")),
    ("obligations", ("Handlingsplan", "Plan of action")),
    ("signs", ("Tegn på, at det lykkes", "Signs of success")),
    ("follow_up_method", ("Opfølgningsmetode", "Follow-up method")),
    ("follow_up_by", ("Opfølgningsansvarlig", "Responsible for follow-up")),
)

TYPES: Mapping[GoalType, tuple[str, str]] = {
    GoalType.INPUT: ("Inputmål", "Input goal"),
    GoalType.OUTPUT: ("Outputmål", "Output goal"),
    GoalType.OUTCOME: ("Effektmål", "Outcome goal"),
}


@dataclass(frozen=True)
class StrategyPaper:
    """Everything the document says. `before` is the version it is compared with, `notes` are by group."""

    municipality: str
    version: int
    draft: bool
    text: StrategyText
    before: StrategyText | None
    decision: Decision | None
    hearing: Hearing | None
    notes: Mapping[str, str]
    dated: str
    mark: str = ""


def strategy_values(paper: StrategyPaper, language: str) -> dict[str, Any]:
    """Everything a template may show. Lists hold mappings; every text is plain."""
    english = language == "en"
    changes = text_changes(paper.before.goals, paper.text.goals) if paper.before else []
    decision = paper.decision
    facts = paper.text.facts
    called = facts.get("called") or {}
    return {
        "municipality": paper.municipality,
        "mark": paper.mark,
        "draft": paper.draft,
        "title": paper.text.title,
        "version": paper.version,
        "before": paper.version - 1 if paper.before else 0,
        "dated": paper.dated,
        "theme_word": called.get("theme") or ("Theme" if english else "Tema"),
        "goal_word": called.get("goal") or ("Goal" if english else "Mål"),
        "facts": [*_facts(facts, FACTS, english), *_follow_up(facts, english)],
        "under_each": facts.get("under_each") or "",
        "decision": _decision(decision, language) if decision else {},
        "over_years": over_years(paper.text.goals, TYPES, english=english),
        "themes": list(_themes(paper.text.goals, changes, english)),
        "ended": [f"{gone.code} {gone.title}" for gone in _gone(changes)],
        "signed_by": [
            {"name": each["name"], "title": each["title"]} for each in facts.get("signed_by") or ()
        ],
        "hearing": hearing_values(paper.hearing, paper.notes, language) if paper.hearing else {},
    }


def _facts(
    values: Mapping[str, Any], wanted: Iterable[tuple[str, tuple[str, str]]], english: bool
) -> Iterator[dict[str, str]]:
    for name, words in wanted:
        value = values.get(name)
        if value:
            text = value if isinstance(value, str) else ", ".join(map(str, value))
            yield {"label": words[english], "text": text}


def _follow_up(facts: Mapping[str, Any], english: bool) -> Iterator[dict[str, str]]:
    given = facts.get("follow_up")
    if given:
        when = f" ({given['when']})" if given["when"] else ""
        yield {
            "label": "Follow-up" if english else "Opfølgning",
            "text": f"{given['by']}: {given['how']}{when}",
        }


def _decision(decision: Decision, language: str) -> dict[str, str]:
    on = format_date(decision.decided_on, language)
    return {"body": decision.body, "on": on, "text": decision.text}


def _themes(
    goals: Sequence[GoalText], changes: Sequence[TextChange], english: bool
) -> Iterator[dict[str, Any]]:
    by_key = {each.key: each for each in changes}
    for theme in (goal for goal in goals if goal.level is GoalLevel.THEME):
        below = [goal for goal in goals if goal.parent_key == theme.identity]
        yield {
            **_goal(theme, by_key, english),
            "description": theme.description,
            "goals": [_goal(goal, by_key, english) for goal in below],
        }


def _goal(goal: GoalText, changes: Mapping[str, TextChange], english: bool) -> dict[str, Any]:
    change = changes.get(goal.identity)
    before = change.before if change else None
    columns = goal.columns()
    years = "–".join(str(year) for year in (goal.first_year, goal.last_year) if year)
    told = [{"label": "Years" if english else "Årstal", "text": years}] if years else []
    if goal.goal_type is not None:
        told.append({"label": "Type" if english else "Måltype", "text": TYPES[goal.goal_type][english]})
    return {
        "code": goal.code,
        "title": goal.title,
        "state": "" if change is None else "changed" if before else "new",
        "before": before.title if before and before.title != goal.title else "",
        "facts": [*told, *_facts(columns, OF_GOAL, english)] if goal.level is not GoalLevel.THEME else [],
    }


def _gone(changes: Sequence[TextChange]) -> list[GoalText]:
    return [each.before for each in changes if each.before and not each.after]
