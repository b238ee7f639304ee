"""The meetings a step of a plan holds, as data, and the days they are proposed for."""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from cycle.calendar import WorkingCalendar
from cycle.plan.frozen import Frozen, Slug

CLOCK = r"^([01]?[0-9]|2[0-3])[.:][0-5][0-9]$"
"""A time of day: "9.00", "15:30"."""
Clock = Annotated[str, StringConstraints(pattern=CLOCK)]

NOTICE = 5
"""Working days from a step's opening to the first of several meetings."""


class Meetings(Frozen):
    """The meetings a step holds: how many, from when to when on the day (local), and for how many.

    Where the plan's date is certain and it says `call`, they are called when the step opens; else each of
    them is a proposal until somebody calls it. `homework` is the form of what is given there to be done.
    """

    title: str = ""
    count: int = Field(default=1, ge=1, le=60)
    begins: Clock = "9.00"
    ends: Clock = "15.00"
    seats: int = Field(default=0, ge=0, le=1000)
    call: bool = False
    homework: Slug | None = None

    @property
    def from_to(self) -> tuple[time, time]:
        """When a meeting begins and ends, local."""
        return _clock(self.begins), _clock(self.ends)


def _clock(text: str) -> time:
    hours, minutes = re.split("[.:]", text)
    return time(int(hours), int(minutes))


def proposed_days(count: int, first: date, last: date, calendar: WorkingCalendar) -> Sequence[date]:
    """The days (local) of `count` meetings: one on the last day, several spread over the working days.

    The first working days are left out, where there are more, so that people can be called. Days are used
    twice when there are fewer of them than meetings.
    """
    if count == 1:
        return [last]
    noticed = calendar.add_working_days(first, NOTICE)
    first = noticed if noticed <= last else first
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = [day for day in every if calendar.is_working_day(day)] or [last]
    return [days[(2 * n + 1) * len(days) // (2 * count)] for n in range(count)]
