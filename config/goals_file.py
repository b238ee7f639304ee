"""goals.yaml: the goal tree of one or more years, and how agreements are made of it (seed 004 A, B, H, J)."""

from pathlib import Path

from pydantic import Field

from config.checking import validated
from config.goal_checks import goal_faults
from config.goal_words import in_our_words
from config.organisation_words import OrganisationFiles, organisation_words
from config.strategy_file import load_strategy
from config.written_goals import WrittenGoal, WrittenTheme, goal_text, theme_texts
from config.yaml_source import read_yaml
from cycle.errors import PlanInvalid
from cycle.goals.scheme import Concept, LevelText, Rollout, Scheme, Year
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText
from cycle.plan.frozen import Frozen


class GoalsFile(Frozen):
    """The goals above the units' own, and the concept of agreements; units write theirs in agreements.

    Without `themes` they are those of the strategy.yaml that lies beside the file.
    """

    years: tuple[Year, ...] = Field(min_length=1)
    themes: tuple[WrittenTheme, ...] = ()
    common: tuple[WrittenGoal, ...] = ()
    areas: dict[str, tuple[WrittenGoal, ...]] = Field(default_factory=dict)
    levels: dict[Concept, LevelText] = Field(default_factory=dict)
    rollout: Rollout = Rollout()

    def texts(self) -> list[GoalText]:
        """Every goal, from the top of the tree, as `cycle.goals.tree.keep_goals` takes them."""
        common = [goal_text(goal, GoalLevel.COMMON, goal.code, parent_key=goal.under) for goal in self.common]
        of_areas = [
            goal_text(goal, GoalLevel.AREA, goal.code, parent_key=goal.under, area=area)
            for area, goals in self.areas.items()
            for goal in goals
        ]
        return [*theme_texts(self.themes), *common, *of_areas]

    @property
    def scheme(self) -> Scheme:
        """How agreements are made of the goals."""
        return Scheme(levels=self.levels, rollout=self.rollout)


def load_goals(path: Path | str) -> GoalsFile:
    """The goals in the file, or in the folder's goals.yaml. Raises PlanInvalid with every fault."""
    path = Path(path) / "goals.yaml" if Path(path).is_dir() else Path(path)
    document = in_our_words(read_yaml(path, path.name))
    goals, problems = validated(document, document.data, GoalsFile)
    if goals is None:
        raise PlanInvalid(problems)
    if not goals.themes and (beside := path.parent / "strategy.yaml").exists():
        goals = goals.model_copy(update={"themes": load_strategy(beside).themes})
    around = organisation_words(OrganisationFiles.beside(path.parent), {})
    faults = list(goal_faults(goals, around))
    if faults:
        raise PlanInvalid([document.problem(*fault) for fault in faults])
    return goals
