"""Numbers of KL Emnesystematik, the subjects that Danish municipalities file their cases under."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

PATTERN = r"^(\d{2}(\.\d{2}){0,2})?$"


def _known_form(text: str) -> str:
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"»{text}« er ikke et nummer i KL Emnesystematik. Skriv det som 00.30.00.")
    return text


Kle = Annotated[str, AfterValidator(_known_form), WithJsonSchema({"type": "string", "pattern": PATTERN})]
"""A group (00), a subgroup (00.30) or a subject (00.30.00); empty for none."""
