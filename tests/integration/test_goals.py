"""Goals in the store: by key, year by year, never taken away; which of them a unit has."""

from dataclasses import replace

from sqlalchemy.engine import Engine

from cycle.goals.by_unit import GoalsByUnit
from cycle.goals.indicators import Indicator
from cycle.goals.scheme import Rollout, Scheme, keep_scheme, scheme_differs, scheme_of
from cycle.goals.tables import GoalLevel, GoalOrigin
from cycle.goals.tree import GoalText, goal_changes, goals_not_named, goals_of_year, keep_goals
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from tests.support.municipality import ROOT, build, instant

NOW = instant(2027, 1, 4)
THEME = GoalText(GoalLevel.THEME, "1", "Trivsel", key="trivsel")
COMMON = GoalText(
    GoalLevel.COMMON,
    "A",
    "Sygefravær",
    parent_key="trivsel",
    signs=("Færre lange forløb",),
    indicator=Indicator.model_validate({"name": "Fravær", "target": "6,2", "rule": "at_most"}),
    hide_small=True,
)
AREA = GoalText(GoalLevel.AREA, "D", "Timer", area="Skoler", parent_key="A", last_year=2027)
OWN = GoalText(GoalLevel.UNIT, "G", "Vores eget", unit_id="X", key="X/2027/G")
TREE = (THEME, COMMON, AREA)


def keep(engine: Engine, *texts: GoalText, year: int = 2027) -> int:
    with transaction(engine) as session:
        return keep_goals(session, texts, root_id=ROOT, year=year, by="cli", now=NOW)


def built(engine: Engine) -> Unit:
    with transaction(engine) as session:
        town = build(session)
        unit = session.get_one(Unit, town.units[0])
    return unit


def test_a_tree_is_kept_once_and_every_word_comes_back(engine: Engine) -> None:
    built(engine)
    assert (keep(engine, *TREE), keep(engine, *TREE)) == (3, 0)
    with reading(engine) as session:
        found = {goal.key: goal for goal in goals_of_year(session, ROOT, 2027, levels=set(GoalLevel))}
    assert {key: goal.parent_key for key, goal in found.items()} == {
        "trivsel": "",
        "A": "trivsel",
        "Skoler/D": "A",
    }
    common = found["A"]
    assert (common.origin, common.signs, common.hide_small) == (
        GoalOrigin.POLITICAL,
        ["Færre lange forløb"],
        True,
    )
    assert common.indicator["target"] == "6.2"


def test_a_goal_that_has_ended_is_in_no_later_year(engine: Engine) -> None:
    built(engine)
    keep(engine, *TREE)
    keep(engine, *TREE, year=2028)
    with reading(engine) as session:
        later = [goal.key for goal in goals_of_year(session, ROOT, 2028, levels=set(GoalLevel))]
    assert sorted(later) == ["A", "trivsel"]


def test_a_goal_keeps_its_row_when_letter_and_words_change(engine: Engine) -> None:
    built(engine)
    text = replace(COMMON, key="fravaer")
    keep(engine, THEME, text)
    other = replace(text, code="B", title="Fravær", description="Nu med mål")
    with transaction(engine) as session:
        before = {goal.key: goal.id for goal in goals_of_year(session, ROOT, 2027)}
        (change,) = goal_changes(session, [THEME, other], root_id=ROOT, year=2027)
        assert (change.before, set(change.changed)) == ("Sygefravær", {"code", "title", "description"})
        assert keep_goals(session, [THEME, other], root_id=ROOT, year=2027, by="cli", now=NOW) == 1
        after = {goal.key: goal.id for goal in goals_of_year(session, ROOT, 2027)}
    assert before == after


def test_what_a_file_no_longer_names_stays_and_is_told_but_not_the_units_own(engine: Engine) -> None:
    built(engine)
    keep(engine, *TREE, OWN)
    assert keep(engine, THEME) == 0
    with reading(engine) as session:
        assert {goal.key for goal in goals_not_named(session, [THEME], root_id=ROOT, year=2027)} == {
            "A",
            "Skoler/D",
        }
        assert len(goals_of_year(session, ROOT, 2027, levels=set(GoalLevel))) == 4


def test_a_unit_has_the_goals_of_its_rollout_level_and_year(engine: Engine) -> None:
    unit = built(engine)
    area = replace(AREA, area=unit.area, last_year=None)
    for year in (2027, 2028, 2029):
        keep(engine, COMMON, area, replace(OWN, unit_id=unit.id, key=f"{unit.id}/{year}/G"), year=year)
    scheme = Scheme(rollout=Rollout(kinds={unit.kind: {2027: 1, 2028: 2, 2029: 3}}))
    with transaction(engine) as session:
        for year in (2027, 2028, 2029):
            assert scheme_differs(session, scheme, root_id=ROOT, year=year)
            keep_scheme(session, scheme, root_id=ROOT, year=year, by="cli", now=NOW)
            assert not scheme_differs(session, scheme, root_id=ROOT, year=year)
    with reading(engine) as session:
        assert scheme_of(session, ROOT, 2027) == scheme
        assert scheme_of(session, ROOT, 2020) == Scheme()
        codes = [
            [goal.code for goal in GoalsByUnit.load(session, ROOT, year).of(unit)]
            for year in (2027, 2028, 2029)
        ]
    assert codes == [["A"], ["A", "D"], ["A", "D", "G"]]
