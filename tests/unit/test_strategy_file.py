"""A strategy's three shapes as data (seeds 004 A and B, 000, 003), and what is wrong with one that is not."""

import shutil
from pathlib import Path

import pytest

from config.loader import load_plan
from config.strategy_file import StrategyFile, load_strategy
from cycle.errors import PlanInvalid
from cycle.goals.strategies import StrategyText
from cycle.goals.strategy_tree import keep_keys, text_changes
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
VEJEN = EXAMPLES / "strategier" / "mere-tid-til-kerneopgaven"
GREVE = EXAMPLES / "processer" / "udviklingsstrategi"
WRITTEN = """\
id: grundlag
title: Vores grundlag
years: [2027, 2028]
themes:
  - key: helhed
    title: Helhed
    goals:
      - Ét mål
      - {key: to, title: Et mål mere, first_year: 2028}
  - title: Samarbejde
"""


def goals(strategy: StrategyFile) -> list[GoalText]:
    return [goal for goal in strategy.texts() if goal.level is GoalLevel.POLITICAL]


def written(folder: Path, text: str) -> Path:
    (folder / "strategy.yaml").write_text(text, encoding="utf-8")
    return folder


def test_both_spellings_of_the_follow_up_rows_are_read(tmp_path: Path) -> None:
    source = (VEJEN / "strategy.yaml").read_text(encoding="utf-8")
    corrected = source.replace("Opfølgings", "Opfølgnings")
    assert goals(load_strategy(written(tmp_path, corrected))) == goals(load_strategy(VEJEN))


def test_a_strategy_goes_through_json_unchanged() -> None:
    for folder in (VEJEN, GREVE, EXAMPLES / "koebenhavn"):
        text = load_strategy(folder).text()
        assert [GoalText.from_columns(each) for each in text.content()["goals"]] == [
            GoalText.from_columns(goal.columns()) for goal in text.goals
        ]


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ("key: to", "key: helhed", "strategy.yaml:9: Nøglen »helhed« er brugt til to mål."),
        ("first_year: 2028", "first_year: 2030", "strategy.yaml:9: Målet »Et mål mere« gælder ikke i noget"),
        (
            "first_year: 2028",
            "first_year: 2028, last_year: 2027",
            "strategy.yaml:9: Målet »Et mål mere« ender",
        ),
        ("years: [2027, 2028]", "years: [2028, 2027]", "strategy.yaml:3: Årene står ikke i rækkefølge"),
        ("title: Samarbejde", "titel: Samarbejde", "strategy.yaml:10: Nøglen »title« mangler."),
        ("title: Samarbejde", "title: Samarbejde, type: resultat", "strategy.yaml:10"),
        ("id: grundlag", "id: Grundlag!", "strategy.yaml:1: id: »Grundlag!« kan ikke bruges som id."),
        ("title: Vores grundlag", "title: V\ncentres: [A, B, A]", "strategy.yaml:3: »A« står her to gange."),
        ("  - title: Samarbejde\n", "", None),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, change: str, to: str, said: str | None) -> None:
    assert change in WRITTEN
    folder = written(tmp_path, WRITTEN.replace(change, to))
    if said is None:
        assert len(load_strategy(folder).themes) == 1
        return
    with pytest.raises(PlanInvalid) as refused:
        load_strategy(folder)
    assert said in str(refused.value)


def test_a_revision_is_prepared_in_an_activity_of_the_plan(tmp_path: Path) -> None:
    folder = tmp_path / "by"
    shutil.copytree(EXAMPLES / "koebenhavn", folder)
    wheel = (folder / "wheel.yaml").read_text(encoding="utf-8")
    prepared = "prepared_in: strategirevision-forberedelse"
    assert load_plan(folder).plan.activity("strategirevision").prepared_in == prepared.partition(": ")[2]
    (folder / "wheel.yaml").write_text(wheel.replace(prepared, "prepared_in: forberedelse"), encoding="utf-8")
    with pytest.raises(PlanInvalid) as refused:
        load_plan(folder)
    assert "forberedes i »forberedelse«, som ikke findes i planen." in str(refused.value)


def test_a_goal_without_a_key_stays_the_same_when_another_before_it_ends() -> None:
    def text(*titles: str) -> StrategyText:
        top = GoalText(GoalLevel.THEME, "1", "Helhed", key="helhed")
        below = [
            GoalText(GoalLevel.POLITICAL, f"1.{n}", title, key=f"helhed.{n}", parent_key="helhed")
            for n, title in enumerate(titles, 1)
        ]
        return StrategyText("s", "S", {}, (top, *below))

    before = text("Første", "Andet", "Tredje")
    after = keep_keys(before, text("Andet", "Tredje", "Helt nyt"))
    assert [goal.identity for goal in after.goals] == ["helhed", "helhed.2", "helhed.3", "helhed.4"]
    reworded = keep_keys(before, text("Første", "Andet, skærpet", "Tredje"))
    changes = text_changes(before.goals, reworded.goals)
    assert [(each.key, each.changed) for each in changes] == [("helhed.2", ("title",))]
