"""Whose tasks a reader may have counted, as conditions that stay quick for a reader of thousands of units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.organisation.tables import Unit
from cycle.tasks.tables import Occurrence, Task

MANY = 500
"""Tasks at more units than these are not looked for unit by unit: those at the other units are left out."""


@dataclass(frozen=True)
class Part:
    """Occurrences and the unit paths of which the reader may see their answers."""

    occurrences: Sequence[int]
    paths: Sequence[str]

    @property
    def root(self) -> str:
        """The municipality that all of the paths lie in; empty when it is not one."""
        roots = {path.split("/")[1] for path in self.paths}
        return roots.pop() if len(roots) == 1 else ""

    @property
    def whole(self) -> bool:
        """Whether the reader may see every unit of one municipality."""
        return len(self.paths) == 1 and self.paths[0] == f"/{self.root}/"

    def own(self, session: Session) -> Self:
        """The part without the activities of other municipalities, which no path of its reaches."""
        here = col(Occurrence.root_id) == self.root if self.root else sa.true()
        kept = session.scalars(
            sa.select(col(Occurrence.id)).where(col(Occurrence.id).in_(self.occurrences), here)
        )
        return replace(self, occurrences=[id_ for id_ in kept if id_ is not None])


def at_units(session: Session, part: Part) -> list[sa.ColumnElement[bool]]:
    """On `Task`, of the part's own occurrences: it is owed at a unit that the reader may see."""
    if part.whole:
        return []
    below = within(col(Unit.path), part.paths)
    if part.root and _number(session, below) > MANY:
        others = sa.select(col(Unit.id)).where(col(Unit.root_id) == part.root, ~below)
        return [col(Task.unit_id).not_in(others)]
    return [col(Task.unit_id).in_(sa.select(col(Unit.id)).where(below))]


def _number(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Unit).where(condition)) or 0
