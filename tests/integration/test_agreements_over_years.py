"""Agreements for several years: what a later year says otherwise is signed, by exactly those it concerns."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cli.goals_view import compare, keep_file
from config.goals_file import load_goals
from cycle.access.roles import Role
from cycle.errors import NotNow
from cycle.goals.agreements import version_of
from cycle.goals.by_unit import GoalsByUnit
from cycle.goals.goal_edits import delete_goal, goal_digest, reword_goal, set_goal
from cycle.goals.over_years import carried, lines_among
from cycle.goals.rolling import roll_goals, text_of_goal
from cycle.goals.tables import AgreementState, Goal, GoalLevel
from cycle.goals.trace import trace
from cycle.goals.tree import GoalText, keep_goals
from cycle.organisation.tables import Appointment, Unit
from cycle.plan.period import Period
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind
from tests.support import koebenhavn
from tests.support.koebenhavn import FOLDER, Year
from tests.support.municipality import instant
from tests.support.three_agreements import (
    DAYCARE,
    DRAFT,
    OTHER_SCHOOL,
    SCHOOL,
    SIGN,
    STEPS,
    agreements,
    begun,
    open_step,
    take,
)
from tests.support.web import Form, Site

TWO_YEARS = Period(years=2)
TIMES = "Gennemførelse af alle planlagte timer"
SIGNED = ((TaskKind.SIGN, SIGN), (TaskKind.SIGN, SIGN))


def signed(engine: Engine, tmp_path: Path, period: Period = TWO_YEARS) -> Year:
    """Three agreements for two years that all have signed, and next year's tree rolled on from this one's."""
    year = begun(engine, tmp_path, period)
    take(year, *STEPS)
    with transaction(engine) as session:
        roll_goals(session, "KBH", year=2029, by="cli", now=year.now)
    year.settle()
    assert {a.version for a in agreements(year).values()} == {1}, "the same words mark nobody"
    return year


def imported(
    year: Year, goal_year: int, *changes: tuple[str, str, dict[str, Any]], also: bool = False
) -> None:
    """The year's goals are imported with those of a letter and an area said otherwise."""
    texts = load_goals(FOLDER).texts()
    for code, area, words in changes:
        texts = [replace(text, **words) if (text.code, text.area) == (code, area) else text for text in texts]
    with transaction(year.engine) as session:
        keep_goals(session, texts, root_id="KBH", year=goal_year, by="cli", now=year.now, also_in_force=also)
    year.settle()


def versions(year: Year) -> dict[str, tuple[AgreementState, int, int]]:
    return {unit: (a.state, a.version, a.in_force_version) for unit, a in agreements(year).items()}


AS_SIGNED = (AgreementState.IN_FORCE, 1, 1)
AGAIN = (AgreementState.SIGNING, 2, 1)


def given(year: Year, unit_id: str) -> list[dict[str, Any]]:
    """The given goals of the unit's newest version."""
    agreement = agreements(year)[unit_id]
    with reading(year.engine) as session:
        found = version_of(session, agreement, agreement.version)
    assert found is not None
    return list(found.content["given_goals"])


def asked(year: Year, unit_id: str, of: int, on: str) -> list[tuple[str, str]]:
    """(letter, title) of the given goals that a report on that year asks the unit about."""
    with reading(year.engine) as session:
        day = instant(*map(int, on.split("-"))).date()  # type: ignore[arg-type]
        goals = GoalsByUnit.load(session, "KBH", of, on=day)
        rows = goals.rows(session.get_one(Unit, unit_id))["goals"]
    return [(row["row"], row["title"]) for row in rows if row["level"] != "unit"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_what_the_second_year_says_otherwise_is_signed_by_exactly_those_it_concerns(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = signed(engine, tmp_path)
    imported(year, 2029, ("D", "Skoler", {"title": TIMES}))
    assert versions(year) == {SCHOOL: AGAIN, OTHER_SCHOOL: AGAIN, DAYCARE: AS_SIGNED}
    imported(year, 2029, ("D", "Skoler", {"title": TIMES}))
    assert agreements(year)[SCHOOL].version == 2, "twice changes nothing"
    before, row = (next(row for row in given(year, unit) if row["row"] == "D") for unit in (DAYCARE, SCHOOL))
    assert "later" not in before
    assert row["title"] == "Gennemførelse af planlagte timer", "the first year is as it was signed"
    assert [(words["from"], words["title"]) for words in row["later"]] == [(2029, TIMES)]
    old = dict(asked(year, SCHOOL, 2029, "2029-04-20"))
    assert old["D"] == "Gennemførelse af planlagte timer", "until all have signed, what all have signed"
    take(year, *SIGNED, units=(SCHOOL, OTHER_SCHOOL))
    assert versions(year)[SCHOOL] == (AgreementState.IN_FORCE, 2, 2)
    assert dict(asked(year, SCHOOL, 2029, "2029-04-20"))["D"] == TIMES
    assert dict(asked(year, SCHOOL, 2028, "2028-12-31"))["D"] == "Gennemførelse af planlagte timer"


def test_the_signer_reads_from_which_year_the_goal_says_something_else(store: Engine, tmp_path: Path) -> None:
    year = signed(store, tmp_path)
    imported(year, 2029, ("A", "", {"title": "Sygefravær og trivsel", "obligations": ("Hold samtaler",)}))
    task = open_step(year, TaskKind.SIGN, SCHOOL)
    assert task.title == "Underskrift af udviklingsaftale 2028–2029 efter ændrede mål"
    with reading(store) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    page = site.browser().get(site.link(task, holder or 0)).text
    assert "Ændret siden udgave 1" in page
    assert "Fra 2029" in page and "A. Sygefravær og trivsel" in page
    assert "Det skal der gøres: Hold samtaler" in page
    site.clock.at = instant(2029, 1, 8)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    read = office.get(f"/udviklingsaftale/{agreements(year)[SCHOOL].id}").text
    assert "som gælder her, når alle har underskrevet den:" in read and "A Sygefravær og trivsel" in read


def test_a_school_year_and_a_council_period_are_marked_as_far_as_they_run(
    store: Engine, tmp_path: Path
) -> None:
    year = signed(store, tmp_path, Period(starts=8))
    imported(year, 2029, ("B", "", {"description": "Hvert kvartal"}))
    assert set(versions(year).values()) == {AGAIN}, "the spring of 2029 is in the school year 2028/29"
    imported(year, 2030, ("B", "", {"description": "Hver måned"}))
    assert {a.version for a in agreements(year).values()} == {2}, "2030 is not"


def test_a_later_year_is_compared_with_the_one_before_it(store: Engine, tmp_path: Path) -> None:
    """Three trees in a row; what is said back again is said from that year on."""
    year = signed(store, tmp_path, Period(years=4))
    imported(year, 2029, ("B", "", {"title": "Budget 2029"}))
    take(year, *SIGNED)
    with transaction(store) as session:
        roll_goals(session, "KBH", year=2030, by="cli", now=year.now)
    year.settle()
    assert {a.version for a in agreements(year).values()} == {2}, "the roll carries the words on"
    imported(year, 2030)
    later = next(row for row in given(year, SCHOOL) if row["row"] == "B")["later"]
    assert [(words["from"], words["title"]) for words in later] == [
        (2029, "Budget 2029"),
        (2030, "Budget og regnskab"),
    ]
    assert {a.version for a in agreements(year).values()} == {3}
    imported(year, 2029)
    (row,) = [row for row in given(year, SCHOOL) if row["row"] == "B"]
    assert "later" not in row, "all years say the same again"


def test_wherever_it_has_come_it_takes_the_later_years_words(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path, TWO_YEARS)
    take(year, STEPS[0], units=(SCHOOL,))
    imported(year, 2029, ("B", "", {"title": "Budget 2029"}))
    found = agreements(year)
    assert [(found[unit].state, found[unit].version) for unit in (SCHOOL, DAYCARE)] == [
        (AgreementState.NEGOTIATION, 2),
        (AgreementState.DRAFTING, 0),
    ]
    shown = open_step(year, TaskKind.DRAFT, DAYCARE).prefill["given_goals"]
    assert [words["title"] for words in next(row for row in shown if row["row"] == "B")["later"]] == [
        "Budget 2029"
    ]
    assert "later" in next(row for row in given(year, SCHOOL) if row["row"] == "B")


def test_a_tree_that_is_there_already_is_agreed_on_from_the_start(store: Engine, tmp_path: Path) -> None:
    texts = [
        replace(text, title="Budget 2029") if text.code == "B" else text
        for text in load_goals(FOLDER).texts()
    ]
    with transaction(store) as session:
        keep_goals(session, texts, root_id="KBH", year=2029, by="cli", now=instant(2027, 11, 1))
    year = begun(store, tmp_path, TWO_YEARS)
    (row,) = [
        row for row in open_step(year, TaskKind.DRAFT, SCHOOL).prefill["given_goals"] if row["row"] == "B"
    ]
    assert [(words["from"], words["title"]) for words in row["later"]] == [(2029, "Budget 2029")]


def goal_of(engine: Engine, goal_year: int, key: str) -> Goal:
    with reading(engine) as session:
        return session.exec(select(Goal).where(Goal.year == goal_year, Goal.key == key)).one()


def test_a_goal_reworded_or_replaced_on_its_page_marks_them_and_the_preview_counts_them(
    store: Engine, tmp_path: Path
) -> None:
    year = signed(store, tmp_path)
    goal = goal_of(store, 2029, "Skoler/D")
    office = Site(store, tmp_path, at=year.now).signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    address = f"/maal/{goal.id}/ret"
    shown = Form(office.get(address), address).send(office, title=TIMES, act="vis").text
    assert "som målet står i: 2 i kraft" in " ".join(shown.split())
    with transaction(store) as session:
        goal = session.get_one(Goal, goal.id)
        text = replace(text_of_goal(goal), title=TIMES)
        marked = reword_goal(
            session, goal.id or 0, text, seen=goal_digest(goal), also=False, by="x", now=year.now
        )
        assert marked == 2
    year.settle()
    assert versions(year) == {SCHOOL: AGAIN, OTHER_SCHOOL: AGAIN, DAYCARE: AS_SIGNED}
    with transaction(store) as session, pytest.raises(NotNow):
        delete_goal(
            session, goal.id or 0, seen=goal_digest(session.get_one(Goal, goal.id)), by="x", now=year.now
        )


def test_a_goal_that_takes_over_from_one_in_the_agreement_is_signed_and_asked_in_its_place(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path, TWO_YEARS)
    supports = {"enhedsmaal": {"G": {**DRAFT["enhedsmaal"]["G"], "understoetter": "A"}}}
    take(year, (TaskKind.DRAFT, supports), *STEPS[1:])
    before = {row["row"]: row for row in given(year, SCHOOL)}
    other = {
        "A": {"key": "trivsel", "title": "Trivsel", "follows": before["A"]["key"]},
        "B": {"key": "oekonomi", "follows": before["B"]["key"]},
    }
    file = load_goals(FOLDER)
    common = tuple(goal.model_copy(update=other.get(goal.code, {})) for goal in file.common)
    file = file.model_copy(update={"years": (2029,), "common": common})
    with transaction(store) as session:
        told = compare(session, file, "KBH", on=year.now.date())
        assert (told.to_sign, told.without) == (3, 0)
        keep_file(session, file, root_id="KBH", by="cli", now=year.now)
    year.settle()
    assert set(versions(year).values()) == {AGAIN}
    after = {row["row"]: row for row in given(year, SCHOOL)}
    assert [(words["key"], words["title"]) for words in after["A"]["later"]] == [("trivsel", "Trivsel")]
    assert "later" not in after["B"], "another key alone is nothing to sign"
    own = goal_of(store, 2029, f"{SCHOOL}/2028/G")
    assert own.parent_key == "trivsel", "the unit's own goal is found from the one that took over"
    with reading(store) as session:
        assert [goal.key for goal in trace(session, own.id or 0, paths=("/KBH/",)).above][-1] == "trivsel"
    assert goal_of(store, 2028, f"{SCHOOL}/2028/G").parent_key == before["A"]["key"]
    letters = [letter for letter, _ in asked(year, SCHOOL, 2029, "2029-04-20")]
    assert letters[:2] == ["A", "B"], "both are asked about, in the words that all have signed"
    assert dict(asked(year, SCHOOL, 2029, "2029-04-20"))["A"] == before["A"]["title"]
    take(year, *SIGNED)
    assert dict(asked(year, SCHOOL, 2029, "2029-04-20"))["A"] == "Trivsel"


def test_a_file_of_several_years_counts_and_marks_an_agreement_once(store: Engine, tmp_path: Path) -> None:
    year = signed(store, tmp_path)
    file = load_goals(FOLDER)
    common = tuple(goal.model_copy(update={"title": f"{goal.title} nu"}) for goal in file.common)
    file = file.model_copy(update={"years": (2028, 2029), "common": common})
    with transaction(store) as session:
        told = compare(session, file, "KBH", on=year.now.date())
        assert (told.to_sign, told.without) == (3, 0)
        keep_file(session, file, root_id="KBH", by="cli", now=year.now)
    year.settle()
    assert set(versions(year).values()) == {AGAIN}
    assert not any("later" in row for row in given(year, SCHOOL)), "both years say the same"


def test_a_goal_that_is_new_in_a_later_year_binds_only_when_somebody_says_so(
    store: Engine, tmp_path: Path
) -> None:
    year = signed(store, tmp_path)
    klima = GoalText(GoalLevel.AREA, "J", "Klima", key="klima", area="Skoler")
    said: dict[str, Any] = {"root_id": "KBH", "year": 2029, "by": "x", "now": year.now}
    with transaction(store) as session:
        goal, marked = set_goal(session, klima, also=False, **said)
        assert (marked, goal.also_in_force) == (0, False)
    year.settle()
    assert set(versions(year).values()) == {AS_SIGNED}
    assert "J" not in dict(asked(year, SCHOOL, 2029, "2029-04-20"))
    with transaction(store) as session:
        goal = session.get_one(Goal, goal.id)
        seen = goal_digest(goal)
        assert reword_goal(session, goal.id or 0, klima, seen=seen, also=True, by="x", now=year.now) == 2
    year.settle()
    assert versions(year) == {SCHOOL: AGAIN, OTHER_SCHOOL: AGAIN, DAYCARE: AS_SIGNED}
    (row,) = [row for row in given(year, SCHOOL) if row["key"] == "klima"]
    assert row["from"] == 2029
    take(year, *SIGNED, units=(SCHOOL, OTHER_SCHOOL))
    assert dict(asked(year, SCHOOL, 2029, "2029-04-20"))["J"] == "Klima"
    assert "J" not in dict(asked(year, SCHOOL, 2028, "2028-12-31"))
    year.until(year.now + timedelta(days=1))
    assert agreements(year)[SCHOOL].version == 2


def test_who_carries_on_whom() -> None:
    def goal(code: str, key: str) -> Goal:
        return Goal(root_id="K", year=2030, key=key, level=GoalLevel.COMMON, code=code, title=key)

    goals = [goal(code, key) for code, key in (("A", "c"), ("B", "d"), ("C", "x"))]
    lines = lines_among([("b", "a"), ("c", "b"), ("d", "b"), ("a", "c"), ("x", "y")])
    rows = [{"row": "A", "key": "a"}, {"row": "C", "key": "y"}, {"row": "D", "key": "x", "from": 2031}]
    found = carried(rows, goals, 2030, lines)
    assert {key: each.row for key, each in found.items()} == {"c": 0, "d": 0, "x": 1}, "also in a ring"
    kept = carried(rows, [*goals, goal("D", "a")], 2030, lines)
    assert {key: each.row for key, each in kept.items()} == {"a": 0, "x": 1}, "one that goes on itself"
