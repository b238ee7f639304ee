"""Seed 004 J: the concept of development agreements, three levels with examples, sources and slots."""

from config.goals_file import load_goals
from cycle.goals.scheme import LEVELS
from cycle.goals.tables import GoalLevel
from tests.support.artefacts import at, goals, wheel
from tests.support.koebenhavn import FOLDER


def test_the_concept_of_agreements_has_its_levels_examples_sources_and_nine_slots() -> None:
    scheme = load_goals(FOLDER).scheme
    common, area, unit = (scheme.level(level) for level in LEVELS)
    assert [level.title for level in (common, area, unit)] == [
        "Fælles mål for BUF",
        "Områdespecifikke mål",
        "Enhedsspecifikke mål",
    ]
    assert [level.scope for level in (common, area, unit)] == [
        "Gælder for alle udviklingsaftaler i BUF",
        "Gælder for alle udviklingsaftaler på et område (f.eks. alle skoler eller alle distrikter)",
        "Gælder for den enkelte enhed (skole, center m.v.)",
    ]
    assert common.examples == (
        "Sygefravær",
        "Budget og regnskab",
        "Afholdelse af MUS",
        "Kompetenceudvikling af medarbejdere",
    )
    assert area.examples == (
        "Gennemførelse af planlagte timer",
        "Udarbejdelse af pædagogiske læreplaner",
        "Aflæggelse af barselsbesøg",
        "Deltagelse i SSP",
    )
    assert unit.examples == (
        "Udvikling af forældresamarbejdet",
        "Inklusion af elever med særlige behov",
        "Andel af timer der læses af lærere med linjefagskompetence",
    )
    assert common.sources == ("Lovgivning", "BR", "BUU", "BUFs overordnede strategi", "BUFs direktion")
    assert area.sources == ("Lovgivning", "BUU", "BUFs delstrategi for kerneområder", "BUFs direktion")
    assert unit.sources == ("BUFs direktion", "Centerledelse", "Skole- og institutionsledelse")
    assert [level.slots for level in (common, area, unit)] == [
        ("A", "B", "C"),
        ("D", "E", "F"),
        ("G", "H", "I"),
    ]


def test_every_example_of_the_upper_levels_is_a_goal_of_the_tree() -> None:
    scheme = load_goals(FOLDER).scheme
    titles = {goal.title for goal in goals()}
    wanted = {*scheme.level(GoalLevel.COMMON).examples, *scheme.level(GoalLevel.AREA).examples}
    assert wanted <= titles


def test_the_given_slots_are_filled_for_everyone_and_the_units_own_are_theirs_to_fill() -> None:
    assert [goal.code for goal in at(GoalLevel.COMMON)] == ["A", "B", "C"]
    areas = {goal.area for goal in at(GoalLevel.AREA)}
    for area in areas:
        assert [goal.code for goal in at(GoalLevel.AREA) if goal.area == area] == ["D", "E", "F"]
    assert len(areas) == 4 and at(GoalLevel.UNIT) == []
    form = wheel().forms["udviklingsaftale"]
    assert form.field("enhedsmaal").rows_from == "unit_goals"
