"""The København example: what belongs to its year fits together. What is printed: tests/artefacts."""

import csv
from functools import cache
from pathlib import Path

import pytest

from cli.demo.setting import ACCOUNTS, FIRST_DAY
from config.goals_file import load_goals
from config.loader import LoadedPlan, load_plan
from cycle.goals.scheme import LEVELS
from cycle.goals.tables import GoalLevel
from cycle.tasks.answers import read_answers
from cycle.tasks.figure_file import read_figures
from cycle.tasks.forms import FieldType

FOLDER = Path(__file__).parents[2] / "config" / "examples" / "koebenhavn"


@cache
def example() -> LoadedPlan:
    return load_plan(FOLDER)


def units() -> list[dict[str, str]]:
    with (FOLDER / "units.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_deadlines_fall_on_working_days_and_leave_two_to_five_weeks(year: int) -> None:
    for activity_id, dates in example().resolve(year).items():
        assert example().calendar.is_working_day(dates.opens_on), activity_id
        assert example().calendar.is_working_day(dates.due_on), activity_id
        assert 14 <= (dates.due_on - dates.opens_on).days <= 46, activity_id


def test_every_form_is_used_and_every_text_introduces_an_activity() -> None:
    used = {a.form for a in example().plan.activities}
    used |= {stage.form for a in example().plan.activities for stage in a.stages if stage.form}
    used |= {a.figures.form for a in example().plan.activities if a.figures and a.figures.form}
    used |= {a.preparation.form for a in example().plan.activities if a.preparation}
    assert used == set(example().forms)
    assert all(text and "{" not in text for text in example().texts.values())


def test_the_quarterly_report_takes_a_leaders_answer_in_danish() -> None:
    goals = [
        goal for goal in load_goals(FOLDER).texts() if goal.area in ("", "Skoler") and goal.level in LEVELS
    ]
    rows = {"goals": [{"row": goal.code, "label": goal.title} for goal in goals]}
    raw = {
        "goals": {goal.code: {"status": "gul: vi mangler en lærer"} for goal in goals},
        "forventet-afvigelse": "1,5 mio. kr.",
        "sygefravaer": "4,2 %",
    }
    kept = read_answers(example().forms["kvartalsrapport"], raw, rows=rows)
    assert [row["row"] for row in kept["goals"]] == ["A", "B", "C", "D", "E", "F"]
    assert (kept["forventet-afvigelse"], kept["sygefravaer"]) == ("1500000.00", "4.2")


def test_agreement_forms_have_the_fields_the_signing_flow_reads() -> None:
    for name in ("forhandling", "godkendelse"):
        decision = example().forms[name].field("beslutning")
        assert [choice.value for choice in decision.choices] == ["enig", "tilbage"]
        assert example().forms[name].field("bemaerkning").only_when == "beslutning=tilbage"
    assert example().forms["underskrift"].field("navn").type is FieldType.TEXT


def test_the_budget_has_one_figure_per_unit_asked_and_its_printed_total_is_the_sum() -> None:
    sheet = read_figures((FOLDER / "budget.csv").read_bytes())
    kinds = example().plan.activity("budgetudmelding").audience.kinds
    assert set(sheet.amounts) == {unit["unit_id"] for unit in units() if unit["kind"] in kinds}
    assert sheet.columns == ("Budgetramme 2028", "Heraf løn")
    assert set(sheet.totals) == set(sheet.columns) and sheet.differences() == {}
    assert all(row["Heraf løn"] < row["Budgetramme 2028"] for row in sheet.amounts.values())


def test_goals_fill_six_slots_for_every_area() -> None:
    goals = load_goals(FOLDER).texts()
    common = [goal.code for goal in goals if goal.level is GoalLevel.COMMON]
    assert common == ["A", "B", "C"]
    for area in {unit["area"] for unit in units()} - {""}:
        assert [goal.code for goal in goals if goal.area == area] == ["D", "E", "F"]


def test_meetings_are_working_days_with_an_agenda_deadline_and_marked_as_invented() -> None:
    meetings = example().meetings["BUU"]
    assert {meeting.held_on.year for meeting in meetings} == {2026, 2027, 2028}
    for meeting in meetings:
        assert meeting.agenda_deadline_on is not None and meeting.agenda_deadline_on < meeting.held_on
        assert example().calendar.is_working_day(meeting.held_on)
        assert example().calendar.is_working_day(meeting.agenda_deadline_on)
        assert "opdigtet" in meeting.title


def test_one_of_the_demos_accounts_is_a_head_of_a_district_in_person() -> None:
    """So that a results dialogue can be prepared there: its two parties are persons, not roles."""
    email, _, unit, name = ACCOUNTS[-1]
    with (FOLDER / "leaders.csv").open(encoding="utf-8") as file:
        heads = [row for row in csv.DictReader(file, delimiter=";") if row["email"] == email]
    opens = example().resolve(2027)["resultatsamtaler"].opens_on.isoformat()
    assert [(row["unit_id"], row["name"], row["valid_to"]) for row in heads] == [(unit, name, "")]
    assert heads[0]["valid_from"] <= opens


def test_the_head_before_them_holds_the_post_on_the_demos_first_day() -> None:
    email, _, unit, name = ACCOUNTS[-2]
    with (FOLDER / "leaders.csv").open(encoding="utf-8") as file:
        (row,) = [row for row in csv.DictReader(file, delimiter=";") if row["email"] == email]
    assert (row["unit_id"], row["name"]) == (unit, name)
    assert row["valid_from"] <= FIRST_DAY[:10] <= row["valid_to"]
