"""The faults of files in English: every Danish sentence about plans, dates and settings has its English one.

The rules themselves say what is wrong in Danish, once. Where a command speaks English, its sentence is
looked up here by its fixed words; what stands between them is carried over.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from config.english_dates import DATES
from config.english_files import FILES, WORDS
from config.english_frames import FRAMES
from config.english_inbox import INBOX
from config.english_ledger import LEDGER
from config.english_mail import MAIL
from config.english_pages import NAMED, PAGES
from config.english_people import PEOPLE
from config.english_sent import SENT
from config.english_year import YEAR
from cycle.danish import MONTHS, MONTHS_EN
from cycle.errors import Problem

TEMPLATES: Mapping[str, str] = {
    **FILES,
    **DATES,
    **YEAR,
    **FRAMES,
    **LEDGER,
    **INBOX,
    **MAIL,
    **PAGES,
    **PEOPLE,
    **SENT,
}
ONE_WORD: Mapping[str, str] = {**WORDS, **NAMED}
PLACES = {"række": "row", "begivenhed": "event", "filen": "the file"}
_PLACE = re.compile(rf"\b({'|'.join(PLACES)})\b(?=( \d+)?$)")
_DAY = re.compile(rf"\b(\d{{1,2}})\. ({'|'.join(MONTHS)})\b")
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+")
_QUOTED = re.compile(r"»([^»«]*)«")


def problem_in_english(problem: Problem) -> Problem:
    """The same fault in English; words that have no English here stay as they are."""
    where = _PLACE.sub(lambda place: PLACES[place[1]], problem.where)
    return replace(problem, where=where, what=in_english(problem.what), cure=in_english(problem.cure))


def in_english(text: str) -> str:
    """The sentence in English, as far as it is one of ours."""
    if text in ONE_WORD:
        return ONE_WORD[text]
    for pattern, english, quoted in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = zip(found.groups(), quoted, strict=True)
            return english.format(*(part if as_is else in_english(part) for part, as_is in parts))
    return _plain(text)


def _plain(text: str) -> str:
    """What is no sentence of ours: dates and numbers as English writes them, quotations word for word."""
    if _GROUPED.fullmatch(text):
        return text.replace(".", ",")
    if _QUOTED.search(text):
        return _QUOTED.sub(r"“\1”", text).replace(" eller ", " or ")
    return _DAY.sub(lambda day: f"{day[1]} {MONTHS_EN[MONTHS.index(day[2])]}", text)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str, list[bool]]]:
    """Whole sentences before parts, those with the most fixed words first: the most exact one is taken."""
    ordered = sorted(
        TEMPLATES.items(), key=lambda pair: (pair[0][-1] != ".", -len(pair[0].replace("{}", "")))
    )
    return [(_pattern(danish), english, _quoted(danish)) for danish, english in ordered]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, template.split("{}"))), re.DOTALL)


def _quoted(template: str) -> list[bool]:
    """Of each place in the template: whether it is a word of the file, to be said as it stands."""
    return [before.endswith(("»", "«")) for before in template.split("{}")[:-1]]
