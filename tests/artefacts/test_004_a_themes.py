"""Seed 004 A: seven strategic themes."""

from config.strategy_file import load_strategy
from cycle.goals.tables import GoalLevel
from tests.support.artefacts import at
from tests.support.koebenhavn import FOLDER

THEMES = [
    "Helhed og sammenhæng i barnets liv med fokus på overgange",
    "Samarbejde og dialog med brugerne af BUFs tilbud",
    "Inkluderende tilbud og fokus på tidlig indsats",
    "Fagligt og økonomisk bæredygtige enheder",
    "Politisk fastsatte mål og lokal fagligt stærk ledelse",
    "Faglighed og kvalitet baseret på viden om effekt af indsatser",
    "BUF som attraktiv arbejdsplads",
]
BEGINNINGS = [
    "Der skal være helhed og sammenhæng i de tilbud,",
    "BUFs tilbud skal bygge på samarbejde og dialog med de berørte brugere.",
    "Det enkelte barn skal med udgangspunkt i de almene tilbud",
    "Der laves realistiske planer for, hvordan strukturen i BUFs enheder kan ændres.",
    "BUFs styring skal bygge på politisk fastsatte mål og klare, gennemskuelige økonomiske rammer.",
    "BUF skal til stadighed udvikle sine tilbud.",
    "BUF skal kunne tiltrække, udvikle og fastholde kvalificeret arbejdskraft.",
]


def test_the_seven_themes_stand_at_the_top_with_their_exact_titles() -> None:
    assert [(goal.code, goal.title) for goal in at(GoalLevel.THEME)] == [
        (str(number), title) for number, title in enumerate(THEMES, 1)
    ]
    assert all(goal.parent_key == "" and goal.description for goal in at(GoalLevel.THEME))


def test_each_theme_has_its_description() -> None:
    descriptions = [goal.description for goal in at(GoalLevel.THEME)]
    for description, beginning in zip(descriptions, BEGINNINGS, strict=True):
        assert description.startswith(beginning)


def test_the_perspective_is_0_to_18_years() -> None:
    assert load_strategy(FOLDER).perspective == "0-18 år"
    assert "0-18 års perspektiv" in at(GoalLevel.THEME)[0].description


def test_the_strategy_calls_its_levels_as_the_source_does() -> None:
    called = load_strategy(FOLDER).called
    assert (called.theme, called.goal) == ("Strategisk tema", "Politisk fastsat mål")
