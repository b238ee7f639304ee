"""strategy.yaml: the strategy as it stands before the first revision (seed 004 A and B)."""

from pathlib import Path

from pydantic import Field

from config.checking import validated
from config.yaml_source import read_yaml
from cycle.errors import PlanInvalid
from cycle.plan.model import Frozen, Slug


class Theme(Frozen):
    """A theme and the goals that were set for it."""

    title: str
    description: str = ""
    goals: tuple[str, ...] = ()


class StrategyFile(Frozen):
    """Version 1 of a strategy. Its JSON is what `cycle.goals.decisions.keep_first_version` stores."""

    id: Slug
    title: str
    themes: tuple[Theme, ...] = Field(min_length=1)


def load_strategy(path: Path | str) -> StrategyFile:
    """The strategy in the file, or in the folder's strategy.yaml. Raises PlanInvalid with every fault."""
    path = Path(path) / "strategy.yaml" if Path(path).is_dir() else Path(path)
    document = read_yaml(path, path.name)
    strategy, problems = validated(document, document.data, StrategyFile)
    if strategy is None:
        raise PlanInvalid(problems)
    return strategy
