"""Which activities a reader may have counted, and where: what `statistics.count` is asked for.

A unit's numbers are its answers' numbers, so they are seen by whoever may see the answers: a superior below
the own unit, the committee where the activity has been released.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.rules import Granted, Thing, Verb, visible_paths
from cycle.tasks.change import RUNNING
from cycle.tasks.parts import Part
from cycle.tasks.tables import Cycle, Occurrence, Release


@dataclass(frozen=True)
class Counted:
    """One activity that has opened, in its year."""

    occurrence: Occurrence
    year: int


@dataclass(frozen=True)
class Choice:
    """The activities to choose among, oldest deadline first, and by which paths each may be counted."""

    activities: Sequence[Counted]
    paths: Sequence[tuple[str, ...]]

    @property
    def years(self) -> list[int]:
        """The years there is something of, in order."""
        return sorted({each.year for each in self.activities})

    def between(self, first: int, last: int, activity_id: str = "") -> "Choice":
        """Those of these years (inclusive), of one activity of the plan where it is given."""
        wanted = [
            each.occurrence.id or 0
            for each in self.activities
            if first <= each.year <= last and activity_id in ("", each.occurrence.activity_id)
        ]
        return self.only(wanted)

    def only(self, occurrence_ids: Collection[int]) -> "Choice":
        """Those with these ids."""
        kept = [
            (each, paths)
            for each, paths in zip(self.activities, self.paths, strict=True)
            if each.occurrence.id in occurrence_ids
        ]
        return Choice([each for each, _ in kept], [paths for _, paths in kept])

    def parts(self) -> list[Part]:
        """The same by paths, for `statistics.count`."""
        found: dict[tuple[str, ...], list[int]] = {}
        for each, paths in zip(self.activities, self.paths, strict=True):
            found.setdefault(paths, []).append(each.occurrence.id or 0)
        return [Part(ids, paths) for paths, ids in found.items()]

    def answered_in(self, now: datetime) -> tuple[int, int]:
        """The first and the last year (UTC) in which answers came."""
        opened = [each.occurrence.opens_at.year for each in self.activities]
        return min(opened, default=now.year), now.year


def counted_for(
    session: Session, grants: Iterable[Granted], roots: Sequence[str], *, verb: Verb = Verb.SEE_UNIT
) -> Choice:
    """Every activity of these municipalities that has opened and of which the grants permit some paths."""
    grants = tuple(grants)
    reach = {thing: visible_paths(grants, verb, thing) for thing in Thing}
    released = set(session.exec(select(Release.occurrence_id).distinct()))
    rows = session.execute(
        sa.select(Occurrence, col(Cycle.year))
        .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
        .where(col(Occurrence.root_id).in_(roots), col(Occurrence.state).in_(RUNNING))
        .order_by(col(Cycle.year), col(Occurrence.due_on), col(Occurrence.id))
    )
    found = [
        (Counted(occurrence, year), _paths(occurrence, reach, occurrence.id in released))
        for occurrence, year in rows
    ]
    kept = [(each, paths) for each, paths in found if paths]
    return Choice([each for each, _ in kept], [paths for _, paths in kept])


def _paths(occurrence: Occurrence, reach: dict[Thing, tuple[str, ...]], released: bool) -> tuple[str, ...]:
    if json.loads(occurrence.activity).get("confidential"):
        paths = reach[Thing.CONFIDENTIAL]
    else:
        paths = reach[Thing.ORDINARY] or (reach[Thing.RELEASED] if released else ())
    root = f"/{occurrence.root_id}/"
    return tuple(path for path in paths if path.startswith(root))
