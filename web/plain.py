"""What comes in addresses and forms, made safe to look up and to keep."""

from typing import Annotated

from fastapi import Path

from cycle.tasks.answer_values import clean_text

LARGEST = 2**31 - 1

Id = Annotated[int, Path(ge=1, le=LARGEST)]
"""A row's id in an address; anything that no row can have is a page that does not exist."""


def readable(value: object) -> str:
    """What was typed without the characters that a database cannot keep or nobody can see; "" for a file."""
    return clean_text(value) if isinstance(value, str) else ""
