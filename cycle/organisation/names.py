"""Whether two written names are plainly one person's, or might be. Pure."""

import re
from difflib import SequenceMatcher

ALIKE = 0.75
"""Names at least this similar (difflib's ratio) might be spellings of one."""
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def name_key(name: str) -> str:
    """A name as it is compared: without capitals, signs or accented Danish letters, the first name first.

    "Nielsen, Mette" is "Mette Nielsen", "Anne-Mette Åby" is "ANNE METTE AABY". Nothing else is taken for
    the same: neither a middle name more or less, nor an initial, nor another letter.
    """
    surname, comma, first = name.partition(",")
    in_order = f"{first} {surname}" if comma and "," not in first else name
    return " ".join(_WORD.findall(in_order.casefold().translate(_LETTERS)))


def might_be_one(one: str, other: str) -> bool:
    """Whether two names could be one person's: the same first name, or nearly the same letters."""
    first, second = name_key(one), name_key(other)
    if first.split()[:1] == second.split()[:1]:
        return True
    return SequenceMatcher(None, first, second).ratio() >= ALIKE
