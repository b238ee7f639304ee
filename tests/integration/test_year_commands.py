"""`aarshjul cycle` and `aarshjul import figures | goals | frames | strategy`, as an operator types them."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from cli import main
from cli.installation import open_installation
from cli.wording import say
from cycle.goals.frame_tables import Frame
from cycle.goals.tables import Goal, GoalLevel, GoalScheme, Strategy
from cycle.history import History
from cycle.runs.tables import Run, RunState, Wake
from cycle.store import reading
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, CycleRevision, Figure, Occurrence, Task
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.turn import turn
from flows.worker import Worker

YEAR = date.today().year + 1
UNITS = """\
enheds-id;overordnet;navn;art;område
K;;Kommunen;kommune;
OS;K;Skoler;område;Skoler
S1;OS;Søskolen;skole;Skoler
S2;OS;Ålborggade Skole;skole;Skoler
OD;K;Dagtilbud;område;Dagtilbud
D1;OD;Mejsen;daginstitution;Dagtilbud
"""
WHEEL = """\
kind: wheel
id: hjul
title: Årshjul
municipality: K
activities:
  - id: budgetudmelding
    title: Budgetudmelding
    flow: budget_call
    concerns: 1
    window: {opens: 1. februar, due: 26. februar, closes: 5. marts}
    audience: {kinds: [skole]}
    form: skema
  - id: rapport
    title: Rapport
    flow: report
    window: {opens: 1. april, due: 20. april}
    audience: {kinds: [skole, daginstitution]}
    form: skema
"""
FORM = """\
id: skema
title: Skema
fields:
  - {id: svar, type: text, label: Svar}
"""
FIGURES = "enheds-id;navn;Ramme\nS1;Søskolen;1.250.000\nS2;Ålborggade Skole;-250.000\nI alt;;1.100.000\n"
GOALS = f"""\
years: [{YEAR}]
common:
  - {{code: A, title: Sygefravær}}
areas:
  Skoler:
    - {{code: D, title: Planlagte timer}}
"""
STRATEGY = """\
id: grundlag
title: Vores grundlag
themes:
  - {title: Helhed, goals: [Ét mål, Et mål mere]}
  - {title: Samarbejde}
"""

Act = Callable[..., tuple[int, str, str]]


@pytest.fixture
def act(
    installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Act:
    """Runs a command in a data folder of its own; gives status, stdout, stderr."""
    files = {"wheel.yaml": WHEEL, "forms/skema.yaml": FORM, "units.csv": UNITS, "budget.csv": FIGURES}
    for name, text in {**files, "goals.yaml": GOALS}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main.run(arguments[0], arguments[1:])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def started(act: Act) -> Act:
    assert act("import", "units", "units.csv")[0] == 0
    assert act("cycle", "start", str(YEAR), "--plan", ".")[0] == 0
    return act


def rows(table: type) -> list:
    with reading(open_installation().engine) as session:
        found = session.exec(select(table)).all()
        session.expunge_all()
        return list(found)


def import_figures(act: Act, *more: str) -> tuple[int, str, str]:
    return act("import", "figures", "budget.csv", "--year", str(YEAR), "--yes-really", *more)


# ---- cycle


def test_a_year_is_started_shown_and_revised(started: Act, tmp_path: Path) -> None:
    (cycle,) = rows(Cycle)
    assert (cycle.year, cycle.plan_id) == (YEAR, "hjul")
    changed = WHEEL.replace("due: 20. april", "due: 27. april").replace("title: Rapport", "title: Årsrapport")
    (tmp_path / "wheel.yaml").write_text(changed, encoding="utf-8")
    status, out, err = started("cycle", "revise", str(YEAR), "--plan", ".", "--why", "Påsken flyttede")
    assert (status, err) == (0, "")
    assert out == (
        f"Revision 2 gælder nu; 0 får besked om en ny frist.\n  ~ Årsrapport {YEAR}: titel, frist, lukning\n"
    )
    report = next(row for row in rows(Occurrence) if row.activity_id == "rapport")
    assert (report.title, report.due_on) == ("Årsrapport", date(YEAR, 4, 27))
    shown = json.loads(started("cycle", "show", "--json")[1])["revisions"]
    assert [(row["revision"], row["why"]) for row in shown] == [(1, ""), (2, "Påsken flyttede")]
    assert "rev. 2" in started("cycle", "show")[1]
    assert [row.plan != "" for row in rows(CycleRevision)] == [True, True]
    gone = changed.split("  - id: rapport")[0].replace("[skole]", "[daginstitution]")
    (tmp_path / "wheel.yaml").write_text(gone, encoding="utf-8")
    out = started("cycle", "revise", str(YEAR), "--plan", ".", "--why", "Den udgår")[1]
    assert f"  ~ Budgetudmelding {YEAR + 1}: tekster og regler\n  - Årsrapport {YEAR}\n" in out


def test_a_revision_can_be_tried_first(started: Act, tmp_path: Path) -> None:
    people = "enheds-id;rolle;navn;e-mail\nS1;leder;Ida Opdigtet;ida@by.example\n"
    (tmp_path / "leaders.csv").write_text(people, encoding="utf-8")
    assert started("import", "leaders", "leaders.csv")[0] == 0
    (tmp_path / "wheel.yaml").write_text(WHEEL.replace("due: 20. april", "due: 4. maj"), encoding="utf-8")
    revise = ("cycle", "revise", str(YEAR), "--plan", ".", "--why", "x", "--dry-run", "--months", "24")
    before = {table: rows(table) for table in (CycleRevision, Occurrence, Task)}
    status, out, err = started(*revise)
    assert (status, err) == (0, "")
    assert out.startswith("Intet er ændret (--dry-run). Sådan ændres mailene indtil ")
    assert "Flytter dag: " in out and "Ida Opdigtet: " in out and f"~ Rapport {YEAR}: frist, lukning" in out
    told = json.loads(started(*revise, "--json")[1])
    assert told["moved"] == ["rapport"]
    assert {mail["address"] for mail in told["mails"]["moved"]} == {"ida@by.example"}
    assert all(mail["on"] != mail["moves_to"] for mail in told["mails"]["moved"])
    assert {table: rows(table) for table in before} == before
    assert started("cycle", "revise", str(YEAR), "--plan", ".", "--why", "x")[0] == 0
    assert "Ingen mails ændres." in started(*revise)[1]


def test_start_tells_what_opens_when_also_as_json(act: Act) -> None:
    act("import", "units", "units.csv")
    status, out, _ = act("cycle", "start", str(YEAR), "--plan", ".", "--json")
    told = json.loads(out)
    assert status == 0 and told["year"] == YEAR
    assert [row["activity"] for row in told["activities"]] == ["budgetudmelding", "rapport"]
    assert told["activities"][1]["opens_on"] == f"1. april {YEAR}"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("start", str(YEAR), "--plan", "."), f"Årshjul {YEAR} er allerede startet."),
        (("revise", str(YEAR + 5), "--plan", ".", "--why", "x"), f"Årshjul {YEAR + 5} er ikke startet."),
        (("start", str(YEAR + 1), "--plan", "nowhere"), "findes ikke"),
    ],
)
def test_what_cannot_be_done_to_a_year_is_told_with_the_cure(
    started: Act, command: tuple[str, ...], told: str
) -> None:
    status, out, err = started("cycle", *command)
    assert status == 1 and told in err and out == ""
    status, out, _ = started("cycle", *command, "--json")
    assert status == 1 and told in json.loads(out)["error"]["message"]


def test_a_year_of_a_municipality_that_has_no_units_is_not_started(act: Act) -> None:
    status, _, err = act("cycle", "start", str(YEAR), "--plan", ".")
    assert status == 1 and "Enheden K findes ikke." in err and "aarshjul import units FIL" in err
    assert rows(Cycle) == []


# ---- figures


def test_figures_are_shown_against_the_printed_total_and_kept_with_a_history_row(started: Act) -> None:
    status, out, err = import_figures(started)
    assert (status, err) == (0, "Bemærk: »Ramme« er 100.000 kr. fra filens egen sum.\n")
    assert f"Læst som UTF-8. Enheder: 2. Kolonner: »Ramme«. Budgetudmelding {YEAR + 1}." in out
    assert "Udgifter står med plus, indtægter med minus (1 beløb)." in out
    assert "  Ramme: sum 1.000.000 kr.; filen siger 1.100.000 kr., altså 100.000 kr. til forskel." in out
    assert out.endswith("Indlæst: 2 beløb.\n")
    assert {row.unit_id: row.amount for row in rows(Figure)} == {"S1": "1250000", "S2": "-250000"}
    (row,) = [row for row in rows(History) if row.verb == "keep_figures"]
    assert row.data == {
        "units": 2,
        "costs": "plus",
        "sums": {"Ramme": "1000000"},
        "totals": {"Ramme": "1100000"},
        "differences": {"Ramme": "100000"},
    }
    import_figures(started)
    assert len(rows(Figure)) == 2, "a new import takes the place of the one before"


def test_a_dry_run_of_figures_changes_nothing_and_json_has_everything(started: Act, tmp_path: Path) -> None:
    (tmp_path / "budget.csv").write_bytes("enheds-id;Ramme\nS1;1\nD1;2\nS9;3\n".encode("cp1252"))
    status, out, _ = import_figures(started, "--dry-run", "--json")
    told = json.loads(out)
    assert status == 0 and rows(Figure) == []
    assert (told["applied"], told["missing"], told["outside"], told["unknown"]) == (
        False,
        ["S2"],
        ["D1"],
        ["S9"],
    )
    assert told["sums"] == {"Ramme": "6"} and told["totals"] == {}
    out = import_figures(started, "--dry-run")[1]
    assert "Uden beløb (1); aktiviteten åbner ikke, før de har et:\n  S2" in out
    assert "Findes ikke (1):\n  S9" in out and out.endswith("Intet er ændret (--dry-run).\n")
    status, _, err = import_figures(started)
    assert status == 1 and "S9: Enheden S9 findes ikke." in err and rows(Figure) == []


def test_a_sum_that_is_wrong_by_more_than_rounding_is_kept_only_when_it_is_meant(
    started: Act, tmp_path: Path
) -> None:
    figures = ("import", "figures", "budget.csv", "--year", str(YEAR))
    status, _, err = started(*figures)
    assert status == 1 and rows(Figure) == []
    assert err.startswith("Bemærk: »Ramme« er 100.000 kr. fra filens egen sum.\n")
    assert "budget.csv: Rækkerne i »Ramme« er 100.000 kr. fra filens egen sum, mere end afrunding." in err
    assert "--yes-really" in err
    assert started(*figures, "--dry-run")[0] == 0
    rounded = "enheds-id;Ramme\nS1;1250001\nS2;-250000\nI alt;1000002\n"
    (tmp_path / "budget.csv").write_text(rounded, encoding="utf-8")
    status, out, err = started(*figures)
    assert (status, err) == (0, "Bemærk: »Ramme« er 1 kr. fra filens egen sum.\n")
    assert out.endswith("Indlæst: 2 beløb.\n")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--year", str(YEAR + 1)), f"Der er ingen budgetudmelding i {YEAR + 1}."),
        (("--year", str(YEAR), "--activity", "rapport"), "lader ingen tal følge med den aktivitet."),
        (("--year", str(YEAR), "--municipality", "X"), "Der er flere kommuner: K."),
        (("--year", str(YEAR), "--column", "Løn"), "Kolonnen »Løn« mangler."),
    ],
)
def test_figures_that_belong_nowhere_are_refused(started: Act, more: tuple[str, ...], told: str) -> None:
    status, _, err = started("import", "figures", "budget.csv", *more)
    assert status == 1 and told in err and rows(Figure) == []


def test_a_file_that_is_not_there_is_told_in_words(started: Act) -> None:
    status, _, err = started("import", "figures", "nowhere.csv", "--year", str(YEAR))
    assert status == 1 and "nowhere.csv: Filen kan ikke læses: den findes ikke." in err


def test_a_red_opening_names_the_command_and_the_import_has_it_tried_again(
    started: Act, tmp_path: Path
) -> None:
    here = open_installation()
    opens = next(row for row in rows(Occurrence) if row.activity_id == "budgetudmelding").opens_at
    runtime = Runtime(here.engine, here.settings, DemoClock(opens + timedelta(hours=2)))

    def work() -> None:
        asyncio.run(Worker(runtime, Recorder(tmp_path, "")).drain())

    turn(runtime)
    work()
    (red,) = [row for row in rows(Run) if row.subject.startswith("open:")]
    assert red.state is RunState.FAILED
    command = f"aarshjul import figures FIL --year {YEAR} --activity budgetudmelding"
    assert "2 enheder mangler beløb, bl.a. S1, S2." in red.error and command in red.error
    turn(runtime)
    assert len([row for row in rows(Run) if row.subject.startswith("open:")]) == 1, "it rests a minute"
    status, out, _ = started(*command.replace("FIL", "budget.csv --yes-really").split()[1:])
    assert status == 0 and out.endswith("Åbningen prøves igen nu.\n")
    assert len(rows(Wake)) == 1
    work()
    with reading(here.engine) as session:
        states = session.exec(
            select(Run.state).where(col(Run.subject).startswith("open:")).order_by(col(Run.id))
        ).all()
        occurrence = session.exec(select(Occurrence).where(Occurrence.activity_id == "budgetudmelding")).one()
        tasks = session.exec(select(Task)).all()
    assert states == [RunState.FAILED, RunState.DONE]
    assert occurrence.state is OccurrenceState.OPEN
    assert {task.unit_id: task.prefill["figures"][0]["shown"] for task in tasks} == {
        "S1": "1.250.000 kr.",
        "S2": "-250.000 kr.",
    }
    status, _, err = import_figures(started)
    assert status == 1 and "enhederne har fået deres beløb" in err


# ---- goals and strategy


def test_goals_are_shown_as_a_difference_and_reworded_by_a_second_import(
    started: Act, tmp_path: Path
) -> None:
    assert f"  {YEAR} fælles A: Sygefravær" in started("import", "goals", "goals.yaml", "--dry-run")[1]
    assert rows(Goal) == []
    status, out, _ = started("import", "goals", "goals.yaml")
    assert status == 0 and out.endswith(f"Indlæst: 2 mål for {YEAR}.\n")
    assert {(row.level, row.area, row.code) for row in rows(Goal)} == {
        (GoalLevel.COMMON, "", "A"),
        (GoalLevel.AREA, "Skoler", "D"),
    }
    assert started("import", "goals", "goals.yaml")[1] == "Ingen ændringer.\n"
    (tmp_path / "goals.yaml").write_text(GOALS.replace("Sygefravær", "Trivsel"), encoding="utf-8")
    out = started("import", "goals", "goals.yaml")[1]
    assert f"Ændrede mål (1)\n  {YEAR} fælles A: Sygefravær → Trivsel" in out
    told = json.loads(started("import", "goals", "goals.yaml", "--json")[1])
    nothing = {"changes": [], "gone": [], "concept": [], "agreements": 0, "without_new_goals": 0}
    assert told == {"applied": False, **nothing}
    assert [row.verb for row in rows(History)].count("keep_goals") == 2


def test_a_goal_that_leaves_the_file_is_told_and_stays_and_a_new_concept_is_kept(
    started: Act, tmp_path: Path
) -> None:
    started("import", "goals", "goals.yaml")
    less = GOALS.partition("areas:")[0] + f"rollout: {{kinds: {{skole: {{{YEAR}: 2}}}}}}\n"
    (tmp_path / "goals.yaml").write_text(less, encoding="utf-8")
    status, out, err = started("import", "goals", "goals.yaml")
    assert status == 0, err
    assert f"Konceptet for udviklingsaftaler er ændret for {YEAR}." in out
    assert "Står ikke i filen, men gælder stadig (1)\n" in out
    assert len(rows(Goal)) == 2
    (scheme,) = rows(GoalScheme)
    assert scheme.content["rollout"]["kinds"] == {"skole": {str(YEAR): 2}}
    assert [row.verb for row in rows(History)].count("keep_scheme") == 1
    assert started("import", "goals", "goals.yaml")[1].startswith("Ingen ændringer.\n")


def test_a_level_that_falls_from_one_years_file_to_the_next_is_refused(started: Act, tmp_path: Path) -> None:
    def imported(year: int, level: int) -> tuple[int, str, str]:
        years = f"years: [{year}]\nrollout: {{kinds: {{skole: {{{year}: {level}}}}}}}\n"
        text = years + "common:\n  - {code: A, title: Sygefravær}\n"
        (tmp_path / "goals.yaml").write_text(text, encoding="utf-8")
        return started("import", "goals", "goals.yaml")

    assert imported(YEAR, 2)[0] == 0
    status, _, err = imported(YEAR + 1, 1)
    assert status == 1 and f"»skole« går fra niveau 2 i {YEAR} til niveau 1 i {YEAR + 1}" in err
    assert {row.year for row in rows(GoalScheme)} == {YEAR}, "nothing is kept"
    assert imported(YEAR + 1, 2)[0] == imported(YEAR + 2, 3)[0] == 0


def test_a_changed_indicator_is_named_in_the_difference(started: Act, tmp_path: Path) -> None:
    started("import", "goals", "goals.yaml")
    measured = GOALS.replace(
        "title: Sygefravær", "title: Sygefravær, indicator: {name: Fravær, target: '6,2', rule: at_most}"
    )
    (tmp_path / "goals.yaml").write_text(measured, encoding="utf-8")
    out = started("import", "goals", "goals.yaml")[1]
    assert f"Ændrede mål (1)\n  {YEAR} fælles A: Sygefravær (indikator)\n" in out
    goal = next(row for row in rows(Goal) if row.code == "A")
    assert goal.indicator["target"] == "6.2" and goal.key == "A"


FRAMES = """\
years: [YEAR]
parts:
  - {part: formal, rhythm: outside, owner: Udefra givet, items: [{id: lov, title: Lovgrundlag}]}
  - {part: directional, rhythm: yearly, owner: Årligt, items: [{id: strategi, title: Strategi}]}
  - {part: operating, rhythm: quarterly, owner: Kvartalsvis, items: [{id: opfoelgning, title: Opfølgning}]}
areas:
  Skoler: {lov: Folkeskoleloven, strategi: Tidlig indsats}
""".replace("YEAR", str(YEAR))


def test_frames_are_shown_as_a_difference_and_a_new_law_comes_with_a_second_import(
    started: Act, tmp_path: Path
) -> None:
    file = tmp_path / "frames.yaml"
    file.write_text(FRAMES, encoding="utf-8")
    out = started("import", "frames", "frames.yaml", "--dry-run")[1]
    assert f"Skoler {YEAR}: ny ramme med 3 punkter." in out and "er kladder" in out
    assert rows(Frame) == []
    status, out, _ = started("import", "frames", "frames.yaml")
    assert status == 0 and out.endswith("Indlæst. Styringsrammer: 1.\n")
    assert started("import", "frames", "frames.yaml")[1] == "Ingen ændringer.\n"
    file.write_text(FRAMES.replace("Folkeskoleloven", "Ny folkeskolelov"), encoding="utf-8")
    assert f"Skoler {YEAR}: »Lovgrundlag«" in started("import", "frames", "frames.yaml")[1]
    told = json.loads(started("import", "frames", "frames.yaml", "--json")[1])
    assert told == {"applied": False, "changes": []}
    file.write_text(FRAMES.replace("Skoler:", "Skolerne:"), encoding="utf-8")
    status, _, err = started("import", "frames", "frames.yaml")
    assert status == 1 and "Området »Skolerne« findes ikke" in err


def test_goals_of_an_area_that_does_not_exist_are_refused(started: Act, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    text = GOALS.replace("Skoler:", "Skolerne:")
    (tmp_path / "elsewhere" / "goals.yaml").write_text(text, encoding="utf-8")
    status, _, err = started("import", "goals", "elsewhere/goals.yaml")
    assert status == 1 and rows(Goal) == []
    assert "Området »Skolerne« findes ikke blandt enhederne. Kommunens områder: Dagtilbud, Skoler." in err


def test_goals_without_themes_have_those_of_the_strategy_beside_them(started: Act, tmp_path: Path) -> None:
    (tmp_path / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    assert started("import", "strategy", "strategy.yaml")[0] == 0
    assert started("import", "goals", "goals.yaml")[1].endswith(f"Indlæst: 6 mål for {YEAR}.\n")
    (strategy,) = rows(Strategy)
    in_strategy = {row.key for row in rows(Goal) if row.strategy_row == strategy.id}
    assert in_strategy == {"1", "1.1", "1.2", "2"}, "each goal says which version it stands in"


def test_a_strategy_is_imported_once_as_version_1(started: Act, tmp_path: Path) -> None:
    (tmp_path / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    out = started("import", "strategy", "strategy.yaml", "--dry-run")[1]
    assert out == "Vores grundlag: 2 temaer med 2 mål.\nIntet er ændret (--dry-run).\n"
    assert rows(Strategy) == []
    (tmp_path / "one.yaml").write_text(STRATEGY.replace("  - {title: Samarbejde}\n", ""), encoding="utf-8")
    out = started("import", "strategy", "one.yaml", "--dry-run")[1]
    assert out.startswith("Vores grundlag: 1 tema med 2 mål.\n")
    assert started("import", "strategy", "strategy.yaml")[1].endswith("Indlæst som version 1.\n")
    assert started("import", "strategy", "strategy.yaml")[1].endswith("Ingen ændringer.\n")
    (tmp_path / "strategy.yaml").write_text(STRATEGY.replace("Helhed", "Trivsel"), encoding="utf-8")
    status, _, err = started("import", "strategy", "strategy.yaml")
    assert status == 1 and "findes allerede i version 1" in err and "strategirevisionen" in err
    assert [row.version for row in rows(Strategy)] == [1]
    status, _, err = started("import", "strategy", "strategy.yaml", "--proposal", "1")
    assert status == 1 and "ikke en strategirevision" in err


def test_the_commands_speak_english_when_asked_to(started: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    out = import_figures(started)[1]
    assert "Costs are positive, income is negative (amounts: 1)." in out
    assert "Ramme: sum DKK 1,000,000; the file says DKK 1,100,000, a difference of DKK 100,000." in out


def test_revising_with_the_same_files_changes_nothing_and_makes_no_revision(started: Act) -> None:
    status, out, _ = started("cycle", "revise", str(YEAR), "--plan", ".", "--why", "Igen")
    assert (status, out) == (0, "Intet er ændret: revision 1 gælder fortsat.\n")
    assert [revision.no for revision in rows(CycleRevision)] == [1]
    assert not [row for row in rows(History) if row.verb == "revise"]
    Path("wheel.yaml").write_text(WHEEL.replace("20. april", "21. april"), encoding="utf-8")
    assert "Revision 2 gælder nu" in started("cycle", "revise", str(YEAR), "--plan", ".", "--why", "Dag")[1]


@pytest.mark.parametrize("verb", ["start", "revise"])
def test_a_window_out_of_order_is_told_with_file_and_line(act: Act, verb: str) -> None:
    assert act("import", "units", "units.csv")[0] == 0
    if verb == "revise":
        assert act("cycle", "start", str(YEAR), "--plan", ".")[0] == 0
    wrong = WHEEL.replace("closes: 5. marts", "closes: 1. januar")
    Path("wheel.yaml").write_text(wrong, encoding="utf-8")
    why = ("--why", "Dag") if verb == "revise" else ()
    status, _, err = act("cycle", verb, str(YEAR), "--plan", ".", *why)
    assert status == 1 and "wheel.yaml:10: " in err, err


def test_states_and_instants_are_told_in_danish(act: Act) -> None:
    assert act("import", "units", "units.csv")[0] == 0
    out = act("cycle", "start", str(YEAR), "--plan", ".", "--why", "Vedtaget")[1]
    assert "Rapport (ikke åbnet endnu)" in out and "planned" not in out
    line = act("cycle", "show")[1].splitlines()[0]
    assert " kl. " in line and "+00:00" not in line and line.endswith("  cli  Vedtaget")


def test_every_state_has_words() -> None:
    assert all(say(f"state {state}") for state in OccurrenceState)
