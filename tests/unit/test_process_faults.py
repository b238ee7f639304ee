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
