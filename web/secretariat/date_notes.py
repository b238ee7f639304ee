"""What an occurrence's note says of its dates, in English: the store keeps it as it was written in Danish."""

import re

from config.english import in_english
from cycle.danish import WEEKDAYS, WEEKDAYS_EN
from cycle.plan.resolved import POINT_NAMES
from cycle.tasks.tables import Occurrence
from cycle.tasks.titles import stage_titles

_POINTS = {danish: english for danish, english in POINT_NAMES.values()}
_DAYS = dict(zip(WEEKDAYS, WEEKDAYS_EN, strict=True))
_WORDS = {
    r"\budledt\b": "inferred",
    r"\busikker\b": "uncertain",
    r"\btrykt som »(.*?)«": r"printed as “\1”",
    r"\bflyttet fra\b": "moved from",
    r"\btil (?=mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag)": "to ",
}
_WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})\b")


def note_shown(occurrence: Occurrence, language: str) -> str:
    """The note in the language."""
    if language != "en":
        return occurrence.note
    names = {**_POINTS, **stage_titles(occurrence.activity)}
    return "; ".join(_said(part, names) for part in occurrence.note.split("; "))


def _said(part: str, names: dict[str, str]) -> str:
    name, colon, rest = part.partition(": ")
    if not colon:
        return in_english(part)
    for danish, english in _WORDS.items():
        rest = re.sub(danish, english, rest)
    rest = _WEEKDAY.sub(lambda day: _DAYS[day[1]], rest)
    return f"{names.get(name, name)}: {in_english(rest)}"
