"""Seed 000: a policy with a table of goals over four years."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from config.goal_words import ROWS
from config.strategy_file import StrategyFile, load_strategy
from cycle.goals.tables import GoalLevel, GoalType
from cycle.goals.tree import GoalText
from documents.strategy_paper import TYPES, StrategyPaper, strategy_values
from documents.strategy_years import over_years
from documents.typeset import typeset

VEJEN = Path(__file__).parents[2] / "config" / "examples" / "strategier" / "mere-tid-til-kerneopgaven"


def goals(strategy: StrategyFile) -> list[GoalText]:
    return [goal for goal in strategy.texts() if goal.level is GoalLevel.POLITICAL]


def test_a_goal_table_has_goals_that_span_several_years_in_the_sources_own_words() -> None:
    strategy = load_strategy(VEJEN)
    assert strategy.years == (2019, 2020, 2021, 2022) and strategy.policy == "Økonomi, ledelse og innovation"
    assert strategy.approved is not None and strategy.approved.on.isoformat() == "2019-02-21"
    assert strategy.approved.body == "Udvalget for skoler & børn"
    first, second = goals(strategy)
    assert [goal.spans(year) for goal in (first, second) for year in strategy.years] == [
        *(True, True, False, False),
        *(False, False, True, True),
    ]
    assert {goal.goal_type for goal in (first, second)} == {GoalType.INPUT} and first.inferred
    assert first.background_intention.startswith("Personalets tid") and "Kerneopgaven er" in (
        first.background_knowledge
    )
    assert first.obligations[0].startswith("Skal beskrives") and "lokal- og område-MED" in (
        first.follow_up_method
    )
    assert first.follow_up_by == "Afdelingschefen for Dagtilbud & Skole"
    source = (VEJEN / "strategy.yaml").read_text(encoding="utf-8")
    assert "Opfølgingsmetode:" in source and "Opfølgingsansvarlig:" in source


def test_the_header_says_who_approved_it_when_and_what_it_concerns() -> None:
    strategy = load_strategy(VEJEN)
    assert strategy.title == "Mere tid til kerneopgaven"
    assert strategy.approved is not None and strategy.approved.text == "Godkendt den 21.2.2019"
    assert "Dagtilbud & Skole" in strategy.concerns and strategy.made_by == ("Udvalget for skoler & børn",)


def test_the_goals_stand_word_for_word() -> None:
    assert [goal.title for goal in goals(load_strategy(VEJEN))] == [
        "Kerneopgaven bearbejdes i den enkelte institution af medarbejdere og ledere med henblik på bedst "
        "muligt at understøtte børn og unge.",
        "Borgernes ressourcer inddrages aktivt i vores løsning af kerneopgaven.",
    ]


def test_the_rows_are_known_as_the_source_spells_them_and_as_the_dictionary_does() -> None:
    assert {"mål", "baggrund", "handlingsplan"} <= set(ROWS)
    for wrong, right in (
        ("opfølgingsmetode", "opfølgningsmetode"),
        ("opfølgingsansvarlig", "opfølgningsansvarlig"),
    ):
        assert ROWS[wrong] == ROWS[right]
    assert {each.value for each in GoalType} == {"input", "output", "outcome"}


def test_the_document_shows_the_goals_over_their_years_as_a_table() -> None:
    strategy = load_strategy(VEJEN)
    paper = StrategyPaper(
        municipality="Vejen Kommune",
        version=1,
        draft=False,
        text=strategy.text(),
        before=None,
        decision=None,
        hearing=None,
        notes={},
        dated="",
    )
    values = strategy_values(paper, "da")
    table = values["over_years"]
    assert table["years"] == ["2019", "2020", "2021", "2022"]
    assert [(goal["from"], goal["span"], goal["type"]) for goal in table["goals"]] == [
        (0, 2, "Inputmål"),
        (2, 2, "Inputmål"),
    ]
    pdf = typeset("strategy.typ", values, at=datetime(2027, 5, 3, 8, tzinfo=UTC))
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    assert "Målene år for år Årstal 2019 2020 2021 2022" in text


def test_goals_for_one_year_alone_have_no_such_table() -> None:
    goal = GoalText(GoalLevel.POLITICAL, "1", "Læsning", first_year=2027, last_year=2027)
    assert over_years([goal], TYPES, english=False) == {}
