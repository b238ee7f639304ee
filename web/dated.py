"""A local date as a page shows it: how sure it is, and how the source printed it."""

from dataclasses import dataclass
from datetime import date

from cycle.plan.model import Confidence, When
from cycle.plan.reading import certainty


@dataclass(frozen=True)
class Mark:
    """A local date with its certainty and its printed wording."""

    on: date
    confidence: Confidence
    printed: str

    @classmethod
    def of(cls, when: When, on: date) -> "Mark":
        """The date that the plan's phrase came to be."""
        return cls(on, *certainty(when))
