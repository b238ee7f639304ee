"""`aarshjul plan`: what it prints, as text and as JSON, in Danish and English, and how it fails."""

import json
import shutil
from pathlib import Path

import pytest

from cli.main import run
from config.schema import NAMES

EXAMPLE = str(Path(__file__).parents[2] / "config" / "examples" / "koebenhavn")


def plan(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run("plan", arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_check_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = plan(capsys, "check", EXAMPLE, "--year", "2027")
    assert (status, err) == (0, "")
    assert out.endswith("er i orden: 12 aktiviteter og 19 skemaer. Datoerne kan regnes ud for 2027.\n")
    status, out, _ = plan(capsys, "check", EXAMPLE, "--year", "2027", "--json")
    facts = {"ok": True, "file": EXAMPLE, "activities": 12, "forms": 19, "years": [2027]}
    assert status == 0 and json.loads(out) == facts


def test_check_tells_every_fault_on_stderr_and_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "wheel.yaml").write_text("kind: wheel\ntitel: x\n", encoding="utf-8")
    status, out, err = plan(capsys, "check", str(tmp_path))
    assert status == 1 and out == ""
    assert "wheel.yaml:2: Nøglen »titel« kendes ikke her. Mente du »title«?" in err
    assert "wheel.yaml:1: Nøglen »activities« mangler." in err
    status, out, err = plan(capsys, "check", str(tmp_path), "--json")
    assert status == 1 and "wheel.yaml:2" in err
    assert {problem["where"] for problem in json.loads(out)["error"]["problems"]} == {
        "wheel.yaml:1",
        "wheel.yaml:2",
    }


def test_check_finds_the_faults_of_goals_frames_and_strategy_beside_the_plan(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "kommune"
    shutil.copytree(EXAMPLE, folder)
    for name in ("goals.yaml", "frames.yaml", "strategy.yaml"):
        file = folder / name
        if file.exists():
            file.write_text(file.read_text(encoding="utf-8") + "\nukendt: 1\n", encoding="utf-8")
    (folder / "wheel.yaml").write_text(
        "titel: x\n" + (folder / "wheel.yaml").read_text(encoding="utf-8"), "utf-8"
    )
    status, out, err = plan(capsys, "check", str(folder), "--year", "2027")
    assert status == 1 and out == ""
    named = {line.removeprefix("Fejl: ").split(":")[0] for line in err.splitlines()}
    assert {"wheel.yaml", "goals.yaml", "frames.yaml", "strategy.yaml"} <= named, "all at once"


def test_check_counts_one_form_as_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    examples = Path(EXAMPLE).parent / "processer"
    found = [
        plan(capsys, "check", str(folder))[1] for folder in sorted(examples.iterdir()) if folder.is_dir()
    ]
    assert any(" og 1 skema." in out for out in found) and not any("1 skemaer" in out for out in found)


def test_show_prints_the_year_in_order_of_opening(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = plan(capsys, "show", EXAMPLE, "--year", "2027")
    assert status == 0
    assert out.startswith("Styringsårshjul for BUF, årshjul 2027")
    lines = [" ".join(line.replace("│", " ").split()) for line in out.splitlines()]
    assert any(
        line.startswith("Budgetudmelding 2028 man 1/2-2027 fre 26/2-2027 fre 5/3-2027") for line in lines
    )
    assert any("usikker, trykt som »Maj" in line for line in lines)
    titles = [line.split(" 20")[0] for line in lines if line.startswith(("Kvartals", "Resultat", "Budget"))]
    assert titles == [
        "Budgetudmelding",
        "Budgetseminar BUU",
        "Kvartalsrapport 1",
        "Kvartalsrapport 2",
        "Resultatsamtaler/MUS",
        "Kvartalsrapport 3",
    ]


def test_show_speaks_english_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    _, out, _ = plan(capsys, "show", EXAMPLE, "--year", "2027")
    assert out.startswith("Annual steering cycle of the Children and Youth Administration, wheel 2027")
    assert "Budget call" in out and "Mon 2027-02-01" in out and "inferred" in out


def test_show_as_json_has_iso_dates_with_their_phrases(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = plan(capsys, "show", EXAMPLE, "--year", "2027", "--json")
    data = json.loads(out)
    assert (data["plan"], data["year"], len(data["activities"])) == ("styringsaarshjul", 2027, 12)
    report = next(each for each in data["activities"] if each["id"] == "kvartalsrapport-1")
    assert (report["opens"], report["due"], report["concerns"]) == ("2027-04-01", "2027-04-20", 2027)
    assert report["stages"] == {"distrikt": "2027-04-27", "omraade": "2027-04-30", "frigivelse": "2027-05-05"}
    assert report["dates"][1]["phrase"] == "20. april" and report["dates"][1]["confidence"] == "inferred"


@pytest.mark.parametrize("name", NAMES)
def test_schema_prints_the_schema_of_each_kind_of_file(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, _ = plan(capsys, "schema", name, "--json")
    assert status == 0 and json.loads(out)["type"] == "object"


def test_schema_without_a_name_is_the_plans_and_a_wrong_name_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = plan(capsys, "schema")
    assert "activities" in json.loads(out)["properties"]
    status, _, err = plan(capsys, "schema", "fprm")
    assert status == 1 and "Der er intet JSON Schema for fprm. Vælg plan, form, " in err


def test_a_new_folder_is_the_example_and_its_schemas_are_found_wherever_it_lies(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "et" / "andet" / "sted"
    assert plan(capsys, "new", str(folder))[0] == 0
    files = sorted(folder.rglob("*.yaml"))
    assert len(files) == len(list(Path(EXAMPLE).rglob("*.yaml"))) > 15
    for file in files:
        line = file.read_text(encoding="utf-8").splitlines()[0]
        found = (file.parent / line.partition("$schema=")[2]).resolve()
        assert found.is_file() and found.is_relative_to(folder.resolve()), line
    assert plan(capsys, "check", str(folder))[0] == 0
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    status, out, err = plan(capsys, "new", str(folder))
    assert status == 1 and out == "" and "bliver ikke overskrevet. Vælg en ny mappe." in err
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    (tmp_path / "fil").write_text("x", encoding="utf-8")
    assert plan(capsys, "new", str(tmp_path / "fil"))[0] == 1
    assert plan(capsys, "new", str(tmp_path / "fil" / "mappe"))[0] == 1
