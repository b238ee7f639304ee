"""Seed 003: one strategy, four focus areas with three objectives each, a task for every centre and area."""

from config.strategy_file import StrategyFile, load_strategy
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText
from tests.support.processes import EXAMPLES, example

GREVE = EXAMPLES / "udviklingsstrategi"
LINE = "De enkelte centerstrategier indeholder pro- og/eller prejekter i relation til fokusområdet."
OBJECTIVES = [
    "Greve Kommune vil involvere omgivelserne mere",
    "Greve Kommune vil involvere omgivelserne bedre",
    "Greve Kommune vil blive bedre til at dokumentere resultater og effekter",
    "Øget sparring og udveksling af viden på tværs af centre",
    "Flere samarbejder med andre kommuner",
    "Dokumentation af leverandørens arbejde og resultater",
    "Greve Kommune tager systematisk stilling til anbefalingerne i økonomiaftalen og fra "
    "Produktivitetskommissionen",
    "Greve Kommune udarbejder en plan for implementering og opfølgning",
    "Greve Kommune påbegynder implementeringen",
    "Greve Kommune tager næste skridt",
    "Lederne har fokus på at motivere og støtte medarbejderne",
    "Greve Kommune formidler proaktivt",
]
CENTRES = (
    "Dagtilbud & Skoler",
    "Job & Socialservice",
    "Borgerservice & Fritid",
    "Teknik & Miljø",
    "Børn & Familier",
    "Sundhed & Pleje",
    "Byråd og Økonomi",
)


def goals(strategy: StrategyFile) -> list[GoalText]:
    return [goal for goal in strategy.texts() if goal.level is GoalLevel.POLITICAL]


def test_four_focus_areas_with_three_objectives_each_and_those_who_answer_for_them() -> None:
    strategy = load_strategy(GREVE)
    assert strategy.guiding_theme == "Innovation i praksis" and strategy.dated == "Januar 2014"
    assert [theme.title for theme in strategy.themes] == [
        "Involvering af brugere, borgere og erhverv i velfærdsudviklingen",
        "Samarbejde med leverandører",
        "Produktivitetsforbedringer",
        "Kerneopgaven i forandring",
    ]
    assert [len(theme.goals) for theme in strategy.themes] == [3, 3, 3, 3] and len(goals(strategy)) == 12
    assert len(strategy.centres) == 7 and strategy.centres[-1] == "Byråd og Økonomi"
    assert strategy.follow_up is not None and strategy.follow_up.by == "Chefgruppen"
    assert strategy.follow_up.when == "i løbet af 2014" and "følge systematisk op" in strategy.follow_up.how
    assert len(strategy.signed_by) == 10
    assert [each.title.split()[0] for each in strategy.signed_by] == [
        *["Centerchef"] * 6,
        "Vicedirektør",
        *["Direktør"] * 2,
        "Kommunaldirektør",
    ]
    assert strategy.called.theme == "Fokusområde" and strategy.under_each.startswith("De enkelte centerstrat")


def test_003_has_four_focus_areas_with_the_fixed_line_under_each() -> None:
    loaded = example("udviklingsstrategi")
    assert [track.title for track in loaded.plan.tracks] == [
        "1. Involvering af brugere, borgere og erhverv i velfærdsudviklingen",
        "2. Samarbejde med leverandører",
        "3. Produktivitetsforbedringer",
        "4. Kerneopgaven i forandring",
    ]
    asked = [each for each in loaded.plan.activities if each.track is not None]
    assert [loaded.forms[each.form or ""].guidance for each in asked] == [LINE] * 4
    assert {each.responsible for each in loaded.plan.activities} == {("Chefgruppen",)}


def test_the_twelve_objectives_stand_three_under_each_focus_area() -> None:
    titles = [goal.title for goal in goals(load_strategy(GREVE))]
    for title, beginning in zip(titles, OBJECTIVES, strict=True):
        assert title.startswith(beginning)
    by_title = {goal.title: goal for goal in goals(load_strategy(GREVE))}
    suppliers = by_title["Dokumentation af leverandørens arbejde og resultater"]
    assert "3 leverandørsamarbejder" in suppliers.obligations[0]
    gains = by_title["Greve Kommune påbegynder implementeringen af de relevante tiltag"]
    assert gains.signs == ("Gevinster høstes allerede i 2015",)


def test_the_fixed_line_stands_once_for_all_four_focus_areas_and_the_centres_are_those_asked() -> None:
    strategy = load_strategy(GREVE)
    assert strategy.under_each == LINE and strategy.centres == CENTRES
    lines = (GREVE / "units.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert tuple(row[2] for row in (line.split(";") for line in lines) if row[3] == "center") == CENTRES
