"""What a process may get wrong in its files, told with line and cure."""

from pathlib import Path

import pytest

from config.loader import load_plan
from tests.support.plan_folder import faults, make_folder, wheel, write

FORM = """\
id: faser
title: Faser
fields:
  - id: datoer
    type: repeat
    label: Datoer
    rows_from: later_steps
    fields:
      - {id: aabner, type: date, label: Fra, required: false}
      - {id: frist, type: date, label: Til, required: false}
"""
TAIL = """\
tracks:
  - {id: a, title: Spor A}
later:
  - {id: senere, title: Senere, flow: process_step, audience: {kinds: [skole]}, planned_in: rapport}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_folder(tmp_path)
    write(folder, "forms/faser.yaml", FORM)
    return folder


def process(*changes: tuple[str, str], tail: str = TAIL) -> str:
    text = wheel(
        ("kind: wheel", "kind: process"),
        ("flow: report", "flow: process_step\n    track: a"),
        ("form: skema", "form: faser"),
        ("1. april, due: 20. april", "2027-04-01, due: 2027-04-20"),
    )
    for old, new in changes:
        assert old in text + tail
        text, tail = text.replace(old, new), tail.replace(old, new)
    return text + tail


def test_a_process_in_order_is_read_from_process_yaml(folder: Path) -> None:
    (folder / "wheel.yaml").unlink()
    write(folder, "process.yaml", process())
    plan = load_plan(folder).plan
    assert [step.id for step in plan.later] == ["senere"] and plan.tracks[0].title == "Spor A"
    assert set(load_plan(folder).resolve(2027)) == {"rapport"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("track: a", "track: aa"), "Sporet »aa« findes ikke i planen. Mente du »a«?"),
        (
            ("planned_in: rapport", "planned_in: raport"),
            "Trinnet »raport« findes ikke blandt dem med datoer.",
        ),
        (("form: faser", "form: skema"), "Trinnet »rapport« kan ikke give datoer."),
        (("flow: process_step\n", "flow: report\n"), "Trinnet »rapport« kan ikke give datoer."),
        (("id: senere", "id: rapport"), "Id »rapport« bruges to gange."),
        ((", planned_in: rapport", ""), "Nøglen »planned_in« mangler"),
        (("audience: {kinds: [skole]}, p", "audience: {kinds: [skol]}, p"), "Arten »skol« findes ikke"),
    ],
)
def test_a_fault_is_told_with_its_line(folder: Path, change: tuple[str, str], told: str) -> None:
    write(folder, "wheel.yaml", process(change))
    (fault,) = faults(folder)
    assert fault.startswith("wheel.yaml:") and told in fault


MEETINGS = "meetings: {count: 2, begins: 9.00, ends: 12.00, homework: skema}\n    form: faser"
ROLL = """\
id: faser
title: Faser
fields:
  - id: deltagere
    type: repeat
    label: Deltagere
    rows_from: participants
    fields:
      - {id: moedt, type: text, label: Mødte?}
"""


def test_a_step_may_hold_meetings(folder: Path) -> None:
    write(folder, "wheel.yaml", process(("form: faser", MEETINGS)))
    held = load_plan(folder).plan.activity("rapport").meetings
    assert held is not None and (held.count, held.begins, held.homework) == (2, "9.00", "skema")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("ends: 12.00", "ends: 8.30"), "Mødet slutter kl. 8.30, før det begynder kl. 9.00."),
        (("begins: 9.00", "begins: ni"), "»ni« er ikke et klokkeslæt. Skriv fx 9.00 eller 15.30."),
        (("homework: skema", "homework: skemaet"), "Skemaet »skemaet« findes ikke i mappen forms."),
        (("count: 2", "count: 0"), "»0« er uden for det tilladte."),
        (("count: 2", "call: true, count: 2"), "Der kan ikke indkaldes til »rapport« af sig selv."),
        (("count: 2", "antal: 2"), "Nøglen »antal« kendes ikke her."),
    ],
)
def test_a_fault_in_meetings_is_told_with_its_line(folder: Path, change: tuple[str, str], told: str) -> None:
    text = process(("form: faser", MEETINGS)).replace(*change)
    write(folder, "wheel.yaml", text)
    (fault,) = faults(folder)
    assert fault.startswith("wheel.yaml:") and told in fault


def test_a_guessed_date_calls_nobody_and_only_a_process_and_a_series_hold_meetings(folder: Path) -> None:
    alone = ("form: faser", "meetings: {call: true}\n    form: faser")
    guessed = ("due: 2027-04-20", "due: {date: 2027-04-20, confidence: inferred}")
    write(folder, "wheel.yaml", process(alone))
    assert load_plan(folder).plan.activity("rapport").meetings is not None
    write(folder, "wheel.yaml", process(alone, guessed))
    (fault,) = faults(folder)
    assert "Datoen er ikke sikker." in fault
    counted = ("due: 2027-04-20", "due: 3 uger efter opens")
    unsure = ("opens: 2027-04-01", "opens: {date: 2027-04-01, confidence: uncertain}")
    write(folder, "wheel.yaml", process(alone, counted, unsure))
    (fault,) = faults(folder)
    assert "Datoen er ikke sikker." in fault, "a date counted from a guess is a guess"
    write(folder, "wheel.yaml", wheel(("form: skema", "meetings: {count: 2}\n    form: skema")))
    (fault,) = faults(folder)
    assert "»meetings« kan ikke bruges i »rapport«." in fault


def test_a_form_for_one_meeting_is_not_asked_of_several(folder: Path) -> None:
    write(folder, "forms/faser.yaml", ROLL)
    text = process(("form: faser", MEETINGS)).replace(
        "flow: process_step\n    track", "flow: meeting_series\n    track"
    )
    write(folder, "wheel.yaml", text.partition("later:")[0])
    (fault,) = faults(folder)
    assert "Skemaet »faser« kan kun skrive op, hvem der mødte til ét møde." in fault
