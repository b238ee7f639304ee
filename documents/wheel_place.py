"""Where each activity lies on the wheel: which ring, which radii; the most readable of some arrangements."""

from collections.abc import Sequence

from cycle.plan.model import Ring
from documents.geometry import Arc, Share, arc_of, shares, text_width
from documents.wheel_labels import OnArc, Slot, on_arc
from documents.wheel_model import BAND, HUB, RIM_INNER, Placed, Segment
from documents.wheel_words import Words

THICKEST = 80.0
OUTER = (0.36, 0.44, 0.52, 0.6)
"""How much of the room the outer ring may get: the split with the most readable titles is taken."""

RingRadii = tuple[Ring, float, float]


def place(
    segments: Sequence[Segment], words: Words, year: int, hub: float = HUB
) -> tuple[list[RingRadii], list[Placed]]:
    """The rings' radii and every segment's slot, in the arrangement with the most readable titles."""
    arcs = [arc_of(s.opens_on, max(s.closes_on, s.opens_on)) for s in segments]
    tried = [_arrange(segments, arcs, o, share, hub) for o in _orders(segments, arcs) for share in OUTER]
    results = []
    for rings, slots in tried:
        written = [on_arc(s.title, words.meta(s, year), slots[i]) for i, s in enumerate(segments)]
        placed = [Placed(i + 1, s, slots[i], words.explain(s), written[i]) for i, s in enumerate(segments)]
        results.append((rings, placed))
    return max(results, key=lambda result: sum(_worth(p.on) for p in result[1]))


def _worth(on: OnArc | None) -> float:
    return 10 + on.size if on else 0.0


def _orders(segments: Sequence[Segment], arcs: Sequence[Arc]) -> list[list[int]]:
    """Whose turn it is to lie outermost: most text for its angle, the longest, the shortest, the first."""
    need = [text_width(s.title, 1) / arc.sweep for s, arc in zip(segments, arcs, strict=True)]
    every = range(len(segments))
    return [
        sorted(every, key=lambda i: (-need[i], i)),
        sorted(every, key=lambda i: (-arcs[i].sweep, i)),
        sorted(every, key=lambda i: (arcs[i].sweep, i)),
        sorted(every, key=lambda i: (arcs[i].start, i)),
    ]


def _arrange(
    segments: Sequence[Segment], arcs: Sequence[Arc], order: Sequence[int], outer_share: float, hub: float
) -> tuple[list[RingRadii], dict[int, Slot]]:
    """Gives each ring its radii (`outer_share` of the room to the outer one) and each segment its slot."""
    share_of: dict[Ring, dict[int, Share]] = {}
    for ring in Ring:
        members = [i for i in order if segments[i].ring is ring]
        found = shares([arcs[i] for i in members], range(len(members)))
        share_of[ring] = dict(zip(members, found, strict=True))
    room = RIM_INNER - hub - 2 * BAND - 16
    rings, slots, outer = [], {}, RIM_INNER - 4
    for ring in (Ring.PLANNING, Ring.FOLLOW_UP):
        thickness = room * (outer_share if ring is Ring.PLANNING else 1 - outer_share)
        inner = outer - BAND - thickness
        rings.append((ring, inner - 3, outer))
        for i, share in share_of[ring].items():
            slots[i] = _slot(arcs[i], share, inner, thickness)
        outer = inner - 7
    return rings, slots


def _slot(arc: Arc, share: Share, inner: float, thickness: float) -> Slot:
    each = thickness / share.count
    top = inner + thickness - share.first * each
    bottom = top - share.span * each + (3 if share.first + share.span < share.count else 1)
    spare = max(0.0, (top - bottom) - THICKEST)
    return Slot(arc, bottom + spare, top)
