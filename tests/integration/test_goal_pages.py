"""The goal tree and the trace as pages: who sees what, small numbers, goals that no leader can change."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.access.roles import Role
from cycle.files.store import keep
from cycle.goals.indicators import Indicator, TargetRule
from cycle.goals.small_numbers import hidden_places, told, told_indicator, without_hidden
from cycle.goals.tables import Goal, GoalLevel, GoalStatus, GoalTally
from cycle.goals.tallies import keep_tallies
from cycle.goals.trace import trace
from cycle.goals.trace_units import units_below
from cycle.goals.tree import GoalText, keep_goals
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Draft, Occurrence, Submission, Task
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.web import Form, Site

NOW = instant(2027, 6, 1)
AREA, OTHER_AREA = "BY-SK", "BY-IN"
INDICATOR = Indicator.model_validate(
    {"name": "Fravær", "unit": "%", "target": "6", "rule": TargetRule.AT_MOST}
)
TREE = (
    GoalText(GoalLevel.THEME, "1", "Trivsel", key="trivsel"),
    GoalText(GoalLevel.COMMON, "A", "Sygefravær", parent_key="trivsel", indicator=INDICATOR),
    GoalText(GoalLevel.COMMON, "B", "Personlige tal", parent_key="trivsel", hide_small=True),
    GoalText(GoalLevel.AREA, "D", "Planlagte timer", area="Skoler", parent_key="A"),
)


def filled(engine: Engine) -> tuple[Town, dict[str, int]]:
    """Twelve units in two areas; the six schools have answered: four green, one yellow, one red."""
    with transaction(engine) as session:
        town = municipality.build(session)
        own = GoalText(GoalLevel.UNIT, "G", "Skolens eget", unit_id=town.units[0], parent_key="A")
        keep_goals(session, [*TREE, own], root_id=ROOT, year=2027, by="cli", now=NOW)
        cycle = municipality.start_cycle(session, town, 2027)
        occurrence = municipality.add_occurrence(session, town, cycle, state=OccurrenceState.CLOSED)
        municipality.add_tasks(session, town, occurrence)
        ids = {goal.key: goal.id or 0 for goal in session.exec(select(Goal))}
        lights = ("grøn", "grøn", "grøn", "grøn", "gul", "rød")
        rows = [
            {"goal_id": ids[key], "unit_id": unit, "status": light, "value": f"{4 + n}" if key == "A" else ""}
            for n, (unit, light) in enumerate(zip(town.units, lights, strict=False))
            for key in ("A", "B", "Skoler/D", *([f"{town.units[0]}/G"] if n == 0 else []))
        ]
        session.execute(
            sa.insert(GoalStatus),
            [{**row, "occurrence_id": occurrence.id, "comment": "Hemmelig bemærkning"} for row in rows],
        )
    return town, ids


def test_the_trace_leads_up_to_the_theme_and_down_to_every_unit(engine: Engine) -> None:
    town, ids = filled(engine)
    with reading(engine) as session:
        found = trace(session, ids["Skoler/D"], paths=(f"/{ROOT}/",))
        assert [goal.key for goal in found.above] == ["trivsel", "A"]
        (below,) = found.below
        (period,) = found.periods
        assert below.counts[period.id].lights == {"grøn": 4, "gul": 1, "rød": 1, "": 0}
        theme = trace(session, ids["trivsel"], paths=(f"/{ROOT}/",))
        assert [(each.goal.key, each.depth, each.own) for each in theme.below] == [
            ("trivsel", 0, False),
            ("A", 1, False),
            ("Skoler/D", 2, False),
            ("B", 1, False),
        ]
        common = trace(session, ids["A"], paths=(f"/{ROOT}/",))
        counts = common.below[0].counts[period.id]
        assert counts.lights == {"grøn": 4, "gul": 1, "rød": 1, "": 6}
        assert (counts.reached, counts.measured) == (3, 6)
        assert common.below[1].own and common.below[1].counts[period.id].lights["grøn"] == 1
        units = units_below(session, common, paths=(f"/{ROOT}/",), page=1)
        first = next(line for line in units.lines if line.unit_id == town.units[0])
        assert [(cell.code, cell.light, cell.value) for cell in first.cells[period.id]] == [
            ("A", "grøn", "4 %"),
            ("D", "grøn", ""),
            ("G", "grøn", ""),
        ]
        assert len(units.lines) == 12 and not units.goes_on


def test_a_superior_counts_and_sees_the_own_units_alone(engine: Engine) -> None:
    _, ids = filled(engine)
    with reading(engine) as session:
        office = municipality.ROOT
        for area, lights in ((AREA, {"grøn": 4, "gul": 1, "rød": 1, "": 0}), (OTHER_AREA, {"": 6})):
            paths = (f"/{office}/{office}-BU/{area}/",)
            found = trace(session, ids["A"], paths=paths)
            assert found.below[0].counts[found.periods[0].id].lights == {
                **dict.fromkeys(("grøn", "gul", "rød"), 0),
                **lights,
            }
            units = units_below(session, found, paths=paths, page=1)
            assert len(units.lines) == 6 and all(area in line.unit_id for line in units.lines)


@pytest.mark.parametrize("key", ["trivsel", "A", "B", "Skoler/D", f"{AREA}-1/G"])
def test_what_was_counted_at_the_close_is_what_is_there_to_count(engine: Engine, key: str) -> None:
    town, ids = filled(engine)
    goal_id = ids.get(key) or ids[f"{town.units[0]}/G"]
    places = [
        (f"/{ROOT}/",),
        (f"/{ROOT}/{ROOT}-BU/{AREA}/",),
        (f"/{ROOT}/{ROOT}-BU/{AREA}/", f"/{ROOT}/"),
        (f"/{ROOT}/{ROOT}-BU/{AREA}/", f"/{ROOT}/{ROOT}-BU/{OTHER_AREA}/"),
    ]
    with transaction(engine) as session:
        before = [trace(session, goal_id, paths=paths).below for paths in places]
        keep_tallies(session, session.exec(select(Occurrence)).one())
        kept = session.exec(select(GoalTally)).all()
        assert {row.place for row in kept} > {f"/{ROOT}/", f"/{ROOT}/{ROOT}-BU/{AREA}/"}
        assert [trace(session, goal_id, paths=paths).below for paths in places] == before
        keep_tallies(session, session.exec(select(Occurrence)).one())
        assert len(session.exec(select(GoalTally)).all()) == len(kept)
        session.execute(sa.update(GoalTally).values(asked=7, lights={"rød": 7}))
        anew = trace(session, ids["A"], paths=(f"/{ROOT}/",)).below[0].counts.values()
        assert [counts.lights["rød"] for counts in anew] == [7], "the page reads what was counted"


def test_the_page_of_a_goal_has_what_each_unit_said_and_the_file_that_shows_it(
    engine: Engine, tmp_path: Path
) -> None:
    town, ids = filled(engine)
    with transaction(engine) as session:
        file = keep(session, b"%PDF-1.7 fravaer", now=NOW)
        school = GoalStatus.unit_id == town.units[0]
        for status in session.exec(select(GoalStatus).where(school)):
            status.evidence_file, status.evidence_name = file.sha256, "fravær.pdf"
            session.add(status)
        session.flush()
        shown = {row.goal_id: row.id for row in session.exec(select(GoalStatus).where(school))}
    site = Site(engine, tmp_path, at=NOW)
    office = site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
    page = office.get(f"/maal/{ids['A']}").text
    address = f"/maal/{ids['A']}/dokumentation/{shown[ids['A']]}"
    assert page.count("Hemmelig bemærkning") == 6 and f'<a href="{address}">fravær.pdf</a>' in page
    got = office.get(address)
    assert got.content == b"%PDF-1.7 fravaer" and got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith("attachment;")
    theme = office.get(f"/maal/{ids['trivsel']}").text
    assert "Hemmelig bemærkning" not in theme, "it stands at the goal that it is about"
    hidden = f"/maal/{ids['B']}/dokumentation/{shown[ids['B']]}"
    assert "Hemmelig bemærkning" not in office.get(f"/maal/{ids['B']}").text
    assert office.get(hidden).status_code == office.get(f"{address}9").status_code == 404
    assert office.get(f"/maal/{ids['trivsel']}/dokumentation/{shown[ids['A']]}").status_code == 404
    other = site.signed_in("dorte@by.example", Role.SUPERIOR, OTHER_AREA)
    assert "Hemmelig bemærkning" not in other.get(f"/maal/{ids['A']}").text
    assert other.get(address).status_code == 404
    own = site.signed_in("sander@by.example", Role.SUPERIOR, AREA)
    assert own.get(f"/maal/{ids['A']}").text.count("Hemmelig bemærkning") == 6
    assert own.get(address).status_code == 200
    committee = site.signed_in("udvalg@by.example", Role.COMMITTEE, ROOT)
    assert committee.get(address).status_code in (403, 404)


def test_small_numbers_of_a_personal_goal_are_shown_nowhere(engine: Engine) -> None:
    _, ids = filled(engine)
    with reading(engine) as session:
        found = trace(session, ids["B"], paths=(f"/{ROOT}/",))
        period = found.periods[0].id
        assert found.below[0].counts[period].lights == {"grøn": None, "gul": None, "rød": None, "": 6}
        units = units_below(session, found, paths=(f"/{ROOT}/",), page=1)
        cells = [cell for line in units.lines for cell in line.cells[period]]
        assert len(cells) == 6 and all(cell.hidden and not cell.light and not cell.value for cell in cells)
        hidden = hidden_places(session, ROOT, 2027)
    answers = {"goals": [{"row": "A"}, {"row": "B"}], "andet": [{"row": "B"}]}
    assert without_hidden(answers, hidden, groups=["goals"], area="Skoler", unit_id="x") == {
        "goals": [{"row": "A"}],
        "andet": [{"row": "B"}],
    }


def test_a_units_own_hidden_goal_is_told_nowhere(engine: Engine) -> None:
    town, ids = filled(engine)
    unit = town.units[0]
    measured = Indicator.model_validate(
        {"name": "Fravær", "unit": "%", "baseline": "7", "rule": TargetRule.NOT_BELOW_BASELINE}
    )
    hidden = GoalText(
        GoalLevel.UNIT, "G", "Skolens eget", unit_id=unit, parent_key="A", indicator=measured, hide_small=True
    )
    with transaction(engine) as session:
        keep_goals(session, [hidden], root_id=ROOT, year=2027, by="cli", now=NOW)
    with transaction(engine) as session:
        own = session.exec(select(Goal).where(Goal.unit_id == unit)).one()
        for counted in (False, True):
            if counted:
                keep_tallies(session, session.exec(select(Occurrence)).one())
            above = trace(session, ids["A"], paths=(f"/{ROOT}/",))
            assert not any(below.own for below in above.below), "not among the units' own goals"
            lines = units_below(session, above, paths=(f"/{ROOT}/",), page=1).lines
            (cells,) = (line.cells[above.periods[0].id] for line in lines if line.unit_id == unit)
            assert [cell.hidden for cell in cells if cell.code == "G"] == [True]
            alone = trace(session, own.id or 0, paths=(f"/{ROOT}/",))
            assert set(alone.below[0].counts[alone.periods[0].id].lights.values()) == {None}
        told_of = told_indicator(own)
        assert told_of is not None and told_of.shown_target() == "ikke under udgangspunktet –"
        places = hidden_places(session, ROOT, 2027)
    answers = {
        "maal": [{"row": "A"}, {"row": "G"}],
        "enhedsmaal": [
            {"row": "G", "titel": "Fravær", "udgangspunkt": "7", "maaltal": "6", "skjul-smaa-tal": True},
            {"row": "H", "titel": "Timer", "udgangspunkt": "9"},
        ],
    }
    left = without_hidden(answers, places, groups=["maal"], area="Skoler", unit_id=unit)
    assert left["maal"] == [{"row": "A"}]
    assert [row.get("udgangspunkt") for row in left["enhedsmaal"]] == [None, "9"]
    elsewhere = without_hidden(answers, places, groups=["maal"], area="Skoler", unit_id="x")
    assert elsewhere["maal"] == answers["maal"], "another unit's goal with that letter is another goal"


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 10, "b": 20, "c": 0}, {"a": 10, "b": 20, "c": 0}),
        ({"a": 3, "b": 20, "c": 9}, {"a": None, "b": 20, "c": None}),
        ({"a": 3, "b": 2, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 3, "b": 0}, {"a": None, "b": None}),
        ({"a": 0, "b": 0}, {"a": None, "b": None}),
    ],
)
def test_a_hidden_number_cannot_be_reckoned_from_the_others(
    counts: dict[str, int], shown: dict[str, int | None]
) -> None:
    assert told(counts) == shown


def test_the_pages_are_for_owner_and_member_and_not_for_strangers(engine: Engine, tmp_path: Path) -> None:
    _, ids = filled(engine)
    site = Site(engine, tmp_path, at=NOW)
    office = site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
    tree = office.get("/maal").text
    assert all(text.title in tree for text in TREE)
    page = office.get(f"/maal/{ids['A']}").text
    assert "højst 6 %" in page and "1 Trivsel" in page and "Nået 3 af 6" in page
    assert "Theme" in office.get("/maal?sprog=en", follow_redirects=True).text
    superior = site.signed_in("dorte@by.example", Role.SUPERIOR, AREA)
    seen = superior.get(f"/maal/{ids['A']}").text
    assert "Du ser dine egne enheder." in seen and "Daginstitution" not in seen
    committee = site.signed_in("bo@by.example", Role.COMMITTEE, ROOT)
    assert committee.get("/maal").status_code == 403
    assert committee.get(f"/maal/{ids['A']}").status_code == 403
    assert site.browser().get("/maal").status_code == 303
    assert office.get("/maal/999").status_code == 404
    with transaction(engine) as session:
        municipality.build(session, root_id="NABO")
    stranger = site.signed_in("ulla@nabo.example", Role.SECRETARIAT, "NABO")
    assert stranger.get(f"/maal/{ids['A']}").status_code == 403
    assert "Sygefravær" not in stranger.get("/maal").text


def test_a_post_that_alters_a_given_goal_is_refused_and_keeps_nothing(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town, 2027)
        occurrence = municipality.add_occurrence(session, town, cycle)
        (task, *_) = municipality.add_tasks(session, town, occurrence, kind=TaskKind.DRAFT)
        given = [{"row": "A", "label": "A. Sygefravær", "description": "", "key": "A"}]
        session.execute(sa.update(Task).values(prefill={"given_goals": given, "unit_goals": []}))
    site = Site(engine, tmp_path)
    address = site.link(task, town.leaders[task.unit_id])
    browser = site.browser()
    for name in ("given_goals.A.title", "enhedsmaal.A.titel"):
        for act in ("submit", "draft"):
            form = Form(browser.get(address), address)
            form.fields["status.light"] = "grøn"
            refused = browser.post(address, data={**form.fields, name: "Noget lettere", "act": act})
            assert refused.status_code == 422, refused.text
            assert "Fælles mål og områdemål kan ikke ændres her." in refused.text
    with reading(engine) as session:
        assert session.exec(select(Draft)).all() == [] and session.exec(select(Submission)).all() == []


def test_a_goal_that_no_unit_reports_on_says_so_instead_of_naming_every_unit(
    engine: Engine, tmp_path: Path
) -> None:
    _, ids = filled(engine)
    with transaction(engine) as session:
        like = session.get_one(Goal, ids["trivsel"]).model_dump(exclude={"id"})
        political = Goal(
            **{**like, "key": "P", "code": "P", "level": GoalLevel.POLITICAL, "title": "Samspil"}
        )
        session.add(political)
        session.flush()
        alone = political.id
    browser = Site(engine, tmp_path, at=NOW).signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
    page = browser.get(f"/maal/{alone}").text.partition('id="enheder"')[2]
    assert "Ingen enhed rapporterer om dette mål" in page and "<table" not in page
    for key in ("A", "trivsel"):
        assert "<table" in browser.get(f"/maal/{ids[key]}").text.partition('id="enheder"')[2], key
