"""Words beside the answers to several questions that change them: a scale, a sign, "udkast", "vent med"."""

import re
from collections.abc import Iterable

from cycle.errors import Problem

BESIDE = {
    "da": "»{words}« kan ændre svarene, så vi har ikke taget dem endnu. Skriv dem, som de skal stå, eller "
    "send dem fra siden.",
    "en": "“{words}” may change the answers, so we have not taken them yet. Write the answers as they are to "
    "stand, or send them on the page.",
}
_IN = r"(?:t\.? ?kr|tkr|tusinde?r?|mio|mia|mill\w*|1\.?000)\b"
_TOLD = re.compile(
    r"\b(?:beløb\w*|tal(?:let|lene)?|kroner)\b[^\d\n]{0,12}"
    rf"\b(?:er|står|i|skrevet|angivet|opgjort)\b[^\d\n]{{0,12}}\b{_IN}|"
    rf"\b(?:alt|angivet|opgjort|skrevet) (?:er )?i (?:hele )?{_IN}",
    re.IGNORECASE,
)
"""A scale of other answers, said inside a text: "OBS: tallene er i tusinde kr."."""

LONGEST = 2_000
"""Signs of the words beside the answers that are looked at."""

_SCALE = (
    r"\b(?:beløb\w*|tal(?:lene)?|alt|angivet|opgjort|er|i)\b[^\d\n]{0,20}"
    r"\b(?:t\.? ?kr|tkr|tusinde?r?|mio|mia|mill\w*|1\.?000)\b"
)
_SIGN = (
    r"\b(?:merforbrug|mindreforbrug|overforbrug|underforbrug|underskud|overskud|minus|negativt?)\b|"
    r"\bomvendt fortegn\b"
)
_UNFINISHED = (
    r"\b(?:udkast|kladde|ikke færdigt?|foreløbigt?|draft)\b|"
    r"\b(?:vent|afvent) (?:lige |venligst )?(?:med|til)\b|"
    r"\bikke (?:mit|vores) svar\b|\b(?:skal have|mangler at få|inden) .{0,30}\bgodkend\w*|"
    r"\b(?:skal|må) ikke (?:registreres|sendes|bruges)\b|\b(?:send|registr[ée]r) (?:det |dem |dette )?ikke\b|"
    r"\bbort fra\b|\bskal der stå\b|\bpasser (?:det )?ikke\b"
)
_CHANGES = re.compile(f"{_SCALE}|{_SIGN}|{_UNFINISHED}", re.IGNORECASE)


def doubt_beside(beside: str, language: str) -> Problem | None:
    """What is to be asked where words beside the answers may change them; None when none does."""
    return _doubt(_CHANGES, beside, language)


def scale_in_text(texts: Iterable[str], language: str) -> Problem | None:
    """What is to be asked where an answer in words gives the scale of the amounts beside it."""
    return next((doubt for each in texts if (doubt := _doubt(_TOLD, each, language))), None)


def _doubt(changes: re.Pattern[str], beside: str, language: str) -> Problem | None:
    for line in beside[:LONGEST].splitlines():
        if changes.search(line):
            words = line.strip().rstrip(".")[:80]
            return Problem("", BESIDE["en" if language == "en" else "da"].format(words=words))
    return None
