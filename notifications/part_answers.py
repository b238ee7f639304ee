"""Words that may be less than the whole answer to a form of one text: they are asked about, not submitted."""

import re

from cycle.errors import Problem
from notifications.reading.absence import begins_as_absence
from notifications.short_words import UNSURE, doubted_words

LOOKS_AWAY = {
    "da": "Mailen begynder som en besked om fravær. Er teksten dit svar, så send det fra siden.",
    "en": "The mail begins as a notice of absence. If the text is your answer, send it on the page.",
}
POINTS_ELSEWHERE = {
    "da": "Mailen henviser til et svar, som vi ikke kan finde i den. Skriv svaret øverst i mailen.",
    "en": "The mail points to an answer that we cannot find in it. Write the answer at the top of the mail.",
}
_POINTS = re.compile(
    r"(?:hermed (?:mit|mine|vores) svar\W{1,3})?(?:se )?(?:venligst )?(?:(?:mit|mine|vores|svar|svaret|"
    r"svarene|kommentarer|bemærkninger) ){0,3}(?:er |står )?(?:nedenfor|herunder|nedenunder|længere nede|"
    r"inde i mailen|med rødt|med rød skrift|under spørgsmål(?:et|ene))(?: med rødt| i mailen)?|"
    r"(?:please )?see (?:my (?:answers?|comments?) )?(?:below|inline)",
    re.IGNORECASE,
)
LONGEST = 100


def doubt_of(own: str, language: str, *, chosen: bool = False, named: bool = False) -> Problem | None:
    """What is to be asked about the author's words; None when they may be the answer.

    `chosen`: somebody has read them and says that they are this task's answer. `named`: they stand at the
    question, so that few words are meant for it all the same.
    """
    english = "en" if language == "en" else "da"
    if points_elsewhere(own):
        return Problem("", POINTS_ELSEWHERE[english])
    if chosen:
        return None
    if begins_as_absence(own):
        return Problem("", LOOKS_AWAY[english])
    doubted = doubted_words(own)
    if doubted is None:
        return None
    told, words = doubted
    if named and told is UNSURE:
        return None
    return Problem("", told[english].format(words=words))


def points_elsewhere(own: str) -> bool:
    """ "Se nedenfor": the answer stands somewhere else in the mail."""
    return len(own) <= LONGEST and _POINTS.fullmatch(" ".join(own.split()).strip(" .!:-")) is not None
