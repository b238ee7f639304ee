"""An activity with its real dates, and what has to be said about them beside the dates."""

from dataclasses import dataclass
from datetime import date

from cycle.danish import format_date, weekday_name
from cycle.plan.model import Confidence
from cycle.plan.relations import Point

POINT_NAMES = {
    Point.OPENS: ("Åbner", "Opens"),
    Point.DUE: ("Frist", "Due"),
    Point.CLOSES: ("Lukker", "Closes"),
    Point.ERASED: ("Forberedelser slettes", "Preparations erased"),
}


@dataclass(frozen=True)
class ResolvedDate:
    """One date: what the plan says (`phrase`, empty for a default), where that falls, where it was moved.

    `name` is a `Point` or a stage's title; `closed` is why the nominal day is closed, if it has a name.
    """

    name: Point | str
    phrase: str
    nominal: date
    on: date
    confidence: Confidence = Confidence.CERTAIN
    printed: str = ""
    closed: str = ""

    @property
    def moved(self) -> bool:
        """Whether the date is not where the plan's phrase puts it."""
        return self.on != self.nominal


@dataclass(frozen=True)
class ResolvedActivity:
    """One activity in one cycle. All dates are local and inclusive.

    `concerns_year` is the year it is about. `stage_due` has the due date of each stage by its id, in
    the order of the plan. From `erased_on` no confidential preparation is left, where it has them.
    `dates` explains every one of them.
    """

    activity_id: str
    opens_on: date
    due_on: date
    closes_on: date
    stage_due: dict[str, date]
    concerns_year: int
    dates: tuple[ResolvedDate, ...]
    erased_on: date | None = None

    @property
    def moved(self) -> tuple[ResolvedDate, ...]:
        """The dates that were moved off closed days."""
        return tuple(each for each in self.dates if each.moved)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to show beside the dates, in Danish."""
        return self.notes_in("da")

    def notes_in(self, language: str) -> tuple[str, ...]:
        """What to show beside the dates: inferred, uncertain and as printed, moved from where to where."""
        return tuple(_note(each, language) for each in self.dates if _remarks(each, language))


def _note(each: ResolvedDate, language: str) -> str:
    name = POINT_NAMES[each.name][language == "en"] if isinstance(each.name, Point) else each.name
    return f"{name}: {', '.join(_remarks(each, language))}"


def _remarks(each: ResolvedDate, language: str) -> list[str]:
    english = language == "en"
    sure = {
        Confidence.CERTAIN: ("", ""),
        Confidence.INFERRED: ("udledt", "inferred"),
        Confidence.UNCERTAIN: ("usikker", "uncertain"),
    }[each.confidence][english]
    quoted = f'"{each.printed}"' if english else f"»{each.printed}«"
    printed = f"{'printed as' if english else 'trykt som'} {quoted}" if each.printed else ""
    return [remark for remark in (sure, printed, _moved(each, language)) if remark]


def _moved(each: ResolvedDate, language: str) -> str:
    if not each.moved:
        return ""
    words = ("moved from", "to") if language == "en" else ("flyttet fra", "til")
    days = [f"{weekday_name(d, language)} {format_date(d, language)}" for d in (each.nominal, each.on)]
    why = f" ({each.closed})" if each.closed and not each.closed[0].isdigit() else ""  # not "1. maj (1. maj)"
    return f"{words[0]} {days[0]}{why} {words[1]} {days[1]}"
