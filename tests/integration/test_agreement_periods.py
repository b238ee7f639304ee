"""Agreements that run for more than a year: followed up each year, and none is made beside them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from config.settings import load_settings
from cycle.goals.agreements import running
from cycle.goals.own_goals import own_goals
from cycle.goals.statuses import reported_goals
from cycle.goals.tables import Agreement, AgreementState, GoalLevel
from cycle.goals.tree import GoalText, keep_goals
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity, Audience, FlowName, Stage, StageKind, When, Window
from cycle.plan.period import Period
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence, Task
from flows import agreement_signing
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant

NOW = instant(2027, 12, 1)


def signing(period: Period, *, year: str = "") -> Activity:
    any_day = When(date="1. december")
    steps = (("forhandling", StageKind.NEGOTIATE), ("godkendelse", StageKind.APPROVE))
    return Activity(
        id=f"aftaler{year}",
        title="Udviklingsaftaler",
        flow=FlowName.AGREEMENT_SIGNING,
        concerns=1,
        window=Window(opens=any_day, due=any_day),
        audience=Audience(kinds=("skole",)),
        form="kort-rapport",
        stages=(
            *(Stage(id=id_, title=id_, kind=kind, by="nærmeste leder", due=any_day) for id_, kind in steps),
            Stage(id="underskrift", title="Underskrift", kind=StageKind.SIGN, by="leder", due=any_day),
        ),
        period=period,
    )


def planned(session: Session, town: Town, cycle: Cycle, activity: Activity) -> Occurrence:
    return municipality.add_occurrence(
        session,
        town,
        cycle,
        activity.id,
        opens_on=date(cycle.year, 12, 1),
        due_on=date(cycle.year, 12, 20),
        closes_on=date(cycle.year + 1, 2, 1),
        state=OccurrenceState.PLANNED,
        activity=activity,
    )


def opened(engine: Engine, occurrence_id: int, tmp_path: Path, *, year: int) -> None:
    settings = load_settings(data_dir=tmp_path)
    context = RunContext.direct(engine, instant(year, 12, 1), settings, ROOT)
    agreement_signing.open(context, occurrence_id)


def agreements_of(engine: Engine, occurrence_id: int) -> dict[str, Agreement]:
    with reading(engine) as session:
        rows = session.exec(select(Agreement).where(Agreement.occurrence_id == occurrence_id)).all()
    return {row.unit_id: row for row in rows}


def test_a_unit_whose_agreement_runs_on_gets_no_other_and_is_asked_for_none(
    engine: Engine, tmp_path: Path
) -> None:
    two_years = Period(years=2)
    with transaction(engine) as session:
        town = municipality.build(session)
        first, second = (municipality.start_cycle(session, town, year) for year in (2027, 2028))
        one = planned(session, town, first, signing(two_years)).id or 0
        two = planned(session, town, second, signing(two_years, year="-2")).id or 0
    opened(engine, one, tmp_path, year=2027)
    begun = agreements_of(engine, one)
    assert len(begun) == 6 and {a.period_to for a in begun.values()} == {date(2029, 12, 31)}
    signed, *unsigned = sorted(begun)
    with transaction(engine) as session:
        held = session.get_one(Agreement, begun[signed].id)
        held.state, held.version, held.in_force_version = AgreementState.IN_FORCE, 1, 1
        session.add(held)
        occurrence = session.get_one(Occurrence, one)
        occurrence.state = OccurrenceState.CLOSED
        session.add(occurrence)
    opened(engine, two, tmp_path, year=2028)
    assert sorted(agreements_of(engine, two)) == unsigned
    with reading(engine) as session:
        asked = session.exec(select(Task.unit_id).where(Task.occurrence_id == two)).all()
    assert sorted(asked) == unsigned


def test_what_is_still_being_signed_elsewhere_is_not_begun_again(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town, 2027)
        one = planned(session, town, cycle, signing(Period())).id or 0
        two = planned(session, town, cycle, signing(Period(), year="-igen")).id or 0
    opened(engine, one, tmp_path, year=2027)
    with reading(engine) as session:
        other = session.get_one(Occurrence, two)
        assert len(running(session, other, Period().dates(2028))) == 6
        assert running(session, other, Period().dates(2029)) == set()
    opened(engine, two, tmp_path, year=2027)
    assert agreements_of(engine, two) == {}


@pytest.mark.parametrize(
    ("period", "due_on", "codes"),
    [
        (Period(years=4, first=2026), date(2027, 4, 20), "G"),
        (Period(years=4, first=2026), date(2029, 10, 22), "G"),
        (Period(years=4, first=2026), date(2030, 4, 20), ""),
        (Period(starts=8), date(2026, 10, 22), "G"),
        (Period(starts=8), date(2027, 4, 20), "G"),
        (Period(starts=8), date(2027, 10, 22), ""),
        (Period(), date(2027, 2, 10), ""),
    ],
)
def test_a_report_asks_the_own_goals_of_the_agreement_in_force_when_it_is_due(
    engine: Engine, period: Period, due_on: date, codes: str
) -> None:
    content = {
        "given_goals": [],
        "own_codes": ["G"],
        "own": {"enhedsmaal": [{"row": "G", "titel": "Flere fælles timer"}]},
    }
    with transaction(engine) as session:
        town = municipality.build(session)
        unit_id = town.units[0]
        cycle = municipality.start_cycle(session, town, due_on.year)
        report = municipality.add_occurrence(session, town, cycle, due_on=due_on)
        begins, ends = period.dates(2026)
        agreement = Agreement(
            root_id=ROOT, occurrence_id=report.id or 0, unit_id=unit_id, year=2026,
            period_from=begins, period_to=ends, state=AgreementState.IN_FORCE, version=1, in_force_version=1,
        )  # fmt: skip
        session.add(agreement)
        session.flush()
        goals = own_goals(content, agreement)
        common = GoalText(GoalLevel.COMMON, "A", "Sygefravær")
        for year in range(2026, 2031):
            keep_goals(session, [*goals, common], root_id=ROOT, year=year, by="engine", now=NOW)
        found = reported_goals(session, report).of(session.get_one(Unit, unit_id))
        assert [goal.code for goal in found] == ["A", *codes]
