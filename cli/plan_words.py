"""How dates and notes of a plan read in a table."""

from collections.abc import Iterable
from datetime import date

from cli.wording import english
from cycle.danish import weekday_name


def grouped(notes: Iterable[str]) -> list[str]:
    """Notes that say the same of several dates, said once: "Åbner, Frist: udledt"."""
    names: dict[str, list[str]] = {}
    for note in notes:
        name, _, remark = note.partition(": ")
        names.setdefault(remark, []).append(name)
    return [f"{', '.join(dict.fromkeys(each))}: {remark}" for remark, each in names.items()]


def shown(day: date) -> str:
    """ "man 20/4-2027" (English "Mon 2027-04-20")."""
    if english():
        return f"{weekday_name(day, 'en')[:3]} {day.isoformat()}"
    return f"{weekday_name(day)[:3]} {day.day}/{day.month}-{day.year}"
