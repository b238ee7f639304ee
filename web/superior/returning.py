"""What a superior says of an answer that goes back: reasons to single questions, and the new deadline."""

from collections.abc import Sequence
from datetime import date

from starlette.datastructures import FormData

from cycle.danish import parse_date
from cycle.errors import AnswerInvalid, Problem
from web import render
from web.plain import readable
from web.shown import Shown


def places(shown: Sequence[Shown], before: str = "") -> list[tuple[str, str]]:
    """(name, label) of every question that can be sent back with a reason of its own."""
    found: list[tuple[str, str]] = []
    for item in shown:
        for row in item.rows:
            found += places(row.items, f"{row.label} · ")
        if not item.rows:
            found.append((item.name, f"{before}{item.label}"))
    return found


def due_on_in(sent: FormData, language: str) -> date | None:
    """The new deadline that was typed; None for the usual one. Raises AnswerInvalid."""
    text = readable(sent.get("due_on"))
    if not text:
        return None
    if (found := parse_date(text)) is None:
        t = render.translator(language)
        what = t("Den nye frist kan ikke læses som en dato.", "The new deadline cannot be read as a date.")
        cure = t("Vælg en dato, eller skriv den som 4.5.2027.", "Choose a date, or write it as 4 May 2027.")
        raise AnswerInvalid([Problem("due_on", what, cure)])
    return found
