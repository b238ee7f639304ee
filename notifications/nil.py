""" "Intet at bemærke", in the ways people write it."""

import re

_WHO = r"(?:(?:vi|jeg) har |herfra |der er )?"
LONGEST = 200
_SIDE = "min|vores|skolens|institutionens|enhedens"
_TAIL = rf"(?: (?:herfra|her fra os|fra os|fra (?:{_SIDE}) side|i denne omgang))?"
_NIL = re.compile(
    rf"(?:nej (?:tak )?)?{_WHO}(?:"
    r"(?:intet|ingenting|ikke noget) (?:nyt )?at (?:bemærke|bemaerke|tilføje|berette|indberette|melde)|"
    r"ingen (?:bemærkning|bemærkninger|bemaerkninger|kommentar|kommentarer)|"
    r"(?:nothing to (?:report|add)|no (?:comment|comments|remarks))"
    rf"){_TAIL}(?: (?:tak|til dette|hertil|til det|til opgaven))?"
)


def is_nil(text: str) -> bool:
    """Whether the words say only that there is nothing to report."""
    return len(text) <= LONGEST and _NIL.fullmatch(plain(text)) is not None


def plain(text: str) -> str:
    """The words alone: small letters and digits with one blank between them."""
    letters = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return " ".join(letters.split())
