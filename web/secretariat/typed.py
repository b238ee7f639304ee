"""Reading the room's own small forms."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeVar, overload

from starlette.datastructures import FormData

from cycle.danish import format_count, parse_date
from cycle.errors import AnswerInvalid, Problem
from web.plain import readable

LONGEST = 4_000
PICK_A_DATE = "Vælg en dato, eller skriv den som 20.4.2027."
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


def text_of(sent: FormData, name: str) -> str:
    """A text field, readable and trimmed. Raises AnswerInvalid when it is longer than any use for it."""
    text = readable(sent.get(name))
    if len(text) > LONGEST:
        raise AnswerInvalid(
            [Problem(name, f"Teksten er for lang: højst {format_count(LONGEST)} tegn.", "Gør den kortere.")]
        )
    return text


def needed(sent: FormData, name: str, what: str) -> str:
    """A text that may not be empty. Raises AnswerInvalid."""
    text = text_of(sent, name)
    if not text:
        raise AnswerInvalid([Problem(name, f"{what} mangler.", "Skriv den, og prøv igen.")])
    return text


def whole_date(sent: FormData, name: str, what: str) -> date:
    """A date as browsers send it or as people write it. Raises AnswerInvalid."""
    text = text_of(sent, name)
    found = parse_date(text)
    if found is None:
        fault = f"{what} er ikke en dato." if text else f"{what} mangler."
        raise AnswerInvalid([Problem(name, fault, PICK_A_DATE if text else "Vælg en dato.")])
    return found


@overload
def all_of(first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def all_of(first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /) -> tuple[A, B, C]: ...
def all_of(*readers: Callable[[], Any]) -> tuple[Any, ...]:
    """What each of them reads. Raises AnswerInvalid with the faults of all, to be mended at once."""
    read, problems = [], []
    for reader in readers:
        try:
            read.append(reader())
        except AnswerInvalid as error:
            problems += error.problems
    if problems:
        raise AnswerInvalid(problems)
    return tuple(read)


def clock_time(sent: FormData, name: str, what: str) -> time:
    """A time of day as people write it: 9.00, 09:30, 9. Raises AnswerInvalid."""
    found = re.fullmatch(r"([01]?\d|2[0-3])(?:[.:]([0-5]\d))?", text_of(sent, name), re.ASCII)
    if found is None:
        raise AnswerInvalid([Problem(name, f"{what} er ikke et klokkeslæt.", "Skriv fx 9.00 eller 15.30.")])
    return time(int(found[1]), int(found[2] or 0))


def whole_number(sent: FormData, name: str, what: str) -> int:
    """A number that the page wrote itself. Raises AnswerInvalid."""
    text = text_of(sent, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise AnswerInvalid([Problem(name, f"{what} er ikke et tal.", "Hent siden igen.")])
    return int(text)
