"""How agreements are made of goals: three levels with their slots (seed 004 J), rolled out over years (H)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlmodel import Session, select

from cycle import history
from cycle.goals.tables import GoalLevel, GoalScheme
from cycle.organisation.snapshot import UnitRow
from cycle.organisation.tables import Unit
from cycle.plan.frozen import Frozen

Code = Annotated[str, StringConstraints(pattern=r"^[A-ZÆØÅ][0-9]{0,2}$")]
Year = Annotated[int, Field(ge=2000, le=2100)]
Step = Annotated[int, Field(ge=1, le=3)]
"""1: common goals; 2: and those of the area; 3: and the unit's own."""

Concept = Literal["common", "area", "unit"]
LEVELS = (GoalLevel.COMMON, GoalLevel.AREA, GoalLevel.UNIT)
"""What an agreement may hold, in the order in which it is rolled out."""
HIGHEST = len(LEVELS)


class LevelText(Frozen):
    """One level of the concept: for whom its goals hold, examples, where they may come from, its slots."""

    title: str = ""
    scope: str = ""
    examples: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    slots: tuple[Code, ...] = ()


class Rollout(Frozen):
    """How far the kinds of units (or single ones, as pilots) are, year by year; a level holds until the next.

    A kind that is not named has all three levels.
    """

    kinds: dict[str, dict[Year, Step]] = Field(default_factory=dict)
    units: dict[str, dict[Year, Step]] = Field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    inferred: bool = False

    def step(self, unit_id: str, kind: str, year: int) -> int:
        """The unit's level in the year, 1 to 3: that of its kind, or its own where it is further."""
        own, its = self.units.get(unit_id), self.of_kind(kind, year)
        return max(its, reached(own, year)) if own else its

    def of_kind(self, kind: str, year: int) -> int:
        """The level of a kind of units in the year."""
        steps = self.kinds.get(kind)
        return reached(steps, year) if steps else HIGHEST


def reached(steps: Mapping[int, int], year: int) -> int:
    """The level in the year of one row: that of the last year named before; 1 before the first."""
    begun = [each for each in steps if each <= year]
    return steps[max(begun)] if begun else 1


SLOTS: Mapping[GoalLevel, tuple[str, ...]] = {
    GoalLevel.COMMON: ("A", "B", "C"),
    GoalLevel.AREA: ("D", "E", "F"),
    GoalLevel.UNIT: ("G", "H", "I"),
}
"""Seed 004 J, where a file says nothing else."""


class Scheme(Frozen):
    """The concept of one year's agreements."""

    levels: dict[Concept, LevelText] = Field(default_factory=dict)
    rollout: Rollout = Rollout()

    def level(self, level: GoalLevel) -> LevelText:
        """The words of one of the three levels."""
        found = next((text for name, text in self.levels.items() if name == level.value), LevelText())
        return found if found.slots else found.model_copy(update={"slots": SLOTS[level]})

    def levels_of(self, unit: Unit | UnitRow, year: int) -> tuple[GoalLevel, ...]:
        """The levels that the unit's agreement contains in the year."""
        return LEVELS[: self.rollout.step(unit.id, unit.kind, year)]

    @property
    def own_slots(self) -> tuple[str, ...]:
        """The codes of the goals that a unit writes itself."""
        return self.level(GoalLevel.UNIT).slots


def scheme_of(session: Session, root_id: str, year: int) -> Scheme:
    """The year's concept; that of seed 004 J, all levels, when none was imported."""
    row = _row(session, root_id, year)
    return Scheme.model_validate(row.content) if row else Scheme()


def scheme_differs(session: Session, scheme: Scheme, *, root_id: str, year: int) -> bool:
    """Whether `keep_scheme` would change the year's concept."""
    row = _row(session, root_id, year)
    return (row.content if row else Scheme().model_dump(mode="json")) != scheme.model_dump(mode="json")


def keep_scheme(session: Session, scheme: Scheme, *, root_id: str, year: int, by: str, now: datetime) -> None:
    """Stores the year's concept in the place of the one before."""
    row = _row(session, root_id, year) or GoalScheme(root_id=root_id, year=year)
    row.content = scheme.model_dump(mode="json")
    session.add(row)
    history.record(
        session,
        root_id=root_id,
        at=now,
        actor=by,
        verb="keep_scheme",
        thing=f"goals:{year}",
        data={"scheme": row.content},
    )
    session.flush()


def _row(session: Session, root_id: str, year: int) -> GoalScheme | None:
    query = select(GoalScheme).where(GoalScheme.root_id == root_id, GoalScheme.year == year)
    return session.exec(query).first()
