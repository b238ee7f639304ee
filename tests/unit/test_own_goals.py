"""What a unit writes of a goal of its own becomes the goal; what its measure lacks, and what is odd."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cli.demo.invented import answers_for
from config.loader import load_plan
from cycle.goals.given_goals import GIVEN
from cycle.goals.indicators import TargetRule
from cycle.goals.own_goals import RULES, TYPES, hidden_under, own_goals
from cycle.goals.tables import Agreement, GoalLevel, GoalType
from cycle.goals.tree import GoalText
from cycle.tasks.answers import read_answers
from cycle.tasks.measures import MEASURED, UNIT_GOALS, doubts, faults
from tests.support.koebenhavn import FOLDER

ROW: dict[str, Any] = {
    "titel": "Lavere sygefravær",
    "beskrivelse": "Vi holder samtaler.",
    "understoetter": "A",
    "indikator": "Sygefravær",
    "maaleenhed": "%",
    "udgangspunkt": "6.4",
    "regel": "mellem",
    "maaltal": "4",
    "oevre-graense": "5.5",
    "det-skal-goeres": "Hold samtaler\n\nFølg op",
    "tegn": "Færre vikarer",
    "kilder": "Lønsystemet\nTrivselsmålingen",
    "intention": "En sund arbejdsplads",
    "viden": "Fraværet steg i fjor",
    "maaltype": "effekt",
    "opfoelgning": "Hvert kvartal",
    "ansvarlig": "Afdelingslederen",
    "skjul-smaa-tal": True,
}


def goal_of(row: dict[str, Any], years: tuple[int, int] = (2028, 2028)) -> GoalText:
    agreement = Agreement(root_id="KBH", occurrence_id=1, unit_id="101003", year=years[0])
    agreement.period_from, agreement.period_to = date(years[0], 1, 1), date(years[1], 12, 31)
    content = {
        "given_goals": [{"row": "A", "key": "A"}],
        "own_codes": ["G"],
        "own": {"enhedsmaal": [{"row": "G", **row}]},
    }
    (goal,) = own_goals(content, agreement)
    return goal


def test_every_word_of_a_units_own_goal_is_kept() -> None:
    goal = goal_of(ROW)
    assert (goal.title, goal.description, goal.parent_key) == (
        "Lavere sygefravær",
        "Vi holder samtaler.",
        "A",
    )
    assert goal.obligations == ("Hold samtaler", "Følg op") and goal.signs == ("Færre vikarer",)
    assert goal.evidence == ("Lønsystemet", "Trivselsmålingen") and goal.goal_type is GoalType.OUTCOME
    assert (goal.background_intention, goal.background_knowledge) == (
        "En sund arbejdsplads",
        "Fraværet steg i fjor",
    )
    assert (goal.follow_up_method, goal.follow_up_by) == ("Hvert kvartal", "Afdelingslederen")
    assert goal.hide_small and (goal.first_year, goal.last_year) == (2028, 2028)
    assert goal.indicator is not None
    assert goal.indicator.shown_target() == "mellem 4 % og 5,5 %" and goal.indicator.baseline == Decimal(
        "6.4"
    )


def test_a_unit_may_use_every_rule_and_type_of_goal() -> None:
    assert set(RULES.values()) == set(TargetRule) and set(TYPES.values()) == set(GoalType)
    done = goal_of({"titel": "Planen er vedtaget", "regel": "gjort"}).indicator
    assert done is not None and (done.name, done.shown_target()) == ("Planen er vedtaget", "gjort")
    assert done.reached(Decimal(1)) and not done.reached(Decimal(0))


@pytest.mark.parametrize(
    ("named", "years"),
    [
        ({}, (2028, 2029)),
        ({"sidste-aar": "2028"}, (2028, 2028)),
        ({"foerste-aar": "2029"}, (2029, 2029)),
        ({"foerste-aar": "2020", "sidste-aar": "2035"}, (2028, 2029)),
        ({"foerste-aar": "2031"}, (2028, 2029)),
    ],
)
def test_a_goal_may_hold_for_some_of_its_agreements_years(
    named: dict[str, str], years: tuple[int, int]
) -> None:
    goal = goal_of({"titel": "Et mål", **named}, (2028, 2029))
    assert (goal.first_year, goal.last_year) == years


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, ""),
        ({"maaleenhed": "%"}, ""),
        ({"indikator": "Fravær"}, "maaltal"),
        ({"udgangspunkt": "4"}, "maaltal"),
        ({"regel": "hoejst"}, "maaltal"),
        ({"indikator": "Fravær", "maaltal": "0"}, ""),
        ({"indikator": "Fravær", "regel": "ikke-under"}, "udgangspunkt"),
        ({"regel": "ikke-under", "udgangspunkt": "0"}, ""),
        ({"regel": "gjort"}, ""),
        ({"indikator": "Plan", "regel": "gjort"}, ""),
        ({"regel": "mellem", "oevre-graense": "5"}, "maaltal"),
        ({"regel": "mellem", "maaltal": "5"}, "oevre-graense"),
        ({"regel": "mellem", "maaltal": "5", "oevre-graense": "4"}, "oevre-graense"),
        ({"regel": "mellem", "maaltal": "5", "oevre-graense": "5"}, ""),
    ],
)
def test_what_is_measured_has_the_number_that_says_when_it_is_reached(
    said: dict[str, str], where: str
) -> None:
    found = faults({"enhedsmaal": [{"row": "G", "titel": "Et mål", **said}], "bemaerkning": "Godt."})
    assert [problem.where for problem in found] == ([f"enhedsmaal.G.{where}"] if where else [])


@pytest.mark.parametrize(
    ("rule", "baseline", "target", "odd"),
    [
        ("mindst", "5.9", "2", True),
        ("", "5.9", "2", True),
        ("mindst", "5.9", "5.9", False),
        ("mindst", "", "2", False),
        ("hoejst", "5.9", "7", True),
        ("hoejst", "5.9", "2", False),
        ("ikke-under", "5.9", "2", False),
        ("mellem", "5.9", "2", False),
    ],
)
def test_a_target_on_the_side_where_the_figure_is_already_is_odd(
    rule: str, baseline: str, target: str, *, odd: bool
) -> None:
    row = {"row": "G", "titel": "Et mål", "regel": rule, "udgangspunkt": baseline, "maaltal": target}
    row["oevre-graense"] = "9"
    assert [each.where for each in doubts({"enhedsmaal": [row]})] == ["enhedsmaal.G.maaltal"] * odd
    assert faults({"enhedsmaal": [row]}) == []


def test_the_example_asks_little_at_first_and_takes_all_of_it() -> None:
    form = load_plan(FOLDER).forms["udviklingsaftale"]
    group = form.field("enhedsmaal")
    assert [field.id for field in group.fields if not field.more] == [
        "titel",
        "beskrivelse",
        "understoetter",
        *MEASURED,
    ]
    rows = {
        UNIT_GOALS: [{"row": "G", "label": "Enhedsmål G"}],
        GIVEN: [{"row": "A", "label": "A. Sygefravær"}],
    }
    read = read_answers(
        form, {"enhedsmaal": {"G": {**ROW, "udgangspunkt": "6,4", "oevre-graense": "5,5"}}}, rows=rows
    )
    assert read["enhedsmaal"][0] == {"row": "G", **ROW}
    for n in range(60):
        invented = answers_for(form, rows, f"aftale:{n}")
        assert faults(invented) == doubts(invented) == []


def test_a_goal_under_one_with_hidden_numbers_hides_its_own() -> None:
    """Sick leave does not come out by the door of a goal that the unit has set under it."""
    common = GoalText(GoalLevel.UNIT, "G", "Færre sygedage", unit_id="X", parent_key="fravaer")
    free = GoalText(GoalLevel.UNIT, "H", "Flere timer", unit_id="X", parent_key="timer")
    chosen = GoalText(GoalLevel.UNIT, "I", "Alene", unit_id="X", hide_small=True)
    found = hidden_under([common, free, chosen], {"fravaer"})
    assert [(goal.code, goal.hide_small) for goal in found] == [("G", True), ("H", False), ("I", True)]
