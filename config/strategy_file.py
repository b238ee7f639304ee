"""strategy.yaml: a strategy as it stands before its first revision, or as it is proposed in one.

Three shapes are one tree of two levels, with other words for them: themes with goals (seed 004 A and B),
a policy with a table of goals over several years (seed 000), focus areas with objectives, for which
centres answer with projects (seed 003).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field

from config.agreement_checks import Fault
from config.checking import validated
from config.goal_checks import goal_faults
from config.goal_words import in_our_words
from config.plan_checks import Surroundings
from config.written_goals import Lines, WrittenTheme, theme_texts
from config.yaml_source import read_yaml
from cycle.errors import PlanInvalid
from cycle.goals.scheme import Scheme, Year
from cycle.goals.strategies import Approval, StrategyText
from cycle.goals.tree import GoalText
from cycle.plan.frozen import Frozen, Slug


class StrategyApproval(Frozen):
    """The decision that the strategy rests on."""

    body: str
    on: date
    text: str


class LevelNames(Frozen):
    """What the strategy calls its two levels: "Fokusområde" and "Målsætning"."""

    theme: str = ""
    goal: str = ""


class FollowUp(Frozen):
    """Who follows the strategy up, how, and when, as the strategy says it."""

    by: str
    how: str = ""
    when: str = ""


class Signatory(Frozen):
    """One of those who stand behind the strategy."""

    name: str
    title: str = ""


class StrategyFile(Frozen):
    """A strategy. `years` are those its goals are for, empty when it says none; `dated` is as printed."""

    id: Slug
    title: str
    source: str = ""
    years: tuple[Year, ...] = ()
    approved: StrategyApproval | None = None
    dated: str = ""
    concerns: str = ""
    policy: str = ""
    perspective: str = ""
    guiding_theme: str = ""
    called: LevelNames = LevelNames()
    under_each: str = ""
    made_by: Lines = ()
    centres: Lines = ()
    follow_up: FollowUp | None = None
    signed_by: tuple[Signatory, ...] = ()
    themes: tuple[WrittenTheme, ...] = Field(min_length=1)

    def texts(self) -> list[GoalText]:
        """The themes and goals, from the top of the tree."""
        return list(theme_texts(self.themes))

    def text(self) -> StrategyText:
        """The strategy as the domain takes it."""
        facts = self.model_dump(mode="json", exclude={"id", "title", "themes", "approved"})
        given = self.approved
        approval = Approval(given.body, given.on, given.text) if given else None
        return StrategyText(self.id, self.title, facts, tuple(self.texts()), approval)

    @property
    def scheme(self) -> Scheme:
        """A strategy says nothing of agreements."""
        return Scheme()

    @property
    def areas(self) -> Mapping[str, Sequence[object]]:
        """A strategy has no goals for one area alone."""
        return {}


def load_strategy(path: Path | str) -> StrategyFile:
    """The strategy in the file, or in the folder's strategy.yaml. Raises PlanInvalid with every fault."""
    path = Path(path) / "strategy.yaml" if Path(path).is_dir() else Path(path)
    document = in_our_words(read_yaml(path, path.name))
    strategy, problems = validated(document, document.data, StrategyFile)
    if strategy is None:
        raise PlanInvalid(problems)
    faults = [*goal_faults(strategy, Surroundings(forms={})), *_repeated(strategy)]
    if faults:
        raise PlanInvalid([document.problem(*fault) for fault in faults])
    return strategy


def _repeated(strategy: StrategyFile) -> Iterator[Fault]:
    """Years out of order, and centres or signatories that stand there twice."""
    if list(strategy.years) != sorted(set(strategy.years)):
        yield ("years",), "Årene står ikke i rækkefølge, hvert år én gang.", "Skriv fx [2019, 2020, 2021]."
    listed: Mapping[str, Sequence[Any]] = {
        "centres": strategy.centres,
        "signed_by": [each.name for each in strategy.signed_by],
    }
    for key, values in listed.items():
        for at, value in enumerate(values):
            if value in values[:at]:
                yield (key, at), f"»{value}« står her to gange.", "Slet den ene linje."
