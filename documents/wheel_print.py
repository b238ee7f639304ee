"""The wheel on one page A3: the same drawing, with its colours settled."""

import re
from typing import Any

from documents.typeset_text import Drawing
from documents.wheel import Wheel, draw
from documents.wheel_style import LIGHT, stylesheet
from documents.wheel_words import words_for

_VARIABLE = re.compile(r"var\(--aw-([a-z-]+)\)")
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_OF_THE_SCREEN = re.compile(r"[^{}]*(?::hover|:focus|data-theme)[^{}]*\{[^{}]*\}")


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
    return _VARIABLE.sub(lambda found: LIGHT[found[1]], drawing)
