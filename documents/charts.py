"""Charts through matplotlib, as SVG or PNG. The same values give the same bytes; each has a text beside it.

Texts are drawn as they stand: a dollar sign is a dollar sign. They are set in the documents' letters, and
signs that those lack in the others. Several threads may draw at once.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from documents.typeset_text import LETTERS, Drawing, fonts_in, known_signs, shown_text

WIDTH, ROW = 6.7, 0.26
TOP, BOTTOM = 0.28, 0.45
"""Inches."""
LETTER = 0.062
NARROWEST = 2.0
"""Percent of a bar that a digit needs."""
LONGEST_LABEL, LONGEST_AXIS = 34, 80
INK, RULE = "#22364d", "#c9d1d9"
SHARPNESS = 160
"""Points of a PNG to the inch."""

STYLE: Any = {
    "text.parse_math": False,
    "svg.hashsalt": "aarshjul",
    "svg.fonttype": "path",
    "font.family": ["IBM Plex Sans", "DejaVu Sans"],
    "font.size": 7.5,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "xtick.color": INK,
    "ytick.color": INK,
}

if TYPE_CHECKING:  # loaded at the first chart: it takes a second, which every start would wait for
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


Pen = Callable[["Figure"], Drawing | bytes]
"""How a chart is set down: `svg` or `png`."""


def svg(figure: "Figure") -> Drawing:
    """For PDF and pages: sharp at any size."""
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return Drawing(target.getvalue())


def png(figure: "Figure") -> bytes:
    """For Word, which shows no SVG everywhere."""
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=SHARPNESS, metadata={"Software": None})
    return target.getvalue()


@dataclass(frozen=True)
class Part:
    """One colour of a stacked bar: what it is called, its colour, and the pattern that tells it in print."""

    name: str
    colour: str
    hatch: str = ""


@dataclass(frozen=True)
class Spread:
    """Where the middle half of some values lies, and their median."""

    name: str
    low: float
    middle: float
    high: float


def shared_bars(
    parts: Sequence[Part], rows: Sequence[tuple[str, Sequence[int]]], pen: Pen = svg
) -> Drawing | bytes:
    """A bar of 100 % for each row, made of as many shares as there are parts; the row's number at its name.

    A count stands in its share where there is room for it. Rows of nothing are not drawn.
    """
    rows = [(name, counts) for name, counts in rows if sum(counts)]
    figure, axes = _canvas([_counted(name, counts) for name, counts in rows], TOP)
    left = [0.0] * len(rows)
    for index, part in enumerate(parts):
        shares = [100 * counts[index] / sum(counts) for _, counts in rows]
        bars = axes.barh(
            range(len(rows)), shares, left=left, color=part.colour, hatch=part.hatch, edgecolor="#ffffff",
            linewidth=0.5, height=0.72, label=part.name,
        )  # fmt: skip
        fitting = [
            str(counts[index]) if share >= NARROWEST * len(str(counts[index])) else ""
            for share, (_, counts) in zip(shares, rows, strict=True)
        ]
        axes.bar_label(bars, fitting, label_type="center", fontsize=7)
        left = [before + share for before, share in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(rows)), [_counted(name, counts) for name, counts in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xticks(range(0, 101, 25), [f"{share} %" for share in range(0, 101, 25)])
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(parts),
        frameon=False,
        borderaxespad=0.2,
        fontsize=7,
    )
    return pen(figure)


def spreads(rows: Sequence[Spread], axis: str, pen: Pen = svg, *, comma: bool) -> Drawing | bytes:
    """The middle half of each row's values as a band with the median marked; `comma`: decimal commas."""
    from matplotlib.ticker import FuncFormatter

    names = [_name(row.name) for row in rows]
    figure, axes = _canvas(names, 0.06)
    for index, row in enumerate(rows):
        axes.plot([row.low, row.high], [index, index], color="#8fb2d9", linewidth=8, solid_capstyle="butt")
        axes.plot([row.middle], [index], marker="|", markersize=11, markeredgewidth=2.2, color=INK)
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, comma)))
    axes.set_xlabel(_name(axis, LONGEST_AXIS))
    axes.margins(x=0.06)
    return pen(figure)


def _canvas(names: Sequence[str], top: float) -> "tuple[Figure, Axes]":
    """Room for the names beside, for `top` inches above and for the axis below; measured, not searched."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    _know_letters()
    mpl.rcParams.update(STYLE)
    height = top + ROW * len(names) + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    left = (0.2 + LETTER * max(map(len, names), default=0)) / WIDTH
    axes = figure.add_axes((left, BOTTOM / height, 0.96 - left, ROW * len(names) / height))
    axes.invert_yaxis()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure, axes


@cache
def _know_letters() -> None:
    """Tells matplotlib of the documents' letters, which it looks for among its own and the machine's."""
    from matplotlib.font_manager import fontManager

    for file in fonts_in(LETTERS):
        fontManager.addfont(file)


def _counted(name: str, counts: Sequence[int]) -> str:
    return f"{_name(name)} ({sum(counts)})"


def _tick(value: float, comma: bool) -> str:
    shown = f"{value:,.10g}"
    return shown.translate(str.maketrans(",.", ".,")) if comma else shown


def _name(text: str, longest: int = LONGEST_LABEL) -> str:
    shown = shown_text(" ".join(text.split()), known_signs())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
