"""What a Danish date phrase means: a span of days in a year, first and last included.

Pure values; `cycle.plan.reading` makes them from text. A window's opening takes the first day of a span,
a due or closing date takes the last. `primo` is the 1st to the 10th, `medio` the 11th to the 20th,
`ultimo` the 21st to the month's last day. Weeks are ISO weeks.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from cycle.calendar import WorkingCalendar
from cycle.danish import MONTHS, WEEKDAYS, format_date
from cycle.errors import PlanInvalid, Problem


class Span(NamedTuple):
    """Days from `first` to `last`, both included."""

    first: date
    last: date


def wrong(what: str, cure: str = "", where: str = "") -> PlanInvalid:
    """One problem as an error to raise."""
    return PlanInvalid([Problem(where, what, cure)])


class Part(StrEnum):
    """A third of a month."""

    PRIMO = "primo"
    MEDIO = "medio"
    ULTIMO = "ultimo"


@dataclass(frozen=True)
class Day:
    """ "20. april", "1/11", "2027-04-20"."""

    day: int
    month: int
    year: int | None = None

    @property
    def deciding_month(self) -> int:
        """The month that decides which calendar year of a cycle the phrase falls in."""
        return self.month

    def span(self, year: int, calendar: WorkingCalendar) -> Span:
        """The day in `year`. Raises PlanInvalid for 29 February in a common year."""
        try:
            day = date(year, self.month, self.day)
        except ValueError:
            raise wrong(
                f"{year} har ingen {self.day}. {MONTHS[self.month - 1]}.", "Skriv fx »ultimo februar«."
            ) from None
        return Span(day, day)


@dataclass(frozen=True)
class MonthPart:
    """ "primo maj", or the whole "april" when `part` is None."""

    month: int
    part: Part | None = None
    year: int | None = None

    @property
    def deciding_month(self) -> int:
        """The month itself."""
        return self.month

    def span(self, year: int, calendar: WorkingCalendar) -> Span:
        """The days of the month, or of its third."""
        end = monthrange(year, self.month)[1]
        bounds = {Part.PRIMO: (1, 10), Part.MEDIO: (11, 20), Part.ULTIMO: (21, end), None: (1, end)}
        first, last = bounds[self.part]
        return Span(date(year, self.month, first), date(year, self.month, last))


@dataclass(frozen=True)
class Months:
    """ "1. halvår", "2. kvartal": months `first` to `last` of one year."""

    first: int
    last: int
    year: int | None = None

    @property
    def deciding_month(self) -> int:
        """The last month: half a year belongs to the cycle it ends in."""
        return self.last

    def span(self, year: int, calendar: WorkingCalendar) -> Span:
        """From the first day of the first month to the last day of the last."""
        return Span(date(year, self.first, 1), date(year, self.last, monthrange(year, self.last)[1]))


@dataclass(frozen=True)
class Week:
    """ "uge 39": an ISO week, Monday to Sunday."""

    week: int
    year: int | None = None

    @property
    def deciding_month(self) -> int:
        """The month of the week's Thursday."""
        return date.fromisocalendar(2026, self.week, 4).month  # 2026 has all 53 weeks

    def span(self, year: int, calendar: WorkingCalendar) -> Span:
        """The week in `year`. Raises PlanInvalid for week 53 in a year of 52."""
        try:
            monday = date.fromisocalendar(year, self.week, 1)
        except ValueError:
            raise wrong(
                f"{year} har ingen uge {self.week}.", f"Skriv uge {self.week - 1} eller uge 1."
            ) from None
        return Span(monday, monday + timedelta(days=6))


@dataclass(frozen=True)
class NthDay:
    """ "sidste arbejdsdag i april", "2. mandag i marts". `nth` counts from the end when negative.

    `weekday` is 0 for Monday, None for any working day.
    """

    nth: int
    weekday: int | None
    month: int
    year: int | None = None

    @property
    def deciding_month(self) -> int:
        """The month itself."""
        return self.month

    def span(self, year: int, calendar: WorkingCalendar) -> Span:
        """The day in `year`. Raises PlanInvalid when the month has not so many of them."""
        count = monthrange(year, self.month)[1]
        days = [date(year, self.month, n) for n in range(1, count + 1)]
        fitting = [day for day in days if self._fits(day, calendar)]
        if abs(self.nth) > len(fitting):
            kind = "arbejdsdag" if self.weekday is None else WEEKDAYS[self.weekday]
            month = MONTHS[self.month - 1]
            raise wrong(
                f"{month.capitalize()} {year} har ingen {abs(self.nth)}. {kind}.",
                f"Skriv fx »sidste {kind} i {month}«.",
            )
        day = fitting[self.nth - 1 if self.nth > 0 else self.nth]
        return Span(day, day)

    def _fits(self, day: date, calendar: WorkingCalendar) -> bool:
        return calendar.is_working_day(day) if self.weekday is None else day.weekday() == self.weekday


Single = Day | MonthPart | Months | Week | NthDay


@dataclass(frozen=True)
class Range:
    """ "ultimo juni–medio august": from the first day of one phrase to the last day of another.

    Without years of their own the end is the first one on or after the beginning, so it may lie in the
    next year; with a year on the end only, the beginning is the last one on or before the end.
    """

    begin: Single
    end: Single

    @property
    def year(self) -> int | None:
        """The year that is written, if any."""
        return self.begin.year if self.begin.year is not None else self.end.year

    @property
    def deciding_month(self) -> int:
        """That of the beginning: a range belongs to the cycle it begins in."""
        return self.begin.deciding_month

    def span(self, year: int, calendar: WorkingCalendar) -> Span:
        """The days of the range; `year` is the beginning's when none is written."""
        if self.begin.year is None and self.end.year is not None:
            last = self.end.span(self.end.year, calendar).last
            first = self.begin.span(self.end.year, calendar).first
            if first > last:
                first = self.begin.span(self.end.year - 1, calendar).first
            return Span(first, last)
        first = self.begin.span(year if self.begin.year is None else self.begin.year, calendar).first
        if self.end.year is not None:
            return self._ordered(first, self.end.span(self.end.year, calendar).last)
        last = self.end.span(first.year, calendar).last
        if last < first:
            last = self.end.span(first.year + 1, calendar).last
        return Span(first, last)

    @staticmethod
    def _ordered(first: date, last: date) -> Span:
        if last < first:
            raise wrong(
                f"Perioden slutter {format_date(last)}, før den begynder {format_date(first)}.",
                "Byt om, eller ret årstallet.",
            )
        return Span(first, last)


Moment = Single | Range


def cycle_year(d: date, starts: int) -> int:
    """The year of the cycle `d` lies in: with `starts` 8, March 2028 lies in school year 2027."""
    return d.year - (d.month < starts)


def place(moment: Moment, year: int, starts: int, calendar: WorkingCalendar) -> Span:
    """The moment in the cycle of `year`, which begins on the 1st of month `starts`.

    A year written in the phrase stands; months before `starts` belong to the following calendar year.
    Raises PlanInvalid when that year has no such day.
    """
    if moment.year is not None:
        return moment.span(moment.year, calendar)
    return moment.span(year + (moment.deciding_month < starts), calendar)
