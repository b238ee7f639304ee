"""The words date phrases are made of, and which of them a misspelt one was meant to be."""

import re
from difflib import get_close_matches

from cycle.danish import MONTHS, WEEKDAYS
from cycle.plan.relations import MeetingPoint, Point, Unit

_SHORT_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8}
_SHORT_MONTHS |= {"sep": 9, "sept": 9, "okt": 10, "nov": 11, "dec": 12}
MONTH_NUMBERS = {name: number for number, name in enumerate(MONTHS, 1)} | _SHORT_MONTHS
MONTH_PATTERN = "|".join([*MONTHS, *(rf"{short}\.?" for short in _SHORT_MONTHS)])

WEEKDAY_NUMBERS = {name: number for number, name in enumerate(WEEKDAYS)}
DAY_KINDS = "|".join(["arbejdsdag", "hverdag", *WEEKDAYS])

ORDINALS = {"første": 1, "anden": 2, "andet": 2, "tredje": 3, "fjerde": 4, "femte": 5}
ORDINALS |= {"næstsidste": -2, "sidste": -1}

CARDINALS = {"en": 1, "et": 1, "én": 1, "ét": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6}
CARDINALS |= {"syv": 7, "otte": 8, "ni": 9, "ti": 10, "elleve": 11, "tolv": 12}

POINTS = {
    **dict.fromkeys(("opens", "åbner", "åbning", "åbningen"), Point.OPENS),
    **dict.fromkeys(("due", "frist", "fristen"), Point.DUE),
    **dict.fromkeys(("closes", "lukker", "lukning", "lukningen"), Point.CLOSES),
}
SPOKEN = {
    Point.OPENS: ("åbningen", "åbner"),
    Point.DUE: ("fristen", "frist"),
    Point.CLOSES: ("lukningen", "lukker"),
}
"""What a Danish reader calls an activity's own date, and another's behind its name."""
UNITS = {
    **dict.fromkeys(("arbejdsdage", "arbejdsdag", "arbejdsdagen", "hverdage", "hverdag"), Unit.WORKING_DAYS),
    **dict.fromkeys(("working days", "working day"), Unit.WORKING_DAYS),
    **dict.fromkeys(("dage", "dagen", "dag", "days", "day"), Unit.DAYS),
    **dict.fromkeys(("uger", "ugen", "uge", "weeks", "week"), Unit.WEEKS),
    **dict.fromkeys(("måneder", "måneden", "måned", "months", "month"), Unit.MONTHS),
}
MEETING_POINTS = {
    **dict.fromkeys(
        ("dagsordensfristen", "dagsordensfrist", "dagsordenen", "dagsorden"), MeetingPoint.AGENDA
    ),
    **dict.fromkeys(("agenda deadline", "agenda"), MeetingPoint.AGENDA),
    **dict.fromkeys(("mødet", "møde", "meeting"), MeetingPoint.HELD),
}

_VOCABULARY = sorted(
    {*MONTHS, *WEEKDAYS, *ORDINALS, *POINTS, *UNITS, *MEETING_POINTS, "primo", "medio", "ultimo"}
    | {"halvår", "kvartal", "arbejdsdag", "før", "efter", "before", "after", "uge", "til"}
)


_ENGLISH_POINT = re.compile(r"(?:(?<=\s)|^)(?:opens|due|closes)$", re.IGNORECASE)
_OWN = re.compile(r"(?:^|\b(?:før|efter|before|after) )$", re.IGNORECASE)


def in_danish(phrase: str) -> str:
    """The date phrase with the date that it counts from named in Danish; it means the same.

    "5 arbejdsdage efter due" is "5 arbejdsdage efter fristen", "kvartalsrapport-1 due" with "frist".
    """
    found = _ENGLISH_POINT.search(phrase)
    if found is None:
        return phrase
    before = phrase[: found.start()]
    own, behind_name = SPOKEN[POINTS[found[0].lower()]]
    return before + (own if _OWN.search(before) else behind_name)


def ordinal(text: str) -> int:
    """1 for "1." and "første", -1 for "sidste"."""
    return ORDINALS[text.lower()] if text.lower() in ORDINALS else int(text.rstrip("."))


def cardinal(text: str) -> int | None:
    """10 for "10" and "ti"; None for another word."""
    return int(text) if text.isdigit() else CARDINALS.get(text.lower())


def corrected(phrase: str) -> str:
    """The phrase with each unknown word replaced by the known word most like it."""
    return re.sub(r"[^\W\d_]{3,}", lambda match: _nearest(match[0].lower()), phrase)


def _nearest(word: str) -> str:
    if word in MONTH_NUMBERS or word in _VOCABULARY:
        return word
    close = get_close_matches(word, _VOCABULARY, n=1, cutoff=0.7)
    return close[0] if close else word
