"""A letter in words: subject, plain text and HTML from the templates of its kind and language."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from cycle import danish
from cycle.gatherings.agenda import numbered
from notifications.letters import BLANK, Letter
from notifications.wording import filled

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("da", "en")
TRIAL = ("Prøve: ", "Trial: ")


@dataclass(frozen=True)
class Rendered:
    """A mail's words. `kept` is the text for the store: its links and reply address blanked.

    `calendar` is iCalendar with the given `method`: of a meeting (REQUEST, CANCEL) or of deadlines (PUBLISH).
    """

    subject: str
    text: str
    html: str
    kept: str
    calendar: str = ""
    method: str = ""


def render(letter: Letter) -> Rendered:
    """The letter's words. The same letter gives the same words, byte for byte.

    Raises jinja2.UndefinedError when a template names something the letter does not have.
    """
    environment = _environment(letter.language if letter.language in LANGUAGES else LANGUAGES[0])
    texts = filled(letter)
    known = {"letter": letter, "item": letter.items[0] if letter.items else None, "texts": texts}
    folder = letter.kind.value
    subject = _one_line(texts.subject or environment.get_template(f"{folder}/subject.txt").render(known))
    subject = TRIAL[letter.language == "en"] + subject if letter.trial else subject
    text = _tidy(environment.get_template(f"{folder}/body.txt").render(known))
    html = environment.get_template(f"{folder}/body.html").render(known, subject=subject)
    kept = blank(text, letter.tokens)
    if letter.meeting is None:
        return Rendered(subject, text, html, kept, letter.deadlines, "PUBLISH" if letter.deadlines else "")
    return Rendered(subject, text, html, kept, letter.meeting.calendar, letter.meeting.method)


def blank(text: str, tokens: frozenset[str]) -> str:
    """The text without the secrets of its links."""
    for token in tokens:
        text = text.replace(token, BLANK)
    return text


@lru_cache(maxsize=len(LANGUAGES))
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES / language, TEMPLATES / "shared"]),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["long_date"] = lambda day: danish.format_weekday_date(day, language)
    environment.filters["short_date"] = lambda day: short_date(day, language)
    environment.filters["local_time"] = lambda at: _local_time(at, language)
    environment.filters["period"] = lambda meeting: danish.format_period(
        meeting.starts_at, meeting.ends_at, language
    )
    environment.filters["local_day"] = lambda at: short_date(
        at.astimezone(danish.COPENHAGEN).date(), language
    )
    environment.filters["numbered"] = numbered
    environment.filters["distance"] = lambda days: distance(days, language)
    return environment


def short_date(day: date, language: str) -> str:
    """ "30. april" (English "30 April"): for a subject line."""
    point = "" if language == "en" else "."
    return f"{day.day}{point} {danish.month_name(day.month, language)}"


def distance(days: int, language: str) -> str:
    """How far away a date is: "om 14 dage", "i dag", "for 3 dage siden"."""
    if language == "en":
        near = {0: "today", 1: "tomorrow", -1: "yesterday"}
        return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")
    near = {0: "i dag", 1: "i morgen", -1: "i går"}
    return near.get(days) or (f"om {days} dage" if days > 0 else f"for {-days} dage siden")


def _local_time(at: datetime, language: str) -> str:
    return danish.format_datetime(at, language)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
