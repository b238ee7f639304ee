"""A goal as it is written in a file, be it goals.yaml or strategy.yaml (seed 004 A, B and J, seed 000)."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from cycle.goals.indicators import Indicator
from cycle.goals.scheme import Code, Year
from cycle.goals.tables import GoalLevel, GoalOrigin, GoalType
from cycle.goals.tree import GoalText
from cycle.plan.frozen import Frozen, Slug


def _lines(written: object) -> object:
    return (written,) if isinstance(written, str) else written


def _sentence(written: object) -> object:
    return {"title": written} if isinstance(written, str) else written


LINES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Lines = Annotated[tuple[str, ...], BeforeValidator(_lines), WithJsonSchema(LINES)]
"""One text, or several."""


class Background(Frozen):
    """Why a goal was set (seed 000, "Baggrund")."""

    intention: str = ""
    knowledge: str = ""


class Described(Frozen):
    """What may be said of a goal of any level. Without a `key` its code is its identity.

    `follows` is the key of the goal that it takes over from, where that had another key.
    """

    key: Slug | None = None
    title: str
    description: str = ""
    source: str = ""
    origin: GoalOrigin | None = None
    type: GoalType | None = None
    background: Background = Background()
    obligations: Lines = ()
    signs: Lines = ()
    evidence: Lines = ()
    indicator: Indicator | None = None
    follow_up_method: str = ""
    follow_up_by: str = ""
    first_year: Year | None = None
    last_year: Year | None = None
    follows: str = ""
    hide_small: bool = False
    inferred: bool = False


class WrittenGoal(Described):
    """A common or area goal. `under` is the key of the goal or theme it serves."""

    code: Code
    under: str = ""


class WrittenPolitical(Described):
    """A goal that politicians have set for a theme; a plain sentence is its title."""


class WrittenTheme(Described):
    """A theme and its goals. `inferred` says that which goals belong to it is a guess."""

    goals: tuple[Annotated[WrittenPolitical, BeforeValidator(_sentence)], ...] = ()


def theme_texts(themes: Sequence[WrittenTheme]) -> Iterator[GoalText]:
    """The themes and their goals, from the top; a goal without a key is its number under the theme."""
    for number, theme in enumerate(themes, 1):
        top = goal_text(theme, GoalLevel.THEME, str(number), inferred=False)
        yield top
        for n, goal in enumerate(theme.goals, 1):
            guess = theme.inferred or goal.inferred
            below = {"parent_key": top.identity, "inferred": guess}
            below |= {} if goal.key else {"key": f"{top.identity}.{n}"}
            yield goal_text(goal, GoalLevel.POLITICAL, f"{number}.{n}", **below)


def goal_text(goal: Described, level: GoalLevel, code: str, **place: Any) -> GoalText:
    """The goal as the domain takes it."""
    same = set(Described.model_fields) - {"key", "type", "background"}
    facts = {name: getattr(goal, name) for name in same}
    facts |= {"key": goal.key or "", "goal_type": goal.type}
    facts |= {
        "background_intention": goal.background.intention,
        "background_knowledge": goal.background.knowledge,
    }
    return GoalText(level=level, code=code, **(facts | place))
