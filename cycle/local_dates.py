"""The local date of an instant, inside a statement: days are the municipality's, instants are UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local_date_of(
    instant: sa.SQLColumnExpression[Any], zone: ZoneInfo, *, years: tuple[int, int], sqlite: bool
) -> sa.ColumnElement[Any]:
    """The date on which the column's instant lies in the zone; null for null.

    `years`: the first and the last in which instants lie. `sqlite` says in whose words
    (`store.is_sqlite`); SQLite knows no zones, so it is told the difference between two changes of the clock.
    """
    if not sqlite:
        return sa.cast(sa.func.timezone(zone.key, instant), sa.Date)
    *later, first = reversed(offsets(zone, *years))
    shift: Any = f"{first[1]} minutes"
    if later:
        shift = sa.case(*((instant >= at, f"{minutes} minutes") for at, minutes in later), else_=shift)
    return sa.func.date(instant, shift, type_=sa.Date())


@lru_cache(maxsize=32)
def offsets(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[tuple[datetime, int], ...]:
    """From when on the zone's clock is how many minutes before UTC, from the first year to the last's end."""
    day = datetime(first_year, 1, 1, tzinfo=UTC) - DAY
    found = [(day, _minutes(day, zone))]
    while day.year <= last_year:
        if _minutes(day + DAY, zone) != found[-1][1]:
            hours = (day + n * HOUR for n in range(1, 25))
            at = next(hour for hour in hours if _minutes(hour, zone) != found[-1][1])
            found.append((at, _minutes(at, zone)))
        day += DAY
    return tuple(found)


def _minutes(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)
