"""goals.yaml: the common goals and the areas' goals of one or more years (seed 004 J)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from config.agreement_checks import Fault
from config.checking import validated
from config.organisation_words import OrganisationFiles, organisation_words
from config.sentences import nearest
from config.yaml_source import Place, read_yaml
from cycle.errors import PlanInvalid
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText
from cycle.plan.model import Frozen

Code = Annotated[str, StringConstraints(pattern=r"^[A-ZÆØÅ][0-9]{0,2}$")]


class WrittenGoal(Frozen):
    """One goal as written. `source` says who set it (lovgivning, BR, BUU, direktionen …)."""

    code: Code
    title: str
    description: str = ""
    source: str = ""


class GoalsFile(Frozen):
    """The goals of the two upper levels; the units write their own in their agreements."""

    years: tuple[Annotated[int, Field(ge=2000, le=2100)], ...] = Field(min_length=1)
    common: tuple[WrittenGoal, ...] = ()
    areas: dict[str, tuple[WrittenGoal, ...]] = Field(default_factory=dict)

    def texts(self) -> list[GoalText]:
        """Every goal, the common ones first, as `cycle.goals.tree.keep_goals` takes them."""
        common = [_text(goal, GoalLevel.COMMON) for goal in self.common]
        return common + [
            _text(goal, GoalLevel.AREA, area) for area, goals in self.areas.items() for goal in goals
        ]


def load_goals(path: Path | str) -> GoalsFile:
    """The goals in the file, or in the folder's goals.yaml. Raises PlanInvalid with every fault."""
    path = Path(path) / "goals.yaml" if Path(path).is_dir() else Path(path)
    document = read_yaml(path, path.name)
    goals, problems = validated(document, document.data, GoalsFile)
    if goals is None:
        raise PlanInvalid(problems)
    faults = [*_repeated(goals), *_unknown_areas(goals, path.parent)]
    if faults:
        raise PlanInvalid([document.problem(*fault) for fault in faults])
    return goals


def _repeated(goals: GoalsFile) -> Iterator[Fault]:
    common = [goal.code for goal in goals.common]
    lists: list[tuple[Place, list[str], list[str]]] = [(("common",), common, [])]
    lists += [
        (("areas", area), [goal.code for goal in listed], common) for area, listed in goals.areas.items()
    ]
    for place, codes, before in lists:
        for index, code in enumerate(codes):
            if code in [*before, *codes[:index]]:
                what = f"Bogstavet »{code}« er brugt to gange."
                yield (*place, index, "code"), what, "Giv det ene mål et andet bogstav."


def _unknown_areas(goals: GoalsFile, folder: Path) -> Iterator[Fault]:
    known = organisation_words(OrganisationFiles.beside(folder), {}).areas
    for area in goals.areas:
        if known and area not in known:
            yield ("areas", area), f"Området »{area}« findes ikke i units.csv.", nearest(area, known)


def _text(goal: WrittenGoal, level: GoalLevel, area: str = "") -> GoalText:
    return GoalText(level, goal.code, goal.title, area, "", goal.description, goal.source)
