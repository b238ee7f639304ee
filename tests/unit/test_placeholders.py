"""Plain placeholders: what is put in, what is refused with words, and that nothing typed is ever run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.errors import AnswerInvalid
from cycle.messages.placeholders import LONGEST, WITHOUT_LINK, Part, Placeholder, Texts, checked, fill
from cycle.messages.tables import MessageKind
from cycle.messages.texts import EDITABLE, TextKey, chosen

DAILY = MessageKind.DAILY


def faults(kind: MessageKind = DAILY, **parts: str) -> list[tuple[str, str]]:
    with pytest.raises(AnswerInvalid) as error:
        checked(Texts(**parts), kind)
    return [(problem.where, f"{problem.what} {problem.cure}") for problem in error.value.problems]


def test_placeholders_are_replaced_once_and_whatever_their_case() -> None:
    values = {"navn": "{opgave}", "opgave": "Rapport"}
    assert fill("Kære {navn}: { Opgave } {ukendt}", values) == "Kære {opgave}: Rapport {ukendt}"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"introduction": "Hej {nvan}"}, "Pladsholderen »{nvan}« findes ikke. Mente du »{navn}«?"),
        ({"closing": "{zzzz}"}, "Pladsholderen »{zzzz}« findes ikke. Brug en af dem, der står på siden."),
        ({"subject": "Husk fristen"}, "Pladsholderen »{opgave}« mangler. Skriv den ind"),
        ({"subject": "{opgave}\nBcc: x@y.example"}, "linjeskift"),
        ({"subject": "{opgave}\rX-Mailer: 1"}, "linjeskift"),
        ({"subject": "{opgave}\u2028to"}, "linjeskift"),
        ({"greeting": "Hej\n{navn}"}, "linjeskift"),
        ({"subject": "{opgave} {link}"}, "Pladsholderen »{link}« kan ikke stå her. Tag den ud."),
        ({"introduction": "Hej {navn"}, "krøllet parentes alene"),
        ({"introduction": "{{ letter.tokens }}"}, "findes ikke"),
        ({"introduction": "{{ '%0999999999d'|format(1) }}"}, "findes ikke"),
        ({"signature": "x" * (LONGEST[Part.SIGNATURE] + 1)}, "højst 500 tegn"),
        ({"introduction": "{navn.__class__}"}, "findes ikke"),
    ],
)
def test_a_text_that_would_not_read_is_refused_with_words(parts: dict[str, str], said: str) -> None:
    found = faults(**parts)
    assert {where for where, _ in found} == set(parts)
    assert any(said in sentence for _, sentence in found), found


def test_every_fault_is_told_at_once() -> None:
    assert [where for where, _ in faults(subject="x", introduction="{x}", closing="}")] == [
        "subject",
        "introduction",
        "closing",
    ]


@pytest.mark.parametrize("kind", sorted(WITHOUT_LINK))
def test_a_mail_that_leads_nowhere_has_no_link(kind: MessageKind) -> None:
    assert "kan ikke stå her" in faults(kind, introduction="{link}")[0][1]
    assert checked(Texts(introduction="{opgave}"), kind).introduction == "{opgave}"


def test_line_ends_are_made_one_and_blanks_taken_off() -> None:
    tidied = checked(Texts(introduction="  Hej \r\n\r\n\r\n\r\nIgen\rNu  "), DAILY)
    assert tidied.introduction == "Hej\n\nIgen\nNu"


@given(st.text(max_size=300))
def test_whatever_is_typed_is_refused_or_read_and_filled(text: str) -> None:
    values = {placeholder.value: "x" for placeholder in Placeholder}
    try:
        tidied = checked(Texts(introduction=text, subject=text), DAILY)
    except AnswerInvalid as error:
        assert error.problems
        return
    for part in Part:
        filled = fill(getattr(tidied, part), values)
        assert not set("{}") & set(filled)
    assert len(tidied.subject.splitlines()) <= 1


def test_an_activity_s_own_text_goes_before_the_municipality_s_part_by_part() -> None:
    common = TextKey("BY", DAILY, "da")
    known = {
        common: Texts(introduction="Alle", closing="Slut"),
        common._replace(activity_id="rapport"): Texts(introduction="Rapporten"),
    }
    assert chosen(known, common, ["rapport", "rapport"]) == Texts(introduction="Rapporten", closing="Slut")
    assert chosen(known, common, ["rapport", "budget"]).introduction == "Alle", "a digest speaks of several"
    assert chosen(known, common, []).introduction == "Alle"
    assert not chosen(known, common._replace(language="en"), ["rapport"])


def test_kinds_that_are_written_elsewhere_or_never_sent_have_no_text_of_their_own() -> None:
    assert set(MessageKind) - set(EDITABLE) == {
        MessageKind.INVITATION,
        MessageKind.TRIAL,
        MessageKind.SIGN_IN_CODE,
        MessageKind.ACCOUNT_CHANGED,
        MessageKind.HANDED_OVER,
    }
