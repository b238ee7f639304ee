from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from cycle.tasks.forms import Choice, Field, FieldType, Form
from documents.answers_table import Answered, AskedRow, answers_table
from documents.tables import Column, Kind, to_csv

ZONE = ZoneInfo("Europe/Copenhagen")
UNIT = [Column("Enhed")]
FORM = Form(
    id="f",
    title="F",
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Beløb", unit="kr."),
        Field(id="dag", type=FieldType.DATE, label="Dag"),
        Field(id="valg", type=FieldType.CHOICE, label="Valg", choices=(Choice(value="a", label="Første"),)),
        Field(
            id="maal",
            type=FieldType.REPEAT,
            label="Mål",
            rows_from="goals",
            fields=(Field(id="tal", type=FieldType.NUMBER, label="Tal"),),
        ),
    ),
)
ANSWERS = {
    "status": {"light": "gul", "comment": "=1+1"},
    "beloeb": "-14500000.00",
    "dag": "2027-04-20",
    "valg": "a",
    "maal": [{"row": "A", "tal": "1.5"}, {"row": "B", "tal": "2"}],
}


def table(forms, *rows):
    return answers_table("Svar", UNIT, forms, [Answered(["Skole"], row) for row in rows], zone=ZONE)


def titles(made):
    return [column.title for column in made.columns]


def test_every_question_is_a_column_of_its_own_kind_and_a_light_has_its_remark_beside_it():
    made = table([FORM], ANSWERS)
    assert titles(made) == [
        "Enhed",
        "Status",
        "Status, kommentar",
        "Beløb (kr.)",
        "Dag",
        "Valg",
        "A: Tal",
        "B: Tal",
    ]
    assert [column.kind for column in made.columns][3:5] == [Kind.NUMBER, Kind.DATE]
    (row,) = made.rows
    assert row[1:6] == ["gul", "=1+1", Decimal("-14500000.00"), date(2027, 4, 20), "Første"]
    assert row[6:] == [Decimal("1.5"), Decimal("2")]


def test_a_unit_that_did_not_answer_has_its_row_with_empty_cells():
    (answered, silent) = table([FORM], ANSWERS, {}).rows
    assert len(answered) == len(silent) and silent[1:] == [None] * 7


def test_a_question_that_has_left_the_form_keeps_its_column_and_the_newest_wording_names_it():
    newer = Form(
        id="f", title="F", fields=(Field(id="beloeb", type=FieldType.AMOUNT, label="Resultat", unit="kr."),)
    )
    assert titles(table([newer, FORM], ANSWERS))[:3] == ["Enhed", "Resultat (kr.)", "Status"]


def test_a_remark_that_looks_like_a_formula_is_text_in_the_file():
    assert ";'=1+1;-14500000,00;20-04-2027;" in to_csv(table([FORM], ANSWERS)).decode("utf-8-sig")


def test_what_could_be_one_persons_has_no_column_not_even_in_a_group():
    private = Field(id="fravaer", type=FieldType.PERCENT, label="Sygefravær", hide_small=True)
    group = FORM.field("maal").model_copy(update={"fields": (private, *FORM.field("maal").fields)})
    form = Form(id="f", title="F", fields=(private, group))
    given = {"fravaer": "8.3", "maal": [{"row": "A", "fravaer": "8.3", "tal": "1"}]}
    made = table([form, FORM], given)
    assert "Sygefravær" not in " ".join(titles(made)) and "A: Tal" in titles(made)
    assert "8,3" not in to_csv(made).decode("utf-8-sig")


def test_rows_of_goals_stand_in_order_whichever_unit_answered_first():
    first = {"maal": [{"row": "H", "tal": "1"}, {"row": "I", "tal": "2"}, {"row": "M10", "tal": "3"}]}
    second = {"maal": [{"row": "G", "tal": "1"}, {"row": "M2", "tal": "2"}]}
    made = titles(table([FORM], first, second))
    assert [title for title in made if title.endswith(": Tal")] == [
        "G: Tal",
        "H: Tal",
        "I: Tal",
        "M2: Tal",
        "M10: Tal",
    ]


def test_a_goal_has_a_column_of_its_own_wherever_its_letter_is_used_for_another():
    school = {
        "D": AskedRow("2026/trivsel", "D. Trivsel i skolen"),
        "H": AskedRow("own/H", "H (eget mål)", "Læselyst"),
    }
    day_care = {"D": AskedRow("2026/sprog", "D. Sprog"), "E": AskedRow("2026/trivsel", "E. Trivsel i skolen")}
    other = {
        "D": AskedRow("2026/trivsel", "D. Trivsel i skolen"),
        "H": AskedRow("own/H", "H (eget mål)", "Udeliv"),
    }
    made = answers_table(
        "Svar",
        UNIT,
        [FORM],
        [
            Answered(
                ["Skole"], {"maal": [{"row": "D", "tal": "1"}, {"row": "H", "tal": "2"}]}, {"maal": school}
            ),
            Answered(
                ["Dagtilbud"],
                {"maal": [{"row": "D", "tal": "3"}, {"row": "E", "tal": "4"}]},
                {"maal": day_care},
            ),
            Answered(
                ["Skole 2"], {"maal": [{"row": "D", "tal": "5"}, {"row": "H", "tal": "6"}]}, {"maal": other}
            ),
        ],
        zone=ZONE,
    )
    assert titles(made)[6:] == [
        "D. Sprog: Tal",
        "D. Trivsel i skolen: Tal",
        "H (eget mål)",
        "H (eget mål): Tal",
    ]
    assert [row[6:] for row in made.rows] == [
        [None, Decimal(1), "Læselyst", Decimal(2)],
        [Decimal(3), Decimal(4), None, None],
        [None, Decimal(5), "Udeliv", Decimal(6)],
    ]
