"""What stands behind a colour: the colours of other parts, and words that take the colour back."""

import re

from cycle.tasks.answer_values import LIGHT_WORDS

LONGEST_COMMENT = 400
"""Signs behind a colour in which another part's colour is looked for."""

_BRACKETED = re.compile(r"\([^()]*\)")
_OF_A_PART = re.compile(
    r"(?:[,;.\n–-]|\b(?:og|men|mens|samt|dog|and|but|while))\s*(?:(?:dog|også|men|og|but) )?(\w+)\s+"
    r"(?:ift|iht|i|på|for|vedr|vedrørende|mht|hvad|når|om|omkring|til|hos|on|in|as|when)\b",
    re.IGNORECASE,
)
_END = r"(?=\W*(?:$|[,.;\n]))"
_ALSO = "dog|også|desværre|stadig|fortsat|alligevel|derimod|imidlertid|kun|nu|meget"
_STANDS = re.compile(
    rf"\b(?:er|is|are)(?: (?:vi|den|det|de|we|it))? (\w+){_END}|"
    r"\b(?:undtagen|bortset fra|på nær|eksklusive|except)\b[^.\n]{0,40}?\b"
    r"(grøn|gul|rød|green|yellow|red)[et]?\b|"
    rf"[,;.\n]\s*(?!mod |til |fra |før )\w+ (?!mod |til |fra |før )(\w+){_END}|"
    rf"[,;.\n]\s*(?:og )?\w+(?: og \w+)?(?: (?:er|{_ALSO})){{1,3}} (\w+){_END}",
    re.IGNORECASE,
)
_SINGULAR = {"grønne": "grøn", "gule": "gul", "røde": "rød"}
_BEHIND_BRACKETS = re.compile(r"\)\W*(\w+)\b")
_TAKEN_BACK = re.compile(
    r"(?:^|[.,;\n–-])\s*(?:nej|no|ups|rettelse|undskyld)\b(?=[^.\n]{0,3}\s.{0,40}\b(?:passer|forkert|rigtigt?|"
    r"alligevel|wrong|right)\b)|\bdet passer (?:vist )?ikke(?=\W*$)|\bdet er (?:vist )?forkert\b",
    re.IGNORECASE,
)


def lights_of_parts(comment: str) -> set[str]:
    """The colours of "ift. økonomi, rød ift. fravær", "undtagen SFO som er rød", "(økonomi) Rød (fravær)"."""
    short = comment[:LONGEST_COMMENT]
    bare = _BRACKETED.sub(" ", short)
    said = [*_OF_A_PART.findall(bare), *_BEHIND_BRACKETS.findall(short)]
    said += [word for found in _STANDS.findall(bare) for word in found]
    words = (_SINGULAR.get(word.casefold(), word.casefold()) for word in said)
    return {LIGHT_WORDS[word] for word in words if word in LIGHT_WORDS}


def is_taken_back(comment: str) -> bool:
    """Whether the comment says that the colour is not right: "Nej, det passer ikke."."""
    return _TAKEN_BACK.search(comment[:LONGEST_COMMENT]) is not None
