"""Seed 004 B: 23 political goals under the seven themes."""

from config.strategy_file import load_strategy
from cycle.goals.tables import GoalLevel, GoalOrigin
from tests.support.artefacts import at, goals
from tests.support.koebenhavn import FOLDER

GOALS = [
    "Der er etableret et fælles pædagogisk grundlag for BUF, som følges op af en implementeringsplan",
    "Intet barn i Københavns Kommune starter i en ny institutionel ramme uden forudgående dialog mellem "
    "enhederne",
    "Forældre oplever, at samarbejdet mellem de tilbud barnet benytter er tilfredsstillende",
    "Brugernes vurdering af dialogen og samarbejdet med BUFs tilbud er tilfredsstillende",
    "Der er etableret en tværgående definition af tidlig indsats og inkluderende tilbud i BUF",
    "Der er udarbejdet en metode til håndtering af børn der kun har begrænset gavn af normalsystemet",
    "Der udarbejdes en implementeringsplan for den etablerede metode",
    "Forældre oplever tilfredshed med BUFs tilbud",
    "Børn og forældre oplever et højt fagligt niveau",
    "Omkostninger pr. bruger er nedbragt",
    "Effektiv udnyttelse af plads og kapacitet",
    "Politikerne oplever sammenhæng mellem politiske beslutninger og udførelsen af dem",
    "Medarbejderne oplever, at BUF har en strategi med klare mål",
    "Der er implementeret et ledelsesudviklingsprogram baseret på BUFs ledelsesgrundlag, samt brug af "
    "systematisk lederevaluering",
    "Styrket lokal ledelse",
    "BUF har en evalueringskultur",
    "BUF har pr. kerneområde defineret ønskede effekter af politisk besluttede indsatser",
    "BUF evaluerer løbende opnåelse af effekter af politisk besluttede indsatser",
    "Relevante evalueringer er gjort tilgængelige",
    "APV-undersøgelser viser en overvejende tilfredshed med både det fysiske og psykiske arbejdsmiljø",
    "BUFs medarbejdere er stolte af at arbejde i BUF",
    "Medarbejdersammensætningen i BUF afspejler befolkningssammensætningen generelt",
    "BUF kan tiltrække, rekruttere og fastholde medarbejdere på alle niveauer",
]
"""Word for word; the goals of the transcript lack the administration's name, which is BUF here."""


def test_the_23_sentences_stand_in_their_order() -> None:
    assert [goal.title for goal in at(GoalLevel.POLITICAL)] == GOALS and len(GOALS) == 23


def test_the_23_political_goals_hang_under_their_themes_and_the_split_is_inferred() -> None:
    political = at(GoalLevel.POLITICAL)
    themes = [goal.identity for goal in at(GoalLevel.THEME)]
    assert [sum(goal.parent_key == key for goal in political) for key in themes] == [3, 1, 3, 4, 4, 4, 4]
    assert all(goal.inferred and goal.origin is None for goal in political)
    assert {goal.columns()["origin"] for goal in political} == {GoalOrigin.POLITICAL}
    strategy = load_strategy(FOLDER)
    assert [goal.title for goal in political] == [
        goal.title for theme in strategy.themes for goal in theme.goals
    ]


def test_every_common_and_area_goal_leads_up_to_a_theme() -> None:
    by_key = {goal.identity: goal for goal in goals()}
    for goal in [*at(GoalLevel.COMMON), *at(GoalLevel.AREA)]:
        top = goal
        while top.parent_key:
            top = by_key[top.parent_key]
        assert top.level is GoalLevel.THEME, goal
        assert goal.inferred
