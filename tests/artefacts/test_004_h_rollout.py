"""Seed 004 H: the ambition for rolling out the steering model, 2008 to 2010."""

from config.goals_file import load_goals
from cycle.goals.scheme import LEVELS, Rollout
from cycle.goals.tables import GoalLevel
from cycle.organisation.tables import Unit
from tests.support.koebenhavn import FOLDER

YEARS = [2008, 2009, 2010]
ROWS = {
    "Skoler": "skole",
    "Institutioner": "daginstitution",
    "Bydækkende institutioner": "bydækkende institution",
    "Centre": "center",
}
ASSUMPTIONS = (
    "FFA-krav på skoleområdet",
    "Strategiproces gennemført",
    "IT understøttelse ikke til stede i 2008",
    "Begrænset adgang til valide data i 2008",
    "Ønske om pilotprojekt på afgrænset institutionsområde",
    "Enkelte bydækkende institutioner, der har været på kontrakt, vil være klar til niveau 3 i 2008",
    "Resultatløn anvendes på skoleområdet",
)


def rollout() -> Rollout:
    return load_goals(FOLDER).scheme.rollout


def kinds_of_units() -> dict[str, str]:
    lines = (FOLDER / "units.csv").read_text(encoding="utf-8").splitlines()
    names = lines[0].split(";")
    return {row[0]: row[names.index("kind")] for row in (line.split(";") for line in lines[1:])}


def test_each_row_has_a_level_for_each_year_that_only_rises_and_is_marked_as_inferred() -> None:
    found = rollout()
    assert found.inferred and set(found.kinds) == set(ROWS.values())
    for levels in (*found.kinds.values(), *found.units.values()):
        assert set(levels) <= set(YEARS) and list(levels.values()) == sorted(levels.values())
    assert all(list(levels) == YEARS for levels in found.kinds.values())


def test_the_rows_stand_in_the_file_as_they_are_printed() -> None:
    text = (FOLDER / "goals.yaml").read_text(encoding="utf-8")
    for row in (*ROWS, "Pilotprojekt for Institutioner", "Udvalgte bydækkende institutioner"):
        assert row in text, row


def test_the_three_levels_decide_what_an_agreement_contains() -> None:
    scheme = load_goals(FOLDER).scheme
    school = Unit(id="x", root_id="x", path="/x/", name="X", kind="skole")
    assert [scheme.levels_of(school, year) for year in YEARS] == [LEVELS[:1], LEVELS[:2], LEVELS]
    assert LEVELS == (GoalLevel.COMMON, GoalLevel.AREA, GoalLevel.UNIT)


def test_a_pilot_among_institutions_and_selected_city_wide_ones_are_ahead_of_their_kind() -> None:
    found, kinds = rollout(), kinds_of_units()
    assert {kinds[unit] for unit in found.units} == {"daginstitution", "bydækkende institution"}
    for unit, levels in found.units.items():
        assert levels[2008] > found.kinds[kinds[unit]][2008]
    selected = [unit for unit in found.units if kinds[unit] == "bydækkende institution"]
    assert [found.units[unit] for unit in selected] == [{2008: 3}]


def test_the_seven_assumptions_are_named_in_order() -> None:
    assert rollout().assumptions == ASSUMPTIONS
