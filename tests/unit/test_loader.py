"""The loader: a folder of files becomes a plan, in short and long forms, with what lies beside it."""

from pathlib import Path

import pytest

from config.loader import load_plan
from cycle.calendar import Move
from cycle.errors import PlanInvalid
from cycle.plan.model import Confidence, ReminderKind
from tests.support.plan_folder import (
    LEADERS,
    REMINDERS,
    UNITS,
    WHEEL,
    faults,
    loaded,
    make_folder,
    wheel,
    write,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def test_a_plan_loads_from_its_folder_or_from_its_file(folder: Path) -> None:
    from_folder = load_plan(folder)
    assert load_plan(folder / "wheel.yaml").plan == from_folder.plan
    activity = from_folder.plan.activity("rapport")
    assert activity.window.due.date == "20. april" and activity.audience.role == "leder"
    assert set(from_folder.sources) == {"wheel.yaml", "forms/skema.yaml"}
    assert from_folder.sources["wheel.yaml"] == WHEEL
    assert from_folder.draft.plan == from_folder.plan
    assert from_folder.resolve(2027)["rapport"].due_on.isoformat() == "2027-04-20"


def test_a_process_has_fixed_dates_and_steps_without_a_form(folder: Path) -> None:
    text = wheel(
        ("kind: wheel", "kind: process"),
        ("report", "process_step"),
        ("    form: skema\n", ""),
        ("opens: 1. april, due: 20. april", "opens: 2027-08-15, due: medio november 2027"),
    )
    assert loaded(folder, text).resolve(2027)["rapport"].due_on.isoformat() == "2027-11-20"


def test_reminders_are_written_short_or_long_in_danish_or_english(folder: Path) -> None:
    rules = loaded(folder, REMINDERS + WHEEL).plan.reminders
    facts = [(r.id, r.kind.value, r.offset, r.working_days, r.every, r.at_most, r.move.value) for r in rules]
    assert facts == [
        ("opens-1", "opens", 0, False, 0, 1, "later"),
        ("before-1", "before", 14, False, 0, 1, "earlier"),
        ("before-2", "before", 5, True, 0, 1, "earlier"),
        ("on-1", "on", 0, False, 0, 1, "keep"),
        ("after-1", "after", 2, True, 5, 3, "later"),
        ("leder", "escalate", 5, True, 0, 1, "later"),
        ("lang", "before", 30, False, 0, 1, "earlier"),
        ("after-2", "after", 1, False, 7, 3, "later"),
    ]


def test_an_edited_offset_keeps_the_reminders_id(folder: Path) -> None:
    before = loaded(folder, REMINDERS + WHEEL).plan.reminders
    after = loaded(folder, REMINDERS.replace("14 days", "21 days") + WHEEL).plan.reminders
    assert [rule.id for rule in before] == [rule.id for rule in after]
    assert (before[1].offset, after[1].offset) == (14, 21)


@pytest.mark.parametrize(
    "wrong",
    ["before: snart", "before: efter 5 dage", "on: mandag", "after: 5", "escalate: every 5", "opens: 3 dage"],
)
def test_a_reminder_that_cannot_be_understood_names_its_line(folder: Path, wrong: str) -> None:
    write(folder, "wheel.yaml", f"reminders:\n  - before: 14 dage\n  - {wrong}\n" + WHEEL)
    assert all(fault.startswith("wheel.yaml:3: ") for fault in faults(folder)), faults(folder)


def test_an_activitys_own_reminders_replace_the_plans(folder: Path) -> None:
    text = WHEEL + "    reminders:\n      - {id: kun, before: 3 dage}\n"
    plan = loaded(folder, REMINDERS + text).plan
    assert [rule.id for rule in plan.rules_for(plan.activities[0])] == ["kun"]
    assert plan.rules_for(plan.activities[0])[0].kind is ReminderKind.BEFORE
    write(folder, "wheel.yaml", text + "      - {id: kun, on: due}\n")
    assert faults(folder) == ["wheel.yaml:14: Der er to af id »kun« (påmindelse). Giv den ene et andet id."]


def test_a_date_is_written_alone_or_with_what_is_known_of_it(folder: Path) -> None:
    long = "{date: 20. april, move: earlier, confidence: uncertain, printed: 20/4?}"
    when = loaded(folder, wheel(("due: 20. april", f"due: {long}"))).plan.activities[0].window.due
    assert (when.date, when.move, when.confidence) == ("20. april", Move.EARLIER, Confidence.UNCERTAIN)
    assert when.printed == "20/4?"


def test_ids_of_units_may_be_written_as_numbers(folder: Path) -> None:
    plan = loaded(folder, wheel(("kinds: [skole]", "units: [101]"))).plan
    assert plan.activities[0].audience.units == ("101",)


def test_texts_of_the_texts_folder_introduce_the_activities(folder: Path) -> None:
    write(folder, "texts/mails.yaml", "rapport: >-\n  Kære leder,\n  skriv venligst.\n")
    plan = load_plan(folder)
    assert plan.texts == {"rapport": "Kære leder, skriv venligst."}
    assert plan.plan.activities[0].text == "Kære leder, skriv venligst."
    assert "texts/mails.yaml" in plan.sources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rapprot: Hej\n", "texts/a.yaml:1: Aktiviteten »rapprot« findes ikke i planen. Mente du »rapport«?"),
        ("# x\nrapport: [a]\n", "texts/a.yaml:2: Teksten til »rapport« er ikke en tekst"),
        (
            f"rapport: {'x' * 2001}\n",
            "texts/a.yaml:1: Teksten til »rapport« er ikke en tekst på højst 2.000 tegn.",
        ),
        ("- Hej\n", "texts/a.yaml:1: Filen skal have »aktivitet: tekst«"),
    ],
)
def test_a_fault_of_a_text_names_its_line(folder: Path, text: str, expected: str) -> None:
    write(folder, "texts/a.yaml", text)
    found = faults(folder)
    assert len(found) == 1 and found[0].startswith(expected), found


def test_an_activity_has_one_text(folder: Path) -> None:
    write(folder, "texts/a.yaml", "rapport: Hej\n")
    write(folder, "texts/b.yaml", "rapport: Hej igen\n")
    assert faults(folder) == [
        "texts/b.yaml:1: Aktiviteten »rapport« har allerede en tekst. Behold kun den ene."
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (WHEEL.encode("cp1252"), "wheel.yaml:3: Filen er ikke gemt som UTF-8 (ved »"),
        (WHEEL.encode("utf-16"), "wheel.yaml:1: Filen er gemt som UTF-16. Gem den som UTF-8."),
        (b"#" * 5_000_001, "wheel.yaml: Filen fylder mere end 5 MB."),
    ],
)
def test_a_file_that_was_saved_wrongly_is_told_with_the_cure(
    folder: Path, content: bytes, expected: str
) -> None:
    (folder / "wheel.yaml").write_bytes(content)
    assert faults(folder)[0].startswith(expected)


def test_a_byte_order_mark_is_read_over(folder: Path) -> None:
    (folder / "wheel.yaml").write_bytes(b"\xef\xbb\xbf" + WHEEL.encode())
    assert load_plan(folder).plan.id == "hjul"


def test_a_missing_plan_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path)[0].startswith("wheel.yaml: Filen findes ikke.")
    assert faults(tmp_path / "andet.yaml")[0].startswith("andet.yaml: Filen findes ikke.")


def test_units_and_leaders_in_excels_own_encoding_are_read(folder: Path) -> None:
    (folder / "units.csv").write_bytes("unit_id,name,kind\nK,Kommunen,skole\n".encode("utf-8-sig"))
    (folder / "leaders.csv").write_bytes(LEADERS.encode("cp1252"))
    assert load_plan(folder).plan.id == "hjul"
    assert loaded(folder, wheel(("{kinds: [skole]}", "{role: direktør}"))).plan.id == "hjul"


def test_an_organisation_file_that_is_no_table_names_its_line(folder: Path) -> None:
    write(folder, "units.csv", UNITS + f'"{"x" * 200_000}";\n')
    assert faults(folder) == ["units.csv:4: Linjen kan ikke læses som CSV. Gem filen som CSV igen."]
    (folder / "units.csv").write_bytes(UNITS.replace("\n", "\r").encode())
    assert load_plan(folder).plan.id == "hjul"


def test_without_an_organisation_beside_it_the_plans_words_are_not_checked(folder: Path) -> None:
    (folder / "units.csv").unlink()
    (folder / "leaders.csv").unlink()
    assert loaded(folder, wheel(("[skole]", "[kloster]"))).plan.activities[0].audience.kinds == ("kloster",)


def test_dates_may_count_from_meetings_and_a_wrong_one_names_the_plans_line(folder: Path) -> None:
    text = wheel(("due: 20. april", "due: 8 arbejdsdage før dagsorden BUU 2027-05-12"))
    write(folder, "meetings.csv", "body;date;agenda_deadline\nBUU;2027-05-12;2027-04-29\n")
    assert loaded(folder, text).resolve(2027)["rapport"].due_on.isoformat() == "2027-04-19"
    with pytest.raises(PlanInvalid, match=r"^wheel\.yaml:9: BUU har intet møde 13\. maj 2027\."):
        loaded(folder, text.replace("05-12", "05-13")).resolve(2027)
