"""Seed 004 E: good leadership in five elements, as what a results dialogue's parties prepare by."""

from cycle.plan.model import FlowName
from cycle.tasks.forms import FieldType
from tests.support.artefacts import wheel

ELEMENTS = {
    "Administrativ ledelse": ("ressourcer", "hensigtsmæssigt og effektivt"),
    "Personaleledelse": ("godt sted at arbejde", "attraktive arbejdspladser"),
    "Faglig ledelse": ("nyeste viden", "høj faglighed", "0 til 18 år"),
    "Strategisk ledelse": ("besluttet politisk", "aktivt"),
    "Interessentledelse": ("åbenhed", "dialog", "medindflydelse"),
}
CENTRE = ("Værdier", "Mission", "Vision", "Strategi")


def test_the_five_elements_each_have_one_sentence_that_begins_with_du() -> None:
    form = wheel().forms["god-ledelse"]
    assert form.title == "God Ledelse i de 5 elementer"
    assert [field.label for field in form.fields] == list(ELEMENTS)
    for field, meaning in zip(form.fields, ELEMENTS.values(), strict=True):
        assert field.guidance.startswith("Du ") and field.guidance.count(".") == 1
        assert all(words in field.guidance for words in meaning), field.label
        assert field.type is FieldType.LONG_TEXT and field.label_en and field.guidance_en


def test_the_centre_is_named_above_them_in_order() -> None:
    guidance = wheel().forms["god-ledelse"].guidance
    places = [guidance.index(word) for word in CENTRE]
    assert places == sorted(places)


def test_they_are_for_the_two_parties_alone_and_erased_by_a_date() -> None:
    activity = wheel().plan.activity("resultatsamtaler")
    assert activity.flow is FlowName.RESULTS_DIALOGUE and activity.preparation is not None
    assert activity.preparation.form == "god-ledelse"
    assert wheel().forms["god-ledelse"].confidential == "parties"
    dates = wheel().resolve(2027)["resultatsamtaler"]
    assert dates.erased_on is not None and dates.erased_on > dates.closes_on


def test_the_dialogue_itself_records_held_and_when_or_not_and_why() -> None:
    form = wheel().forms["resultatsamtale"]
    assert [(field.label, field.only_when) for field in form.fields] == [
        ("Er resultatsamtalen holdt?", ""),
        ("Hvornår?", "holdt=ja"),
        ("Hvorfor ikke?", "holdt=nej"),
    ]
    assert {field.type for field in form.fields} == {FieldType.CHOICE, FieldType.DATE}
