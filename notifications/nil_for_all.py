"""One "intet at bemærke" for all tasks of a mail: "Begge: intet", "A og B: intet at bemærke"."""

import re
from collections.abc import Sequence

from notifications.nil import LONGEST, is_nil, plain

_LETTERS = r"(?P<letters>[A-Z]{1,2}(?:(?:,? ?og |, ?| ?[+/&] ?)[A-Z]{1,2}){1,9})"
_COUNTED = "tre|fire|fem|seks|syv|otte|ni|ti|three|four|five|six"
_ALL = re.compile(
    r"(?:(?:til|for|på|ad|vedr\.?|gælder) )?"
    rf"(?:{_LETTERS}|(?P<two>begge|both)(?: (?:to|opgaver|dele|tasks))?|"
    rf"(?:alle(?:sammen)?|all)(?: (?:sammen|opgaver(?:ne)?|tasks|of them|(?:{_COUNTED})(?: opgaver)?))?)"
    r"\s*(?P<sign>[:–=-]|\s)\s*(?P<said>.+)",
    re.IGNORECASE | re.DOTALL,
)
_NOTHING = frozenset({"intet", "ingenting", "ingen", "nothing"})


def is_nil_for_all(text: str, letters: Sequence[str]) -> bool:
    """Whether the words say of all the mail's tasks, named together, that there is nothing to report."""
    found = _ALL.fullmatch(text.strip()) if len(text) <= LONGEST and len(letters) > 1 else None
    if found is None:
        return False
    named = found["letters"]
    if found["two"] and len(letters) != 2:
        return False
    if named and set(re.findall(r"\b[A-Z]{1,2}\b", named)) != set(letters):
        return False
    sure = found["sign"].strip() and plain(found["said"]) in _NOTHING
    return bool(sure) or is_nil(found["said"])
