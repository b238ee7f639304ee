"""Answers against reminders over time as an SVG: a line that climbs, and bars where people were written to.

It has no style of its own and takes the page's colour of text (`currentColor`), in the light and in the dark;
what differs, differs in form. A table beside it says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from cycle.danish import format_count, month_name
from cycle.tasks.responses import Day
from documents.geometry import number

WIDTH, LEFT, RIGHT = 640.0, 44.0, 14.0
TOP, LINE_HEIGHT, GAP, BAR_HEIGHT, BOTTOM = 26.0, 150.0, 26.0, 46.0, 26.0
HEIGHT = TOP + LINE_HEIGHT + GAP + BAR_HEIGHT + BOTTOM
SMALL = 'font-size="12" fill="currentColor"'

TEXTS = {
    "da": {
        "title": "Svar og påmindelser dag for dag",
        "desc": "{answered} af {owed} havde svaret den {last}. Fristen er den {due}. Der er skrevet til "
        "enheder på {days} dage. Tallene står i tabellen.",
        "due": "frist",
        "answers": "svar i alt",
        "written": "enheder, der blev skrevet til",
    },
    "en": {
        "title": "Answers and reminders day by day",
        "desc": "{answered} of {owed} had answered on {last}. The deadline is {due}. Units were written to "
        "on {days} days. The table has the numbers.",
        "due": "due",
        "answers": "answers in all",
        "written": "units written to",
    },
}


@dataclass(frozen=True)
class Responses:
    """What is drawn: the days on which something happened, between two local days."""

    days: Sequence[Day]
    owed: int
    opens_on: date
    due_on: date
    until: date
    language: str = "da"


def draw_responses(given: Responses) -> str:
    """The chart; empty when nothing has happened yet."""
    if not given.days:
        return ""
    pen = _Pen(given)
    words = TEXTS[given.language]
    told = words["desc"].format(
        answered=given.days[-1].total,
        owed=given.owed,
        last=_day(given.until, given.language),
        due=_day(given.due_on, given.language),
        days=sum(bool(pen.written(day)) for day in given.days),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{number(WIDTH)}" '
        f'viewBox="0 0 {number(WIDTH)} {number(HEIGHT)}" '
        f'aria-labelledby="svar-titel svar-tekst"><title id="svar-titel">{escape(words["title"])}</title>'
        f'<desc id="svar-tekst">{escape(told)}</desc>'
        f"{pen.axes(words)}{pen.line()}{pen.bars()}{pen.due(words)}</svg>"
    )


class _Pen:
    """The places of days and numbers on the paper."""

    def __init__(self, given: Responses) -> None:
        self._given = given
        self._first = min(given.opens_on, given.days[0].day)
        self._last = max(given.until, given.due_on, given.days[-1].day)
        self._most = max(given.owed, given.days[-1].total, 1)
        self._loudest = max(map(self.written, given.days)) or 1

    def written(self, day: Day) -> int:
        """How many were written to that day."""
        return day.opened + day.reminded + day.escalated

    def axes(self, words: dict[str, str]) -> str:
        """The lines of 0, half and all, the months' beginnings, and what the two parts are."""
        parts = []
        for value in sorted({0, self._most // 2, self._most}):
            y = number(self._high(value))
            shown = format_count(value, self._given.language)
            parts.append(
                f'<path d="M{number(LEFT)} {y}H{number(WIDTH - RIGHT)}" stroke="currentColor" '
                f'stroke-opacity=".25"/><text x="{number(LEFT - 6)}" y="{y}" dy=".35em" text-anchor="end" '
                f"{SMALL}>{shown}</text>"
            )
        base = TOP + LINE_HEIGHT + GAP + BAR_HEIGHT
        parts.append(
            f'<path d="M{number(LEFT)} {number(base)}H{number(WIDTH - RIGHT)}" stroke="currentColor"/>'
        )
        for day in self._marks():
            x, y = number(self._at(day)), number(base + 18)
            parts.append(
                f'<path d="M{x} {number(base)}v5" stroke="currentColor"/><text x="{x}" y="{y}" '
                f'text-anchor="middle" {SMALL}>{escape(_short(day, self._given.language))}</text>'
            )
        parts.append(f'<text x="{number(LEFT)}" y="14" {SMALL}>{escape(words["answers"])}</text>')
        below = number(TOP + LINE_HEIGHT + GAP - 6)
        parts.append(f'<text x="{number(LEFT)}" y="{below}" {SMALL}>{escape(words["written"])}</text>')
        return "".join(parts)

    def line(self) -> str:
        """All answers until each day."""
        steps, before = [f"M{number(self._at(self._first))} {number(self._high(0))}"], 0
        for day in self._given.days:
            if day.total != before:
                steps.append(f"H{number(self._at(day.day))}V{number(self._high(day.total))}")
                before = day.total
        steps.append(f"H{number(self._at(max(self._given.until, self._given.days[-1].day)))}")
        drawn = "".join(steps)
        return (
            f'<path d="{drawn}V{number(self._high(0))}Z" fill="currentColor" fill-opacity=".14"/>'
            f'<path d="{drawn}" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        )

    def bars(self) -> str:
        """Those written to, each day; its numbers appear when pointed at."""
        base, wide = TOP + LINE_HEIGHT + GAP + BAR_HEIGHT, max(3.0, min(12.0, self._per_day() * 0.7))
        parts = []
        for day in self._given.days:
            if written := self.written(day):
                high = max(2.0, BAR_HEIGHT * written / self._loudest)
                parts.append(
                    f'<rect x="{number(self._at(day.day) - wide / 2)}" y="{number(base - high)}" '
                    f'width="{number(wide)}" height="{number(high)}" fill="currentColor" fill-opacity=".7">'
                    f"<title>{escape(_short(day.day, self._given.language))}: {written}</title></rect>"
                )
        return "".join(parts)

    def due(self, words: dict[str, str]) -> str:
        """The last day to answer, dashed."""
        x = self._at(self._given.due_on) + self._per_day() / 2
        end = "end" if x > WIDTH / 2 else "start"
        shift = -5 if end == "end" else 5
        return (
            f'<path d="M{number(x)} {number(TOP - 4)}V{number(TOP + LINE_HEIGHT)}" stroke="currentColor" '
            f'stroke-width="1.5" stroke-dasharray="6 4"/><text x="{number(x + shift)}" y="{number(TOP - 8)}" '
            f'text-anchor="{end}" {SMALL}>{escape(words["due"])} '
            f"{escape(_short(self._given.due_on, self._given.language))}</text>"
        )

    def _marks(self) -> list[date]:
        """Up to seven days along the axis, at equal distances."""
        apart = max(1, -(-(self._last - self._first).days // 6))
        return [self._first + timedelta(days=n) for n in range(0, (self._last - self._first).days + 1, apart)]

    def _per_day(self) -> float:
        return (WIDTH - LEFT - RIGHT) / ((self._last - self._first).days + 1)

    def _at(self, day: date) -> float:
        """The middle of the day."""
        return LEFT + ((day - self._first).days + 0.5) * self._per_day()

    def _high(self, value: int) -> float:
        return TOP + LINE_HEIGHT * (1 - value / self._most)


def _day(day: date, language: str) -> str:
    dot = "." if language == "da" else ""
    return f"{day.day}{dot} {month_name(day.month, language)} {day.year}"


def _short(day: date, language: str) -> str:
    return (
        f"{day.day}.{day.month}." if language == "da" else f"{day.day} {month_name(day.month, language)[:3]}"
    )
