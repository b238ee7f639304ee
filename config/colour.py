"""Contrast of colours as WCAG 2.2 counts it, and the shades a municipality's own colour needs."""

import re

AA_TEXT = 4.5
"""WCAG 2.2, 1.4.3: text on its ground."""
AA_EDGE = 3.0
"""WCAG 2.2, 1.4.11: what has to be seen to know a control, and the mark of focus."""
HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


def contrast(one: str, other: str) -> float:
    """How far two colours (#rrggbb) stand apart, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def mixed(colour: str, other: str, part: float) -> str:
    """`colour` with a part (0 to 1) of the other in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def readable_on(ground: str, colour: str, towards: str) -> str:
    """`colour`, moved towards another until it can be read as text on the ground."""
    steps = (mixed(colour, towards, step / 20) for step in range(21))
    return next((shade for shade in steps if contrast(shade, ground) >= AA_TEXT), towards)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
