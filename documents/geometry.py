"""Circles, arcs and the room a text takes: the arithmetic under the wheel.

Angles are degrees clockwise from twelve o'clock, so that 1 January is 0 and 1 July is 180. Lengths are
in the drawing's own units.
"""

import calendar
import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

NARROW, WIDE = "fijlrtI.,:;·|'()/[]! -", "mwMWÆ@%—"


@dataclass(frozen=True)
class Arc:
    """A piece of a circle from `start` over `sweep` degrees clockwise (0 < sweep <= 360)."""

    start: float
    sweep: float

    @property
    def middle(self) -> float:
        """The angle half way, 0 to 360."""
        return (self.start + self.sweep / 2) % 360

    def holds(self, angle: float) -> bool:
        """Whether the angle lies in the arc."""
        return (angle - self.start) % 360 <= self.sweep

    def meets(self, other: "Arc", gap: float = 0.0) -> bool:
        """Whether two arcs overlap or come closer to each other than `gap` degrees."""
        return (other.start - self.start) % 360 < self.sweep + gap or (
            self.start - other.start
        ) % 360 < other.sweep + gap


def angle_of(day: date) -> float:
    """The place of a day's beginning on the wheel; each month is 30 degrees wide."""
    days = calendar.monthrange(day.year, day.month)[1]
    return (day.month - 1 + (day.day - 1) / days) * 30


def arc_of(first: date, last: date, at_least: float = 1.5) -> Arc:
    """The arc of a window, both days inclusive. Over New Year it wraps; a year or more is a full turn."""
    start = angle_of(first)
    if (last - first).days >= 364:
        return Arc(start, 359.0)
    sweep = (angle_of(last + timedelta(days=1)) - start) % 360
    return Arc(start, max(sweep, at_least))


@dataclass(frozen=True)
class Share:
    """Which part of its ring's thickness an arc has: `span` lanes of `count`, from lane `first` inwards."""

    first: int
    span: int
    count: int


def shares(arcs: Sequence[Arc], order: Sequence[int], gap: float = 1.0) -> list[Share]:
    """A place for each arc so that none meet: those that overlap divide the thickness between them.

    `order` says whose turn it is to take the outermost free lane, where there is most room for text. An
    arc also takes the lanes inside its own that nothing else needs.
    """
    met = [{j for j in order if j != i and arcs[i].meets(arcs[j], gap)} for i in range(len(arcs))]
    lane: dict[int, int] = {}
    for i in order:
        lane[i] = next(n for n in range(len(arcs)) if all(lane.get(j) != n for j in met[i]))
    found: dict[int, Share] = {}
    for group in _groups(met):
        count = 1 + max(lane[i] for i in group)
        for i in group:
            inside = [lane[j] for j in met[i] if lane[j] > lane[i]]
            found[i] = Share(lane[i], min(inside, default=count) - lane[i], count)
    return [found[i] for i in range(len(arcs))]


def _groups(met: Sequence[set[int]]) -> list[set[int]]:
    """The sets of arcs that overlap directly or through others."""
    groups: list[set[int]] = []
    for i, others in enumerate(met):
        joined = [group for group in groups if group & ({i} | others)]
        groups = [group for group in groups if group not in joined]
        groups.append({i}.union(others, *joined))
    return groups


def point(radius: float, angle: float) -> tuple[float, float]:
    """The point at this distance and angle from the centre; y grows downwards as in SVG."""
    radians = math.radians(angle)
    return radius * math.sin(radians), -radius * math.cos(radians)


def number(value: float) -> str:
    """A coordinate with one decimal and no needless zero."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def at(radius: float, angle: float) -> str:
    """`point` as text for a path."""
    x, y = point(radius, angle)
    return f"{number(x)} {number(y)}"


def band_path(arc: Arc, inner: float, outer: float) -> str:
    """The closed path of a ring's piece between two radii."""
    end, large = arc.start + arc.sweep, int(arc.sweep > 180)
    return (
        f"M{at(outer, arc.start)}A{number(outer)} {number(outer)} 0 {large} 1 {at(outer, end)}"
        f"L{at(inner, end)}A{number(inner)} {number(inner)} 0 {large} 0 {at(inner, arc.start)}Z"
    )


def ends_path(arc: Arc, inner: float, outer: float) -> str:
    """The two straight ends of a ring's piece."""
    end = arc.start + arc.sweep
    return f"M{at(outer, arc.start)}L{at(inner, arc.start)}M{at(outer, end)}L{at(inner, end)}"


def line_path(arc: Arc, radius: float, *, upright: bool = False) -> str:
    """The open path along an arc; `upright` runs backwards in the lower half, so that text stands up."""
    end, large = arc.start + arc.sweep, int(arc.sweep > 180)
    first, last, clockwise = (end, arc.start, 0) if upright and lower(arc) else (arc.start, end, 1)
    r = number(radius)
    return f"M{at(radius, first)}A{r} {r} 0 {large} {clockwise} {at(radius, last)}"


def lower(arc: Arc) -> bool:
    """Whether the arc's middle is in the lower half, where text has to run the other way."""
    return 90 < arc.middle < 270


@lru_cache(maxsize=16384)
def text_width(text: str, size: float) -> float:
    """About how wide a sans-serif text is (a little generous, since the reader's font is unknown)."""
    narrow = sum(text.count(c) for c in NARROW)
    wide = sum(text.count(c) for c in WIDE)
    capital = sum(c.isupper() for c in text) - sum(text.count(c) for c in "IMWÆ")
    usual = len(text) - narrow - wide - capital
    return size * (0.33 * narrow + 0.9 * wide + 0.7 * capital + 0.565 * usual)


@lru_cache(maxsize=4096)
def wrap(text: str, lines: int) -> tuple[str, ...]:
    """The text in at most `lines` lines, the longest as short as can be. Breaks at spaces and behind "/".

    A last word of one or two characters stays with the one before ("Kvartalsrapport 1").
    """
    words = re.sub(r"/| (?!\S{1,2}$)", lambda found: found.group() + "\0", text).split("\0")
    best: tuple[str, ...] = (text,)
    for cuts in _cuts(len(words), lines):
        edges = [0, *cuts, len(words)]
        parts = tuple("".join(words[a:b]).strip() for a, b in itertools.pairwise(edges))
        if _raggedness(parts) < _raggedness(best):
            best = parts
    return best


def _raggedness(parts: Sequence[str]) -> tuple[float, float]:
    widths = [text_width(part, 1) for part in parts]
    return max(widths), sum(width * width for width in widths)


def _cuts(words: int, lines: int) -> list[tuple[int, ...]]:
    one = [(a,) for a in range(1, words)] if lines >= 2 else []
    two = [(a, b) for a in range(1, words) for b in range(a + 1, words)] if lines >= 3 else []
    return [*one, *two]
