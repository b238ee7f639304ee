"""The difference of two texts: nothing is lost, whatever they are."""

from hypothesis import given
from hypothesis import strategies as st

from web.difference import LIMIT, Change, difference


def parts(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.change.value, piece.text) for piece in difference(before, after)]


def test_words_that_changed_are_told_apart_from_those_that_stayed() -> None:
    assert parts("mindst én gang om året", "mindst to gange om året") == [
        ("same", "mindst "),
        ("gone", "én"),
        ("new", "to"),
        ("same", " "),
        ("gone", "gang"),
        ("new", "gange"),
        ("same", " om året"),
    ]
    assert (
        parts("", "ny") == [("new", "ny")] and parts("væk", "") == [("gone", "væk")] and parts("", "") == []
    )


@given(st.text(), st.text())
def test_both_texts_can_be_read_out_of_the_pieces(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.NEW) == before
    assert "".join(piece.text for piece in pieces if piece.change is not Change.GONE) == after


def test_a_very_long_text_is_compared_line_by_line() -> None:
    long = "ord " * LIMIT
    assert parts(f"{long}\nslut", f"{long}\nslutning") == [
        ("same", f"{long}\n"),
        ("gone", "slut"),
        ("new", "slutning"),
    ]
