"""A plan and what lies beside it, checked together: goals, steering frames, the strategy."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.frames_file import load_frames
from config.goals_file import load_goals
from config.loader import LoadedPlan, load_plan
from config.strategy_file import load_strategy
from cycle.errors import Invalid, PlanInvalid, Problem
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Plan

YearsOf = Callable[[Plan, Mapping[str, Sequence[MeetingDay]]], list[int]]
BESIDE: Mapping[str, Callable[[Path], object]] = {
    "goals.yaml": load_goals,
    "frames.yaml": load_frames,
    "strategy.yaml": load_strategy,
}


def checked(file: Path, years: YearsOf) -> LoadedPlan:
    """The plan, when neither it nor a file beside it has a fault. Raises PlanInvalid with all of them."""
    problems: list[Problem] = []
    loaded: LoadedPlan | None = None
    try:
        loaded = load_plan(file, years=years)
    except PlanInvalid as error:
        problems += error.problems
    folder = file if file.is_dir() else file.parent
    for name, load in BESIDE.items():
        if (folder / name).exists():
            try:
                load(folder / name)
            except Invalid as error:
                problems += error.problems
    if loaded is None or problems:
        raise PlanInvalid(problems)
    return loaded
