"""Reading the room's own small forms."""

from datetime import date
from typing import Annotated

from fastapi import Path
from starlette.datastructures import FormData

from cycle.errors import AnswerInvalid, Problem

LONGEST = 4_000
LARGEST = 2**31 - 1

Id = Annotated[int, Path(ge=1, le=LARGEST)]
"""A row's id in an address; anything that no row can have is a page that does not exist."""


def readable(text: str) -> str:
    """What was typed without the characters that a database cannot keep or nobody can see."""
    return "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or c.isprintable()).strip()


def text_of(sent: FormData, name: str) -> str:
    """A text field, readable and trimmed. Raises AnswerInvalid when it is longer than any use for it."""
    value = sent.get(name, "")
    text = readable(value) if isinstance(value, str) else ""
    if len(text) > LONGEST:
        raise AnswerInvalid(
            [Problem(name, f"Teksten er for lang: højst {LONGEST} tegn.", "Gør den kortere.")]
        )
    return text


def needed(sent: FormData, name: str, what: str) -> str:
    """A text that may not be empty. Raises AnswerInvalid."""
    text = text_of(sent, name)
    if not text:
        raise AnswerInvalid([Problem(name, f"{what} mangler.", "Skriv den, og prøv igen.")])
    return text


def whole_date(sent: FormData, name: str, what: str) -> date:
    """A date as browsers send it. Raises AnswerInvalid."""
    try:
        return date.fromisoformat(text_of(sent, name))
    except ValueError:
        raise AnswerInvalid(
            [Problem(name, f"{what} er ikke en dato.", "Skriv den som 2027-04-20.")]
        ) from None
