"""The author's own words, found in replies of the usual mail programs."""

import pytest

from notifications.reading.read import read_mail
from tests.support.danish_replies import Reply, replies

ALL = list(replies())


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(ALL) == len({reply.name for reply in ALL}) >= 100


@pytest.mark.parametrize("reply", ALL, ids=lambda reply: reply.name)
def test_what_the_author_typed_is_read_and_nothing_else(reply: Reply) -> None:
    mail = read_mail(reply.raw)
    assert mail.verdict is None, mail.reason
    if reply.wrapped:
        assert mail.own_text.split() == reply.expected.split()
    else:
        assert mail.own_text == reply.expected
    assert "Kvartalsrapport 1 2027" in mail.text, "the answered mail is kept for answers between its lines"
    assert mail.references == ("<0123@by.example>",)
    assert mail.files == (), "a logo is no attachment"
