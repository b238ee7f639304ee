"""Drafting a development agreement for each of 5,000 units, from the goal tree to the leader's task."""

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bench.measurement import Measurement, timed
from bench.stores import STORES, settle
from config.settings import Settings
from cycle import store
from cycle.goals.indicators import Indicator, TargetRule
from cycle.goals.tables import Agreement, GoalLevel
from cycle.goals.tree import GoalText, keep_goals
from cycle.plan.model import Activity, Audience, FlowName, Stage, StageKind, When, Window
from cycle.tasks.states import OccurrenceState
from flows import agreement_signing
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import ROOT, instant

LIMIT_S = 30
UNITS = 5000
NOW = instant(2027, 12, 1, 6)
WORDS = "Der skal være helhed og sammenhæng i de tilbud, som kommunen tilbyder børn og unge. " * 3


def measure() -> Iterator[Measurement]:
    """On both databases, once: tasks with their history, agreements, and their goals with all their words."""
    for name, fresh in STORES.items():
        with fresh() as engine, tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
            occurrence_id = fill(engine)
            settle(engine)
            context = RunContext.direct(engine, NOW, Settings(data_dir=Path(folder)), ROOT)
            wall, processor = timed(lambda: agreement_signing.open(context, occurrence_id))  # noqa: B023 - at once
            with engine.connect() as connection:
                drafted = connection.scalar(sa.select(sa.func.count()).select_from(Agreement))
            assert drafted == UNITS, drafted
            what = f"{UNITS} agreements drafted, {name}"
            yield Measurement("agreements", what, wall, "s", LIMIT_S, processor)


def fill(engine: Engine) -> int:
    """5,000 units in 100 districts, three common goals and three per area; the signing, planned."""
    with store.transaction(engine) as session:
        town = municipality.build(session, districts=50, units_per_district=UNITS // 100)
        keep_goals(session, _texts(), root_id=ROOT, year=2028, by="bench", now=NOW)
        cycle = municipality.start_cycle(session, town, 2027)
        occurrence = municipality.add_occurrence(
            session,
            town,
            cycle,
            opens_on=date(2027, 12, 1),
            due_on=date(2027, 12, 20),
            closes_on=date(2028, 2, 1),
            state=OccurrenceState.PLANNED,
            activity=_signing(),
        )
        return occurrence.id or 0


def _texts() -> Iterator[GoalText]:
    measured = Indicator(name="Tal", unit="%", target=Decimal(6), rule=TargetRule.AT_MOST)
    said = {"description": WORDS, "background_intention": WORDS, "signs": (WORDS,), "obligations": (WORDS,)}
    for code in "ABC":
        yield GoalText(GoalLevel.COMMON, code, f"Fælles mål {code}", indicator=measured, **said)  # type: ignore[arg-type]
    for area in ("Skoler", "Institutioner"):
        for code in "DEF":
            yield GoalText(GoalLevel.AREA, code, f"Områdemål {code}", area=area, **said)  # type: ignore[arg-type]


def _signing() -> Activity:
    day = When(date="1. december")
    kinds = (StageKind.NEGOTIATE, StageKind.APPROVE, StageKind.SIGN)
    return Activity(
        id="aftaler",
        title="Udviklingsaftaler",
        flow=FlowName.AGREEMENT_SIGNING,
        concerns=1,
        window=Window(opens=day, due=day),
        audience=Audience(kinds=("skole", "daginstitution")),
        form="kort-rapport",
        stages=tuple(Stage(id=k.value, title=k.value, kind=k, by="leder", due=day) for k in kinds),
    )
