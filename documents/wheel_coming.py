"""The year to come as a narrow ring round the middle: when its activities lie, and the way to it."""

from html import escape

from documents.geometry import Arc, arc_of, band_path, number, shares
from documents.wheel_model import COMING, HUB, Coming
from documents.wheel_segment import text_on
from documents.wheel_words import Words

NAME = 16.0
EDGE = 2.0


def draw_coming(coming: Coming, words: Words) -> str:
    """The ring, a link to that year when it leads there; its activities are told in its words."""
    top, called = HUB + COMING, words.coming(coming).upper()
    inner = "".join(
        [
            f"<title>{escape(words.explain_coming(coming))}</title>",
            f'<circle class="ground" r="{number((HUB + top) / 2)}" stroke-width="{number(COMING)}"/>',
            *_arcs(coming),
            *(
                text_on(Arc(start, 120), top - NAME / 2, called, "ring", name, size=12.5)
                for start, name in ((300, "c0"), (120, "c1"))
            ),
        ]
    )
    if not coming.href:
        return f'<g class="coming">{inner}</g>'
    return f'<a class="coming" href="{escape(coming.href)}">{inner}</a>'


def _arcs(coming: Coming) -> list[str]:
    arcs = [arc_of(each.opens_on, max(each.closes_on, each.opens_on), at_least=4) for each in coming.ahead]
    thick = COMING - NAME - 2 * EDGE
    drawn = []
    for arc, share in zip(arcs, shares(arcs, range(len(arcs))), strict=True):
        each = thick / share.count
        outer = HUB + EDGE + thick - share.first * each
        drawn.append(f'<path class="ahead" d="{band_path(arc, outer - share.span * each + 1, outer)}"/>')
    return drawn
