"""A goal takes over from another: written in a file, kept in the tree, told on the pages, rolled on."""

from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import select

from cli.goals_view import compare, keep_file
from config.goals_file import load_goals
from cycle.access.roles import Role
from cycle.goals.lineage import lineage
from cycle.goals.rolling import roll_goals
from cycle.goals.tables import Goal
from cycle.goals.trace import trace
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.municipality import ROOT, instant
from tests.support.web import Form, Site

NOW = instant(2027, 6, 1)
FIRST = """\
years: [2027]
common:
  - {code: A, key: fravaer, title: Sygefravær}
  - {code: B, title: Budget}
"""
NEXT = """\
years: [2028]
common:
  - {code: A, key: trivsel, title: Trivsel på arbejdet, follows: fravaer}
  - {code: C, key: naervaer, title: Nærvær, follows: fravaer}
  - {code: B, title: Budget}
"""
PATHS = (f"/{ROOT}/",)


def imported(engine: Engine, folder: Path) -> dict[tuple[str, int], Goal]:
    """Both files, and the year after them rolled on; gives every goal by key and year."""
    with transaction(engine) as session:
        municipality.build(session)
        for text in (FIRST, NEXT):
            (folder / "goals.yaml").write_text(text, encoding="utf-8")
            found = load_goals(folder / "goals.yaml")
            keep_file(session, found, root_id=ROOT, by="cli", now=NOW)
            assert not compare(session, found, ROOT, on=NOW.date()), "the file says what the tree has"
        roll_goals(session, ROOT, year=2029, by="cli", now=NOW)
    with reading(engine) as session:
        return {(goal.key, goal.year): goal for goal in session.exec(select(Goal))}


def test_what_a_goal_came_from_and_what_came_of_it_is_told_in_both_directions(
    engine: Engine, tmp_path: Path
) -> None:
    goals = imported(engine, tmp_path)
    kept = {place: goal.follows for place, goal in goals.items() if goal.follows}
    assert kept == dict.fromkeys(
        [(key, year) for key in ("trivsel", "naervaer") for year in (2028, 2029)], "fravaer"
    ), "the tree keeps it, and so does the roll"
    with reading(engine) as session:

        def kin(key: str, year: int) -> list[list[tuple[str, int]]]:
            goal = trace(session, goals[key, year].id or 0, paths=PATHS)
            found = lineage(session, goal, paths=PATHS)
            rows = (found.came_from, found.years, found.became)
            return [[(each.key, each.year) for each in those] for those in rows]

        became = [("trivsel", 2028), ("naervaer", 2028), ("trivsel", 2029), ("naervaer", 2029)]
        assert kin("fravaer", 2027) == [[], [], became]
        assert kin("trivsel", 2028) == [[("fravaer", 2027)], [("trivsel", 2029)], []]
        assert kin("naervaer", 2029) == [[("fravaer", 2027)], [("naervaer", 2028)], []]
        assert kin("B", 2028) == [[], [("B", 2027), ("B", 2029)], []]
    office = Site(engine, tmp_path, at=NOW).signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
    first, second = goals["fravaer", 2027].id, goals["trivsel", 2028].id
    old, new = office.get(f"/maal/{first}").text, office.get(f"/maal/{second}").text
    assert "Målet er afløst af" in old and f'<a href="/maal/{second}">2028</a> (Trivsel på arbejdet)' in old
    assert "Målet afløser" in new and f'<a href="/maal/{first}">2027</a> (Sygefravær)' in new
    address = f"/maal/{second}/ret"
    assert Form(office.get(address), address).fields["follows"] == "fravaer"
