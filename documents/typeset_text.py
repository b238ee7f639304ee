"""Text as the fonts can show it. What they lack is said in words, for PDF/UA allows no empty boxes."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LETTERS = Path(__file__).with_name("fonts")
"""IBM Plex Sans, as the pages have it; scripts/look.py brings it."""
FONTS = Path(getattr(find_spec("matplotlib"), "origin", "")).parent / "mpl-data" / "fonts" / "ttf"
"""DejaVu Sans, for the signs that Plex lacks, comes with matplotlib: the same everywhere, offline.
Matplotlib itself is loaded at its first use: it takes a second, which every start would wait for."""

FAMILY = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
FONT_FILES = (".ttf", ".otf")
LONGEST_WORD = 40
_UNBROKEN = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")
_UNSEEN = ("Cc", "Cf", "Mn", "Me")
SOFT_HYPHEN = 0x00AD
"""Where a word processor may break a word; a reader of the PDF would get it in the middle of the word."""
_KEPT = frozenset("\n\t\u200b\u200e\u200f")


class Drawing(str):
    """An SVG: its words must be showable too, but it is not prose that may be broken."""


def printable(value: Any, known: frozenset[int]) -> Any:
    """The value with every text in it made showable in fonts that know these code points."""
    if isinstance(value, Drawing):
        return _named_where_unknown(value, known)
    if isinstance(value, str):
        return shown_text(value, known)
    if isinstance(value, Mapping):
        return {str(key): printable(part, known) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [printable(part, known) for part in value]
    return value


def shown_text(text: str, known: frozenset[int]) -> str:
    """The text: unknown signs by their Unicode name in brackets, words without an end given places to break.

    An emoji becomes "[party popper]": nothing that was written is lost without a trace.
    """
    return _UNBROKEN.sub(lambda found: found.group() + "\u200b", _named_where_unknown(text, known))


def _named_where_unknown(text: str, known: frozenset[int]) -> str:
    if {ord(sign) for sign in text} <= known:
        return text
    return "".join(sign if ord(sign) in known else _named(sign) for sign in text)


def fonts_in(folder: Path) -> tuple[Path, ...]:
    """The font files of a folder, by name."""
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in FONT_FILES))


def can_be_read(font: Path) -> bool:
    """Whether the file is a font at all."""
    from matplotlib.ft2font import FT2Font

    try:
        FT2Font(str(font))
    except (RuntimeError, ValueError):  # what FreeType refuses
        return False
    return True


@lru_cache(maxsize=4)
def known_signs(own_fonts: tuple[Path, ...] = ()) -> frozenset[int]:
    """The code points that our fonts and the municipality's own have."""
    from matplotlib.ft2font import FT2Font

    files = [*(FONTS / name for name in FAMILY), *fonts_in(LETTERS), *own_fonts]
    found = set().union(*(FT2Font(str(file)).get_charmap() for file in files))
    signs = {code for code in found if unicodedata.category(chr(code)) not in ("Cc", "Cs", "Co", "Cn")}
    return frozenset((signs | {ord(sign) for sign in _KEPT}) - {SOFT_HYPHEN})


@lru_cache(maxsize=4096)
def _named(sign: str) -> str:
    if unicodedata.category(sign) in _UNSEEN:
        return ""
    return f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"
