"""Where each title of the wheel stands: on its arc when there is room, else outside with a line to it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from documents.geometry import Arc, lower, point, text_width, wrap

LARGEST, SMALLEST = 20.0, 13.0
META = 0.8
LINE_COST = 1.5
LEADING = 1.18
CALLOUT_SIZE = 17.0
CALLOUT_CHARACTERS = 24


@dataclass(frozen=True)
class Slot:
    """An arc's place in the drawing: between two radii."""

    arc: Arc
    inner: float
    outer: float

    @property
    def middle(self) -> float:
        """The radius half way."""
        return (self.inner + self.outer) / 2

    @property
    def thickness(self) -> float:
        """From inside to outside."""
        return self.outer - self.inner


@dataclass(frozen=True)
class Wanted:
    """A title that has to stand outside: the line to it begins at `angle` and `radius`."""

    title: str
    meta: str
    angle: float
    radius: float


@dataclass(frozen=True)
class OnArc:
    """A title written along its arc: lines with the radius of each one's baseline."""

    size: float
    lines: tuple[tuple[str, float], ...]
    meta: tuple[str, float] | None


@dataclass(frozen=True)
class Callout:
    """A title outside the rim: `x`, `y` of its first line, the side, and the line that leads to it."""

    lines: tuple[str, ...]
    meta: str
    x: float
    y: float
    left: bool
    lead: tuple[tuple[float, float], ...]


def on_arc(title: str, meta: str, slot: Slot) -> OnArc | None:
    """The best writing of the title (and its second, smaller line) that the arc has room for.

    Large letters are better, and so are few lines.
    """
    found = [placed for count in (1, 2, 3) if (placed := _largest(title, meta, slot, count))]
    return max(found, key=lambda on: on.size - LINE_COST * len(on.lines), default=None)


def _largest(title: str, meta: str, slot: Slot, count: int) -> OnArc | None:
    lines = wrap(title, count)
    if len(lines) != count:
        return None
    sizes = (LARGEST - n / 2 for n in range(int(2 * (LARGEST - SMALLEST)) + 1))
    return next((placed for size in sizes if (placed := _place(lines, meta, size, slot))), None)


def _place(lines: Sequence[str], meta: str, size: float, slot: Slot) -> OnArc | None:
    heights = [size * LEADING] * len(lines) + ([size * META * LEADING] if meta else [])
    total = sum(heights)
    if total > slot.thickness - 12:
        return None
    down = lower(slot.arc)
    texts, sizes = [*lines, *([meta] if meta else [])], [size] * len(lines) + [size * META]
    radii: list[float] = []
    top = total / 2
    for height, text, text_size in zip(heights, texts, sizes, strict=False):
        baseline = top - height * 0.8
        radius = slot.middle + (-baseline if down else baseline)
        room = slot.arc.sweep / 360 * 2 * math.pi * radius - 16
        if text_width(text, text_size) > room:
            return None
        radii.append(radius)
        top -= height
    placed = tuple(zip(lines, radii, strict=False))
    return OnArc(size, placed, (meta, radii[-1]) if meta else None)


def clearest_angle(slot: Slot, others: Sequence[Slot]) -> float:
    """The angle in an arc from which a line outwards crosses the fewest other arcs."""
    share = (0.5, 0.35, 0.65, 0.2, 0.8, 0.08, 0.92)
    angles = [(slot.arc.start + slot.arc.sweep * part) % 360 for part in share]

    def crossed(angle: float) -> int:
        return sum(other.inner >= slot.outer and other.arc.holds(angle) for other in others)

    return min(angles, key=crossed)


def callouts(wanted: Sequence[Wanted], rim: float, column: float) -> list[Callout]:
    """Places titles in a column at each side of the wheel, none over another, in the order given."""
    placed: dict[int, Callout] = {}
    for left in (False, True):
        side = [i for i, w in enumerate(wanted) if (w.angle > 180) is left]
        side.sort(key=lambda i: point(rim, wanted[i].angle)[1])
        blocks = [_lines(wanted[i].title) for i in side]
        heights = [_height(lines, wanted[i].meta) for i, lines in zip(side, blocks, strict=True)]
        tops = _spread([point(rim, wanted[i].angle)[1] for i in side], heights)
        for i, lines, top in zip(side, blocks, tops, strict=True):
            placed[i] = _callout(wanted[i], lines, top, left, rim, column)
    return [placed[i] for i in range(len(wanted))]


@dataclass(frozen=True)
class Extent:
    """How far the callouts reach from the centre: to the left, to the right, up or down; 0 for none."""

    left: float
    right: float
    high: float


def extent(placed: Sequence[Callout]) -> Extent:
    """The room the callouts need around the wheel."""
    return Extent(
        left=max((_reach(c) for c in placed if c.left), default=0.0),
        right=max((_reach(c) for c in placed if not c.left), default=0.0),
        high=max(
            (max(abs(c.y - CALLOUT_SIZE), abs(c.y + _height(c.lines, c.meta))) for c in placed), default=0.0
        ),
    )


def _reach(callout: Callout) -> float:
    words = max(text_width(line, CALLOUT_SIZE) for line in callout.lines)
    return abs(callout.x) + max(words, text_width(callout.meta, CALLOUT_SIZE * META))


def _lines(title: str) -> tuple[str, ...]:
    return wrap(title, 1 + (len(title) > CALLOUT_CHARACTERS) + (len(title) > 2 * CALLOUT_CHARACTERS))


def _height(lines: Sequence[str], meta: str) -> float:
    return len(lines) * CALLOUT_SIZE * LEADING + (CALLOUT_SIZE * META * LEADING if meta else 0) + 14


def _spread(centres: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Tops of blocks, in order, each as near its wished centre as the others let it."""
    tops: list[float] = []
    groups: list[tuple[list[int], float]] = []
    for i, (centre, height) in enumerate(zip(centres, heights, strict=True)):
        members, top = [i], centre - height / 2
        while groups and groups[-1][1] + sum(heights[m] for m in groups[-1][0]) > top:
            members = [*groups.pop()[0], *members]
            top = _best_top(members, centres, heights)
        groups.append((members, top))
    for members, top in groups:
        for m in members:
            tops.append(top)
            top += heights[m]
    return tops


def _best_top(members: Sequence[int], centres: Sequence[float], heights: Sequence[float]) -> float:
    wished, above = 0.0, 0.0
    for m in members:
        wished += centres[m] - heights[m] / 2 - above
        above += heights[m]
    return wished / len(members)


def _callout(
    wanted: Wanted,
    lines: tuple[str, ...],
    top: float,
    left: bool,
    rim: float,
    column: float,
) -> Callout:
    sign = -1 if left else 1
    y = top + 7 + CALLOUT_SIZE * 0.55 * len(lines)
    begins, bends = point(wanted.radius, wanted.angle), point(rim + 10, wanted.angle)
    lead = (begins, bends, (sign * (column - 22), y), (sign * (column - 8), y))
    return Callout(lines, wanted.meta, sign * column, top + 7 + CALLOUT_SIZE * 0.85, left, lead)
