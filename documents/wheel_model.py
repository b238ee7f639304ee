"""What the wheel is made of: values in, and the measures of the drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cycle.plan.model import Ring
from cycle.tasks.overview import Standing
from documents.wheel_labels import OnArc, Slot

HUB, RIM_INNER, RIM = 108.0, 452.0, 486.0
BAND = 22.0
COLUMN = 520.0
MARGIN = 44.0
COMING = 38.0
LEAST = 34.0
WITH_CALLOUTS = 760.0
"""`LEAST` is the side of what can be hit with a finger: 24 px where the wheel is as wide as a page."""


@dataclass(frozen=True)
class Facts:
    """What is told of one activity."""

    title: str
    ring: Ring
    opens_on: date
    due_on: date
    closes_on: date
    concerns_year: int
    standing: Standing
    answered: int = 0
    total: int = 0
    inferred: bool = False


@dataclass(frozen=True)
class Segment(Facts):
    """One activity of the wheel: what is told of it, and where a click leads."""

    href: str = ""


@dataclass(frozen=True)
class Ahead:
    """One activity of the year to come, with the local days of its window."""

    title: str
    opens_on: date
    closes_on: date


@dataclass(frozen=True)
class Coming:
    """The year to come: a ring of its own in the middle, which leads there as a whole."""

    year: int
    ahead: Sequence[Ahead]
    href: str = ""


@dataclass(frozen=True)
class Wheel:
    """What is drawn. `today` is a local date; its hand is drawn only when it lies in `year`."""

    year: int
    municipality: str
    segments: Sequence[Segment]
    today: date | None = None
    language: str = "da"
    mark: str = ""
    """What the drawing must not be taken without ("Opdigtede svar"), in the hub."""
    coming: Coming | None = None

    @property
    def hub(self) -> float:
        """The radius at which the year's own rings begin."""
        return HUB + (COMING if self.coming else 0)


@dataclass(frozen=True)
class Placed:
    """A segment with its number, its slot, its words and (when there is room) its writing on the arc."""

    no: int
    segment: Segment
    slot: Slot
    explained: str
    on: OnArc | None
