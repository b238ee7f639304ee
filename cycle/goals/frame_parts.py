"""What a steering frame consists of (seed 004 G): three parts, and who may write in which of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cycle.plan.model import Confidence


class FramePart(StrEnum):
    """The parts of a frame: formelt grundlag, retningsgivende grundlag, driftsgrundlag."""

    FORMAL = "formal"
    DIRECTIONAL = "directional"
    OPERATING = "operating"


class Rhythm(StrEnum):
    """How often a part is brought up to date: given from outside, every year, every quarter."""

    OUTSIDE = "outside"
    YEARLY = "yearly"
    QUARTERLY = "quarterly"


class Writer(StrEnum):
    """By which way a text comes into a frame."""

    IMPORT = "import"
    OFFICE = "office"
    APPROVAL = "approval"
    REPORT = "report"


class Filled(StrEnum):
    """What the reports write: how last year went, the year's measures, the quarters' follow-up."""

    NOT = ""
    LAST_YEAR = "last_year"
    MEASURES = "measures"
    FOLLOW_UP = "follow_up"


MAY_WRITE: Mapping[Rhythm, frozenset[Writer]] = {
    Rhythm.OUTSIDE: frozenset({Writer.IMPORT}),
    Rhythm.YEARLY: frozenset({Writer.IMPORT, Writer.OFFICE, Writer.APPROVAL}),
    Rhythm.QUARTERLY: frozenset({Writer.REPORT}),
}
"""Who may change a text that stands. A first text may come with any import."""


@dataclass(frozen=True)
class FrameItem:
    """One item of a part with its text. `item` is its lasting short name; a report writes `filled`.

    `confidence`: how sure the source is that the item belongs to this part.
    """

    item: str
    part: FramePart
    rhythm: Rhythm
    title: str
    title_en: str = ""
    owner: str = ""
    owner_en: str = ""
    confidence: Confidence = Confidence.CERTAIN
    filled: Filled = Filled.NOT
    text: str = ""


@dataclass(frozen=True)
class FrameText:
    """A core area's frame of one year as written in a file, items in their order."""

    area: str
    year: int
    items: tuple[FrameItem, ...]
