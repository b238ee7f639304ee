"""What an agreement says, chapter by chapter, in Danish and English."""

from datetime import date
from typing import Any

from cycle.goals.own_goals import own_goals
from cycle.goals.tables import Agreement
from cycle.tasks.forms import Choice, Field, FieldType, Form
from documents.agreement_text import chapters

FORM = Form(
    id="udviklingsaftale",
    title="Udkast",
    fields=(
        Field(
            id="enhedsmaal",
            type=FieldType.REPEAT,
            label="Enhedens egne mål",
            rows_from="unit_goals",
            fields=(
                Field(id="titel", type=FieldType.TEXT, label="Mål"),
                Field(id="tegn", type=FieldType.LONG_TEXT, label="Tegn", label_en="Signs"),
                Field(
                    id="understoetter",
                    type=FieldType.CHOICE,
                    label="Støtter",
                    label_en="Supports",
                    choices=(Choice(value="A", label="A"), Choice(value="D", label="D")),
                ),
                Field(id="maaltal", type=FieldType.NUMBER, label="Måltal"),
            ),
        ),
        Field(id="bemaerkning", type=FieldType.LONG_TEXT, label="Bemærkning"),
    ),
)
GIVEN: list[dict[str, Any]] = [
    {
        "row": "A",
        "label": "A. Sygefravær",
        "level": "common",
        "key": "A",
        "description": "Det falder.",
        "origin": "political",
        "background_intention": "En sund arbejdsplads.",
        "background_knowledge": "Fraværet steg i fjor.",
        "obligations": ["Hold samtaler", "Følg op"],
        "signs": ["Færre vikarer"],
        "evidence": ["Lønsystemet"],
        "indicator": {
            "name": "Sygefravær",
            "unit": "%",
            "baseline": "6.4",
            "target": "6.0",
            "rule": "at_most",
        },
        "follow_up_method": "Hvert kvartal",
        "follow_up_by": "Nærmeste leder",
    },
    {"row": "D", "label": "D. Timer", "level": "area", "key": "Skoler/D", "description": ""},
]
OWN = {
    "enhedsmaal": [
        {
            "row": "G",
            "titel": "Flere fælles timer",
            "tegn": "Skemaet",
            "understoetter": "A",
            "indikator": "Timer",
            "maaleenhed": "timer",
            "maaltal": "12",
            "regel": "mindst",
            "fremmed": "Et felt fra en ældre udgave",
        }
    ],
    "bemaerkning": "Godt.",
}
CONTENT = {"given_goals": GIVEN, "own_codes": ["G", "H", "I"], "own": OWN}


def test_every_level_says_all_that_is_known_of_its_goals() -> None:
    common, area, own, remarks = chapters(CONTENT, FORM, "da")
    assert [(c.title, c.locked) for c in (common, area, own, remarks)] == [
        ("Fælles mål", True),
        ("Områdemål", True),
        ("Enhedens egne mål", False),
        ("Enhedens bemærkninger", False),
    ]
    (sick,) = common.entries
    assert (sick.title, sick.code, sick.key) == ("A. Sygefravær", "A", "A")
    assert [(each.label, each.texts) for each in sick.words] == [
        ("Kommer fra", ("Politisk",)),
        ("Beskrivelse", ("Det falder.",)),
        ("Politisk intention", ("En sund arbejdsplads.",)),
        ("Viden på området", ("Fraværet steg i fjor.",)),
        ("Det skal der gøres", ("Hold samtaler", "Følg op")),
        ("Tegn på, at det lykkes", ("Færre vikarer",)),
        ("Kan ses i", ("Lønsystemet",)),
        ("Indikator", ("Sygefravær: højst 6 % (før: 6,4 %)",)),
        ("Opfølgningsmetode", ("Hvert kvartal",)),
        ("Opfølgningsansvarlig", ("Nærmeste leder",)),
    ]
    assert area.entries[0].words == ()
    (goal,) = own.entries
    assert goal.title == "G. Flere fælles timer"
    assert [(each.label, each.texts[0]) for each in goal.words] == [
        ("Tegn", "Skemaet"),
        ("Støtter", "A. Sygefravær"),
        ("", "Et felt fra en ældre udgave"),
        ("Indikator", "Timer: mindst 12 timer"),
    ]
    assert remarks.entries[0].words[0].texts == ("Godt.",)


def test_a_level_that_the_agreement_does_not_hold_is_not_spoken_of() -> None:
    level_two = {**CONTENT, "own_codes": [], "own": {}}
    assert [each.title for each in chapters(level_two, FORM, "da")] == ["Fælles mål", "Områdemål"]
    level_one = {**level_two, "given_goals": GIVEN[:1]}
    assert [each.title for each in chapters(level_one, FORM, "da")] == ["Fælles mål"]
    nothing_written = {**CONTENT, "own": {}}
    assert chapters(nothing_written, FORM, "da")[-1].entries == ()


def test_in_english() -> None:
    common, *_, own, _ = chapters(CONTENT, FORM, "en")
    words = {each.label: each.texts[0] for each in common.entries[0].words}
    assert words["Indicator"] == "Sygefravær: at most 6 % (before: 6.4 %)"
    assert words["Comes from"] == "Politicians" and words["What must be done"] == "Hold samtaler"
    assert [each.label for each in own.entries[0].words] == ["Signs", "Supports", "", "Indicator"]


def test_an_own_goal_hangs_under_the_one_it_supports_and_has_its_indicator() -> None:
    agreement = Agreement(root_id="KBH", occurrence_id=1, unit_id="101003", year=2028)
    agreement.period_from, agreement.period_to = date(2028, 1, 1), date(2028, 12, 31)
    (goal,) = own_goals(CONTENT, agreement)
    assert (goal.code, goal.key, goal.parent_key) == ("G", "101003/2028/G", "A")
    assert goal.indicator is not None and goal.indicator.shown_target() == "mindst 12 timer"
    plain = {
        **CONTENT,
        "own": {"enhedsmaal": [{"row": "G", "titel": "Uden tal"}, {"row": "A", "titel": "x"}]},
    }
    (bare,) = own_goals(plain, agreement)
    assert bare.indicator is None and bare.parent_key == ""
