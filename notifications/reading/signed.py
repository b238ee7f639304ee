"""A mail that ends with its author's name and nothing before it that says so: "Mette", "/Mette Ø."."""

import re

_LEADS_ON = re.compile(r"(?:[:,(]|\b(?:er|ved|til|af|og|hos|med|fra|for|hedder|på|i))\s*$", re.IGNORECASE)
_MARK = re.compile(r"^\s*(?:[/~*–-]{1,2}|(?:kh|vh|mvh|hilsen|hilsner)\b)?[\s/.,:-]*", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[*•–-]\s")
_ANSWERS = frozenset({"grøn", "gul", "rød", "groen", "roed", "green", "yellow", "red", "ja", "nej"})
"""Words that answer a question, though somebody may be called so."""

MOST_WORDS = 4
SHORTEST = 2


def names_in(name: str) -> frozenset[str]:
    """The words of a sender's name as it stands in From: "Østergaard, Mette (HAVN)"."""
    found = re.findall(r"[^\W\d_][\w'’-]+", re.sub(r"\([^()]*\)", "", name))
    return frozenset(word.casefold() for word in found if word[0].isupper() and len(word) >= SHORTEST)


def without_name(text: str, names: frozenset[str]) -> str:
    """The text without a last line that is only the author's name. The only line of a mail is never cut."""
    body, _, last = text.rpartition("\n")
    if not names or not body.strip() or len(last) > 60:
        return text
    words = _MARK.sub("", last, count=1).strip(" .,!🙂😊").split()
    before = body.rstrip("\n ").rpartition("\n")[2]
    listed = _BULLET.match(last) and _BULLET.match(before)
    if not words or len(words) > MOST_WORDS or listed or _LEADS_ON.search(before):
        return text
    first = words[0].casefold().strip(".")
    if first not in names - _ANSWERS or not words[0][0].isupper():
        return text
    others = all(word.casefold() in names or re.fullmatch(r"[A-ZÆØÅ]\.?", word) for word in words[1:])
    return body.rstrip() if others else text
