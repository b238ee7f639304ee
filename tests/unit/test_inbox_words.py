"""What the inbox page says of a mail has English beside the Danish."""

import pytest

from config.english import in_english
from notifications import (
    addressed,
    answering,
    authors,
    calendar_answers,
    enclosures,
    incoming,
    reassigning,
    reply_to_tasks,
)

MODULES = (addressed, answering, authors, calendar_answers, enclosures, incoming, reassigning, reply_to_tasks)
SENTENCES = sorted(
    {
        value
        for module in MODULES
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and value.endswith(".")
    }
    | set(calendar_answers.NOTED.values())
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_reason_is_said_in_english_too(sentence):
    assert in_english(sentence) != sentence


def test_the_reasons_were_found():
    assert len(SENTENCES) >= 15
