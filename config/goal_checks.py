"""What is wrong with a goal tree: repeated letters and keys, parents, years, indicators, rollout levels."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from config.agreement_checks import Fault
from config.plan_checks import Surroundings
from config.sentences import nearest
from config.yaml_source import Place
from cycle.goals.indicators import Indicator
from cycle.goals.scheme import Rollout, Scheme
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText

Listed = Sequence[tuple[Place, GoalText]]


class Goals(Protocol):
    """A goals file as far as it is checked here."""

    @property
    def years(self) -> tuple[int, ...]:
        """The years that it is for; none: any."""

    @property
    def scheme(self) -> Scheme:
        """Its concept of agreements."""

    @property
    def areas(self) -> Mapping[str, Sequence[object]]:
        """The areas that have goals."""

    def texts(self) -> list[GoalText]:
        """Its goals, from the top of the tree."""


def goal_faults(goals: Goals, around: Surroundings) -> Iterator[Fault]:
    """Every fault with its place."""
    listed = _places(goals.texts())
    yield from tree_faults(listed, goals.scheme)
    yield from _unknown_areas(goals, around)
    yield from _outside(listed, goals.years)
    for place, goal in listed:
        if goal.indicator is not None:
            yield from _numbers(goal.indicator, (*place, "indicator"))
    yield from _rollout(goals.scheme.rollout, around)


def tree_faults(listed: Listed, scheme: Scheme) -> Iterator[Fault]:
    """What is wrong with goals among one another, wherever they were written; each has a place."""
    yield from _repeated_letters(listed)
    yield from _repeated_keys(listed)
    yield from _parents(listed)
    yield from _turned_years(listed)
    yield from _slots(listed, scheme)


def _places(texts: Sequence[GoalText]) -> list[tuple[Place, GoalText]]:
    """Where in the file each goal stands."""
    found: list[tuple[Place, GoalText]] = []
    for text in texts:
        if text.level is GoalLevel.POLITICAL:
            theme, _, number = text.code.partition(".")
            place: Place = ("themes", int(theme) - 1, "goals", int(number) - 1)
        elif text.level is GoalLevel.THEME:
            place = ("themes", int(text.code) - 1)
        else:
            around: Place = ("areas", text.area) if text.area else ("common",)
            place = (*around, sum(each[: len(around)] == around for each, _ in found))
        found.append((place, text))
    return found


def _repeated_letters(listed: Listed) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for place, goal in listed:
        if {("", goal.code), (goal.area, goal.code)} & seen:
            what = f"Bogstavet »{goal.code}« er brugt to gange."
            yield (*place, "code"), what, "Giv det ene mål et andet bogstav."
        seen.add((goal.area, goal.code))


def _repeated_keys(listed: Listed) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, goal in listed:
        if goal.identity in seen and goal.key:
            yield (
                (*place, "key"),
                f"Nøglen »{goal.key}« er brugt til to mål.",
                "Giv det ene mål en anden nøgle.",
            )
        seen.add(goal.identity)


def _unknown_areas(goals: Goals, around: Surroundings) -> Iterator[Fault]:
    for area in goals.areas:
        if around.areas and area not in around.areas:
            what = f"Området »{area}« findes ikke i units.csv."
            yield ("areas", area), what, nearest(area, around.areas)


def _parents(listed: Listed) -> Iterator[Fault]:
    levels = list(GoalLevel)
    known = {goal.identity: goal.level for _, goal in listed}
    for place, goal in listed:
        above = [key for key, level in known.items() if levels.index(level) < levels.index(goal.level)]
        if goal.parent_key and goal.parent_key not in above:
            what = (
                f"Målet »{goal.title}« hører under »{goal.parent_key}«, "
                "som ikke er et mål eller tema over det."
            )
            yield (*place, "under"), what, nearest(goal.parent_key, above)


def _turned_years(listed: Listed) -> Iterator[Fault]:
    for place, goal in listed:
        if (goal.first_year or 0) > (goal.last_year or 9999):
            what = f"Målet »{goal.title}« ender i {goal.last_year}, før det begynder i {goal.first_year}."
            yield (*place, "last_year"), what, "Byt årene om."


def _outside(listed: Listed, years: Sequence[int]) -> Iterator[Fault]:
    for place, goal in listed:
        turned = (goal.first_year or 0) > (goal.last_year or 9999)
        if years and not turned and not any(goal.spans(year) for year in years):
            what = f"Målet »{goal.title}« gælder ikke i noget af filens år."
            key = "first_year" if goal.first_year else "last_year"
            yield (*place, key), what, "Ret first_year og last_year, eller filens years."


def _numbers(indicator: Indicator, place: Place) -> Iterator[Fault]:
    for name in indicator.missing:
        what = (
            f"Indikatoren »{indicator.name}« mangler »{name}«, "
            f"som reglen {indicator.rule.value} holder op imod."
        )
        yield place, what, f"Tilføj »{name}: …«."
    if indicator.crossed:
        what = f"Indikatoren »{indicator.name}« har low over high."
        yield (*place, "low"), what, "Byt dem om."


def _slots(listed: Listed, scheme: Scheme) -> Iterator[Fault]:
    for place, goal in listed:
        if goal.level.value in scheme.levels and goal.code not in scheme.level(goal.level).slots:
            slots = scheme.level(goal.level).slots
            what = f"Bogstavet »{goal.code}« er ikke en af pladserne på det niveau."
            yield (*place, "code"), what, nearest(goal.code, slots)


def _rollout(rollout: Rollout, around: Surroundings) -> Iterator[Fault]:
    for group, known in (("kinds", around.kinds), ("units", around.unit_ids)):
        steps: Mapping[str, Mapping[int, int]] = getattr(rollout, group)
        for name, years in steps.items():
            place: Place = ("rollout", group, name)
            if known and name not in known:
                what = f"{_WORD[group]} »{name}« findes ikke i units.csv."
                yield place, what, nearest(name, known)
            yield from _falling(name, years, place)
    yield from _behind(rollout, around)


def _behind(rollout: Rollout, around: Surroundings) -> Iterator[Fault]:
    """A pilot that is said to be at a lower level than its kind: it would be taken for the kind's."""
    for name, years in rollout.units.items():
        kind = around.kind_of.get(name, "")
        for year, level in years.items() if kind else ():
            if level < (its := rollout.of_kind(kind, year)):
                what = f"»{name}« er på niveau {level} i {year}, men dens art »{kind}« er på niveau {its}."
                cure = f"Skriv {its} eller mere, eller slet linjen: en enhed kan kun være foran sin art."
                yield ("rollout", "units", name, str(year)), what, cure


def _falling(name: str, years: Mapping[int, int], place: Place) -> Iterator[Fault]:
    ordered = sorted(years)
    for before, year in pairwise(ordered):
        if years[year] < years[before]:
            what = (
                f"»{name}« går fra niveau {years[before]} i {before} til niveau {years[year]} i {year}, "
                "men niveauet kan kun stige."
            )
            yield (*place, str(year)), what, "Ret et af årene."


_WORD = {"kinds": "Arten", "units": "Enheden"}
