"""A date given by its distance from another: pure values, made from text by `cycle.plan.reading`."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cycle.calendar import WorkingCalendar
from cycle.plan.moments import Day, Moment


class Point(StrEnum):
    """The three dates of an activity's window, and when its confidential preparations are erased."""

    OPENS = "opens"
    DUE = "due"
    CLOSES = "closes"
    ERASED = "erased"


class Unit(StrEnum):
    """What a distance is counted in."""

    WORKING_DAYS = "arbejdsdage"
    DAYS = "dage"
    WEEKS = "uger"
    MONTHS = "måneder"


class MeetingPoint(StrEnum):
    """The two dates of a meeting."""

    HELD = "møde"
    AGENDA = "dagsorden"


@dataclass(frozen=True)
class OwnDate:
    """A date of the same activity: "3 uger efter opens"."""

    point: Point


@dataclass(frozen=True)
class NamedDate:
    """A date of another activity, or of an earlier stage of the same: "kvartalsrapport-1 due"."""

    name: str
    point: Point = Point.DUE


@dataclass(frozen=True)
class MeetingDate:
    """A meeting of a body, by its date or by its number in the cycle's year (-1: the last)."""

    body: str
    which: Day | int
    point: MeetingPoint = MeetingPoint.HELD


Anchor = OwnDate | NamedDate | MeetingDate | Moment


@dataclass(frozen=True)
class Relation:
    """`count` units after the anchor (before it when negative; 0: the same day)."""

    count: int
    unit: Unit
    anchor: Anchor

    def from_day(self, day: date, calendar: WorkingCalendar) -> date:
        """The date at this distance from the anchor's `day`."""
        if self.unit is Unit.WORKING_DAYS:
            return calendar.add_working_days(day, self.count)
        if self.unit is Unit.MONTHS:
            return _add_months(day, self.count)
        return day + timedelta(days=self.count * (7 if self.unit is Unit.WEEKS else 1))


@dataclass(frozen=True)
class Phrase:
    """A phrase as read. `doubtful`: the source itself marks it with "(?)"."""

    text: str
    meaning: Moment | Relation
    doubtful: bool = False


def _add_months(day: date, count: int) -> date:
    """The same day `count` months on, or the month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
