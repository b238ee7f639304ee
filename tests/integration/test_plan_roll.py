"""`aarshjul plan roll`: next year's wheel and goals, shown first, written once they are approved."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select

from cli import main
from cli.installation import open_installation
from cycle.goals.tables import Goal, GoalScheme
from cycle.store import reading
from cycle.tasks.tables import Cycle, Occurrence

UNITS = """\
enheds-id;overordnet;navn;art;område
K;;Kommunen;kommune;
OS;K;Skoler;område;Skoler
S1;OS;Søskolen;skole;Skoler
"""
WHEEL = """\
kind: wheel
id: hjul
title: Årshjul
municipality: K
activities:
  - id: rapport
    title: Rapport
    flow: report
    window: {opens: 1. april, due: 20. april, closes: 30. april}
    audience: {kinds: [skole]}
    form: skema
  - id: lukkedag
    title: Lukkedag
    flow: report
    window: {opens: 2. juni, due: 5. juni, closes: {date: 10. juni, move: later}}
    audience: {kinds: [skole]}
    form: skema
  - id: tvivl
    title: Tvivl
    flow: report
    window: {opens: 1. september, due: {date: 15. september, confidence: uncertain, printed: Sept.}}
    audience: {kinds: [skole]}
    form: skema
"""
FORM = "id: skema\ntitle: Skema\nfields:\n  - {id: svar, type: text, label: Svar}\n"
GOALS = """\
years: [2027]
themes:
  - {key: helhed, title: Helhed, goals: [{key: laesning, title: Læsning, first_year: 2026, last_year: 2027}]}
common:
  - {code: A, title: Sygefravær, under: helhed, first_year: 2026, last_year: 2029}
  - {code: B, title: Budget, under: laesning}
rollout: {kinds: {skole: {2027: 2}}}
"""

Act = Callable[..., tuple[int, str, str]]


@pytest.fixture
def act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Act:
    """Runs a command beside the files of a town whose wheel of 2027 is started."""
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    for name in ("AARSHJUL_DATABASE_URL", "AARSHJUL_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    files = {"wheel.yaml": WHEEL, "forms/skema.yaml": FORM, "units.csv": UNITS, "goals.yaml": GOALS}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main.run(arguments[0], arguments[1:])
        said = capsys.readouterr()
        return status, said.out, said.err

    assert run("import", "units", "units.csv")[0] == 0
    assert run("import", "goals", "goals.yaml")[0] == 0
    assert run("cycle", "start", "2027", "--plan", ".")[0] == 0
    return run


def rows(table: type) -> list:
    with reading(open_installation().engine) as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def test_nothing_is_written_before_it_is_approved_and_then_once(act: Act) -> None:
    status, out, err = act("plan", "roll", "--to", "2028")
    assert (status, err) == (0, "")
    assert "Planen er den samme som i 2027 (revision 1)." in out
    assert "  Rapport: lør 1/4-2028 (tor 1/4-2027) – tor 20/4-2028 (tir 20/4-2027)" in out
    assert "Lukkedag, frist: man 5/6-2028 er en lukkedag" in out
    assert "Rapport, åbner: lør 1/4-2028 er en weekend" in out and "Rapport, lukker: søn 30/4-2028" in out
    assert "Lukkedag, lukker: flyttet fra lør 10/6-2028 til man 12/6-2028" in out
    assert "Tvivl, frist: fre 15/9-2028 er usikker (Sept.)" in out
    assert "Mål, der føres videre (3)\n  1 Helhed  helhed\n  A Sygefravær  A\n  B Budget  B\n" in out
    assert "har dem ikke mere (1)\n  1.1 Læsning\n" in out
    assert "Har ikke længere et mål over sig; ret »under« i goals.yaml (1)\n  B Budget\n" in out
    assert out.endswith("Intet er skrevet. Kør kommandoen igen med --yes for at starte 2028.\n")
    assert [row.year for row in rows(Cycle)] == [2027] and {row.year for row in rows(Goal)} == {2027}
    status, out, _ = act("plan", "roll", "--to", "2028", "--yes")
    assert out.endswith("Årshjulet 2028 er startet, og 3 mål er ført videre. Aktiviteter: 3.\n")
    assert [row.year for row in rows(Cycle)] == [2027, 2028] and len(rows(Occurrence)) == 6
    goals = {(row.year, row.key): row for row in rows(Goal)}
    assert {key for year, key in goals if year == 2028} == {"helhed", "A", "B"}
    assert goals[2028, "A"].last_year == 2029 and goals[2028, "A"].parent_key == "helhed"
    assert [row.content["rollout"]["kinds"] for row in rows(GoalScheme)] == [{"skole": {"2027": 2}}] * 2
    status, out, _ = act("plan", "roll", "--to", "2028", "--yes")
    assert (status, out.splitlines()[-1]) == (0, "2028 er allerede ført videre: intet at gøre.")
    assert len(rows(Cycle)) == 2 and len(rows(Goal)) == 7


def test_next_years_files_are_shown_as_a_difference(act: Act, tmp_path: Path) -> None:
    (tmp_path / "2028").mkdir()
    for name in ("forms", "units.csv"):
        (tmp_path / "2028" / name).symlink_to(tmp_path / name)
    later = WHEEL.replace("due: 20. april", "due: 25. april")
    (tmp_path / "2028" / "wheel.yaml").write_text(later, encoding="utf-8")
    out = act("plan", "roll", "2028", "--to", "2028")[1]
    assert "~ rapport  Rapport\n    window.due.date: »20. april« → »25. april«\n" in out
    told = json.loads(act("plan", "roll", "2028", "--to", "2028", "--yes", "--json")[1])
    assert told["applied"] and told["goals"]["copied"] == ["helhed", "A", "B"]
    assert told["goals"]["ended"] == ["laesning"] and told["goals"]["left"] == ["B"]
    assert told["dates"][0] == {
        "id": "rapport",
        "opens": {"before": "2027-04-01", "after": "2028-04-01"},
        "due": {"before": "2027-04-20", "after": "2028-04-25"},
        "closes": {"before": "2027-04-30", "after": "2028-04-30"},
    }
    assert {each["trouble"] for each in told["look_at"]} == {"weekend", "holiday", "moved", "uncertain"}
    report = [row for row in rows(Occurrence) if row.activity_id == "rapport"]
    assert [row.due_on.isoformat() for row in report] == ["2027-04-20", "2028-04-25"]


def test_goals_that_stand_in_the_new_year_are_left_alone(act: Act, tmp_path: Path) -> None:
    (tmp_path / "goals.yaml").write_text(
        GOALS.replace("[2027]", "[2028]")
        .replace("Sygefravær", "Trivsel")
        .replace("last_year: 2027", "last_year: 2028")
    )
    assert act("import", "goals", "goals.yaml")[0] == 0
    out = act("plan", "roll", "--to", "2028", "--yes")[1]
    assert "Står allerede i 2028 og røres ikke: 3 mål." in out and "0 mål er ført videre." in out
    assert "Af dem siger noget andet end i år (1):\n  A Sygefravær\n" in out
    assert "      Titel: Sygefravær → Trivsel\n" in out
    told = json.loads(act("plan", "roll", "--to", "2028", "--json")[1])["goals"]
    assert told["reworded"] == [{"key": "A", "changed": ["title"]}] and told["fresh"] == []
    assert {row.title for row in rows(Goal) if (row.year, row.key) == (2028, "A")} == {"Trivsel"}


def test_a_year_without_a_wheel_a_faulty_date_and_a_process_are_refused(act: Act, tmp_path: Path) -> None:
    status, _, err = act("plan", "roll", "--to", "2031")
    assert status == 1 and "Der er intet årshjul i 2030." in err and "cycle start 2030" in err
    (tmp_path / "wheel.yaml").write_text(
        WHEEL.replace("opens: 1. april", "opens: 2027-04-01"), encoding="utf-8"
    )
    status, _, err = act("plan", "roll", ".", "--to", "2028", "--yes")
    assert status == 1 and "wheel.yaml:9" in err and [row.year for row in rows(Cycle)] == [2027]


def test_it_speaks_english(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    out = act("plan", "roll", "--to", "2028")[1]
    assert "Goals that go on (3)" in out and "is a closed day" in out and "Run the command again" in out


def test_a_goal_that_is_left_out_is_shown_as_such_and_does_not_go_on(act: Act) -> None:
    status, said, _ = act("plan", "roll", "--to", "2028", "--without", "A")
    assert status == 0 and "Udelades (1)\n  A Sygefravær  A\n" in said
    status, said, _ = act("plan", "roll", "--to", "2028", "--without", "A", "--yes", "--json")
    goals = json.loads(said)["goals"]
    assert goals["without"] == ["A"] and "A" not in goals["copied"]
    with reading(open_installation().engine) as session:
        assert set(session.exec(select(Goal.key).where(Goal.year == 2028))) == set(goals["copied"])
    assert "allerede ført videre" in act("plan", "roll", "--to", "2028", "--without", "A", "--yes")[1]


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("Q", "Intet mål med nøglen »Q«"),
        ("rapport", "Det er en aktivitet"),
        ("helhed", "Målet over er udeladt"),
    ],
)
def test_what_cannot_be_left_out_is_told_and_nothing_is_written(act: Act, key: str, what: str) -> None:
    status, out, err = act("plan", "roll", "--to", "2028", "--without", key, "--yes")
    assert status != 0 and what in out + err
    with reading(open_installation().engine) as session:
        assert session.exec(select(Goal).where(Goal.year == 2028)).first() is None
