"""Goals as files: levels, tables with the source's words, indicators, and every fault with its line."""

from decimal import Decimal
from pathlib import Path

import pytest

from config.goals_file import GoalsFile, load_goals
from cycle.errors import PlanInvalid
from cycle.goals.indicators import Indicator, TargetRule
from cycle.goals.scheme import Rollout, Scheme
from cycle.goals.tables import GoalLevel, GoalType


def test_a_concept_that_says_nothing_has_the_slots_of_the_source() -> None:
    assert Scheme().own_slots == ("G", "H", "I")
    assert Scheme().level(GoalLevel.COMMON).slots == ("A", "B", "C")


# ---- levels and slots


def test_a_level_holds_until_the_next_and_a_pilot_goes_before_its_kind() -> None:
    rollout = Rollout(kinds={"skole": {2008: 1, 2010: 3}}, units={"101003": {2008: 3}})
    assert [rollout.step("1", "skole", year) for year in (2007, 2008, 2009, 2010, 2027)] == [1, 1, 1, 3, 3]
    assert rollout.step("101003", "skole", 2008) == 3
    assert rollout.step("1", "klub", 2008) == 3
    pilots = Rollout(kinds={"skole": {2026: 2, 2028: 3}}, units={"x": {2027: 3}, "y": {2026: 2}})
    assert [pilots.step("x", "skole", year) for year in (2026, 2027, 2028)] == [2, 3, 3]
    assert [pilots.step("y", "skole", year) for year in (2026, 2027, 2028)] == [2, 2, 3], (
        "not behind its kind"
    )


# ---- a table of goals


TABLE = """\
years: [2019, 2020, 2021, 2022]
common:
  - code: A
    Mål: Kerneopgaven bearbejdes i den enkelte institution
    Måltype: Inputmål
    Baggrund:
      Politisk intention: Mere tid til kerneopgaven
      Viden på området: Det ved vi
    Handlingsplan: Drøftes på personalemøder
    Opfølgingsmetode: Drift og udviklingsaftalerne
    Opfølgingsansvarlig: Afdelingschefen for Dagtilbud & Skole
  - code: B
    Mål: Borgernes ressourcer inddrages aktivt
    Måltype: Inputmål
    Opfølgningsansvarlig: Afdelingschefen for Dagtilbud & Skole
    first_year: 2020
    last_year: 2021
"""


def load(folder: Path, text: str) -> GoalsFile:
    (folder / "goals.yaml").write_text(text, encoding="utf-8")
    return load_goals(folder)


def test_a_goal_table_is_read_with_the_words_of_its_rows_and_both_spellings(tmp_path: Path) -> None:
    first, second = load(tmp_path, TABLE).texts()
    assert first.title == "Kerneopgaven bearbejdes i den enkelte institution"
    assert first.goal_type is second.goal_type is GoalType.INPUT
    assert (first.background_intention, first.background_knowledge) == (
        "Mere tid til kerneopgaven",
        "Det ved vi",
    )
    assert first.obligations == ("Drøftes på personalemøder",)
    assert first.follow_up_method == "Drift og udviklingsaftalerne"
    assert first.follow_up_by == second.follow_up_by == "Afdelingschefen for Dagtilbud & Skole"


def test_a_goal_may_span_several_years_of_its_file(tmp_path: Path) -> None:
    first, second = load(tmp_path, TABLE).texts()
    assert [year for year in range(2019, 2023) if first.spans(year)] == [2019, 2020, 2021, 2022]
    assert [year for year in range(2019, 2023) if second.spans(year)] == [2020, 2021]


# ---- indicators


@pytest.mark.parametrize(
    ("indicator", "reached", "missed", "said"),
    [
        ({"rule": "at_least", "target": "95,5"}, "95.5", "95.4", "mindst 95,5 %"),
        ({"rule": "at_most", "target": "6,2"}, "6.2", "6.3", "højst 6,2 %"),
        ({"rule": "not_below_baseline", "baseline": "4"}, "4", "3.9", "ikke under udgangspunktet 4 %"),
        ({"rule": "range", "low": "98", "high": "100"}, "98", "100.1", "mellem 98 % og 100 %"),
        ({"rule": "done"}, "1", "0", "gjort"),
    ],
)
def test_a_rule_says_when_a_target_is_reached(
    indicator: dict[str, str], reached: str, missed: str, said: str
) -> None:
    made = Indicator.model_validate({"name": "N", "unit": "%", **indicator})
    assert made.reached(Decimal(reached)) and not made.reached(Decimal(missed))
    assert made.shown_target() == said
    assert made.rule in TargetRule


# ---- faults


SMALL = """\
years: [2027]
themes:
  - key: trivsel
    title: Trivsel
    goals: [Alle trives]
common:
  - code: A
    title: Sygefravær
    under: trivsel
    indicator: {name: Fravær, target: 6, rule: at_most}
areas:
  Skoler:
    - {code: D, title: Timer, under: trivsel.1}
rollout:
  kinds:
    skole:
      2026: 1
      2027: 2
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "under: trivsel\n",
            "under: trivse\n",
            "goals.yaml:9: Målet »Sygefravær« hører under »trivse«, som ikke er et mål eller tema over det. "
            "Mente du »trivsel«?",
        ),
        ("under: trivsel.1", "under: Skoler/D", "goals.yaml:13: Målet »Timer« hører under »Skoler/D«"),
        ("title: Sygefravær\n", "title: Sygefravær\n    key: trivsel\n", "goals.yaml:9: Nøglen »trivsel«"),
        (
            "target: 6, ",
            "",
            "goals.yaml:10: Indikatoren »Fravær« mangler »target«, som reglen at_most holder op imod.",
        ),
        ("target: 6,", "target: seks,", "goals.yaml:10: target: »seks«"),
        ("rule: at_most", "rule: at_mot", "goals.yaml:10: rule: »at_mot« kan ikke bruges her."),
        (
            "      2027: 2\n",
            "      2027: 2\n      2028: 1\n",
            "goals.yaml:19: »skole« går fra niveau 2 i 2027 til niveau 1 i 2028, men niveauet kan kun stige.",
        ),
        (
            "      2027: 2\n",
            "      2027: 2\n  units:\n    S1: {2026: 2, 2027: 1}\n",
            "goals.yaml:20: »S1« er på niveau 1 i 2027, men dens art »skole« er på niveau 2. Skriv 2",
        ),
        (
            "      2027: 2\n",
            "      2027: 2\n  units:\n    K1: {2027: 2}\n",
            "goals.yaml:20: »K1« er på niveau 2 i 2027, men dens art »klub« er på niveau 3.",
        ),
        ("2027: 2\n", "2027: 4\n", "goals.yaml:18: 2027: »4« er uden for det tilladte."),
        (
            "code: A\n",
            "code: A\n    first_year: 2028\n",
            "goals.yaml:8: Målet »Sygefravær« gælder ikke i noget af filens år.",
        ),
        ("[Alle trives]", "[{titel: Alle trives}]", "goals.yaml:5: Nøglen »titel« kendes ikke her."),
        ("rollout:", "levels:\n  unit: {slots: [d]}\nrollout:", "goals.yaml:15: slots: »d« kan ikke bruges"),
        (
            "rollout:",
            "levels:\n  area: {slots: [E, F]}\nrollout:",
            "goals.yaml:13: Bogstavet »D« er ikke en af pladserne på det niveau. Skriv »E« eller »F«.",
        ),
    ],
)
def test_a_fault_of_the_tree_names_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SMALL
    if "  units:" in new:
        (tmp_path / "units.csv").write_text("unit_id,kind\nS1,skole\nK1,klub\n", encoding="utf-8")
    with pytest.raises(PlanInvalid) as caught:
        load(tmp_path, SMALL.replace(old, new))
    told = [str(problem) for problem in caught.value.problems]
    assert any(fault.startswith(expected) for fault in told), told


def test_a_row_written_twice_in_other_words_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PlanInvalid) as caught:
        load(tmp_path, TABLE.replace("    Måltype: Inputmål\n", "    title: Igen\n", 1))
    assert [problem.where for problem in caught.value.problems] == ["goals.yaml:5"]
