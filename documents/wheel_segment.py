"""One activity as a piece of the wheel: its arc, how far it is, its deadline, its title."""

import math
from html import escape

from cycle.tasks.overview import Standing
from documents import wheel_labels as labels
from documents import wheel_style as style
from documents.geometry import Arc, angle_of, at, band_path, ends_path, line_path, lower, number, point
from documents.wheel_model import LEAST, Placed, Segment

NOT_HELD = (Standing.CANCELLED, Standing.BEFORE_START)


def draw_segment(placed: Placed, beside: labels.Callout | None) -> str:
    """The SVG of one activity; a link when it leads somewhere."""
    segment, slot = placed.segment, placed.slot
    x, y = point(slot.middle, slot.arc.middle)
    inner = "".join(
        [
            f"<title>{escape(placed.explained)}</title>",
            _hit(segment, slot),
            _arc(segment, slot),
            _progress(segment, slot),
            _due(segment, slot),
            _written(placed, placed.on) if placed.on else "",
            _called(beside) if beside else "",
            f'<text class="no" x="{number(x)}" y="{number(y + 10)}">{placed.no}</text>',
        ]
    )
    marks = f"seg {style.css_name(segment.standing)}" + (" inferred" if segment.inferred else "")
    if not segment.href:
        return f'<g class="{marks}">{inner}</g>'
    return f'<a class="{marks}" href="{escape(segment.href)}">{inner}</a>'


def _arc(segment: Segment, slot: labels.Slot) -> str:
    path = band_path(slot.arc, slot.inner, slot.outer)
    curves = line_path(slot.arc, slot.outer) + line_path(slot.arc, slot.inner)
    pattern = f'<path d="{path}" fill="url(#aw-{style.css_name(segment.standing)})"/>'
    return (
        f'<path class="arc" d="{path}"/>'
        f"{pattern if segment.standing in style.PATTERNED else ''}"
        f'<path class="edges" d="{curves}"/><path class="edges ends" '
        f'd="{ends_path(slot.arc, slot.inner, slot.outer)}"/>'
    )


def _hit(segment: Segment, slot: labels.Slot) -> str:
    """Room to hit an arc that is smaller than a fingertip."""
    length = math.radians(slot.arc.sweep) * slot.middle
    if not segment.href or min(length, slot.thickness) >= LEAST:
        return ""
    x, y = point(slot.middle, slot.arc.middle)
    return f'<circle class="hit" cx="{number(x)}" cy="{number(y)}" r="{number(LEAST / 2)}"/>'


def _progress(segment: Segment, slot: labels.Slot) -> str:
    """A line along the arc's inner edge: how much of it is answered."""
    if not segment.total or segment.standing in (Standing.NOT_YET, *NOT_HELD):
        return ""
    inset = min(1.2, slot.arc.sweep / 4)
    track = Arc(slot.arc.start + inset, slot.arc.sweep - 2 * inset)
    radius, share = slot.inner + 5, min(segment.answered / segment.total, 1)
    done = line_path(Arc(track.start, track.sweep * share), radius)
    return f'<path class="track" d="{line_path(track, radius)}"/>' + (
        f'<path class="done" d="{done}"/>' if share > 0 else ""
    )


def _due(segment: Segment, slot: labels.Slot) -> str:
    """A small wedge at the arc's outer edge: the last day to answer."""
    angle = angle_of(segment.due_on)
    if not slot.arc.holds(angle) or segment.standing in NOT_HELD:
        return ""
    width = 340 / slot.outer
    return (
        f'<path class="due" d="M{at(slot.outer + 1, angle - width)}L{at(slot.outer + 1, angle + width)}'
        f'L{at(slot.outer - 9, angle)}Z"/>'
    )


def _written(placed: Placed, on: labels.OnArc) -> str:
    parts = [
        text_along(placed.slot.arc, radius, text, "name", f"t{placed.no}-{i}", on.size)
        for i, (text, radius) in enumerate(on.lines)
    ]
    if on.meta:
        text, radius = on.meta
        name = f"t{placed.no}-m"
        parts.append(text_along(placed.slot.arc, radius, text, "meta", name, on.size * labels.META))
    return "".join(parts)


def _called(callout: labels.Callout) -> str:
    x0, y0 = callout.lead[0]
    anchor = "end" if callout.left else "start"
    step = labels.CALLOUT_SIZE * labels.LEADING
    rows = [(text, "name", labels.CALLOUT_SIZE) for text in callout.lines]
    if callout.meta:
        rows.append((callout.meta, "meta", labels.CALLOUT_SIZE * labels.META))
    texts = "".join(
        f'<text class="{css}" font-size="{number(size)}" text-anchor="{anchor}" x="{number(callout.x)}" '
        f'y="{number(callout.y + i * step)}">{escape(text)}</text>'
        for i, (text, css, size) in enumerate(rows)
    )
    dot = f'<circle class="badge" cx="{number(x0)}" cy="{number(y0)}" r="4"/>'
    return dot + texts


def lead(callout: labels.Callout) -> str:
    """The line from a title outside the rim to its arc; drawn under the arcs, so that it hides no title."""
    line = " ".join(f"{number(x)},{number(y)}" for x, y in callout.lead)
    return f'<polyline class="lead" points="{line}"/>'


def text_on(arc: Arc, middle: float, text: str, css: str, name: str, *, size: float) -> str:
    """A text centred on an arc, standing upright, its middle at the radius `middle`."""
    down = lower(arc)
    radius = middle + (size * 0.35 if down else -size * 0.35)
    return text_along(arc, radius, text, css, name)


def text_along(arc: Arc, radius: float, text: str, css: str, name: str, size: float | None = None) -> str:
    """A text centred on an arc, its baseline at the radius; `size` when its class does not give one."""
    given = f' font-size="{number(size)}"' if size else ""
    return (
        f'<path id="aw-{name}" d="{line_path(arc, radius, upright=True)}" fill="none"/>'
        f'<text class="{css}"{given} text-anchor="middle"><textPath href="#aw-{name}" startOffset="50%">'
        f"{escape(text)}</textPath></text>"
    )
