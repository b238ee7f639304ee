"""Agreements that run for more than a year: followed up each year, and none is made beside them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from config.settings import load_settings
from cycle.access.roles import Role
from cycle.goals.agreed import in_force_on
from cycle.goals.agreements import running
from cycle.goals.goal_rows import agreed_rows
from cycle.goals.own_goals import own_goals
from cycle.goals.statuses import reported_goals
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Goal, GoalLevel
from cycle.goals.tallies import keep_tallies
from cycle.goals.trace import NOTHING, trace
from cycle.goals.tree import GoalText, keep_goals
from cycle.organisation.tables import Appointment, Unit
from cycle.plan.model import Activity, Audience, FlowName, Stage, StageKind, When, Window
from cycle.plan.period import Period
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Cycle, Occurrence, Task
from flows import agreement_signing, quarterly_report
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.web import Site

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


# ---- the second year of an agreement

OF_2028 = {
    "A": GoalText(GoalLevel.COMMON, "A", "Sygefravær", description="Højst seks procent"),
    "B": GoalText(GoalLevel.COMMON, "B", "Budget"),
    "D": GoalText(GoalLevel.AREA, "D", "Planlagte timer", area="Skoler"),
}
OF_2029 = {
    "A": GoalText(GoalLevel.COMMON, "A", "Sygefravær og trivsel", description="Højst fem procent"),
    "C": GoalText(GoalLevel.COMMON, "C", "Klima"),
    "D": OF_2028["D"],
}


def second_year(engine: Engine) -> tuple[str, str, int]:
    """A school with an agreement for 2028 and 2029, one without; gives both, and a report on 2029."""
    with transaction(engine) as session:
        town = municipality.build(session)
        for year, goals in ((2028, OF_2028), (2029, OF_2029)):
            keep_goals(session, goals.values(), root_id=ROOT, year=year, by="cli", now=NOW)
        bound, free = town.units[0], town.units[1]
        cycle = municipality.start_cycle(session, town, 2029)
        report = municipality.add_occurrence(
            session,
            town,
            cycle,
            opens_on=date(2029, 4, 1),
            due_on=date(2029, 4, 20),
            state=OccurrenceState.PLANNED,
        )
        made = session.exec(select(Goal).where(Goal.year == 2028).order_by(col(Goal.code))).all()
        agreement = Agreement(
            root_id=ROOT, occurrence_id=report.id or 0, unit_id=bound, year=2028,
            period_from=date(2028, 1, 1), period_to=date(2029, 12, 31), state=AgreementState.IN_FORCE,
            version=1, in_force_version=1,
        )  # fmt: skip
        session.add(agreement)
        session.flush()
        text = AgreementVersion(agreement_id=agreement.id, no=1, digest="1" * 64, by="engine", at=NOW)
        text.content = {"given_goals": agreed_rows(made), "own_codes": ["G"], "own": {}}
        session.add(text)
        return bound, free, report.id or 0


def test_in_its_second_year_a_unit_is_asked_what_it_has_agreed_in_the_words_of_the_agreement(
    engine: Engine, tmp_path: Path
) -> None:
    bound, free, report = second_year(engine)
    context = RunContext.direct(engine, instant(2029, 4, 1), load_settings(data_dir=tmp_path), ROOT)
    quarterly_report.open(context, report)
    with transaction(engine) as session:
        tasks = {
            task.unit_id: task for task in session.exec(select(Task).where(Task.occurrence_id == report))
        }
        asked = {unit: [row["label"] for row in tasks[unit].prefill["goals"]] for unit in (bound, free)}
        assert asked[bound] == ["A. Sygefravær", "D. Planlagte timer"]
        assert asked[free] == ["A. Sygefravær og trivsel", "C. Klima", "D. Planlagte timer"]
        assert tasks[bound].prefill["goals"][0]["description"] == "Højst seks procent"
        assert tasks[bound].prefill["goals_of"] == {"first": 2028, "last": 2029}
        assert "goals_of" not in tasks[free].prefill
        for task in tasks.values():
            if task.unit_id != bound:
                task.state = TaskState.WAIVED
                session.add(task)
        occurrence = session.get_one(Occurrence, report)
        occurrence.state = OccurrenceState.CLOSED
        session.add(occurrence)
    with transaction(engine) as session:
        ids = {goal.key: goal.id or 0 for goal in session.exec(select(Goal).where(Goal.year == 2029))}
        for kept in (False, True):
            if kept:
                keep_tallies(session, session.get_one(Occurrence, report))
            counts = {
                key: trace(session, ids[key], paths=(f"/{ROOT}/",)).below[0].counts[report].lights[NOTHING]
                for key in ("A", "C", "Skoler/D")
            }
            assert counts == {"A": 1, "C": 0, "Skoler/D": 1}, "nobody is silent on what does not bind them"


def test_the_page_of_an_agreement_tells_how_a_later_years_goals_differ(
    engine: Engine, tmp_path: Path
) -> None:
    bound, _, report = second_year(engine)
    with reading(engine) as session:
        agreement = session.exec(select(Agreement).where(Agreement.unit_id == bound)).one()
    site = Site(engine, tmp_path, at=instant(2028, 6, 1))
    office = site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
    page = f"/udviklingsaftale/{agreement.id}"
    assert "områdemål er dem fra" not in office.get(page).text
    site.clock.at = instant(2029, 4, 1)
    office = site.signed_in("ole@by.example", Role.SECRETARIAT, ROOT)
    shown = office.get(page).text
    assert "Aftalens fælles mål og områdemål er dem fra 2028." in shown
    assert "Måltræet for 2029 siger noget andet:" in shown
    assert "ikke er med i aftalen:" in shown and "C Klima" in shown
    assert "anden ordlyd" in shown and "A Sygefravær og trivsel" in shown
    assert "der spørges ikke om det mere: Budget" in shown
    context = RunContext.direct(engine, instant(2029, 4, 1), load_settings(data_dir=tmp_path), ROOT)
    quarterly_report.open(context, report)
    with reading(engine) as session:
        task = session.exec(select(Task).where(Task.unit_id == bound, Task.occurrence_id == report)).one()
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == bound)).first()
    form = site.browser().get(site.link(task, holder or 0)).text
    assert "Målene er dem, der står i jeres udviklingsaftale for 2028–2029, med aftalens ord." in form


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_goal_for_later_agreements_is_not_asked_of_those_made_before(engine: Engine) -> None:
    bound, free, report = second_year(engine)
    with transaction(engine) as session:
        agreement = session.exec(select(Agreement).where(Agreement.unit_id == bound)).one()
        agreement.year = 2029
        session.add(agreement)
        late = GoalText(GoalLevel.COMMON, "E", "Sat i marts")
        keep_goals(session, [late], root_id=ROOT, year=2029, by="cli", now=NOW)
        assert session.exec(select(Goal).where(Goal.code == "E")).one().also_in_force is False
        goals = reported_goals(session, session.get_one(Occurrence, report))
        units = [session.get_one(Unit, unit) for unit in (bound, free)]
        assert [[goal.code for goal in goals.of(unit)] for unit in units] == [
            ["A", "D"],
            ["A", "C", "D", "E"],
        ]


def test_of_two_agreements_that_hold_on_a_day_the_later_counts(engine: Engine) -> None:
    bound, _, report = second_year(engine)
    with transaction(engine) as session:
        later = Agreement(
            root_id=ROOT, occurrence_id=report, unit_id=bound, year=2029, period_from=date(2029, 1, 1),
            period_to=date(2029, 12, 31), state=AgreementState.IN_FORCE, version=1, in_force_version=1,
        )  # fmt: skip
        session.add(later)
        session.flush()
        days = {day: in_force_on(session, ROOT, day) for day in (date(2028, 12, 31), date(2029, 1, 1))}
    assert [found[bound].year for found in days.values()] == [2028, 2029]
