"""The København example: the twelve activities of seed 004 I, in order, with all that belongs to them."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from config.goals_file import load_goals
from config.loader import LoadedPlan, load_plan
from config.strategy_file import load_strategy
from cycle.goals.scheme import LEVELS
from cycle.goals.tables import GoalLevel
from cycle.plan.model import Confidence, FlowName, Ring, StageKind
from cycle.tasks.answers import read_answers
from cycle.tasks.figure_file import read_figures
from cycle.tasks.forms import FieldType

FOLDER = Path(__file__).parents[2] / "config" / "examples" / "koebenhavn"

PLANNING = {
    "Forberedelse af strategirevision",
    "Indgåelse af udviklingsaftaler",
    "Budgetudmelding",
    "Revision af BUFs Strategiske Grundlag",
    "Budgetseminar BUU",
    "Godkendelse af styringsrammer",
}
FOLLOW_UP = {
    "Regnskabsaflæggelse inkl. opfølgning på mål",
    "Kvartalsrapport 1",
    "Kvartalsrapport 2",
    "Kvartalsrapport 3",
    "Afrapportering på styringsrammer",
    "Resultatsamtaler/MUS",
}
OPENING_ORDER = [
    "regnskab",
    "budgetudmelding",
    "strategirevision",
    "budgetseminar",
    "kvartalsrapport-1",
    "styringsrammer-godkendelse",
    "kvartalsrapport-2",
    "resultatsamtaler",
    "kvartalsrapport-3",
    "styringsrammer-afrapportering",
    "strategirevision-forberedelse",
    "udviklingsaftaler",
]
DUE_MONTHS = {
    "regnskab": 2,
    "kvartalsrapport-1": 4,
    "kvartalsrapport-2": 8,
    "kvartalsrapport-3": 10,
    "resultatsamtaler": 9,
    "styringsrammer-afrapportering": 11,
    "styringsrammer-godkendelse": 5,
}


@cache
def example() -> LoadedPlan:
    return load_plan(FOLDER)


def units() -> list[dict[str, str]]:
    with (FOLDER / "units.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_the_wheel_has_exactly_the_twelve_activities_in_two_rings() -> None:
    by_ring = {ring: {a.title for a in example().plan.activities if a.ring is ring} for ring in Ring}
    assert by_ring == {Ring.PLANNING: PLANNING, Ring.FOLLOW_UP: FOLLOW_UP}
    assert len(example().plan.activities) == 12


def test_there_are_three_quarterly_reports_and_not_four() -> None:
    reports = [a.title for a in example().plan.activities if a.flow is FlowName.QUARTERLY_REPORT]
    assert reports == ["Kvartalsrapport 1", "Kvartalsrapport 2", "Kvartalsrapport 3"]


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_year_resolves_in_order_and_each_activity_concerns_its_year(year: int) -> None:
    resolved = example().resolve(year)
    order = sorted(resolved, key=lambda each: (resolved[each].opens_on, each))
    assert order == OPENING_ORDER
    for activity in example().plan.activities:
        dates = resolved[activity.id]
        assert dates.opens_on < dates.due_on <= dates.closes_on
        assert all(dates.due_on < due <= dates.closes_on for due in dates.stage_due.values())
        offset = {Ring.PLANNING: 1, Ring.FOLLOW_UP: -1 if activity.id == "regnskab" else 0}
        assert activity.ring is not None
        assert dates.concerns_year == year + offset[activity.ring]
    assert {each: resolved[each].due_on.month for each in DUE_MONTHS} == DUE_MONTHS


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_deadlines_fall_on_working_days_and_leave_two_to_five_weeks(year: int) -> None:
    for activity_id, dates in example().resolve(year).items():
        assert example().calendar.is_working_day(dates.opens_on), activity_id
        assert example().calendar.is_working_day(dates.due_on), activity_id
        assert 14 <= (dates.due_on - dates.opens_on).days <= 46, activity_id


def test_agreements_run_over_new_year_through_four_steps() -> None:
    dates = example().resolve(2027)["udviklingsaftaler"]
    assert (dates.opens_on, dates.due_on) == (date(2027, 12, 1), date(2027, 12, 20))
    assert list(dates.stage_due) == [
        "forhandling",
        "godkendelse",
        "underskrift-leder",
        "underskrift-nærmeste-leder",
    ]
    assert all(due.year == 2028 and due.month == 1 for due in dates.stage_due.values())
    stages = example().plan.activity("udviklingsaftaler").stages
    assert [stage.kind for stage in stages] == [
        StageKind.NEGOTIATE,
        StageKind.APPROVE,
        StageKind.SIGN,
        StageKind.SIGN,
    ]


def test_no_day_is_asserted_that_the_source_does_not_print() -> None:
    for activity in example().plan.activities:
        assert activity.window.opens.confidence is not Confidence.CERTAIN
        assert activity.window.due.confidence is not Confidence.CERTAIN
    approval = example().plan.activity("styringsrammer-godkendelse").window.due
    assert (approval.confidence, approval.printed) == (Confidence.UNCERTAIN, "Maj / Nov.")


def test_every_form_is_used_and_every_text_introduces_an_activity() -> None:
    used = {a.form for a in example().plan.activities}
    used |= {stage.form for a in example().plan.activities for stage in a.stages}
    used |= {a.figures.form for a in example().plan.activities if a.figures}
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


def test_the_results_dialogue_records_only_whether_and_when() -> None:
    form = example().forms["resultatsamtale"]
    assert {field.type for field in form.fields} == {FieldType.CHOICE, FieldType.DATE}
    assert example().plan.activity("resultatsamtaler").confidential


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


def test_the_strategy_has_seven_themes_with_23_goals() -> None:
    strategy = load_strategy(FOLDER)
    assert [len(theme.goals) for theme in strategy.themes] == [3, 1, 3, 4, 4, 4, 4]
    assert strategy.model_dump(mode="json")["themes"][6]["title"] == "BUF som attraktiv arbejdsplads"


def test_meetings_are_working_days_with_an_agenda_deadline_and_marked_as_invented() -> None:
    meetings = example().meetings["BUU"]
    assert {meeting.held_on.year for meeting in meetings} == {2026, 2027, 2028}
    for meeting in meetings:
        assert meeting.agenda_deadline_on is not None and meeting.agenda_deadline_on < meeting.held_on
        assert example().calendar.is_working_day(meeting.held_on)
        assert example().calendar.is_working_day(meeting.agenda_deadline_on)
        assert "opdigtet" in meeting.title
