"""The four great flows of the year on Copenhagen's real units, driven by the clock."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.access.roles import Role
from cycle.errors import AnswerInvalid, ImportInvalid, NotNow
from cycle.goals import agreements
from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreements import AgreementVerb
from cycle.goals.decisions import record_decision
from cycle.goals.tables import (
    Agreement,
    AgreementState,
    AgreementVersion,
    Goal,
    GoalLevel,
    GoalStatus,
    Signature,
    Strategy,
)
from cycle.history import History
from cycle.organisation.tables import Appointment
from cycle.reminders.tables import ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.change import extend
from cycle.tasks.figure_file import read_figures
from cycle.tasks.figures import keep_figures
from cycle.tasks.releases import releases
from cycle.tasks.review import return_for_changes
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Draft, Figure, Occurrence, Task
from tests.support import koebenhavn
from tests.support.koebenhavn import AMOUNT, DIRECTION, FOLDER, Year
from tests.support.municipality import instant
from tests.support.web import Site
from web.secretariat.activity import PAGE

UNITS = 467
SCHOOL = "101003"
"""Nyboder Skole, in district KBH-SKOLER-02 of KBH-SKOLER."""


def verbs_of(year: Year, thing: str) -> list[str]:
    with reading(year.engine) as session:
        return list(
            session.exec(select(History.verb).where(History.thing == thing).order_by(col(History.id)))
        )


# ---- budget_call


def test_every_leader_gets_the_own_units_figure_and_nobody_elses(store: Engine, tmp_path: Path) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding")
    year.until(instant(2027, 2, 1, 8))
    call = year.occurrence("budgetudmelding")
    assert call.state is OccurrenceState.OPEN and call.concerns_year == 2028
    printed = {
        line.split(";")[0]: [f"{amount} kr." for amount in line.split(";")[2:]]
        for line in (FOLDER / "budget.csv").read_text(encoding="utf-8").splitlines()[2:-1]
    }
    tasks = {task.id: task for task in year.tasks(call.id)}
    assert len(tasks) == UNITS == len(printed)
    with reading(store) as session:
        about: dict[int, list[str]] = {}
        for task_id, message_id in session.execute(
            sa.select(col(ReminderDecision.task_id), col(ReminderDecision.message_id)).where(
                col(ReminderDecision.message_id).is_not(None)
            )
        ):
            about.setdefault(message_id, []).append(tasks[task_id].unit_id)
    letters = year.letters(date(2027, 2, 1))
    assert len(letters) == len(about) > 440
    for mail, words in letters:
        expected = Counter(amount for unit_id in about[mail.id or 0] for amount in printed[unit_id])
        assert Counter(AMOUNT.findall(words.text)) == expected
        assert Counter(AMOUNT.findall(words.html)) == expected
        assert Counter(AMOUNT.findall(words.subject)) == {}
    assert [len(units) for units in about.values()].count(1) > 440, "most are about one unit alone"


def test_the_leaders_page_shows_the_units_own_figure(store: Engine, tmp_path: Path) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding")
    year.until(instant(2027, 2, 1, 8))
    task = year.task(year.occurrence("budgetudmelding").id, SCHOOL, TaskKind.ANSWER)
    with reading(store) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    page = site.browser().get(site.link(task, holder or 0))
    assert page.status_code == 200
    assert Counter(AMOUNT.findall(page.text)) == {"58.446.400 kr.": 1, "46.268.000 kr.": 1}


def test_the_call_does_not_open_without_every_figure_and_says_how_to_mend_it(
    store: Engine, tmp_path: Path
) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding")
    with transaction(store) as session:
        session.execute(sa.delete(Figure).where(col(Figure.unit_id).in_([SCHOOL, "101005"])))
    with pytest.raises(ImportInvalid) as refused:
        year.until(instant(2027, 2, 1, 8))
    (problem,) = refused.value.problems
    assert problem.what == f"2 enheder mangler beløb, bl.a. {SCHOOL}, 101005."
    assert problem.cure == "Indlæs dem: aarshjul import figures FIL --year 2027 --activity budgetudmelding."
    call = year.occurrence("budgetudmelding")
    assert call.state is OccurrenceState.PLANNED and year.tasks(call.id) == []
    with transaction(store) as session:
        sheet = read_figures((FOLDER / "budget.csv").read_bytes())
        keep_figures(session, session.get_one(Occurrence, call.id), sheet, by="cli", now=year.now)
    year.until(instant(2027, 2, 2, 8))
    call = year.occurrence("budgetudmelding")
    assert call.state is OccurrenceState.OPEN and len(year.tasks(call.id)) == UNITS
    assert verbs_of(year, f"occurrence:{call.id}") == ["keep_figures", "keep_figures", "open"]


def test_figures_that_have_been_sent_out_cannot_be_exchanged_behind_the_leaders_backs(
    store: Engine, tmp_path: Path
) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding")
    year.until(instant(2027, 2, 1, 8))
    call = year.occurrence("budgetudmelding")
    sheet = read_figures((FOLDER / "budget.csv").read_bytes())
    with pytest.raises(ImportInvalid, match=r"Åbnede 1\. februar 2027"), transaction(store) as session:
        keep_figures(session, session.get_one(Occurrence, call.id), sheet, by="cli", now=year.now)


def test_the_proposals_are_gathered_for_the_seminar_as_version_1(store: Engine, tmp_path: Path) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding")
    year.until(instant(2027, 2, 10, 10))
    call = year.occurrence("budgetudmelding")
    tasks = year.tasks(call.id, TaskKind.ANSWER)
    proposal = {
        "ramme": "bemaerkning",
        "bemaerkning": "Elevtallet er steget.",
        "forslag": {"1": {"titel": "Fælles pedel", "beloeb": "-250.000", "begrundelse": "Deles af to."}},
    }
    year.answer(tasks[0], proposal)
    year.answer_all(tasks[1:300])
    year.until(instant(2027, 3, 6, 5))
    call = year.occurrence("budgetudmelding")
    assert call.state is OccurrenceState.CLOSED
    with reading(store) as session:
        (version,) = releases(session, call.id or 0)
    assert (version.version, version.why) == (1, "Samlet til budgetseminaret")
    assert sum(version.content["counts"].values()) == UNITS == len(version.content["lines"])
    assert version.content["counts"]["missing"] == UNITS - 300
    line = next(line for line in version.content["lines"] if line["task_id"] == tasks[0].id)
    assert line["answers"]["forslag"] == [
        {"row": "1", "titel": "Fælles pedel", "beloeb": "-250000.00", "begrundelse": "Deles af to."}
    ]
    last = tasks[400]
    with transaction(store) as session:
        extend(
            session, last.id or 0, new_due_on=date(2027, 3, 12), reason="Sygdom", by="account:1", now=year.now
        )
    year.answer(last, proposal)
    year.settle()
    with reading(store) as session:
        first, second = releases(session, call.id or 0)
    assert first.content == version.content and second.content["counts"]["missing"] == UNITS - 301


# ---- quarterly_report


def report_open(store: Engine, tmp_path: Path, *, at: int = 8) -> tuple[Year, int]:
    year = Year(store, tmp_path, instant(2027, 3, 31))
    year.only("kvartalsrapport-1", "kvartalsrapport-2")
    year.until(instant(2027, 4, 1, at))
    return year, year.occurrence("kvartalsrapport-1").id or 0


def test_a_report_is_prefilled_with_the_years_goals_and_the_last_answer(
    store: Engine, tmp_path: Path
) -> None:
    year, first = report_open(store, tmp_path)
    school = year.task(first, SCHOOL, TaskKind.ANSWER)
    titles = [row["title"] for row in school.prefill["goals"]]
    assert titles[:3] == ["Sygefravær", "Budget og regnskab", "Afholdelse af MUS"]
    assert titles[3:] == [
        "Gennemførelse af planlagte timer",
        "Deltagelse i SSP",
        "Kompetenceudvikling af medarbejdere",
    ]
    assert school.prefill["last"] == {}
    year.until(instant(2027, 4, 12, 10))
    given = year.answer(school)
    year.until(instant(2027, 8, 2, 8))
    second = year.occurrence("kvartalsrapport-2").id
    again = year.task(second, SCHOOL, TaskKind.ANSWER)
    assert again.prefill["last"] == given.answers and again.prefill["goals"] == school.prefill["goals"]
    assert year.task(second, "101005", TaskKind.ANSWER).prefill["last"] == {}


def test_a_goal_that_is_measured_asks_for_its_value_and_its_evidence_and_no_other_does(
    store: Engine, tmp_path: Path
) -> None:
    year, report = report_open(store, tmp_path)
    year.until(instant(2027, 4, 12, 10))
    school = year.task(report, SCHOOL, TaskKind.ANSWER)
    with reading(store) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    page = site.browser().get(site.link(school, holder or 0)).text
    assert "Sygefravær: højst 6 % (før: 6,4 %)" in page
    assert [code for code in "ABCDEF" if f'name="goals.{code}.vaerdi"' in page] == ["A", "B", "C"]
    green = {"status": {"light": "grøn"}}
    rest = {"forventet-afvigelse": "0", "sygefravaer": "5"}
    with pytest.raises(AnswerInvalid) as refused:
        year.answer(school, {"goals": {code: {**green, "vaerdi": "1"} for code in "ABCDEF"}, **rest})
    assert {each.where for each in refused.value.problems} == {f"goals.{code}.vaerdi" for code in "DEF"}
    answers = {code: dict(green) for code in "ABCDEF"} | {"A": {**green, "vaerdi": "5,9"}}
    year.answer(school, {"goals": answers, **rest})
    year.until(instant(2027, 5, 11, 8))
    with reading(store) as session:
        found = session.exec(
            select(Goal.code, GoalStatus.value).join(Goal, col(Goal.id) == col(GoalStatus.goal_id))
        ).all()
    assert dict(found) == {"A": "5.9", **dict.fromkeys("BCDEF", "")}


def test_districts_open_when_everything_below_is_approved_and_areas_when_every_district_is_done(
    store: Engine, tmp_path: Path
) -> None:
    year, report = report_open(store, tmp_path)
    year.until(instant(2027, 4, 12, 10))
    with reading(store) as session:
        paths = {line.unit_id: line.path for line in roll_up(session, report, now=year.now).lines}
    answers = year.tasks(report, TaskKind.ANSWER)
    of_district = [task for task in answers if "/KBH-SKOLER-02/" in paths[task.unit_id]]
    year.answer_all(of_district)
    year.settle()
    assert year.tasks(report, TaskKind.CONSOLIDATE) == [], "answered is not approved"
    assert [task.unit_id for task in year.tasks(report, TaskKind.REVIEW)] == ["KBH-SKOLER-02"]
    year.approve_all(of_district)
    year.settle()
    (district,) = year.tasks(report, TaskKind.CONSOLIDATE)
    assert (district.unit_id, district.role, district.due_on) == (
        "KBH-SKOLER-02",
        "distriktschef",
        date(2027, 4, 27),
    )
    (review,) = year.tasks(report, TaskKind.REVIEW)
    assert review.state is TaskState.APPROVED, "nothing waits for the reviewer any more"
    year.answer(district)
    year.settle()
    assert [task.unit_id for task in year.tasks(report, TaskKind.CONSOLIDATE)] == ["KBH-SKOLER-02"], (
        "the other districts of the area have not even begun"
    )
    rest = [task for task in answers if task not in of_district]
    year.answer_all(rest)
    year.approve_all(rest)
    year.settle()
    opened = {task.unit_id: task for task in year.tasks(report, TaskKind.CONSOLIDATE)}
    assert {"KBH-BYD", "KBH-CENTRE"} <= set(opened), "an area without districts has its units' answers"
    assert {"KBH-SKOLER", "KBH-INST"}.isdisjoint(opened) and len(opened) == 23 + 2
    year.answer_all([task for task in opened.values() if task.state is TaskState.OPEN])
    year.settle()
    areas = [task for task in year.tasks(report, TaskKind.CONSOLIDATE) if task.subject == "omraade"]
    assert [task.unit_id for task in areas] == ["KBH-BYD", "KBH-CENTRE", "KBH-INST", "KBH-SKOLER"]
    assert year.tasks(report, TaskKind.RELEASE) == []
    year.answer_all([task for task in areas if task.state is TaskState.OPEN])
    year.settle()
    assert [task.unit_id for task in year.tasks(report, TaskKind.RELEASE)] == [DIRECTION]


def test_what_is_missing_holds_nobody_up_longer_than_to_the_day_after_the_date(
    store: Engine, tmp_path: Path
) -> None:
    year, report = report_open(store, tmp_path)
    stages = {"distrikt": 0, "omraade": 0, "frigivelse": 0}
    for day, opened in (
        (instant(2027, 4, 20, 23), {}),
        (instant(2027, 4, 21, 6), {"distrikt": 23}),
        (instant(2027, 4, 27, 23), {}),
        (instant(2027, 4, 28, 6), {"omraade": 4}),
        (instant(2027, 4, 30, 23), {}),
        (instant(2027, 5, 1, 6), {"frigivelse": 1}),
    ):
        year.until(day)
        stages |= opened
        found = Counter(task.subject for task in year.tasks(report) if task.kind is not TaskKind.ANSWER)
        assert found == Counter({stage: number for stage, number in stages.items() if number}), day


def test_a_return_goes_back_to_the_leader_and_up_again(store: Engine, tmp_path: Path) -> None:
    year, report = report_open(store, tmp_path)
    year.until(instant(2027, 4, 12, 10))
    school = year.task(report, SCHOOL, TaskKind.ANSWER)
    year.answer(school)
    year.settle()
    with transaction(store) as session:
        return_for_changes(session, school.id or 0, reason="Skriv hvorfor.", by="account:1", now=year.now)
    year.settle()
    (review,) = year.tasks(report, TaskKind.REVIEW)
    assert review.state is TaskState.APPROVED
    year.until(instant(2027, 4, 13, 10))
    assert year.answer(school).version == 2
    year.settle()
    (review,) = year.tasks(report, TaskKind.REVIEW)
    assert review.state is TaskState.OPEN and review.opened_at == year.now
    year.approve_all([school])
    year.settle()
    assert year.task(report, SCHOOL, TaskKind.ANSWER).state is TaskState.APPROVED


def test_the_release_is_version_1_a_late_answer_version_2_and_the_close_counts_every_unit_once(
    store: Engine, tmp_path: Path
) -> None:
    year, report = report_open(store, tmp_path)
    year.until(instant(2027, 4, 12, 10))
    answers = year.tasks(report, TaskKind.ANSWER)
    year.answer_all(answers[:400])
    year.answer(answers[400], nil=True)
    year.approve_all(answers[:390])
    year.until(instant(2027, 5, 3, 10))
    (release,) = year.tasks(report, TaskKind.RELEASE)
    with reading(store) as session:
        assert releases(session, report) == []
    year.answer(release, {"frigiv": "ja"})
    year.settle()
    with reading(store) as session:
        (first,) = releases(session, report)
    assert (first.version, first.why) == (1, "Frigivet af direktionen")
    late = answers[450]
    with transaction(store) as session:
        extend(
            session,
            late.id or 0,
            new_due_on=date(2027, 5, 20),
            reason="Ny leder",
            by="account:1",
            now=year.now,
        )
    year.until(instant(2027, 5, 12, 10))
    assert year.occurrence("kvartalsrapport-1").state is OccurrenceState.CLOSED
    year.answer(late)
    year.settle()
    with reading(store) as session:
        one, two = releases(session, report)
        rollup = roll_up(session, report, now=year.now)
        statuses = session.exec(select(GoalStatus).where(GoalStatus.occurrence_id == report)).all()
    assert one.content == first.content and one.content["counts"]["waiting"] == UNITS - 401
    assert (two.version, two.why) == (2, "Svar modtaget efter frigivelsen")
    counts = rollup.counts()
    assert sum(counts.values()) == UNITS == len({line.unit_id for line in rollup.lines})
    assert {outcome.value: number for outcome, number in counts.items() if number} == {
        "answered": 390,
        "answered_not_approved": 12,
        "missing": UNITS - 402,
    }
    per_unit = Counter(row.unit_id for row in statuses)
    assert set(per_unit.values()) == {6} and len(per_unit) == 401, (
        "six goals, also of the answer that came late"
    )
    assert late.unit_id in per_unit


def test_a_close_takes_the_reminders_of_nobody_who_has_more_time(store: Engine, tmp_path: Path) -> None:
    year, report = report_open(store, tmp_path)
    late, other = year.tasks(report, TaskKind.ANSWER)[:2]
    year.until(instant(2027, 5, 7, 10))
    with transaction(store) as session:
        extend(
            session, late.id or 0, new_due_on=date(2027, 5, 20), reason="Sygdom", by="account:1", now=year.now
        )
        for task in (late, other):
            session.add(
                Draft(task_id=task.id or 0, answers={"bemaerkning": "halv"}, by="person:1", at=year.now)
            )
    year.until(instant(2027, 5, 11, 8))
    with reading(store) as session:
        assert session.get(Draft, late.id) is not None and session.get(Draft, other.id) is None
        assert session.get_one(Task, late.id).next_reminder_at is not None
        assert session.get_one(Task, other.id).next_reminder_at is None
    year.until(instant(2027, 5, 21, 8))
    with reading(store) as session:
        said = session.exec(
            select(ReminderDecision.rule_id).where(
                ReminderDecision.task_id == late.id, ReminderDecision.deadline == date(2027, 5, 20)
            )
        ).all()
    assert "paa-dagen" in said


def test_an_answer_to_the_last_step_just_before_the_close_is_acted_on(store: Engine, tmp_path: Path) -> None:
    year, report = report_open(store, tmp_path)
    year.until(instant(2027, 5, 10, 10))
    (release,) = year.tasks(report, TaskKind.RELEASE)
    year.clock.set(instant(2027, 5, 10, 23, 59))  # and the engine is down until after the close
    year.answer(release, {"frigiv": "ja"})
    year.clock.set(instant(2027, 5, 11, 9))
    year.settle()
    assert year.occurrence("kvartalsrapport-1").state is OccurrenceState.CLOSED
    with reading(store) as session:
        assert [each.why for each in releases(session, report)] == ["Frigivet af direktionen"]


def test_the_annual_accounts_are_the_years_fourth_report(store: Engine, tmp_path: Path) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 17))
    year.only("regnskab")
    year.until(instant(2027, 1, 19, 10))
    accounts = year.occurrence("regnskab")
    assert accounts.concerns_year == 2026
    school = year.task(accounts.id, SCHOOL, TaskKind.ANSWER)
    assert [row["row"] for row in school.prefill["goals"]] == ["A", "B", "C", "D", "E", "F"]
    year.answer(school)
    year.until(instant(2027, 2, 24, 10))
    (release,) = year.tasks(accounts.id, TaskKind.RELEASE)
    year.answer(release, {"frigiv": "ja"})
    year.until(instant(2027, 3, 1, 8))
    with reading(store) as session:
        assert [each.version for each in releases(session, accounts.id or 0)] == [1]
        years = session.exec(
            select(Goal.year)
            .join(GoalStatus, col(GoalStatus.goal_id) == col(Goal.id))
            .where(GoalStatus.occurrence_id == accounts.id)
        ).all()
    assert years == [2026] * 6


# ---- agreement_signing


def signing_open(store: Engine, tmp_path: Path) -> tuple[Year, int]:
    year = Year(store, tmp_path, instant(2027, 11, 30))
    year.only("udviklingsaftaler")
    year.until(instant(2027, 12, 1, 8))
    return year, year.occurrence("udviklingsaftaler").id or 0


OWN = {"enhedsmaal": {"G": {"titel": "Flere fælles timer", "beskrivelse": "To lektioner om ugen"}}}
YES, NO = {"beslutning": "enig"}, {"beslutning": "tilbage", "bemaerkning": "Målet er for bredt."}


def agreement_of(year: Year, unit_id: str) -> Agreement:
    with reading(year.engine) as session:
        return session.exec(select(Agreement).where(Agreement.unit_id == unit_id)).one()


def step(year: Year, occurrence_id: int, kind: TaskKind, unit_id: str) -> Task:
    """The open task of this step of a unit's agreement."""
    found = [
        task
        for task in year.tasks(occurrence_id, kind)
        if task.state in (TaskState.OPEN, TaskState.RETURNED)
        and (task.subject.partition(":")[2] or task.unit_id) == unit_id
    ]
    assert len(found) == 1, found
    return found[0]


def take(
    year: Year, occurrence_id: int, kind: TaskKind, raw: dict[str, object], unit_id: str = SCHOOL
) -> Task:
    """Somebody answers this step, the engine acts on it, and a day goes by."""
    task = step(year, occurrence_id, kind, unit_id)
    year.answer(task, raw)
    year.until(year.now + timedelta(days=1))
    return task


def kinds_of(year: Year, occurrence_id: int) -> Counter[TaskKind]:
    return Counter(task.kind for task in year.tasks(occurrence_id))


def test_an_agreement_goes_from_draft_to_force_in_its_order_and_only_in_it(
    store: Engine, tmp_path: Path
) -> None:
    year, signing = signing_open(store, tmp_path)
    assert kinds_of(year, signing) == {TaskKind.DRAFT: UNITS}
    draft = step(year, signing, TaskKind.DRAFT, SCHOOL)
    assert [row["row"] for row in draft.prefill["given_goals"]] == ["A", "B", "C", "D", "E", "F"]
    assert [row["row"] for row in draft.prefill["unit_goals"]] == ["G", "H", "I"]
    refused_out_of_turn(year, AgreementState.DRAFTING)
    take(year, signing, TaskKind.DRAFT, OWN)
    assert agreement_of(year, SCHOOL).state is AgreementState.NEGOTIATION
    assert kinds_of(year, signing) == {TaskKind.DRAFT: UNITS, TaskKind.NEGOTIATE: 1}
    refused_out_of_turn(year, AgreementState.NEGOTIATION)
    negotiated = take(year, signing, TaskKind.NEGOTIATE, YES)
    assert (negotiated.unit_id, negotiated.role) == ("KBH-SKOLER-02", "distriktschef")
    assert negotiated.due_on == date(2028, 1, 10)
    assert agreement_of(year, SCHOOL).state is AgreementState.APPROVAL
    refused_out_of_turn(year, AgreementState.APPROVAL)
    approved = take(year, signing, TaskKind.APPROVE, YES)
    assert (approved.unit_id, approved.role) == ("KBH-SKOLER", "områdechef")
    assert agreement_of(year, SCHOOL).state is AgreementState.SIGNING
    first = take(
        year, signing, TaskKind.SIGN, {"beslutning": "enig", "navn": "Ida Invented", "bekraeft": "ja"}
    )
    assert (first.unit_id, first.subject) == (SCHOOL, f"underskrift-leder:{SCHOOL}")
    second = take(
        year, signing, TaskKind.SIGN, {"beslutning": "enig", "navn": "Ole Invented", "bekraeft": "ja"}
    )
    assert (second.unit_id, second.role) == ("KBH-SKOLER-02", "distriktschef")
    agreement = agreement_of(year, SCHOOL)
    assert agreement.state is AgreementState.IN_FORCE
    with reading(store) as session:
        version = session.exec(select(AgreementVersion)).one()
        signed = session.exec(select(Signature).order_by(col(Signature.id))).all()
        own = session.exec(select(Goal).where(Goal.level == GoalLevel.UNIT)).all()
    assert [(each.capacity, each.name) for each in signed] == [
        ("underskrift-leder", "Ida Invented"),
        ("underskrift-nærmeste-leder", "Ole Invented"),
    ]
    assert (
        {each.digest for each in signed} == {version.digest} == {agreements.content_digest(version.content)}
    )
    assert version.content["own"]["enhedsmaal"][0]["titel"] == "Flere fælles timer"
    assert version.content["given_goals"] == draft.prefill["given_goals"]
    assert [(goal.unit_id, goal.year, goal.code, goal.title) for goal in own] == [
        (SCHOOL, 2028, "G", "Flere fælles timer")
    ]
    assert verbs_of(year, f"agreement:{agreement.id}") == [
        "propose",
        "agree",
        "approve",
        "sign",
        "sign",
        "complete",
        "seal",
    ]


def refused_out_of_turn(year: Year, state: AgreementState) -> None:
    """In this state nobody signs, and only the step whose turn it is can be taken."""
    right = {
        AgreementState.DRAFTING: {AgreementVerb.PROPOSE},
        AgreementState.NEGOTIATION: {AgreementVerb.AGREE, AgreementVerb.SEND_BACK, AgreementVerb.RENEW},
        AgreementState.APPROVAL: {AgreementVerb.APPROVE, AgreementVerb.SEND_BACK, AgreementVerb.RENEW},
    }[state]
    agreement = agreement_of(year, SCHOOL)
    assert agreement.state is state
    for verb in set(AgreementVerb) - right - {AgreementVerb.SUPERSEDE}:
        with pytest.raises(NotNow), transaction(year.engine) as session:
            held = session.get_one(Agreement, agreement.id)
            AgreementBook(session, [held]).advance(held, verb, by="x", now=year.now)
    with pytest.raises(NotNow), transaction(year.engine) as session:
        sign_as(session.get_one(Agreement, agreement.id), "underskrift-leder", session, year)


def sign_as(agreement: Agreement, capacity: str, session: Session, year: Year) -> None:
    book = AgreementBook(session, [agreement])
    book.sign(
        agreement,
        capacity=capacity,
        order=["underskrift-leder", "underskrift-nærmeste-leder"],
        name="Ida Invented",
        by="person:1",
        identified_by="link",
        now=year.now,
    )
    book.write()


def test_a_signature_out_of_turn_is_refused_and_the_same_one_twice_is_one(
    store: Engine, tmp_path: Path
) -> None:
    year, signing = signing_open(store, tmp_path)
    for kind, raw in ((TaskKind.DRAFT, OWN), (TaskKind.NEGOTIATE, YES), (TaskKind.APPROVE, YES)):
        take(year, signing, kind, raw)
    agreement = agreement_of(year, SCHOOL)
    with pytest.raises(NotNow), transaction(store) as session:
        sign_as(session.get_one(Agreement, agreement.id), "underskrift-nærmeste-leder", session, year)
    with transaction(store) as session:
        held = session.get_one(Agreement, agreement.id)
        for _ in range(2):
            sign_as(held, "underskrift-leder", session, year)
        assert len(session.exec(select(Signature)).all()) == 1
        assert held.state is AgreementState.SIGNING


def test_what_is_sent_back_comes_again_as_a_new_version_and_is_told_again(
    store: Engine, tmp_path: Path
) -> None:
    year, signing = signing_open(store, tmp_path)
    take(year, signing, TaskKind.DRAFT, OWN)
    negotiated = take(year, signing, TaskKind.NEGOTIATE, NO)
    draft = step(year, signing, TaskKind.DRAFT, SCHOOL)
    assert draft.state is TaskState.RETURNED and agreement_of(year, SCHOOL).state is AgreementState.DRAFTING
    with reading(store) as session:
        mails = session.execute(sa.text("SELECT context FROM message WHERE kind = 'returned'")).all()
    assert len(mails) == 1
    take(
        year, signing, TaskKind.DRAFT, {"enhedsmaal": {"G": {"titel": "Ti timer", "beskrivelse": "Om ugen"}}}
    )
    assert agreement_of(year, SCHOOL).version == 2
    again = step(year, signing, TaskKind.NEGOTIATE, SCHOOL)
    assert again.id == negotiated.id and again.received_at is None
    assert again.prefill["agreement"]["version"] == 2
    with reading(store) as session:
        openings = session.exec(
            select(ReminderDecision.ordinal).where(
                ReminderDecision.task_id == again.id, ReminderDecision.rule_kind == "opens"
            )
        ).all()
    assert sorted(openings) == [1, 2], "the second round has a first mail of its own"
    take(year, signing, TaskKind.NEGOTIATE, YES)
    take(year, signing, TaskKind.APPROVE, NO)
    assert agreement_of(year, SCHOOL).state is AgreementState.DRAFTING


def test_the_close_lists_the_unsigned_and_what_comes_by_extension_still_counts(
    store: Engine, tmp_path: Path
) -> None:
    year, signing = signing_open(store, tmp_path)
    year.until(instant(2027, 12, 6, 10))
    for kind, raw in (
        (TaskKind.DRAFT, OWN),
        (TaskKind.NEGOTIATE, YES),
        (TaskKind.APPROVE, YES),
        (TaskKind.SIGN, {"beslutning": "enig", "navn": "Ida Invented", "bekraeft": "ja"}),
        (TaskKind.SIGN, {"beslutning": "enig", "navn": "Ole Invented", "bekraeft": "ja"}),
    ):
        take(year, signing, kind, raw)
    for kind, raw in ((TaskKind.DRAFT, OWN), (TaskKind.NEGOTIATE, YES)):
        take(year, signing, kind, raw, "101005")
    year.until(instant(2028, 2, 9, 8))
    assert year.occurrence("udviklingsaftaler").state is OccurrenceState.CLOSED
    with reading(store) as session:
        unsigned = agreements.unsigned(session, signing)
    assert len(unsigned) == UNITS - 1 and SCHOOL not in {each.unit_id for each in unsigned}
    by_unit = {each.unit_id: each for each in unsigned}
    assert by_unit["101005"].state is AgreementState.APPROVAL
    page = Site(store, tmp_path, at=year.now, secret_key="k" * 40).signed_in(
        "sekretariat@kbh.example", Role.SECRETARIAT, koebenhavn.ROOT
    )
    listed = page.get(f"/aktivitet/{signing}").text.split('id="aftaler"')[1].split("</section>")[0]
    assert "Godkendelse: 1" in listed and f"Udkast: {UNITS - 2}" in listed
    assert listed.count("<li>") == PAGE + 1, "so many drafts, and the one that waits for approval"
    waits = step(year, signing, TaskKind.APPROVE, "101005")
    with transaction(store) as session:
        extend(
            session, waits.id or 0, new_due_on=date(2028, 2, 20), reason="Ferie", by="account:1", now=year.now
        )
    take(year, signing, TaskKind.APPROVE, YES, "101005")
    sign = step(year, signing, TaskKind.SIGN, "101005")
    assert sign.next_reminder_at is not None and sign.due_on > date(2028, 2, 9)
    for name in ("Ida Invented", "Ole Invented"):
        take(year, signing, TaskKind.SIGN, {"beslutning": "enig", "navn": name, "bekraeft": "ja"}, "101005")
    assert agreement_of(year, "101005").state is AgreementState.IN_FORCE


def test_sent_back_after_the_close_holds_up_no_other_agreement(store: Engine, tmp_path: Path) -> None:
    year, signing = signing_open(store, tmp_path)
    year.until(instant(2027, 12, 6, 10))
    for unit_id in (SCHOOL, "101005"):
        take(year, signing, TaskKind.DRAFT, OWN, unit_id)
    year.until(instant(2028, 2, 9, 8))
    waiting = [step(year, signing, TaskKind.NEGOTIATE, unit_id) for unit_id in (SCHOOL, "101005")]
    with transaction(store) as session:
        for task in waiting:
            due = date(2028, 2, 20)
            extend(session, task.id or 0, new_due_on=due, reason="Ferie", by="account:1", now=year.now)
    year.answer(waiting[0], NO)
    year.answer(waiting[1], YES)
    year.settle()
    assert agreement_of(year, SCHOOL).state is AgreementState.DRAFTING
    assert agreement_of(year, "101005").state is AgreementState.APPROVAL
    take(year, signing, TaskKind.DRAFT, OWN)
    assert agreement_of(year, SCHOOL).state is AgreementState.NEGOTIATION


# ---- strategy_revision


def hearing_open(store: Engine, tmp_path: Path) -> tuple[Year, int]:
    year = Year(store, tmp_path, instant(2027, 2, 28))
    year.only("strategirevision")
    year.until(instant(2027, 3, 2, 10))
    return year, year.occurrence("strategirevision").id or 0


def decide(year: Year, occurrence_id: int, *, adopted: bool = True) -> None:
    with transaction(year.engine) as session:
        record_decision(
            session,
            occurrence_id=occurrence_id,
            body="BUU",
            decided_on=min(date(2027, 5, 12), year.now.date()),
            adopted=adopted,
            text="Udvalget vedtog strategien.",
            by="account:1",
            now=year.now,
        )


def versions(year: Year) -> list[Strategy]:
    with reading(year.engine) as session:
        return list(session.exec(select(Strategy).order_by(col(Strategy.version))))


@pytest.mark.parametrize("when", ["before the close", "after the close"])
def test_an_adopting_decision_writes_version_2_once_with_the_hearing(
    store: Engine, tmp_path: Path, when: str
) -> None:
    year, hearing = hearing_open(store, tmp_path)
    tasks = year.tasks(hearing, TaskKind.ANSWER)
    assert len(tasks) == UNITS and len(tasks[0].prefill["themes"]) == 7
    year.answer_all(tasks[:200])
    year.answer(tasks[200], nil=True)
    year.until(instant(2027, 5, 13, 10) if when == "before the close" else instant(2027, 7, 2, 10))
    closed = year.occurrence("strategirevision").state is OccurrenceState.CLOSED
    assert closed is (when == "after the close")
    decide(year, hearing, adopted=False)
    year.settle()
    assert [each.version for each in versions(year)] == [1]
    decide(year, hearing)
    year.settle()
    first, second = versions(year)
    assert (second.version, second.strategy_id, second.adopted_on) == (
        2,
        first.strategy_id,
        date(2027, 5, 12),
    )
    assert first.hearing == {} and second.content == first.content
    kept = second.hearing
    assert len([line for line in kept["lines"] if line["answers"]]) == 200 and kept["counts"]["nil"] == 1
    assert sum(kept["counts"].values()) == UNITS
    with transaction(store) as session:
        session.execute(sa.update(Occurrence).values(advance_at=year.now))
    year.settle()
    assert [each.id for each in versions(year)] == [first.id, second.id], "running it again changes nothing"
    year.until(instant(2027, 7, 2, 10))
    with reading(store) as session:
        assert [each.version for each in releases(session, hearing)] == [1]


# ---- the year


def test_a_year_has_three_quarterly_reports_and_not_four(store: Engine, tmp_path: Path) -> None:
    with reading(store) as session:
        found = session.exec(select(Occurrence).order_by(col(Occurrence.opens_at))).all()
    reports = [each.title for each in found if each.flow == "quarterly_report"]
    assert reports == ["Kvartalsrapport 1", "Kvartalsrapport 2", "Kvartalsrapport 3"]
    assert [each.flow for each in found].count("annual_accounts") == 1


def test_the_same_month_holds_work_for_two_years(store: Engine, tmp_path: Path) -> None:
    year = Year(store, tmp_path, instant(2027, 1, 1))
    year.only("regnskab", "budgetudmelding")
    year.until(instant(2027, 2, 2, 10))
    with reading(store) as session:
        running = session.exec(
            select(Occurrence).where(Occurrence.state == OccurrenceState.OPEN).order_by(col(Occurrence.id))
        ).all()
    assert sorted(each.concerns_year for each in running) == [2026, 2028]
    task = {each.concerns_year: year.task(each.id, SCHOOL, TaskKind.ANSWER) for each in running}
    letters = [words for mail, words in year.letters(date(2027, 2, 1)) if "Nyboder Skole" in words.text]
    assert len(letters) == 1 and task[2026].id != task[2028].id
    assert "Budgetudmelding 2028" in letters[0].text


def test_an_activity_whose_window_passed_while_nothing_ran_is_cancelled_and_nobody_is_called_missing(
    store: Engine, tmp_path: Path
) -> None:
    year = Year(store, tmp_path, instant(2027, 3, 31))
    year.only("kvartalsrapport-1")
    year.clock.set(instant(2027, 5, 20, 9))
    year.settle()
    report = year.occurrence("kvartalsrapport-1")
    assert report.state is OccurrenceState.CANCELLED and year.tasks(report.id) == []
    assert report.note == "Nåede ikke at åbne, før den skulle være lukket"
    assert verbs_of(year, f"occurrence:{report.id}") == ["keep_figures", "cancel"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_on_postgresql_the_four_flows_go_from_opening_to_close(engine: Engine, tmp_path: Path) -> None:
    koebenhavn.load(engine)
    year = Year(engine, tmp_path, instant(2027, 1, 31))
    year.only("budgetudmelding", "strategirevision", "kvartalsrapport-1", "udviklingsaftaler")
    year.until(instant(2027, 4, 12, 10))
    hearing, report = (year.occurrence(each).id or 0 for each in ("strategirevision", "kvartalsrapport-1"))
    for occurrence_id in (hearing, report):
        tasks = year.tasks(occurrence_id, TaskKind.ANSWER)
        assert len(tasks) == UNITS
        year.answer_all(tasks[:20])
    year.until(instant(2027, 5, 3, 10))
    decide(year, hearing)
    year.answer(year.tasks(report, TaskKind.RELEASE)[0], {"frigiv": "ja"})
    year.until(instant(2027, 12, 2, 10))
    signing = year.occurrence("udviklingsaftaler").id or 0
    for kind, raw in (
        (TaskKind.DRAFT, OWN),
        (TaskKind.NEGOTIATE, YES),
        (TaskKind.APPROVE, YES),
        (TaskKind.SIGN, {"beslutning": "enig", "navn": "Ida Invented", "bekraeft": "ja"}),
        (TaskKind.SIGN, {"beslutning": "enig", "navn": "Ole Invented", "bekraeft": "ja"}),
    ):
        take(year, signing, kind, raw)
    year.until(instant(2028, 2, 9, 8))
    assert agreement_of(year, SCHOOL).state is AgreementState.IN_FORCE
    assert [each.version for each in versions(year)] == [1, 2]
    with reading(engine) as session:
        closed = session.exec(select(Occurrence).where(Occurrence.state == OccurrenceState.CLOSED)).all()
        assert len(closed) == 4
        for occurrence in closed:
            counts = roll_up(session, occurrence.id or 0, now=year.now).counts()
            assert sum(counts.values()) == UNITS
        assert session.exec(select(sa.func.count()).select_from(GoalStatus)).one() == 20 * 6
