"""goals.yaml: the goal tree of one or more years, and how agreements are made of it (seed 004 A, B, H, J)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from config.checking import validated
from config.goal_checks import goal_faults
from config.goal_words import in_our_words
from config.organisation_words import OrganisationFiles, organisation_words
from config.yaml_source import read_yaml
from cycle.errors import PlanInvalid
from cycle.goals.indicators import Indicator
from cycle.goals.scheme import Code, Concept, LevelText, Rollout, Scheme, Year
from cycle.goals.tables import GoalLevel, GoalOrigin, GoalType
from cycle.goals.tree import GoalText
from cycle.plan.model import Frozen, Slug


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
    """What may be said of a goal of any level. Without a `key` its code is its identity."""

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


class GoalsFile(Frozen):
    """The goals above the units' own, and the concept of agreements; units write theirs in agreements."""

    years: tuple[Year, ...] = Field(min_length=1)
    themes: tuple[WrittenTheme, ...] = ()
    common: tuple[WrittenGoal, ...] = ()
    areas: dict[str, tuple[WrittenGoal, ...]] = Field(default_factory=dict)
    levels: dict[Concept, LevelText] = Field(default_factory=dict)
    rollout: Rollout = Rollout()

    def texts(self) -> list[GoalText]:
        """Every goal, from the top of the tree, as `cycle.goals.tree.keep_goals` takes them."""
        common = [_text(goal, GoalLevel.COMMON, goal.code, parent_key=goal.under) for goal in self.common]
        of_areas = [
            _text(goal, GoalLevel.AREA, goal.code, parent_key=goal.under, area=area)
            for area, goals in self.areas.items()
            for goal in goals
        ]
        return [*self._themes(), *common, *of_areas]

    @property
    def scheme(self) -> Scheme:
        """How agreements are made of the goals."""
        return Scheme(levels=self.levels, rollout=self.rollout)

    def _themes(self) -> Iterator[GoalText]:
        for number, theme in enumerate(self.themes, 1):
            top = _text(theme, GoalLevel.THEME, str(number), inferred=False)
            yield top
            for n, goal in enumerate(theme.goals, 1):
                guess = theme.inferred or goal.inferred
                below = {"parent_key": top.identity, "inferred": guess}
                below |= {} if goal.key else {"key": f"{top.identity}.{n}"}
                yield _text(goal, GoalLevel.POLITICAL, f"{number}.{n}", **below)


def load_goals(path: Path | str) -> GoalsFile:
    """The goals in the file, or in the folder's goals.yaml. Raises PlanInvalid with every fault."""
    path = Path(path) / "goals.yaml" if Path(path).is_dir() else Path(path)
    document = in_our_words(read_yaml(path, path.name))
    goals, problems = validated(document, document.data, GoalsFile)
    if goals is None:
        raise PlanInvalid(problems)
    around = organisation_words(OrganisationFiles.beside(path.parent), {})
    faults = list(goal_faults(goals, around))
    if faults:
        raise PlanInvalid([document.problem(*fault) for fault in faults])
    return goals


def _text(goal: Described, level: GoalLevel, code: str, **place: Any) -> GoalText:
    same = set(Described.model_fields) - {"key", "type", "background"}
    facts = {name: getattr(goal, name) for name in same}
    facts |= {"key": goal.key or "", "goal_type": goal.type}
    facts |= {
        "background_intention": goal.background.intention,
        "background_knowledge": goal.background.knowledge,
    }
    return GoalText(level=level, code=code, **(facts | place))
