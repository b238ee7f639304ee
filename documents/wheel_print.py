"""The wheel on one page A3: the same drawing, with its colours and sizes settled for the printer's font."""

import re
from typing import Any

from documents.geometry import number
from documents.typeset_text import Drawing
from documents.wheel import Wheel, draw
from documents.wheel_style import LIGHT, stylesheet
from documents.wheel_words import words_for

NARROWER = 0.86
"""DejaVu Sans is wider than what the drawing reckons with."""

_VARIABLE = re.compile(r"var\(--aw-([a-z-]+)\)")
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_OF_THE_SCREEN = re.compile(r"[^{}]*(?::hover|:focus|data-theme)[^{}]*\{[^{}]*\}")
_SIZE = re.compile(r'(font-size(?:="|:))([0-9.]+)')


def wheel_values(wheel: Wheel) -> dict[str, Any]:
    """The values of `wheel.typ`: the drawing, and all that it says as a text beside it."""
    words = words_for(wheel.language)
    return {
        "municipality": wheel.municipality,
        "mark": wheel.mark,
        "title": words.text("title", year=wheel.year, place=wheel.municipality),
        "drawing": Drawing(print_svg(wheel)),
        "alt": words.describe(wheel.segments),
    }


def print_svg(wheel: Wheel) -> str:
    """The drawing without custom properties, media queries and pointers, which printers do not know."""
    rules = _OF_THE_SCREEN.sub("", _MEDIA.sub("", stylesheet()))
    drawing = draw(wheel, standalone=False).replace("<defs>", f"<style>{rules}</style><defs>", 1)
    drawing = drawing.replace('"IBM Plex Sans"', '"DejaVu Sans"')
    settled = _VARIABLE.sub(lambda found: LIGHT[found[1]], drawing)
    return _SIZE.sub(lambda found: found[1] + number(float(found[2]) * NARROWER), settled)
