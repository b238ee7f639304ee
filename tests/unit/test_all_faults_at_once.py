"""A wrong key hides neither a wrong name nor a wrong date, and no fault is made up on the way."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.main import run
from config.loader import load_plan
from config.mending import STAND_INS
from cycle.errors import PlanInvalid
from tests.support.examples import examples
from tests.support.plan_folder import STAGES, WHEEL, faults, make_folder, wheel, write

SECOND = """\
  - id: regnskab
    title: Regnskab
    flow: report
    window: {opens: 1. maj, due: 10 arbejdsdage efter rapport due}
    audience: {kinds: [skole]}
    form: skema
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def test_keys_names_and_dates_are_told_in_one_go(folder: Path) -> None:
    text = wheel(
        ("    flow: report\n", "    flow: report\n    rng: styring\n    approval: [kejser]\n"),
        ("20. april", "31. februar"),
        ("form: skema", "form: findes-ikke"),
    )
    write(folder, "wheel.yaml", text)
    told = faults(folder)
    assert len(told) == 4
    assert told[0].startswith("wheel.yaml:9: Nøglen »rng« kendes ikke her. Mente du »ring«?")
    assert told[1].startswith("wheel.yaml:13: Skemaet »findes-ikke« findes ikke")
    assert told[2].startswith("wheel.yaml:10: Rollen »kejser« findes ikke i leaders.csv.")
    assert told[3].startswith("wheel.yaml:11: ") and "februar" in told[3]


def test_a_key_that_stands_twice_hides_no_other_fault_and_makes_none(folder: Path) -> None:
    doubled = ("    form: skema\n", "    form: skema\n    form: findes-ikke\n")
    write(folder, "wheel.yaml", wheel(doubled))
    (told,) = faults(folder)
    assert told.startswith("wheel.yaml:12: Nøglen »form« står her for anden gang (først i linje 11).")
    write(folder, "wheel.yaml", wheel(doubled, ("20. april", "31. februar")))
    assert len(faults(folder)) == 2


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("    form: skema\n", "    frm: skema\n", 1),
        ("flow: report", "flow: raport", 1),
        ("    title: Rapport\n", "", 1),
        ("due: 20. april", "deu: 20. april", 2),
        ("municipality: K", "kommune: K", 2),
        ("id: rapport", "id: Rapport 1", 1),
        ("id: t1, ", "", 1),
        ("id: t1", "id: t1, kind: samle", 1),
        ("role: direktør", "rolle: direktør", 1),
    ],
)
def test_a_wrong_key_makes_no_other_faults(folder: Path, old: str, new: str, count: int) -> None:
    text = WHEEL + STAGES + SECOND
    assert old in text
    write(folder, "wheel.yaml", text.replace(old, new, 1))
    assert len(faults(folder)) == count, faults(folder)


@given(data=st.data())
@settings(
    max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_what_a_mended_plan_is_told_of_stays_when_the_key_is_right(folder: Path, data: st.DataObject) -> None:
    text = (WHEEL + STAGES + SECOND).replace("[skole]", "[skoel]")
    write(folder, "wheel.yaml", text)
    wrong_names = set(faults(folder))
    keys = sorted({line.split(":")[0].strip(" -") for line in text.splitlines()} - {"", "activities"})
    key = data.draw(st.sampled_from(keys))
    write(folder, "wheel.yaml", text.replace(f"{key}:", f"{key}x:"))
    with pytest.raises(PlanInvalid) as caught:
        load_plan(folder)
    told = [str(each) for each in caught.value.problems]
    assert all(each in wrong_names or "Nøglen" in each for each in told), (key, told)


def test_every_stand_in_is_a_key_of_a_plan() -> None:
    assert all(f"{key}:" in WHEEL or key in ("date", "erased") for key in STAND_INS)


def test_without_a_year_the_next_two_years_are_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.plan_commands.this_year", lambda: 2026)
    assert run("plan", ["check", str(folder)]) == 0
    assert "regnes ud for 2026, 2027 og 2028." in capsys.readouterr().out
    write(folder, "wheel.yaml", wheel(("opens: 1. april, due: 20. april", "opens: 1. feb, due: 29. feb")))
    assert run("plan", ["check", str(folder), "--year", "2028"]) == 0
    assert run("plan", ["check", str(folder)]) == 1
    write(folder, "wheel.yaml", wheel(("due: 20. april", "due: 20. april, closes: 1. april")))
    assert run("plan", ["check", str(folder)]) == 1
    assert "wheel.yaml:9: " in capsys.readouterr().err


def test_a_plan_whose_dates_name_their_year_is_looked_at_in_that_year(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "wheel.yaml", wheel(("opens: 1. april, due: 20. april", "opens: 2031-04-01, due: 20. apr")))
    assert run("plan", ["check", str(folder)]) == 0
    assert "regnes ud for 2031." in capsys.readouterr().out
