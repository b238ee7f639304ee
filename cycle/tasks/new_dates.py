"""How far ahead a deadline may be moved by hand."""

from datetime import date

from cycle.errors import Problem

FURTHEST_DAYS = 2 * 366


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
