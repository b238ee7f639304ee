"""New deadlines given by hand: the one a returned answer gets, and how far ahead one may lie."""

from datetime import date

from cycle.calendar import WorkingCalendar
from cycle.errors import Problem

FURTHEST_DAYS = 2 * 366


def due_after_return(due_on: date, *, today: date, return_days: int, calendar: WorkingCalendar) -> date:
    """The deadline (local) of an answer sent back today when no other is chosen.

    `return_days` working days from today, but never earlier than the deadline it had: who answered
    early and is asked to correct keeps the time everyone else has.
    """
    return max(due_on, calendar.add_working_days(today, return_days))


def too_far(due_on: date, where: str, *, today: date) -> list[Problem]:
    """The fault of a new due date (local) more than two years ahead: a year typed wrong, not a wish.

    Beyond year 9999 no calendar goes, so one such date would stop every page and reminder that meets it.
    """
    if (due_on - today).days <= FURTHEST_DAYS:
        return []
    return [
        Problem(
            where, "Den nye frist ligger mere end to år ude i fremtiden.", "Se efter, om året er rigtigt."
        )
    ]


def not_before_today(due_on: date, where: str, *, today: date) -> list[Problem]:
    """The fault of a new due date that has passed already."""
    if due_on >= today:
        return []
    return [Problem(where, "Den nye frist ligger før i dag.", "Vælg en dato fra i dag og frem.")]
