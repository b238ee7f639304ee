"""The year as a wheel: two rings, twelve months, every activity an arc. Values in, SVG text out.

The drawing stands alone (its own style, nothing fetched) and may also be put into a page. Outer ring:
planlægningsår; inner ring: opfølgningsår (seed 004 I). Months are 30 degrees each, January at the top.
"""

from collections.abc import Sequence
from html import escape

from cycle.plan.model import Ring
from cycle.tasks.overview import Standing
from documents import wheel_labels as labels
from documents import wheel_style as style
from documents.geometry import Arc, angle_of, at, band_path, number, point, text_width
from documents.wheel_model import BAND, COLUMN, HUB, MARGIN, RIM, RIM_INNER, Placed, Segment, Wheel
from documents.wheel_place import place
from documents.wheel_segment import draw_segment, text_on
from documents.wheel_words import MONTHS, Words, words_for

__all__ = ["Segment", "Wheel", "draw"]


def draw(wheel: Wheel, *, standalone: bool = True) -> str:
    """The wheel as an SVG document; without its style when a page brings `wheel_style.stylesheet()`."""
    words = words_for(wheel.language)
    rings, placed = place(wheel.segments, words, wheel.year)
    beside = _beside([p for p in placed if p.on is None], placed, wheel, words)
    wide, high = labels.extent(list(beside.values()))
    half, reach = max(RIM + MARGIN, wide + 12), max(RIM + MARGIN, high)
    legend, legend_height = _legend(wheel, words, half, reach + 26)
    return "".join(
        [
            _head(wheel, words, half, reach, legend_height),
            f"<style>{style.stylesheet()}</style>" if standalone else "",
            f"<defs>{style.patterns()}</defs>",
            *(_ground(*ring) for ring in rings),
            _months(),
            *(_ring_name(name, outer, words) for name, _, outer in rings),
            *(draw_segment(p, beside.get(p.no)) for p in placed),
            _hand(wheel, words),
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
            p.slot.outer - min(14, p.slot.thickness / 2),
        )
        for p in outside
    ]
    return dict(zip((p.no for p in outside), labels.callouts(wanted, RIM, COLUMN), strict=True))


def _head(wheel: Wheel, words: Words, half: float, reach: float, below: float) -> str:
    title = words.text("title", year=wheel.year, place=wheel.municipality)
    box = " ".join(number(v) for v in (-half, -reach, 2 * half, 2 * reach + below))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="aw" role="group" lang="{words.language}" '
        f'aria-labelledby="aw-title aw-desc" viewBox="{box}"><title id="aw-title">{escape(title)}</title>'
        f'<desc id="aw-desc">{escape(words.describe(wheel.segments))}</desc>'
    )


def _ground(ring: Ring, inner: float, outer: float) -> str:
    name = "planning" if ring is Ring.PLANNING else "follow-up"
    middle = (inner + outer) / 2
    return (
        f'<circle r="{number(middle)}" fill="none" stroke="var(--aw-{name})" '
        f'stroke-width="{number(outer - inner)}"/>'
    )


def _months() -> str:
    middle = (RIM_INNER + RIM) / 2
    parts = [
        f'<circle r="{number(middle)}" fill="none" stroke="var(--aw-rim)" '
        f'stroke-width="{number(RIM - RIM_INNER)}"/>'
    ]
    for i, name in enumerate(MONTHS):
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


def _hand(wheel: Wheel, words: Words) -> str:
    """Today's hand, thin enough to leave the titles under it readable, and its date outside the rim."""
    if wheel.today is None or wheel.today.year != wheel.year:
        return ""
    angle = angle_of(wheel.today) + 0.5
    text = words.day_and_month(wheel.today)
    half = (text_width(text, 15) / 2 + 9) / (RIM + 16) * 57.3
    arc = Arc(angle - half, 2 * half)
    return (
        f"<g><title>{escape(words.text('today'))}: {escape(text)}</title>"
        f'<path class="hand line" d="M{at(HUB - 6, angle - 0.9)}L{at(RIM + 4, angle)}'
        f'L{at(HUB - 6, angle + 0.9)}Z"/><path class="hand" d="{band_path(arc, RIM + 2, RIM + 29)}"/>'
        f"{text_on(arc, RIM + 15.5, text, 'hand-text', 'today', size=15)}</g>"
    )


def _hub(wheel: Wheel, words: Words) -> str:
    return (
        f'<circle r="{number(HUB - 6)}" fill="var(--aw-paper)" stroke="var(--aw-line)" stroke-width="2"/>'
        f'<text class="hub strong" y="-46">{escape(words.text("name"))}</text>'
        f'<text class="year" y="26">{wheel.year}</text>'
        f'<text class="hub" y="56">{escape(wheel.municipality)}</text>'
    )


def _legend(wheel: Wheel, words: Words, half: float, top: float) -> tuple[str, float]:
    """What colours, patterns and marks mean (only those that are drawn), centred; and its height."""
    shown = [s for s in Standing if any(segment.standing is s for segment in wheel.segments)]
    entries = [(style.css_name(s), s in style.PATTERNED, words.standing(s)) for s in shown]
    if any(segment.inferred for segment in wheel.segments):
        entries.append(("not-yet inferred", False, words.text("key_inferred")))
    rows: list[list[tuple[str, bool, str]]] = [[]]
    for entry in entries:
        if rows[-1] and sum(map(_key_width, rows[-1])) + _key_width(entry) > 2 * half - 24:
            rows.append([])
        rows[-1].append(entry)
    parts = []
    for n, row in enumerate(rows):
        x = -sum(map(_key_width, row)) / 2
        for entry in row:
            parts.append(_key(entry, x, top + n * 28))
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
        f'<g class="{css}"><rect class="arc" {box}/>{over}'
        f'<path class="edges" d="M{left} {top}H{right}M{left} {bottom}H{right}"/>'
        f'<path class="edges ends" d="M{left} {top}V{bottom}M{right} {top}V{bottom}"/>'
        f'<text class="key" x="{number(x + 36)}" y="{number(y)}">{escape(text)}</text></g>'
    )
