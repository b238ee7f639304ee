"""Answers: every field type, every refusal in two languages, drafts, rows, and the way back."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.errors import AnswerInvalid
from cycle.tasks.answer_sentences import SENTENCES, sentences
from cycle.tasks.answers import read_answers, read_draft, show_answer
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import Choice, Field, FieldType, Form

CHOICES = (Choice(value="ja", label="Ja", label_en="Yes"), Choice(value="nej", label="Nej, ikke endnu"))


def field(kind: FieldType, **given: Any) -> Field:
    return Field(id="svar", type=kind, label="Svar", **given)


def form(*fields: Field) -> Form:
    return Form(id="skema", title="Skema", fields=fields)


def read(one: Field, raw: object, **more: Any) -> Any:
    return read_answers(form(one), {"svar": raw}, rows={}, **more).get("svar")


def refusal(one: Field, raw: object, language: str = "da") -> str:
    with pytest.raises(AnswerInvalid) as caught:
        read(one, raw, language=language)
    assert [problem.where for problem in caught.value.problems] == ["svar"]
    return caught.value.problems[0].what


@pytest.mark.parametrize("text", ["1.5", "12.50", "125.00 kr.", "kr. 1.2345", "-2.5", "0.5"])
def test_kroner_with_a_point_that_may_be_either_are_asked_about(text):
    amount = field(FieldType.AMOUNT)
    assert refusal(amount, text) == f"»{text}« kan læses på to måder."
    assert refusal(amount, text, "en") == f"“{text}” can be read in two ways."
    assert show_answer(amount, read(field(FieldType.PERCENT), "12.5")) == "12,50 kr.", (
        "a share has no thousands"
    )


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("1.500", "1500.00"),
        ("1.5 mio.", "1500000.00"),
        ("14.5 t.kr.", "14500.00"),
        ("1500.50", "1500.50"),
        ("1.500,50", "1500.50"),
        (1.5, "1.50"),
        (Decimal("1.500"), "1.50"),
        (1500, "1500.00"),
    ],
)
def test_kroner_that_can_be_read_in_one_way_are_taken_and_a_programs_number_is_a_number(raw, kept):
    assert read(field(FieldType.AMOUNT), raw) == kept


@pytest.mark.parametrize("kind", [FieldType.NUMBER, FieldType.PERCENT, FieldType.AMOUNT])
@pytest.mark.parametrize("raw", [float("nan"), float("inf")])
def test_a_programs_number_that_is_none_is_refused(kind, raw):
    assert "kan ikke læses som et tal" in refusal(field(kind), raw)


def test_a_programs_number_has_no_thousands():
    assert read(field(FieldType.NUMBER), 1.234) == "1.234"


@pytest.mark.parametrize(
    ("kind", "raw", "kept", "shown"),
    [
        (FieldType.TEXT, "  Godt\r\nbørneliv ", "Godt børneliv", "Godt børneliv"),
        (FieldType.LONG_TEXT, "Linje 1\r\nLinje 2\r", "Linje 1\nLinje 2", "Linje 1\nLinje 2"),
        (
            FieldType.LONG_TEXT,
            "tre\x00 gange\x1b[31m\u202e A\u030a\ud800",
            "tre gange[31m Å",
            "tre gange[31m Å",
        ),
        (FieldType.NUMBER, "1.250,50", "1250.5", "1.250,5"),
        (FieldType.NUMBER, 0, "0", "0"),
        (FieldType.NUMBER, "-0,0", "0", "0"),
        (FieldType.NUMBER, "12.5", "12.5", "12,5"),
        (FieldType.AMOUNT, "1,5 mio.", "1500000.00", "1.500.000 kr."),
        (FieldType.AMOUNT, "-2.093,85 kr.", "-2093.85", "-2.093,85 kr."),
        (FieldType.PERCENT, "4,2 %", "4.2", "4,2 %"),
        (FieldType.DATE, "20. april 2027", "2027-04-20", "20. april 2027"),
        (FieldType.DATE, "20/4-2027", "2027-04-20", "20. april 2027"),
        (FieldType.DATE, "20-04-27", "2027-04-20", "20. april 2027"),
        (FieldType.DATE, "den 20. apr. 2027", "2027-04-20", "20. april 2027"),
        (FieldType.DATE, "2027-04-20", "2027-04-20", "20. april 2027"),
        (FieldType.DATE, "20 April 2027", "2027-04-20", "20. april 2027"),
        (FieldType.CONFIRM, "on", True, "Ja"),
        (FieldType.CONFIRM, True, True, "Ja"),
        (FieldType.TRAFFIC_LIGHT, {"light": "grøn", "comment": ""}, {"light": "grøn", "comment": ""}, "grøn"),
        (
            FieldType.TRAFFIC_LIGHT,
            "Gul: vi er bagud",
            {"light": "gul", "comment": "vi er bagud"},
            "gul: vi er bagud",
        ),
        (
            FieldType.TRAFFIC_LIGHT,
            "rød - ingen tid",
            {"light": "rød", "comment": "ingen tid"},
            "rød: ingen tid",
        ),
    ],
)
def test_a_value_is_read_into_its_canonical_form_and_shown(
    kind: FieldType, raw: object, kept: object, shown: str
) -> None:
    assert read(field(kind), raw) == kept
    assert show_answer(field(kind), kept) == shown
    json.dumps(kept).encode()


def test_a_choice_is_taken_by_value_or_by_label_in_either_language() -> None:
    one = field(FieldType.CHOICE, choices=CHOICES)
    assert [read(one, raw) for raw in ("ja", "JA", "Yes", "nej, ikke endnu")] == ["ja", "ja", "ja", "nej"]
    assert (show_answer(one, "ja", "en"), show_answer(one, "nej", "en")) == ("Yes", "Nej, ikke endnu")
    assert show_answer(one, "withdrawn choice") == "withdrawn choice"


def test_a_file_passes_through_and_anything_else_is_refused() -> None:
    given = {"sha256": "a" * 64, "name": "plan.pdf", "size": 12}
    assert read(field(FieldType.FILE), given) == given
    assert show_answer(field(FieldType.FILE), given) == "plan.pdf"
    for raw in ("plan.pdf", {"sha256": "../../etc", "name": "x", "size": 1}, {**given, "size": "mange"}):
        assert refusal(field(FieldType.FILE), raw) == "Filen blev ikke modtaget."


@pytest.mark.parametrize(
    ("one", "raw", "danish", "english"),
    [
        (field(FieldType.TEXT), " ", "Feltet er ikke udfyldt.", "The field is empty."),
        (field(FieldType.TEXT), ["a"], "Svaret er ikke tekst.", "The answer is not text."),
        (field(FieldType.TEXT, max_length=3), "fire", "Teksten fylder 4 tegn.", "The text has 4 characters."),
        (field(FieldType.NUMBER), "tolv", "»tolv« kan ikke læses", "“tolv” cannot be read"),
        (field(FieldType.NUMBER, minimum=0), "-1", "Tallet er for lille.", "The number is too small."),
        (field(FieldType.PERCENT, maximum=100), "101", "Tallet er for stort.", "The number is too large."),
        (field(FieldType.NUMBER), "9" * 20, "Tallet er for stort til", "The number is too large to"),
        (field(FieldType.AMOUNT), "1,555", "Tallet har for mange", "The number has too many"),
        (field(FieldType.DATE), "31/2-2027", "»31/2-2027« kan ikke", "“31/2-2027” cannot be"),
        (field(FieldType.DATE), "20. april 1327", "»20. april 1327«", "“20. april 1327”"),
        (field(FieldType.CHOICE, choices=CHOICES), "måske", "»måske« er ikke en", "“måske” is not one"),
        (field(FieldType.TRAFFIC_LIGHT), {"light": "lilla"}, "»lilla« er ikke en farve", "“lilla” is not a"),
        (field(FieldType.TRAFFIC_LIGHT), {"comment": "x"}, "Der er ikke valgt farve", "No colour is chosen"),
        (
            field(FieldType.TRAFFIC_LIGHT),
            {"light": "rød"},
            "Når målet er rødt",
            "When the status is not green",
        ),
        (field(FieldType.CONFIRM), "nej", "Der er ikke sat kryds.", "The box is not ticked."),
        (field(FieldType.CONFIRM), None, "Der er ikke sat kryds.", "The box is not ticked."),
        (field(FieldType.CHOICE, choices=CHOICES), "", "Der er ikke valgt noget.", "Nothing is chosen."),
        (field(FieldType.TRAFFIC_LIGHT), "", "Der er ikke valgt farve", "No colour is chosen"),
        (field(FieldType.FILE), None, "Der er ingen fil.", "There is no file."),
        (
            field(FieldType.CONFIRM),
            "måske",
            "»måske« er ikke en bekræftelse",
            "“måske” is not a confirmation",
        ),
    ],
)
def test_a_wrong_value_is_refused_in_both_languages(
    one: Field, raw: object, danish: str, english: str
) -> None:
    assert refusal(one, raw).startswith(danish)
    assert refusal(one, raw, "en").startswith(english)


@pytest.mark.parametrize(
    ("kind", "cure"),
    [
        (FieldType.CONFIRM, "Sæt kryds, eller skriv ja."),
        (FieldType.CHOICE, "Vælg en af mulighederne."),
        (FieldType.FILE, "Vedhæft den."),
        (FieldType.TRAFFIC_LIGHT, "Vælg grøn, gul eller rød."),
        (FieldType.TEXT, "Skriv et svar."),
    ],
)
def test_what_is_missing_is_asked_for_as_it_is_given(kind: FieldType, cure: str) -> None:
    with pytest.raises(AnswerInvalid) as caught:
        read(field(kind, choices=CHOICES if kind is FieldType.CHOICE else ()), None)
    assert caught.value.problems[0].cure == cure


def test_every_sentence_stands_in_both_languages() -> None:
    assert all(set(by_language) == {"da", "en"} for by_language in SENTENCES.values())


def test_what_is_not_required_may_be_empty_and_is_then_left_out() -> None:
    for kind in (FieldType.TEXT, FieldType.NUMBER, FieldType.TRAFFIC_LIGHT, FieldType.CONFIRM):
        assert read_answers(form(field(kind, required=False)), {"svar": ""}, rows={}) == {}
        assert read_answers(form(field(kind, required=False)), {}, rows={}) == {}


def test_a_unit_typed_behind_the_number_is_read_over() -> None:
    days = field(FieldType.NUMBER, unit="dage", maximum=10)
    assert read(days, "4,5 dage") == "4.5" and show_answer(days, "4.5") == "4,5 dage"
    with pytest.raises(AnswerInvalid, match="Det må højst være 10 dage"):
        read(days, "11")


HELD = form(
    Field(id="holdt", type=FieldType.CHOICE, label="Holdt?", choices=CHOICES),
    Field(id="dato", type=FieldType.DATE, label="Hvornår", only_when="holdt=ja"),
    Field(id="hvorfor", type=FieldType.LONG_TEXT, label="Hvorfor ikke", only_when="holdt=nej"),
)


def test_a_question_is_asked_only_when_the_other_has_the_named_answer() -> None:
    held = read_answers(HELD, {"holdt": "ja", "dato": "1/9-2027", "hvorfor": "glemt"}, rows={})
    assert held == {"holdt": "ja", "dato": "2027-09-01"}
    with pytest.raises(AnswerInvalid) as caught:
        read_answers(HELD, {"holdt": "nej"}, rows={})
    assert [problem.where for problem in caught.value.problems] == ["hvorfor"]


def test_a_draft_keeps_what_is_valid_and_demands_nothing() -> None:
    raw = {"dato": "1/9-2027", "hvorfor": "ferie", "holdt": "måske"}
    assert read_answers(HELD, raw, rows={}, partial=True) == {"dato": "2027-09-01", "hvorfor": "ferie"}
    kept, problems = read_draft(HELD, {"holdt": "ja", "dato": "snart"}, rows={})
    assert kept == {"holdt": "ja"} and [problem.where for problem in problems] == ["dato"]
    assert read_answers(HELD, {}, rows={}, partial=True) == {}


GOALS = form(
    Field(
        id="maal",
        type=FieldType.REPEAT,
        label="Mål",
        rows_from="goals",
        fields=(
            Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status", label_en="Status"),
            Field(id="tal", type=FieldType.NUMBER, label="Tal", required=False),
        ),
    ),
)
ROWS = {"goals": [{"row": "A", "label": "A. Sygefravær"}, {"row": "B", "label": "B. Budget"}]}


def test_rows_are_answered_by_key_from_a_page_or_as_a_list() -> None:
    page = {"maal": {"B": {"status": {"light": "grøn"}}, "A": {"status": "gul: syge", "tal": "1,5"}}}
    kept = read_answers(GOALS, page, rows=ROWS)
    assert kept["maal"] == [
        {"row": "A", "status": {"light": "gul", "comment": "syge"}, "tal": "1.5"},
        {"row": "B", "status": {"light": "grøn", "comment": ""}},
    ]
    assert read_answers(GOALS, kept, rows=ROWS) == kept
    assert show_answer(GOALS.fields[0], kept["maal"]) == "A – Status: gul: syge; Tal: 1,5\nB – Status: grøn"


def test_all_faults_in_all_rows_are_told_at_once_with_their_place() -> None:
    raw = {
        "maal": {"A": {"status": "rød", "tal": "x"}, "Z": {"status": "grøn"}, "B": {"hov": "1"}},
        "andet": "1",
    }
    with pytest.raises(AnswerInvalid) as caught:
        read_answers(GOALS, raw, rows=ROWS)
    assert sorted(problem.where for problem in caught.value.problems) == [
        "andet",
        "maal.A.status",
        "maal.A.tal",
        "maal.B.hov",
        "maal.B.status",
        "maal.Z",
    ]


def test_rows_that_are_missing_or_no_rows_are_refused() -> None:
    def places(raw: object) -> list[str]:
        with pytest.raises(AnswerInvalid) as caught:
            read_answers(GOALS, {"maal": raw}, rows=ROWS)
        return [problem.where for problem in caught.value.problems]

    assert places({}) == ["maal.A.status", "maal.B.status"]
    assert places("grøn") == ["maal"]
    assert places({"A": "grøn", "B": {"status": "grøn"}}) == ["maal.A"]


def test_a_group_without_any_row_is_no_fault() -> None:
    assert read_answers(GOALS, {}, rows={"goals": []}) == {}
    assert read_answers(GOALS, {}, rows={}) == {}


def test_the_forms_own_rows_may_be_left_empty_when_not_required() -> None:
    proposals = form(
        Field(
            id="forslag",
            type=FieldType.REPEAT,
            label="Forslag",
            required=False,
            rows=(Choice(value="1", label="Forslag 1"), Choice(value="2", label="Forslag 2")),
            fields=(
                Field(id="titel", type=FieldType.TEXT, label="Titel"),
                Field(id="beloeb", type=FieldType.AMOUNT, label="Beløb"),
            ),
        )
    )
    assert read_answers(proposals, {"forslag": {"1": {"titel": ""}, "2": {}}}, rows={}) == {}
    kept = read_answers(proposals, {"forslag": {"2": {"titel": "Gardiner", "beloeb": "12.000"}}}, rows={})
    assert show_answer(proposals.fields[0], kept["forslag"]) == (
        "Forslag 2 – Titel: Gardiner; Beløb: 12.000 kr."
    )
    with pytest.raises(AnswerInvalid) as caught:
        read_answers(proposals, {"forslag": {"1": {"titel": "Kun titel"}}}, rows={})
    assert [problem.where for problem in caught.value.problems] == ["forslag.1.beloeb"]


@given(st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=6))
def test_a_number_that_is_shown_reads_as_the_same_number(number: Decimal) -> None:
    for one in (field(FieldType.NUMBER), field(FieldType.NUMBER, unit="dage"), field(FieldType.PERCENT)):
        kept = read(one, show_answer(one, str(number)))
        assert Decimal(kept) == number
        assert read(one, show_answer(one, kept)) == kept


@given(st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=2))
def test_an_amount_that_is_shown_reads_as_the_same_amount(amount: Decimal) -> None:
    one = field(FieldType.AMOUNT)
    kept = read(one, show_answer(one, str(amount)))
    assert Decimal(kept) == amount and kept == f"{amount if amount else abs(amount):.2f}"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_a_date_that_is_shown_reads_as_the_same_date(day: Any) -> None:
    one = field(FieldType.DATE)
    assert read(one, show_answer(one, day.isoformat())) == day.isoformat()
    assert read(one, show_answer(one, day.isoformat(), "en")) == day.isoformat()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_whatever_is_typed_is_read_or_refused_and_can_be_stored(raw: object) -> None:
    for kind in FieldType:
        rows = {"rows_from": "goals", "fields": (Field(id="a", type=FieldType.TEXT, label="A"),)}
        one = field(kind, choices=CHOICES, **(rows if kind is FieldType.REPEAT else {}))
        kept, _ = read_draft(form(one), {"svar": raw}, rows=ROWS)
        json.dumps(kept, ensure_ascii=False).encode()


def test_choices_that_a_task_brings_are_its_own_rows_by_title() -> None:
    goals = [{"row": "A", "label": "A. Sygefravær"}, {"row": "D", "label": "D. Inklusion"}]
    one = field(FieldType.CHOICE, choices_from="given_goals")
    for typed in ("D", "d. inklusion"):
        assert read_answers(form(one), {"svar": typed}, rows={"given_goals": goals}) == {"svar": "D"}
    (named,) = with_choices(form(one), {"given_goals": goals}).fields
    assert show_answer(named, "D") == "D. Inklusion"
    for rows in ({"given_goals": goals}, {}):
        with pytest.raises(AnswerInvalid):
            read_answers(form(one), {"svar": "B"}, rows=rows)
    group = Field(id="maal", type=FieldType.REPEAT, label="Mål", rows_from="unit_goals", fields=(one,))
    inside = with_choices(form(group), {"given_goals": goals, "unit_goals": [{"row": "G"}]})
    assert [choice.label for choice in inside.fields[0].fields[0].choices] == [
        "A. Sygefravær",
        "D. Inklusion",
    ]
    plain = form(field(FieldType.CHOICE, choices=CHOICES))
    assert with_choices(plain, {"given_goals": goals}) is plain


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("da", ("Teksten fylder 50.001 tegn.", "Der er plads til 20.000.")),
        ("en", ("The text has 50,001 characters.", "There is room for 20,000.")),
    ],
)
def test_how_long_a_text_may_be_is_written_as_the_reader_writes_numbers(language, told):
    assert sentences("too_long", {"length": 50_001, "longest": 20_000}, language) == told
