"""The year as a wheel: two rings, twelve months, every activity an arc. Values in, SVG text out.

The drawing stands alone (its own style, nothing fetched) and may also be put into a page. Outer ring:
planlægningsår; inner ring: opfølgningsår (seed 004 I). Months are 30 degrees each, January at the top.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cycle.plan.model import Ring
from cycle.tasks.overview import Standing
from documents import wheel_labels as labels
from documents import wheel_style as style
from documents.geometry import Arc, angle_of, at, band_path, number, point, text_width
from documents.wheel_coming import draw_coming
from documents.wheel_model import (
    BAND,
    COLUMN,
    HUB,
    MARGIN,
    RIM,
    RIM_INNER,
    WITH_CALLOUTS,
    Placed,
    Segment,
    Wheel,
)
from documents.wheel_place import place
from documents.wheel_segment import draw_segment, lead, text_on
from documents.wheel_words import Words, words_for

__all__ = ["Segment", "Wheel", "draw"]


def draw(wheel: Wheel, *, standalone: bool = True) -> str:
    """The wheel as an SVG document; without its style when a page brings `wheel_style.stylesheet()`."""
    words = words_for(wheel.language)
    rings, placed = place(wheel.segments, words, wheel.year, wheel.hub)
    beside = _beside([p for p in placed if p.on is None], placed, wheel, words)
    room = labels.extent(list(beside.values()))
    left, right = _side(room.left), _side(room.right)
    reach = max(RIM + MARGIN, room.high)
    legend, below = _legend(wheel, words, Box(left, right, reach + 26))
    return "".join(
        [
            _head(wheel, words, Box(left, right, reach), below),
            f"<style>{style.stylesheet()}</style>" if standalone else "",
            f"<defs>{style.patterns()}</defs>",
            *(_ground(*ring) for ring in rings),
            _months(words),
            *(_ring_name(name, outer, words) for name, _, outer in rings),
            _hand(wheel, "line"),
            *(lead(callout) for callout in beside.values()),
            *(draw_segment(p, beside.get(p.no)) for p in placed),
            _hand(wheel, "over"),
            _today(wheel, words),
            draw_coming(wheel.coming, words) if wheel.coming else "",
            _hub(wheel, words),
            legend,
            "</svg>",
        ]
    )


def _beside(
    outside: Sequence[Placed], placed: Sequence[Placed], wheel: Wheel, words: Words
) -> dict[int, labels.Callout]:
    """The callouts of the segments whose titles have no room on their arcs, by number."""
    slots = [p.slot for p in placed]
    wanted = [
        labels.Wanted(
            p.segment.title,
            words.meta(p.segment, wheel.year),
            labels.clearest_angle(p.slot, slots),
            p.slot.outer,
        )
        for p in outside
    ]
    return dict(zip((p.no for p in outside), labels.callouts(wanted, RIM, COLUMN), strict=True))


def _side(room: float) -> float:
    """From the centre to a side's edge; always the same with callouts, so that a page can crop them."""
    return max(WITH_CALLOUTS, room + 12) if room else RIM + MARGIN


@dataclass(frozen=True)
class Box:
    """The room from the centre to the left, to the right, and up or down."""

    left: float
    right: float
    reach: float


def _head(wheel: Wheel, words: Words, box: Box, below: float) -> str:
    title = words.text("title", year=wheel.year, place=wheel.municipality)
    cropped = "".join(
        f" out-{name}" for name, side in (("left", box.left), ("right", box.right)) if side >= WITH_CALLOUTS
    )
    sides = (-box.left, -box.reach, box.left + box.right, 2 * box.reach + below)
    view = " ".join(number(side) for side in sides)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="aw{cropped}" role="group" lang="{words.language}" '
        f'aria-labelledby="aw-title aw-desc" viewBox="{view}"><title id="aw-title">{escape(title)}</title>'
        f'<desc id="aw-desc">{escape(words.describe(wheel.segments))}</desc>'
    )


def _ground(ring: Ring, inner: float, outer: float) -> str:
    name = "planning" if ring is Ring.PLANNING else "follow-up"
    middle = (inner + outer) / 2
    return (
        f'<circle r="{number(middle)}" fill="none" stroke="var(--aw-{name})" '
        f'stroke-width="{number(outer - inner)}"/>'
    )


def _months(words: Words) -> str:
    middle = (RIM_INNER + RIM) / 2
    parts = [
        f'<circle r="{number(middle)}" fill="none" stroke="var(--aw-rim)" '
        f'stroke-width="{number(RIM - RIM_INNER)}"/>'
    ]
    for i, name in enumerate(words.months()):
        quarter = " quarter" if i % 3 == 0 else ""
        x1, y1 = point(HUB, i * 30)
        x2, y2 = point(RIM_INNER, i * 30)
        parts.append(
            f'<line class="spoke{quarter}" x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" '
            f'y2="{number(y2)}"/>'
        )
        parts.append(text_on(Arc(i * 30, 30), middle, name, "month", f"m{i}", size=19))
    return "".join(parts)


def _ring_name(ring: Ring, outer: float, words: Words) -> str:
    """The ring's name in its own narrow band, four times round."""
    text = words.ring(ring).upper()
    radius = outer - BAND / 2
    arcs = (Arc(start, 60) for start in (15, 105, 195, 285))
    return "".join(
        text_on(arc, radius, text, "ring", f"r{ring.name[0]}{i}", size=12.5) for i, arc in enumerate(arcs)
    )


def _hand(wheel: Wheel, css: str) -> str:
    """Today's hand: in full under the arcs, faint over them, so that every title stays readable."""
    if wheel.today is None or wheel.today.year != wheel.year:
        return ""
    angle, half = angle_of(wheel.today) + 0.5, 0.9 if css == "line" else 0.45
    return (
        f'<path class="hand {css}" d="M{at(wheel.hub - 6, angle - half)}L{at(RIM + 4, angle)}'
        f'L{at(wheel.hub - 6, angle + half)}Z"/>'
    )


def _today(wheel: Wheel, words: Words) -> str:
    """The date on a small band outside the rim."""
    if wheel.today is None or wheel.today.year != wheel.year:
        return ""
    text = words.day_and_month(wheel.today)
    half = math.degrees((text_width(text, 15) / 2 + 9) / (RIM + 16))
    arc = Arc(angle_of(wheel.today) + 0.5 - half, 2 * half)
    return (
        f"<g><title>{escape(words.text('today'))}: {escape(text)}</title>"
        f'<path class="hand" d="{band_path(arc, RIM + 2, RIM + 29)}"/>'
        f"{text_on(arc, RIM + 15.5, text, 'hand-text', 'today', size=15)}</g>"
    )


def _hub(wheel: Wheel, words: Words) -> str:
    size = min(16.0, 150 / max(text_width(wheel.municipality, 1), 1))
    return (
        f'<circle r="{number(HUB - 6)}" fill="var(--aw-paper)" stroke="var(--aw-line)" stroke-width="2"/>'
        f'<text class="hub strong" y="-46">{escape(words.text("name"))}</text>'
        f'<text class="year" y="26">{wheel.year}</text>'
        f'<text class="hub" font-size="{number(size)}" y="56">{escape(wheel.municipality)}</text>'
        + (f'<text class="hub strong" y="80">{escape(wheel.mark)}</text>' if wheel.mark else "")
    )


def _legend(wheel: Wheel, words: Words, box: Box) -> tuple[str, float]:
    """What colours, patterns and marks mean (only those that are drawn), centred; and its height."""
    shown = [s for s in Standing if any(segment.standing is s for segment in wheel.segments)]
    entries = [(style.css_name(s), s in style.PATTERNED, words.standing(s)) for s in shown]
    if any(segment.inferred for segment in wheel.segments):
        entries.append(("not-yet inferred", False, words.text("key_inferred")))
    rows: list[list[tuple[str, bool, str]]] = [[]]
    for entry in entries:
        if rows[-1] and sum(map(_key_width, rows[-1])) + _key_width(entry) > box.left + box.right - 24:
            rows.append([])
        rows[-1].append(entry)
    parts = []
    for n, row in enumerate(rows):
        x = (box.right - box.left - sum(map(_key_width, row))) / 2
        for entry in row:
            parts.append(_key(entry, x, box.reach + n * 28))
            x += _key_width(entry)
    return "".join(parts), 28.0 * len(rows) + 14


def _key_width(entry: tuple[str, bool, str]) -> float:
    return 36 + text_width(entry[2], 15) + 24


def _key(entry: tuple[str, bool, str], x: float, y: float) -> str:
    css, patterned, text = entry
    box = f'x="{number(x)}" y="{number(y - 14)}" width="26" height="18"'
    over = f'<rect {box} fill="url(#aw-{css})"/>' if patterned else ""
    left, right, top, bottom = (number(v) for v in (x, x + 26, y - 14, y + 4))
    return (
        f'<g class="{css} keybox"><rect class="arc" {box}/>{over}'
        f'<path class="edges" d="M{left} {top}H{right}M{left} {bottom}H{right}"/>'
        f'<path class="edges ends" d="M{left} {top}V{bottom}M{right} {top}V{bottom}"/>'
        f'<text class="key" x="{number(x + 36)}" y="{number(y)}">{escape(text)}</text></g>'
    )
