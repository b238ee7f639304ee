"""What speaks against a new deadline that is possible all the same: said before it is given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cycle.calendar import Move, WorkingCalendar


class Doubt(StrEnum):
    """Why somebody might not have meant the date."""

    CLOSED_DAY = "closed_day"
    AFTER_CLOSE = "after_close"
    NOT_BEFORE_STEP = "not_before_step"


@dataclass(frozen=True)
class DateDoubt:
    """`on` is the next working day, the last day of the collection, or the step's deadline (local dates).

    `name` is what the closed day is called (empty for a weekend), or the step's title.
    """

    kind: Doubt
    on: date
    name: str = ""


def date_doubts(
    due_on: date,
    *,
    closes_on: date,
    steps: Iterable[tuple[str, date]],
    today: date,
    calendar: WorkingCalendar,
) -> list[DateDoubt]:
    """What speaks against the new deadline (local, inclusive) of a collection that takes answers until and
    with `closes_on`. `steps` are the titles and deadlines of what follows the units' answers: the first one
    still ahead that is due no later than the new deadline is named.
    """
    found = []
    if not calendar.is_working_day(due_on):
        found.append(DateDoubt(Doubt.CLOSED_DAY, calendar.move(due_on, Move.LATER), calendar.name_of(due_on)))
    if due_on > closes_on:
        found.append(DateDoubt(Doubt.AFTER_CLOSE, closes_on))
    ahead = sorted((on, title) for title, on in steps if today <= on <= due_on)
    if ahead:
        found.append(DateDoubt(Doubt.NOT_BEFORE_STEP, *ahead[0]))
    return found
