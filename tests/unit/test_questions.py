"""A stored answer, put back into the inputs and sent again unchanged, is the same answer."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from cycle.tasks.answers import read_answers, typed_answers
from cycle.tasks.forms import Field, FieldType, Form
from web.questions import Beside, flat, questions
from web.typed import Sender, typed_form

PREFILL = {"goals": [{"row": "A"}, {"row": "B.2"}]}
INNER = (
    Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status", required=False),
    Field(id="tal", type=FieldType.NUMBER, label="Tal", unit="dage", required=False),
)
FORM = Form(
    id="f",
    title="F",
    fields=(
        Field(id="tekst", type=FieldType.LONG_TEXT, label="Tekst", required=False),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Beløb", required=False),
        Field(id="andel", type=FieldType.PERCENT, label="Andel", required=False),
        Field(id="dato", type=FieldType.DATE, label="Dato", required=False),
        Field(id="ja", type=FieldType.CONFIRM, label="Ja", required=False),
        Field(id="maal", type=FieldType.REPEAT, label="Mål", rows_from="goals", fields=INNER, required=False),
    ),
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40)
NUMBER = st.decimals(Decimal("-1e9"), Decimal("1e9"), places=3).map(str)
LIGHT = st.fixed_dictionaries({"light": st.sampled_from(["grøn", "gul", "rød"]), "comment": st.just("Fordi")})
ROW = st.fixed_dictionaries({}, optional={"status": LIGHT, "tal": NUMBER})
TYPED = st.fixed_dictionaries(
    {},
    optional={
        "tekst": TEXT,
        "beloeb": st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2).map(str),
        "andel": NUMBER,
        "dato": st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(str),
        "ja": st.just("on"),
        "maal": st.fixed_dictionaries({}, optional={"A": ROW, "B.2": ROW}),
    },
)


def as_sent(typed):
    """The page's inputs as a browser would send them."""
    asked = flat(questions(FORM, typed, Beside(PREFILL, {}, {}, "da")))
    fields = []
    for question in asked:
        if question.field.type is FieldType.TRAFFIC_LIGHT:
            fields += [(f"{question.name}.{part}", question.typed[part]) for part in ("light", "comment")]
        elif question.field.type is FieldType.CONFIRM:
            fields += [(question.name, "on")] if question.typed else []
        elif question.field.type is not FieldType.REPEAT:
            fields.append((question.name, question.typed))
    return FormData(fields)


def dotted(number):
    """Canonical decimals as a Dane types them."""
    return number.replace(".", ",")


@given(TYPED)
def test_an_answer_survives_the_page(raw):
    given_raw = {k: dotted(v) if k in ("beloeb", "andel") else v for k, v in raw.items()}
    if "maal" in given_raw:
        given_raw["maal"] = {
            key: {**row, **({"tal": dotted(row["tal"])} if "tal" in row else {})}
            for key, row in given_raw["maal"].items()
        }
    first = read_answers(FORM, given_raw, rows=PREFILL)
    sender = Sender(
        sent=as_sent(typed_answers(FORM.fields, first)),
        prefill=PREFILL,
        keep=lambda upload: {},
        recognise=lambda ticket: None,
    )
    assert read_answers(FORM, typed_form(FORM, sender), rows=PREFILL) == first


def test_every_question_has_a_name_and_an_anchor_of_its_own():
    asked = flat(questions(FORM, {}, Beside(PREFILL, {}, {}, "da")))
    assert len({question.name for question in asked}) == len(asked) == 10
    assert len({question.anchor for question in asked}) == 10
