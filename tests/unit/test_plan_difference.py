"""`aarshjul plan diff`: what differs between two plans, field by field, and in which resolved dates."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from config.loader import load_plan
from cycle.plan.difference import Came, Trouble, doubtful_dates, plan_difference
from tests.support.koebenhavn import FOLDER
from tests.unit.test_plan_commands import plan


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The example with a later deadline, another title, one activity less and one more."""
    folder = tmp_path / "næste"
    shutil.copytree(FOLDER, folder)
    wheel = folder / "wheel.yaml"
    text = wheel.read_text(encoding="utf-8")
    text = text.replace("due: {date: 20. april, move: earlier", "due: {date: 21. april, move: earlier")
    text = text.replace("    title: Budgetseminar BUU\n", "    title: Budgetseminar for udvalget\n")
    start, end = text.index("  - id: budgetudmelding"), text.index("  - id: strategirevision")
    one = text[start:end]
    new = one.replace("id: budgetudmelding", "id: efterbudget").replace("Budgetudmelding", "Efterbudget")
    wheel.write_text(text[:start] + new + text[end:], encoding="utf-8")
    texts = folder / "texts" / "aktiviteter.yaml"
    words = texts.read_text(encoding="utf-8")
    texts.write_text(words.replace("budgetudmelding: >-", "efterbudget: >-"), encoding="utf-8")
    return folder


def test_a_plan_is_the_same_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = plan(capsys, "diff", str(FOLDER), str(FOLDER), "--year", "2027")
    assert (status, out, err) == (0, "Ingen forskel.\n", "")


def test_what_was_added_removed_and_changed_is_told_field_by_field_with_dates(
    changed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = plan(capsys, "diff", str(FOLDER), str(changed), "--year", "2027")
    assert status == 0
    assert "+ efterbudget  Efterbudget\n" in out and "- budgetudmelding  Budgetudmelding\n" in out
    assert "~ kvartalsrapport-1  Kvartalsrapport 1\n    window.due.date: »20. april« → »21. april«\n" in out
    assert "    frist 2027: tir 20/4-2027 → ons 21/4-2027\n" in out
    assert "distrikt 2027: tir 27/4-2027 → ons 28/4-2027" in out, "the stages count from the deadline"
    assert "    title: »Budgetseminar BUU« → »Budgetseminar for udvalget«\n" in out
    assert out.count("~ ") == 2
    found = json.loads(plan(capsys, "diff", str(FOLDER), str(changed), "--year", "2027", "--json")[1])
    assert {(each["id"], each["came"]) for each in found["activities"]} == {
        ("efterbudget", "added"),
        ("budgetudmelding", "removed"),
        ("kvartalsrapport-1", "changed"),
        ("budgetseminar", "changed"),
    }
    report = next(each for each in found["activities"] if each["id"] == "kvartalsrapport-1")
    assert {"name": "due", "before": "2027-04-20", "after": "2027-04-21"} in report["dates"]
    assert found["year"] == 2027


def test_a_faulty_plan_and_two_kinds_of_plan_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = FOLDER.parent / "processer" / "strategiproces"
    status, _, err = plan(capsys, "diff", str(FOLDER), str(process))
    assert status == 1 and "ikke samme slags plan" in err
    (tmp_path / "wheel.yaml").write_text("kind: wheel\n", encoding="utf-8")
    status, _, err = plan(capsys, "diff", str(FOLDER), str(tmp_path))
    assert status == 1 and "wheel.yaml:1: Nøglen »id« mangler" in err


def test_dates_that_fall_badly_are_found(tmp_path: Path) -> None:
    loaded = load_plan(FOLDER)
    dates = loaded.resolve(2028)
    found = list(doubtful_dates(loaded.plan, dates, loaded.calendar))
    moved = next(each for each in found if each.trouble is Trouble.MOVED)
    assert moved.nominal != moved.on and loaded.calendar.is_working_day(moved.on)
    assert {each.activity for each in found if each.trouble is Trouble.UNCERTAIN} >= {
        "resultatsamtaler",
        "styringsrammer-godkendelse",
    }
    on_closed = [each for each in found if each.trouble in (Trouble.WEEKEND, Trouble.HOLIDAY)]
    assert all(not loaded.calendar.is_working_day(each.on) for each in on_closed)
    assert (
        plan_difference(loaded.plan, loaded.plan, loaded.resolve(2027), dates).activities[0].came
        is Came.CHANGED
    )
    assert date(2028, 2, 1) in {each.opens_on for each in dates.values()}
