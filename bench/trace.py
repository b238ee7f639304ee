"""The trace of a goal, from its theme down to 5,000 units with nine goals each in four periods."""

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from bench.measurement import Measurement, timing
from bench.stores import STORES, settle
from cycle import store
from cycle.access.roles import Role
from cycle.goals.indicators import Indicator, TargetRule
from cycle.goals.tables import Goal, GoalLevel, GoalStatus
from cycle.goals.tallies import keep_tallies
from cycle.goals.tree import GoalText, keep_goals
from cycle.organisation.tables import Unit
from cycle.store import insert_many, table_of
from cycle.tasks.states import OccurrenceState
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.web import Site

LIMIT_MS = 200
UNITS, PERIODS = 5000, 4
NOW = instant(2027, 12, 1)
RUNS = 15
LIGHTS = ("grøn", "grøn", "gul", "rød")


def measure() -> Iterator[Measurement]:
    """The page of the theme, of a common goal, and of it for an area's superior; both databases."""
    for name, fresh in STORES.items():
        with fresh() as engine, tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
            pages = fill(engine)
            settle(engine)
            site = Site(engine, Path(folder), at=NOW)
            office = site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
            superior = site.signed_in("dorte@by.example", Role.SUPERIOR, "BY-IN")
            for what, address in pages.items():
                browser = superior if "superior" in what else office

                def read(browser: Any = browser, address: str = address) -> None:
                    assert browser.get(address).status_code == 200

                found = timing(read, RUNS)
                told = f"{what}, {UNITS} units × 9 goals × {PERIODS} periods, {name}"
                yield Measurement(
                    "trace", told, found.wall * 1e3, "ms", LIMIT_MS, found.processor * 1e3, RUNS
                )


def fill(engine: Engine) -> dict[str, str]:
    """Three common goals, three per area, three of each unit's own, under one theme; pages' addresses."""
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=UNITS // 4)
        keep_goals(session, _texts(session, town), root_id=ROOT, year=2027, by="bench", now=NOW)
        cycle = municipality.start_cycle(session, town, 2027)
        for number in range(PERIODS):
            occurrence = municipality.add_occurrence(
                session,
                town,
                cycle,
                f"rapport-{number}",
                title=f"Kvartalsrapport {number + 1}",
                opens_on=date(2027, 2 + 2 * number, 1),
                state=OccurrenceState.CLOSED,
            )
            municipality.add_tasks(session, town, occurrence)
            insert_many(session, table_of(GoalStatus), _statuses(session, occurrence.id or 0))
            keep_tallies(session, occurrence)
        next_year = [GoalText(GoalLevel.COMMON, "A", "Fælles mål A")]
        keep_goals(session, next_year, root_id=ROOT, year=2028, by="bench", now=NOW)
        keyed = sa.select(col(Goal.year), col(Goal.key), col(Goal.id)).where(col(Goal.unit_id) == "")
        ids: dict[tuple[int, str], int] = {(year, key): id_ for year, key, id_ in session.execute(keyed)}
    return {
        "the trace of a theme": f"/maal/{ids[2027, 'trivsel']}",
        "the trace of a common goal": f"/maal/{ids[2027, 'A']}",
        "next year's goal with how this year's ended": f"/maal/{ids[2028, 'A']}",
        "a superior's trace of the theme": f"/maal/{ids[2027, 'trivsel']}",
    }


def _texts(session: Session, town: Town) -> Iterator[GoalText]:
    measured = Indicator(name="Tal", unit="%", target=Decimal(6), rule=TargetRule.AT_MOST)
    yield GoalText(GoalLevel.THEME, "1", "Trivsel", key="trivsel")
    for code in "ABC":
        yield GoalText(GoalLevel.COMMON, code, f"Fælles mål {code}", parent_key="trivsel", indicator=measured)
    areas = session.exec(select(Unit.area).where(Unit.root_id == ROOT).distinct()).all()
    for area in filter(None, areas):
        for code in "DEF":
            yield GoalText(GoalLevel.AREA, code, f"Områdemål {code}", area=area, parent_key="A")
    for unit in town.units:
        for code in "GHI":
            yield GoalText(GoalLevel.UNIT, code, f"Eget mål {code}", unit_id=unit, parent_key="B")


def _statuses(session: Session, occurrence_id: int) -> list[dict[str, Any]]:
    """A status of every unit on each of its nine goals."""
    places: dict[tuple[str, str], list[int]] = {}
    for goal in session.exec(select(Goal).where(Goal.level != GoalLevel.THEME)):
        places.setdefault((goal.area, goal.unit_id), []).append(goal.id or 0)
    units = session.exec(select(Unit).where(col(Unit.kind).in_(["skole", "daginstitution"]))).all()
    return [
        {
            "goal_id": goal_id,
            "unit_id": unit.id,
            "occurrence_id": occurrence_id,
            "status": LIGHTS[(goal_id + number) % len(LIGHTS)],
            "value": str(number % 90 / 10),
            "comment": "Vi følger planen og har ikke bemærkninger ud over det nævnte.",
        }
        for number, unit in enumerate(units)
        for goal_id in [
            *places.get(("", ""), []),
            *places.get((unit.area, ""), []),
            *places.get(("", unit.id), []),
        ]
    ]
