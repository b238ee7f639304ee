"""A small municipality's folder for tests of the loader: files as text, faults as sentences."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loader import LoadedPlan, load_plan
from cycle.errors import PlanInvalid

WHEEL = """\
kind: wheel
id: hjul
title: Årshjul
municipality: K
activities:
  - id: rapport
    title: Rapport
    flow: report
    window: {opens: 1. april, due: 20. april}
    audience: {kinds: [skole]}
    form: skema
"""
FORM = """\
id: skema
title: Skema
fields:
  - {id: svar, type: text, label: Svar}
"""
UNITS = "unit_id;parent_id;name;kind;area\nK;;Kommunen;kommune;\n101;K;Skolen;skole;Skoler\n"
LEADERS = "unit_id;role;name;email\n101;leder;Ida;ida@kommune.example\nK;direktør;Bo;\n"
STAGES = """\
    stages:
      - {id: t1, title: T, due: 1 uge efter fristen, audience: {role: direktør}}
"""
REMINDERS = """\
reminders:
  - on: opening
  - before: 14 days
  - before: 5 arbejdsdage
  - {on: fristen, move: keep}
  - after: 2 working days, every 5, at most 3
  - {id: leder, escalate: efter 5 arbejdsdage}
  - {id: lang, kind: before, offset: 30}
  - after: 1 dag, hver 7.
"""


def make_folder(tmp_path: Path) -> Path:
    """A plan of one activity with its form and organisation, all in order."""
    (tmp_path / "forms").mkdir()
    (tmp_path / "texts").mkdir()
    write(tmp_path, "wheel.yaml", WHEEL)
    write(tmp_path, "forms/skema.yaml", FORM)
    write(tmp_path, "units.csv", UNITS)
    write(tmp_path, "leaders.csv", LEADERS)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    """Writes a file of the folder as UTF-8."""
    (folder / name).write_text(text, encoding="utf-8")


def wheel(*changes: tuple[str, str]) -> str:
    """The plan with texts replaced, each of which must be there."""
    text = WHEEL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def faults(folder: Path, load: Callable[[Path], object] = load_plan) -> list[str]:
    """Every fault that loading tells, as "file:line: what cure"."""
    with pytest.raises(PlanInvalid) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


def loaded(folder: Path, text: str) -> LoadedPlan:
    """The folder with this text as its plan, loaded."""
    write(folder, "wheel.yaml", text)
    return load_plan(folder)
