"""The numbers of the statistics: what was expected, what came, and when."""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Self


@dataclass(frozen=True)
class Numbers:
    """What was expected and what came. `nil` are those of the received whose answer has nothing to report."""

    expected: int = 0
    on_time: int = 0
    extended: int = 0
    late: int = 0
    missing: int = 0
    waived: int = 0
    nil: int = 0

    @property
    def received(self) -> int:
        """The tasks that were answered, whenever."""
        return self.on_time + self.extended + self.late

    @property
    def waiting(self) -> int:
        """Not answered, and the deadline is not over."""
        return self.expected - self.received - self.missing

    @property
    def decided(self) -> int:
        """The tasks of which it is known whether they came in time: answered, or over the deadline."""
        return self.received + self.missing

    @property
    def share(self) -> float | None:
        """Which part of `decided` came on time, extensions included; None when nothing is decided."""
        return (self.on_time + self.extended) / self.decided if self.decided else None

    def __add__(self, other: Self) -> "Numbers":
        return Numbers(*(mine + theirs for mine, theirs in zip(_VALUES(self), _VALUES(other), strict=True)))


_VALUES = attrgetter(*(each.name for each in fields(Numbers)))
