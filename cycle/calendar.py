"""Working days and the working day's hours: local dates on one side, instants on the other.

A date is a local date of the municipality, an instant is aware and in UTC. Public holidays come from
the `holidays` library (store bededag only to 2023), everything else is data: days closed every year,
and local days or periods, which either are closed or are only shown (school holidays).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holidays import country_holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

OPENING = time(6)
SEND_FROM, SEND_UNTIL = time(7), time(16)
ONE_DAY = timedelta(days=1)
LONGEST_PERIOD = timedelta(days=366)


class Move(StrEnum):
    """What happens to a date that falls on a closed day."""

    EARLIER = "earlier"
    LATER = "later"
    KEEP = "keep"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class YearlyDay(_Frozen):
    """A day that is closed every year although it is no public holiday."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    name: str

    @model_validator(mode="after")
    def _exists(self) -> Self:
        try:
            date(2028, self.month, self.day)  # a leap year, so that 29 February is allowed
        except ValueError:
            raise ValueError(f"Dagen {self.day}/{self.month} findes ikke.") from None
        return self


class LocalDays(_Frozen):
    """A day or period (both ends included) of this municipality.

    `closed`: no working day, so deadlines move and working days skip it. Not closed: only shown. School
    holidays are written `closed: false`, because the administration and the day-care centres are at work.
    """

    first: date
    last: date | None = None
    name: str
    closed: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.first <= self.end <= self.first + LONGEST_PERIOD:
            raise ValueError(f"{self.name}: slutter før den begynder, eller varer over et år.")
        return self

    @property
    def end(self) -> date:
        """The last day."""
        return self.last or self.first

    def dates(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range((self.end - self.first).days + 1)]


YEARLY_DAYS = (
    YearlyDay(month=5, day=1, name="1. maj"),
    YearlyDay(month=6, day=5, name="Grundlovsdag"),
    YearlyDay(month=12, day=24, name="Juleaftensdag"),
    YearlyDay(month=12, day=31, name="Nytårsaftensdag"),
)


class WorkingCalendar(_Frozen):
    """The municipality's calendar. Immutable; kept as JSON in each revision of a cycle."""

    timezone: str = "Europe/Copenhagen"
    yearly: tuple[YearlyDay, ...] = Field(default=YEARLY_DAYS, max_length=60)
    local: tuple[LocalDays, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"Tidszonen {name} kendes ikke. Skriv fx Europe/Copenhagen.") from None
        return name

    @classmethod
    def from_json(cls, text: str) -> "WorkingCalendar":
        """The calendar that `to_json` wrote. Raises pydantic's ValidationError."""
        return cls.model_validate_json(text)

    def to_json(self) -> str:
        """The calendar as text; `from_json` gives an equal one."""
        return self.model_dump_json(exclude_none=True)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def _years(self) -> dict[int, Mapping[date, str]]:
        return {}

    def closed_days(self, year: int) -> Mapping[date, str]:
        """Every closed day of `year` that is not merely a Saturday or Sunday, with its Danish name."""
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = MappingProxyType(self._closed_days(year))
        return found

    def _closed_days(self, year: int) -> dict[date, str]:
        local = {d: days.name for days in self.local if days.closed for d in days.dates() if d.year == year}
        leap = _is_leap(year)
        yearly = {
            date(year, day.month, day.day): day.name
            for day in self.yearly
            if leap or (day.month, day.day) != (2, 29)
        }
        return {**local, **yearly, **_public_holidays(year)}

    def name_of(self, d: date) -> str:
        """What is special about `d` ("Skærtorsdag", "Efterårsferie"); empty for a plain day."""
        shown = next((days.name for days in self.local if days.first <= d <= days.end), "")
        return self.closed_days(d.year).get(d) or shown

    def is_working_day(self, d: date) -> bool:
        """Whether `d` is neither weekend, public holiday nor closed by the municipality."""
        return d.weekday() < 5 and d not in (self._years.get(d.year) or self.closed_days(d.year))

    def add_working_days(self, d: date, n: int) -> date:
        """The n-th working day after `d` (before it when n < 0). With n = 0 `d` itself, closed or not."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            d += step
            left -= self.is_working_day(d)
        return d

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days `b` lies after `a`: those of (a, b], or minus those of [b, a).

        So `working_days_between(d, add_working_days(d, n)) == n` for every d and n.
        """
        if b < a:
            return -sum(self.is_working_day(b + timedelta(days=n)) for n in range((a - b).days))
        return sum(self.is_working_day(a + timedelta(days=n + 1)) for n in range((b - a).days))

    def move(self, d: date, policy: Move) -> date:
        """`d`, or the nearest working day on the policy's side when `d` is closed."""
        if policy is Move.KEEP or self.is_working_day(d):
            return d
        return self.add_working_days(d, 1 if policy is Move.LATER else -1)

    def local_date(self, at: datetime) -> date:
        """The local date of an instant. Raises ValueError for a naive time."""
        return self._local(at).date()

    def instant(self, d: date, t: time) -> datetime:
        """The UTC instant at which local clocks show `t` on `d`.

        On the night clocks go forward a time that does not exist is taken as that much later (02:30 is
        03:30 summer time); on the night they go back a time that comes twice is the first.
        """
        return _instant(d, t, self.zone)

    def end_of(self, d: date) -> datetime:
        """The first instant of the next local day, in UTC: the exclusive end of `d`."""
        return self.instant(d + ONE_DAY, time.min)

    def opening(self, d: date) -> datetime:
        """06:00 local on `d` in UTC: before the send window."""
        return self.instant(d, OPENING)

    def send_window(self, d: date) -> tuple[datetime, datetime]:
        """07:00 and 16:00 local on `d` in UTC; the end is exclusive. `d` may be a closed day."""
        return self.instant(d, SEND_FROM), self.instant(d, SEND_UNTIL)

    def next_send(self, at: datetime) -> datetime:
        """`at` itself inside the window of a working day, else the next window's start, in UTC."""
        local = self._local(at)
        today = local.date()
        if self.is_working_day(today):
            if SEND_FROM <= local.time() < SEND_UNTIL:
                return at.astimezone(UTC)
            if local.time() < SEND_FROM:
                return self.instant(today, SEND_FROM)
        return self.instant(self.add_working_days(today, 1), SEND_FROM)

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError(f"naive time {at.isoformat()}: an instant must be aware")
        return at.astimezone(self.zone)


@lru_cache(maxsize=4096)
def _instant(d: date, t: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(d, t.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=256)
def _public_holidays(year: int) -> Mapping[date, str]:
    return MappingProxyType(
        {d: str(name) for d, name in country_holidays("DK", years=year, language="da").items()}
    )


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
