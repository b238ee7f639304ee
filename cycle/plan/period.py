"""For how long an agreement is made: a calendar or school year, two years, a council's period."""

from datetime import date, timedelta
from typing import NamedTuple

from pydantic import Field

from cycle.plan.frozen import Frozen


class Dates(NamedTuple):
    """A period's first and last local day."""

    begins: date
    ends: date


class Period(Frozen):
    """`years` from the first day of month `starts`. Without anything said: the calendar year.

    With `first` all periods begin in that year and every `years` after it, as a council's do (2026-2029):
    whoever joins later has what is left of it.
    """

    years: int = Field(default=1, ge=1, le=8)
    starts: int = Field(default=1, ge=1, le=12)
    first: int | None = Field(default=None, ge=2000, le=2100)

    def dates(self, year: int) -> Dates:
        """The period of an agreement that begins in `year`."""
        passed = (year - self.first) % self.years if self.first is not None else 0
        return Dates(
            date(year, self.starts, 1), date(year + self.years - passed, self.starts, 1) - timedelta(days=1)
        )
