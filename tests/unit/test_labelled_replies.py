"""Numbers, names, rows and inline answers: which question a line answers, and what is asked back."""

import pytest

from cycle.tasks.answers import read_answers
from cycle.tasks.forms import Choice, Field, FieldType, Form
from notifications.letters_of_tasks import letter_of, sections
from notifications.nil import is_nil
from notifications.questions import questions_of
from notifications.replies import read_reply

FORM = Form(
    id="rapport",
    title="Rapport",
    nil_allowed=True,
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status", label_en="State"),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Forventet resultat"),
        Field(id="fravaer", type=FieldType.PERCENT, label="Sygefravær"),
        Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger", required=False),
    ),
)
GOALS = Form(
    id="maal",
    title="Mål",
    fields=(
        Field(
            id="goals",
            type=FieldType.REPEAT,
            label="Status på mål",
            rows_from="goals",
            fields=(
                Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
                Field(id="vaerdi", type=FieldType.NUMBER, label="Værdi nu", required=False),
            ),
        ),
        Field(id="bem", type=FieldType.LONG_TEXT, label="Andet", required=False),
    ),
)
ROWS = {
    "goals": [
        {"row": "1.1", "label": "1.1 Flere børn læser"},
        {"row": "1.2", "label": "1.2 Lavere sygefravær"},
    ]
}
LETTERED = {"goals": [{"row": "A", "label": "A. Flere børn læser"}, {"row": "B", "label": "B. Trivsel"}]}


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Status: gul, vi er bagud", {"status": "gul, vi er bagud"}),
        ("1: grøn", {"status": "grøn"}),
        ("1. grøn\n2. 14,5 mio.", {"status": "grøn", "beloeb": "14,5 mio."}),
        ("1) grøn\n2) 14,5 mio.\n3) 4,2 %", {"status": "grøn", "beloeb": "14,5 mio.", "fravaer": "4,2 %"}),
        ("2. 14,5 mio.\n1. rød: to vikarer", {"status": "rød: to vikarer", "beloeb": "14,5 mio."}),
        ("1. Status: grøn", {"status": "grøn"}),
        ("1. Status (grøn, gul eller rød): grøn", {"status": "grøn"}),
        ("1. Status\ngul\nfraværet er steget", {"status": "gul\nfraværet er steget"}),
        ("State: green", {"status": "green"}),
        ("Spørgsmål 2: -2.093,8", {"beloeb": "-2.093,8"}),
        ("Forventet resultat:\n-2.093,8", {"beloeb": "-2.093,8"}),
        ("beloeb: 1 250 000 kr.", {"beloeb": "1 250 000 kr."}),
        ("• Status: grøn\n– Sygefravær: 4,2", {"status": "grøn", "fravaer": "4,2"}),
        ("4. Vi åbner\n20. april og\n3. maj", {"bem": "Vi åbner\n20. april og\n3. maj"}),
        ("4: Først\n\nSidst", {"bem": "Først\n\nSidst"}),
        ("Bemærkninger: ingen", {"bem": "ingen"}),
        ("STATUS: Gul – vi mangler en lærer", {"status": "Gul – vi mangler en lærer"}),
    ],
)
def test_a_line_begins_an_answer_by_number_name_or_both(text, raw):
    reply = read_reply(FORM, text)
    assert (reply.raw, reply.unplaced, reply.doubts) == (raw, "", ())


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        (
            "1.1 Status: grøn\n1.2 Status: gul, influenza",
            {"1.1": {"status": "grøn"}, "1.2": {"status": "gul, influenza"}},
        ),
        ("1.1: grøn\n1.2: grøn", {"1.1": {"status": "grøn"}, "1.2": {"status": "grøn"}}),
        ("Mål 1.2: rød, fordi", {"1.2": {"status": "rød, fordi"}}),
        (
            "1. grøn\n2. 87\n3. gul: x",
            {"1.1": {"status": "grøn", "vaerdi": "87"}, "1.2": {"status": "gul: x"}},
        ),
        ("1.2 Lavere sygefravær\nStatus: grøn\nVærdi nu: 4,5", {"1.2": {"status": "grøn", "vaerdi": "4,5"}}),
        ("1.1 Status: grøn\nVærdi nu: 87", {"1.1": {"status": "grøn", "vaerdi": "87"}}),
        ("1. 1.1 Flere børn læser – Status (grøn, gul eller rød): grøn", {"1.1": {"status": "grøn"}}),
    ],
)
def test_rows_are_named_by_their_goal(text, raw):
    reply = read_reply(GOALS, text, rows=ROWS)
    assert (reply.raw, reply.doubts) == ({"goals": raw}, ())


def test_goals_with_letters_are_named_by_letter():
    reply = read_reply(GOALS, "A: grøn\nB Status: gul, bagud\nAndet: intet", rows=LETTERED)
    rows = {"A": {"status": "grøn"}, "B": {"status": "gul, bagud"}}
    assert reply.raw == {"goals": rows, "bem": "intet"}
    assert read_answers(GOALS, reply.raw, rows=LETTERED)["goals"][1]["status"]["light"] == "gul"


@pytest.mark.parametrize(
    ("form", "text", "asked_back"),
    [
        (FORM, "1: grøn\n1: gul, bagud", "to forskellige svar"),
        (FORM, "Status: grøn\nStatus: rød, bagud", "to forskellige svar"),
        (FORM, "Status: grøn\nBemærkninger: Vi gør to ting\n1. Vi ansætter\n2. Vi sparer", "spørgsmål 1"),
        (FORM, "4: To ting\n1. Vi ansætter", "spørgsmål 1"),
        (FORM, "2. Status: gul, bagud", "navnet på et andet"),
        (GOALS, "Status: grøn", "flere mål"),
        (GOALS, "Status: grøn\n1.2 Status: gul, bagud", "flere mål"),
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked_back_with_the_line(form, text, asked_back):
    reply = read_reply(form, text, rows=ROWS)
    assert any(asked_back in problem.what for problem in reply.doubts), reply


def test_the_same_answer_given_twice_is_one():
    assert read_reply(FORM, "1: grøn\nStatus: Grøn.").doubts == ()


@pytest.mark.parametrize(
    ("text", "unplaced"),
    [
        ("Tak for sidst.\n1: grøn", "Tak for sidst."),
        ("2: 14,5 mio.\nVi ses på mødet.\n3: 4", "Vi ses på mødet."),
        ("9: grøn\n1: grøn", "9: grøn"),
    ],
)
def test_text_that_belongs_to_no_question_is_kept_beside_the_answers(text, unplaced):
    assert read_reply(FORM, text).unplaced == unplaced


@pytest.mark.parametrize(
    "text",
    [
        "Intet at bemærke",
        "Vi har intet at bemærke.",
        "Jeg har ingen bemærkninger herfra",
        "Ingen kommentarer fra vores side, tak",
        "Nej tak, intet at bemærke!",
        "Intet nyt at berette",
        "Intet at tilføje",
        "Der er ingen bemærkninger.",
        "No remarks",
    ],
)
def test_the_usual_ways_to_say_that_there_is_nothing_are_nil_returns(text):
    assert is_nil(text) and read_reply(FORM, text).nil


@pytest.mark.parametrize(
    "text",
    ["Ingen bemærkninger til budgettet, men til skemaet", "Intet", "Vi har bemærkninger", "Ingen", "Nej", ""],
)
def test_what_says_more_or_less_is_none(text):
    assert not is_nil(text)


ASKED = [question.line() for question in questions_of(FORM, {})]


def quoted(*answers: str, prefix: str = "> ") -> str:
    """The mail we sent as a mail program quotes it, with the answers under its questions."""
    lines = [f"{prefix}Kære Mette", f"{prefix}Du kan svare ved at besvare denne mail.", prefix.strip()]
    for line, answer in zip(ASKED, answers, strict=True):
        lines += [prefix + line, *([answer] if answer else [])]
    return "\n".join(
        [*lines, f"{prefix}Slut på spørgsmålene", f"{prefix}Venlig hilsen", "Denne mail er fortrolig."]
    )


def test_the_questions_are_printed_with_number_words_and_what_is_meant():
    assert ASKED == [
        "1. Status (grøn, gul eller rød):",
        "2. Forventet resultat (kr.):",
        "3. Sygefravær (%):",
        "4. Bemærkninger (kan udelades):",
    ]
    english = [question.line("B", "en") for question in questions_of(FORM, {}, "en")]
    assert english[0] == "B1. State (green, yellow or red):"


@pytest.mark.parametrize(
    ("above", "prefix"),
    [
        ("Hej\nSe mine svar nedenfor.\n\nDen 6. april 2027 skrev Årshjulet <a@by.example>:\n", "> "),
        ("Den tir. 6. apr. 2027 kl. 10.00 skrev Årshjulet:\n", ">> "),
        ("Fra: Årshjulet <a@by.example>\nSendt: 6. april 2027 10:00\nEmne: Kvartalsrapport\n\n", ""),
    ],
)
def test_answers_under_the_quoted_questions_are_read(above, prefix):
    whole = above + quoted("grøn", "14,5 mio.", "4,2 %", "Vi åbner\ntil maj", prefix=prefix)
    reply = read_reply(FORM, "grøn\n14,5 mio.\n4,2 %", whole=whole)
    assert reply.raw == {
        "status": "grøn",
        "beloeb": "14,5 mio.",
        "fravaer": "4,2 %",
        "bem": "Vi åbner\ntil maj",
    }
    assert reply.doubts == ()


def test_an_answer_written_on_the_quoted_line_itself_is_read_too():
    whole = quoted("", "", "", "").replace(ASKED[0], f"{ASKED[0]} grøn").replace(ASKED[2], f"{ASKED[2]} 4,2")
    assert read_reply(FORM, "", whole=whole).raw == {"status": "grøn", "fravaer": "4,2"}


def test_a_quoted_mail_without_answers_adds_nothing_to_what_stands_above_it():
    text = "1: grøn\n2: 14,5 mio.\n3: 4"
    reply = read_reply(FORM, text, whole=f"{text}\n\n{quoted('', '', '', '')}")
    assert reply.raw == {"status": "grøn", "beloeb": "14,5 mio.", "fravaer": "4"}


def test_an_answer_above_and_another_below_is_asked_back():
    whole = f"Status: grøn\n\n{quoted('rød, bagud', '1', '2', '')}"
    assert [problem.where for problem in read_reply(FORM, "Status: grøn", whole=whole).doubts] == ["status"]


@pytest.mark.parametrize(
    ("text", "found", "before"),
    [
        ("A1: grøn\nA2: 14\nB1: gul", {"A": "1. grøn\n2. 14", "B": "1. gul"}, ""),
        ("a1) grøn\nb2. 14", {"A": "1. grøn", "B": "2. 14"}, ""),
        ("A: Intet at bemærke\nB: Det går godt", {"A": "Intet at bemærke", "B": "Det går godt"}, ""),
        ("A: Intet at bemærke\nB1: gul", {"A": "Intet at bemærke", "B": "1. gul"}, ""),
        ("B:\n1: grøn", {"B": "1: grøn"}, ""),
        ("Hej\nA 1: grøn", {"A": "1. grøn"}, "Hej"),
        ("A1: gul, fordi\nA) børn\nB) voksne", {"A": "1. gul, fordi\nA) børn\nB) voksne"}, ""),
        (
            "> A1. Status:\ngrøn\n> B1. Status:\ngul",
            {"A": "> 1. Status:\ngrøn", "B": "> 1. Status:\ngul"},
            "",
        ),
        ("C1: grøn", {}, "C1: grøn"),
        ("Alt er grønt", {}, "Alt er grønt"),
        ("B2 klassen er på tur", {}, "B2 klassen er på tur"),
    ],
)
def test_letters_choose_the_task(text, found, before):
    cut = sections(text, ["A", "B"])
    assert (cut.by_letter, cut.before) == (found, before)


def test_letters_go_on_after_z():
    assert [letter_of(index) for index in (0, 1, 25, 26, 27, 51, 52)] == [
        "A",
        "B",
        "Z",
        "AA",
        "AB",
        "AZ",
        "BA",
    ]


def test_a_choice_is_answered_by_its_words():
    form = Form(
        id="v",
        title="Valg",
        fields=(
            Field(
                id="ramme",
                type=FieldType.CHOICE,
                label="Passer budgetrammen?",
                choices=(Choice(value="ja", label="Ja, vi bekræfter"), Choice(value="nej", label="Nej")),
            ),
            Field(id="bem", type=FieldType.LONG_TEXT, label="Hvad skal rettes?", only_when="ramme=nej"),
        ),
    )
    assert questions_of(form, {})[0].line() == "1. Passer budgetrammen? (Ja, vi bekræfter / Nej):"
    for text in ("1: ja", "Passer budgetrammen? Ja, vi bekræfter", "1. Passer budgetrammen?: Ja"):
        reply = read_reply(form, text)
        assert read_answers(form, reply.raw, rows={}) == {"ramme": "ja"}, text


QUARTER = Form(
    id="kvartal",
    title="Kvartal",
    fields=(
        *GOALS.fields,
        Field(id="fravaer", type=FieldType.PERCENT, label="Sygefravær i kvartalet"),
        Field(id="afvigelse", type=FieldType.AMOUNT, label="Forventet afvigelse", required=False),
        Field(id="resultat", type=FieldType.AMOUNT, label="Forventet resultat", required=False),
    ),
)
UNMEASURED = GOALS.fields[0].model_copy(update={"fields": GOALS.fields[0].fields[:1]})
SAME_WORD = {"goals": [{"row": "A", "label": "Sygefravær"}, {"row": "B", "label": "Trivsel"}]}


def quarter(text, *, measured):
    fields = QUARTER.fields if measured else (UNMEASURED, *QUARTER.fields[1:])
    return read_reply(QUARTER.model_copy(update={"fields": fields}), text, rows=SAME_WORD)


@pytest.mark.parametrize("text", ["Sygefravær: 4,2", "Sygefravær: 4,2 %", "- sygefravær: 4,2"])
def test_a_shortened_name_of_one_number_is_that_number_even_where_a_goal_is_called_so(text):
    read = quarter(text, measured=False)
    assert not read.doubts and list(read.raw) == ["fravaer"] and read.raw["fravaer"].startswith("4,2")


def test_a_light_after_the_same_word_is_the_goals_and_a_number_a_measured_goal_takes_is_not_guessed():
    assert quarter("Sygefravær: grøn", measured=False).raw == {"goals": {"A": {"status": "grøn"}}}
    assert "fravaer" not in quarter("Sygefravær: 4,2", measured=True).raw


@pytest.mark.parametrize("text", ["Forventet: 200.000", "Syg: 4,2", "Sygefravær: det går bedre"])
def test_a_short_name_of_two_or_none_or_with_no_number_behind_it_is_no_name_of_a_number(text):
    assert not {"fravaer", "afvigelse", "resultat"} & set(quarter(text, measured=False).raw)


def test_a_shortened_name_inside_a_text_is_asked_about():
    read = quarter("Andet: Vi har haft travlt.\nSygefravær: 4,2", measured=False)
    assert read.doubts and "fravaer" not in read.raw
