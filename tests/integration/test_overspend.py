"""Overspending above the plan's limit: one follow-up per unit, told in the day's mail, seen on the page."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.access.roles import Role
from cycle.errors import ImportInvalid
from cycle.plan.figure_rules import FigureRules
from cycle.plan.model import Activity
from cycle.store import reading, transaction
from cycle.tasks.figure_file import read_figures
from cycle.tasks.figures import keep_figures, kept_figures
from cycle.tasks.overspend import OVERSPEND
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import FormVersion, Occurrence
from tests.support import koebenhavn
from tests.support.koebenhavn import FOLDER, ROOT, Year
from tests.support.municipality import instant
from tests.support.web import Site

OVER, WITHIN = "101003", "101005"
RULES = FigureRules(
    budget="Korrigeret budget", expected="Forventet regnskab", above=4, form="merforbrug", days=10
)


def workbook(units: list[str], *, printed: int | None = None) -> bytes:
    """Every unit has a budget of a million; one expects 5 per cent more, one 4."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Budgetopfølgning 31.10.2026"])
    sheet.append(["unit_id", "Navn", "Korrigeret budget", "Forventet regnskab"])
    expected = {OVER: 1_050_000, WITHIN: 1_040_000}
    for unit in units:
        sheet.append([unit, "", 1_000_000, expected.get(unit, 990_000)])
    sheet.append(["I alt", "", printed or 1_000_000 * len(units), None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def year(engine: Engine, tmp_path: Path) -> Year:
    """Copenhagen on the day before its budget call, with a limit of 4 per cent in the plan."""
    koebenhavn.load(engine)
    year = Year(engine, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding")
    with transaction(engine) as session:
        call = session.exec(select(Occurrence).where(Occurrence.activity_id == "budgetudmelding")).one()
        activity = Activity.model_validate_json(call.activity).model_copy(update={"figures": RULES})
        call.activity = activity.model_dump_json()
        form = session.exec(select(FormVersion).where(FormVersion.form_id == "merforbrug")).one()
        call.stage_forms = {OVERSPEND: form.id or 0}
        session.add(call)
    return year


def units() -> list[str]:
    lines = (FOLDER / "budget.csv").read_text(encoding="utf-8").splitlines()[2:-1]
    return [line.split(";")[0] for line in lines]


def keep(year: Year, data: bytes) -> None:
    with transaction(year.engine) as session:
        call = session.exec(select(Occurrence).where(Occurrence.activity_id == "budgetudmelding")).one()
        keep_figures(session, call, read_figures(data), by="cli", now=year.now)


def test_a_file_without_the_columns_of_the_plan_or_with_unknown_units_is_refused_with_every_fault(
    year: Year,
) -> None:
    with pytest.raises(ImportInvalid) as refused:
        keep(year, b"unit_id;Budget\n101003;1.000,0\nUKENDT;1,0\n")
    said = str(refused.value)
    assert "»Korrigeret budget«, som filen ikke har" in said and "»Forventet regnskab«" in said
    assert "Enheden UKENDT findes ikke." in said and "filen har »Budget«" in said


def test_overspending_above_the_limit_is_followed_up_once_and_told_in_the_days_mail(
    year: Year, tmp_path: Path
) -> None:
    keep(year, workbook(units(), printed=466_900_000))
    year.until(instant(2027, 2, 1, 8))
    call = year.occurrence("budgetudmelding").id or 0
    (task,) = year.tasks(call, TaskKind.FOLLOW_UP)
    assert (task.unit_id, task.subject, task.title) == (OVER, OVERSPEND, "Opfølgning på merforbrug")
    assert task.due_on == date(2027, 2, 15)
    assert [row["shown"] for row in task.prefill["figures"]] == [
        "1.000.000 kr.",
        "1.050.000 kr.",
        "50.000 kr.",
    ]
    assert task.prefill["figures"][2]["label"] == "Merforbrug (5,0 %)"
    told = [
        words.text for _, words in year.letters(date(2027, 2, 1)) if "Opfølgning på merforbrug" in words.text
    ]
    assert len(told) == 1 and "Budgetudmelding" in told[0] and "50.000 kr." in told[0]
    year.settle()
    year.until(instant(2027, 2, 3, 8))
    assert len(year.tasks(call, TaskKind.FOLLOW_UP)) == 1
    year.answer(task, {"aarsag": "Vikarer", "tiltag": "Fælles vikarkorps", "balance": "1. august 2027"})
    assert year.task(call, OVER, TaskKind.FOLLOW_UP).state is TaskState.SUBMITTED
    with reading(year.engine) as session:
        lines = [line.unit_id for line in roll_up(session, call, now=year.now).lines]
        kept = kept_figures(session, call)
    assert len(lines) == len(set(lines)) == len(units()), "a unit is counted once"
    assert kept is not None and str(kept.differences["Korrigeret budget"]) == "-100000"
    site = Site(year.engine, tmp_path, at=year.now)
    page = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT).get(f"/aktivitet/{call}").text
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Udgifter står med plus, indtægter med minus." in said and "-100.000 kr." in said
    assert "Merforbrug (5,0 %)" in said and f"/opgave-historik/{task.id}" in page


def test_figures_imported_again_before_the_opening_decide_who_is_followed_up(year: Year) -> None:
    keep(year, workbook(units()))
    keep(year, workbook([unit for unit in units() if unit != OVER] + [OVER]))
    with transaction(year.engine) as session:
        call = session.exec(select(Occurrence).where(Occurrence.activity_id == "budgetudmelding")).one()
        calm = RULES.model_copy(update={"above": 6.0})
        activity = Activity.model_validate_json(call.activity).model_copy(update={"figures": calm})
        call.activity = activity.model_dump_json()
        session.add(call)
    year.until(instant(2027, 2, 1, 8))
    assert year.tasks(year.occurrence("budgetudmelding").id, TaskKind.FOLLOW_UP) == []
