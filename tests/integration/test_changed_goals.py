"""A given goal changes after agreements were signed: exactly those that hold it are to be signed again."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.goals_file import load_goals
from cycle.access.roles import Role
from cycle.goals.agreements import unsigned, version_of
from cycle.goals.changed_goals import not_holding
from cycle.goals.scheme import Rollout, Scheme, keep_scheme
from cycle.goals.sealed import document_of
from cycle.goals.tables import AgreementState, Goal, GoalLevel, SealedDocument, Signature
from cycle.goals.tree import GoalText, goal_changes, goals_not_named, keep_goals, reach_of
from cycle.history import History
from cycle.organisation.tables import Appointment, Unit
from cycle.reminders.tables import ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Task
from tests.support import koebenhavn
from tests.support.koebenhavn import FOLDER, Year
from tests.support.municipality import ROOT, instant
from tests.support.negotiating import Table
from tests.support.three_agreements import (
    DAYCARE,
    DRAFT,
    OTHER_SCHOOL,
    SCHOOL,
    SIGN,
    STEPS,
    UNITS,
    agreements,
    begun,
    open_step,
    take,
)
from tests.support.web import Form, Site


def reword(year: Year, code: str, area: str = "", **words: object) -> int:
    """The goals file is imported again with one goal said differently; gives the number of changes."""
    texts = [
        replace(text, **words) if (text.code, text.area) == (code, area) else text
        for text in load_goals(FOLDER).texts()
    ]
    with transaction(year.engine) as session:
        found = keep_goals(session, texts, root_id="KBH", year=2028, by="cli", now=year.now)
    year.settle()
    return found


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_exactly_the_agreements_that_hold_the_goal_are_signed_again_and_the_old_one_holds_meanwhile(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    take(year, *STEPS)
    before = {unit: document_bytes(year, unit) for unit in UNITS}
    assert {a.in_force_version for a in agreements(year).values()} == {1}
    with reading(engine) as session:
        texts = [
            replace(text, title="Gennemførelse af alle planlagte timer") if text.area == "Skoler" else text
            for text in load_goals(FOLDER).texts()
        ]
        told = goal_changes(session, texts, root_id="KBH", year=2028)
        reached = reach_of(session, told, root_id="KBH", year=2028, on=year.now.date())
        assert {made.unit_id for made in reached.holding} == {SCHOOL, OTHER_SCHOOL} and not reached.without
    assert reword(year, "D", "Skoler", title="Gennemførelse af alle planlagte timer") == 1
    found = agreements(year)
    assert {unit: (a.state, a.version, a.in_force_version) for unit, a in found.items()} == {
        SCHOOL: (AgreementState.SIGNING, 2, 1),
        OTHER_SCHOOL: (AgreementState.SIGNING, 2, 1),
        DAYCARE: (AgreementState.IN_FORCE, 1, 1),
    }
    assert {a.goals_changed_at for a in found.values()} == {None}, "what was marked has been renewed"
    asked = open_step(year, TaskKind.SIGN, SCHOOL)
    assert asked.title == "Underskrift af udviklingsaftale 2028 efter ændrede mål"
    assert asked.prefill["agreement"]["version"] == 2
    year.settle()
    assert agreements(year)[SCHOOL].version == 2, "another look renews nothing"
    take(year, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, SIGN), units=(SCHOOL, OTHER_SCHOOL))
    assert {(a.state, a.in_force_version) for a in agreements(year).values()} == {
        (AgreementState.IN_FORCE, 1),
        (AgreementState.IN_FORCE, 2),
    }
    with reading(engine) as session:
        sealed = session.exec(select(SealedDocument)).all()
        signed = session.exec(select(Signature)).all()
        verbs = session.exec(
            select(History.verb)
            .where(History.thing == f"agreement:{found[SCHOOL].id}")
            .order_by(col(History.id))
        ).all()
    assert Counter(row.agreement_id for row in sealed) == {
        found[SCHOOL].id: 2,
        found[OTHER_SCHOOL].id: 2,
        found[DAYCARE].id: 1,
    }, "the earlier document is kept beside the new one"
    assert Counter((row.agreement_id, row.version) for row in signed)[found[SCHOOL].id, 1] == 2
    assert verbs[-5:] == ["renew", "sign", "sign", "complete", "seal"]
    assert document_bytes(year, SCHOOL) != before[SCHOOL]
    assert document_bytes(year, DAYCARE) == before[DAYCARE]


def test_a_unit_that_has_come_to_another_area_signs_what_its_agreement_says(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS)
    with transaction(store) as session:
        unit = session.get_one(Unit, SCHOOL)
        unit.area = "Institutioner"
        session.add(unit)
    reword(year, "D", "Skoler", title="Gennemførelse af alle planlagte timer")
    found = agreements(year)
    assert {unit: a.version for unit, a in found.items()} == {SCHOOL: 2, OTHER_SCHOOL: 2, DAYCARE: 1}
    with reading(store) as session:
        version = version_of(session, found[SCHOOL], 2)
    assert version is not None
    titles = [row["title"] for row in version.content["given_goals"]]
    assert "Gennemførelse af alle planlagte timer" in titles and len(titles) == 6, "and gets no other goals"


def test_what_is_changed_after_the_close_is_chased_and_can_be_signed_until_it_is(
    store: Engine, tmp_path: Path
) -> None:
    """The activity is over for good; the agreements are not, and the new words wait for two signatures."""
    year = begun(store, tmp_path)
    take(year, *STEPS)
    year.until(instant(2028, 3, 6, 10))
    assert year.occurrence("udviklingsaftaler").state is OccurrenceState.CLOSED
    reword(year, "D", "Skoler", title="Gennemførelse af alle planlagte timer")
    asked = open_step(year, TaskKind.SIGN, SCHOOL)
    assert asked.due_on > year.now.date()
    later = asked.due_on + timedelta(days=30)
    year.until(instant(later.year, later.month, later.day, 10))
    with reading(store) as session:
        query = select(ReminderDecision).where(ReminderDecision.task_id == asked.id)
        chased = [row for row in session.exec(query) if row.rule_kind in ("after", "escalate")]
    assert chased and {row.deadline for row in chased} == {asked.due_on}
    for step in chased:
        told = [mail.text for _, mail in year.letters(step.decided_at.date())]
        assert any("Nyboder Skole" in text for text in told), "what was decided to be said is said"
    page = page_of(year, asked, tmp_path)
    assert "checked" not in page and SIGN["navn"] not in page, "nobody finds a signature already given"
    take(year, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, SIGN), units=(SCHOOL,))
    assert agreements(year)[SCHOOL].in_force_version == 2


def page_of(year: Year, task: Task, folder: Path) -> str:
    """The page behind its holder's link."""
    with reading(year.engine) as session:
        holder = session.exec(
            select(Appointment.person_id).where(Appointment.unit_id == task.unit_id)
        ).first()
    site = Site(year.engine, folder, at=year.now, secret_key="k" * 40)
    return str(site.browser().get(site.link(task, holder or 0)).text)


def document_bytes(year: Year, unit_id: str) -> bytes:
    with reading(year.engine) as session:
        found = document_of(session, agreements(year)[unit_id].id or 0)
    assert found is not None
    return bytes(found[1].content)


def mails(year: Year, word: str) -> list[tuple[str, str]]:
    """(subject, text) of the daily mails so far whose subject has the word."""
    days = (year.now.date() - timedelta(days=n) for n in range(15))
    found = [mail for day in days for _, mail in year.letters(day)]
    return [(mail.subject, mail.text) for mail in found if word in mail.subject]


def test_the_mail_about_a_step_says_what_is_to_be_done_and_not_what_a_leader_drafts(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    assert any("I foreslår jeres egne" in text for _, text in mails(year, "Indgåelse"))
    take(year, STEPS[0], units=(SCHOOL,))
    year.until(year.now + timedelta(days=1))
    ((subject, text),) = mails(year, "Forhandling")
    assert subject.startswith("Forhandling af udviklingsaftale 2028: Nyboder Skole for ")
    assert "I foreslår jeres egne" not in text
    take(year, *STEPS[1:3], units=(SCHOOL,))
    year.until(year.now + timedelta(days=1))
    ((subject, text),) = mails(year, "Underskrift")
    assert subject.startswith("Underskrift af udviklingsaftale 2028 for Nyboder Skole: ")
    assert "I foreslår jeres egne" not in text


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_the_office_reads_how_many_agreements_are_past_each_step(engine: Engine, tmp_path: Path) -> None:
    """A row for each step of the plan; what is sent back or signed anew counts again."""
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    office = Site(engine, tmp_path, at=year.now).signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    occurrence = year.occurrence("udviklingsaftaler")

    def counted() -> list[str]:
        page = office.get(f"/aktivitet/{occurrence.id}").text
        section = page.partition("Det, der følger efter enhedernes svar")[2].partition("</section>")[0]
        assert "Underskrift af udviklingsaftale, leder" in section
        return re.findall(r"(\d+ af \d+)", section)

    assert counted() == ["0 af 3", "0 af 3", "0 af 3", "0 af 3"]
    take(year, *STEPS[:3])
    take(year, *STEPS[3:], units=(SCHOOL,))
    assert counted() == ["3 af 3", "3 af 3", "1 af 3", "1 af 3"]
    year.answer(step_of(year, OTHER_SCHOOL), DECLINE)
    year.until(year.now + MOMENT)
    assert counted() == ["2 af 3", "2 af 3", "1 af 3", "1 af 3"]
    reword(year, "D", area="Skoler", title="Flere timer")
    assert counted() == ["2 af 3", "2 af 3", "0 af 3", "0 af 3"]
    english = office.get(f"/aktivitet/{occurrence.id}?sprog=en").text
    assert "Signature of the development agreement, leder" in english and "Underskrift" not in english


def test_a_common_goal_is_everyones_and_a_place_in_the_tree_is_nobodys(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS)
    assert reword(year, "A", parent_key="viden") == 1
    assert {a.version for a in agreements(year).values()} == {1}, "what the agreement says is as it was"
    reword(year, "A", obligations=("Hold samtaler",))
    assert {a.version for a in agreements(year).values()} == {2}
    with reading(store) as session:
        waiting = unsigned(session, year.occurrence("udviklingsaftaler").id or 0)
    assert {each.unit_id: each.in_force for each in waiting} == dict.fromkeys(UNITS, 1)


def test_wherever_an_agreement_has_come_it_goes_on_with_the_new_text(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path)
    take(year, STEPS[0], units=(SCHOOL, OTHER_SCHOOL))
    take(year, *STEPS[1:4], units=(SCHOOL,))
    assert open_step(year, TaskKind.SIGN, SCHOOL).unit_id == "KBH-SKOLER-02", "the leader has signed"
    reword(year, "B", description="Enheden overholder sit budget hvert kvartal.")
    found = agreements(year)
    assert [(found[unit].state, found[unit].version) for unit in UNITS] == [
        (AgreementState.SIGNING, 2),
        (AgreementState.NEGOTIATION, 2),
        (AgreementState.DRAFTING, 0),
    ]
    assert open_step(year, TaskKind.SIGN, SCHOOL).unit_id == SCHOOL, "signing begins anew"
    assert open_step(year, TaskKind.NEGOTIATE, OTHER_SCHOOL).prefill["agreement"]["version"] == 2
    given = open_step(year, TaskKind.DRAFT, DAYCARE).prefill["given_goals"]
    assert given[1]["description"] == "Enheden overholder sit budget hvert kvartal."
    take(year, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, SIGN), units=(SCHOOL,))
    assert agreements(year)[SCHOOL].in_force_version == 2


NO = {"beslutning": "tilbage", "bemaerkning": "Se på det igen."}
DECLINE = {**SIGN, "beslutning": "afvist", "bemaerkning": "Se på det igen."}
BACK = {TaskKind.NEGOTIATE: NO, TaskKind.APPROVE: NO, TaskKind.SIGN: DECLINE}
WAYS_BACK = dict(zip(UNITS, BACK, strict=True))
"""Where each unit's agreement is sent back to its draft."""
NEW = "Sygefravær og trivsel"
MOMENT = timedelta(minutes=1)


def step_of(year: Year, unit_id: str) -> Task:
    """The unit's step whose turn it is."""
    steps = year.tasks(year.occurrence("udviklingsaftaler").id)
    waiting = (TaskState.OPEN, TaskState.RETURNED)
    its = [task for task in steps if (task.subject.partition(":")[2] or task.unit_id) == unit_id]
    (task,) = [task for task in its if task.state in waiting]
    return task


def send_back(year: Year, unit_id: str, at: TaskKind) -> bool:
    """The unit's agreement comes to the step and is sent back there; gives whether its leader wrote anew.

    One that is past the step already is declined first.
    """
    wrote = False
    while (task := step_of(year, unit_id)).kind is not at:
        wrote = wrote or task.kind is TaskKind.DRAFT
        year.answer(task, DECLINE if task.kind is TaskKind.SIGN else dict(STEPS)[task.kind])
        year.until(year.now + MOMENT)
    year.answer(task, BACK[at])
    return wrote


@pytest.mark.parametrize(
    ("come", "at_once"), [*((come, False) for come in range(6)), *((come, True) for come in range(5))]
)
def test_whatever_the_way_back_to_the_draft_a_changed_goal_keeps_its_new_words(
    store: Engine, tmp_path: Path, come: int, *, at_once: bool
) -> None:
    """The goal changes after `come` steps, or in the turn that sends the agreement back."""
    year = begun(store, tmp_path)
    take(year, *STEPS[:come])
    if not at_once:
        reword(year, "A", title=NEW)
    wrote = {unit_id: send_back(year, unit_id, at) for unit_id, at in WAYS_BACK.items()}
    reword(year, "A", title=NEW)
    year.until(year.now + MOMENT)
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    for unit_id in UNITS:
        task = step_of(year, unit_id)
        assert (task.kind, task.prefill["given_goals"][0]["title"]) == (TaskKind.DRAFT, NEW)
        with reading(store) as session:
            holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == unit_id)).first()
        page = site.browser().get(site.link(task, holder or 0)).text
        unread = at_once or not wrote[unit_id]
        assert ("Målene er ændret undervejs" in page) == ("og trivsel</ins>" in page) == unread
        year.answer(task, DRAFT)
    year.until(year.now + MOMENT)
    for agreement in agreements(year).values():
        with reading(store) as session:
            version = version_of(session, agreement, agreement.version)
        assert version is not None and version.content["given_goals"][0]["title"] == NEW
        assert agreement.state is AgreementState.NEGOTIATION and agreement.goals_changed_at is None
    drafts = year.tasks(year.occurrence("udviklingsaftaler").id, TaskKind.DRAFT)
    assert not any("given_before" in task.prefill for task in drafts), "what was answered is what was read"


def test_a_signer_who_still_shows_the_old_text_is_told_and_loses_nothing(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS[:3])
    task = open_step(year, TaskKind.SIGN, SCHOOL)
    with reading(store) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    browser, address = site.browser(), site.link(task, holder or 0)
    old = Form(browser.get(address), address)
    reword(year, "A", title="Sygefravær og trivsel")
    refused = old.send(browser, act="submit", beslutning="enig", navn="Ida Engsø", bekraeft="on")
    assert refused.status_code == 409 and "Aftalens tekst er ændret" in refused.text
    assert 'value="Ida Engsø"' in refused.text
    page = browser.get(address).text
    assert "Ændret siden udgave 1" in page and "og trivsel</ins>" in page
    taken = Form(browser.get(address), address).send(
        browser, act="submit", beslutning="enig", navn="Ida Engsø", bekraeft="on"
    )
    assert taken.status_code == 303
    year.until(year.now + timedelta(hours=1))
    with reading(store) as session:
        assert [row.version for row in session.exec(select(Signature))] == [2]
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    read = office.get(f"/udviklingsaftale/{agreements(year)[SCHOOL].id}").text
    assert "Udgave 1 og 2 ved siden af hinanden" in read and "og trivsel</ins>" in read


@pytest.mark.parametrize(("step", "by_area"), [(1, False), (2, True), (3, True)])
def test_how_far_a_kind_of_unit_has_come_says_whether_a_goal_of_its_area_belongs_in_its_agreement(
    sqlite_engine: Engine, tmp_path: Path, step: int, *, by_area: bool
) -> None:
    table = Table(sqlite_engine, tmp_path)
    with transaction(sqlite_engine) as session:
        unit = session.get_one(Unit, table.unit)
        scheme = Scheme(rollout=Rollout(kinds={unit.kind: {2027: step}}))
        keep_scheme(session, scheme, root_id=ROOT, year=2027, by="cli", now=instant(2027, 1, 4))

        def lacking(level: GoalLevel, area: str) -> bool:
            found = not_holding(
                session, {(level, area)}, {"ny"}, root_id=ROOT, year=2027, on=date(2027, 4, 12)
            )
            return [made.id for made in found] == [table.agreement]

        assert lacking(GoalLevel.COMMON, "") and lacking(GoalLevel.AREA, unit.area) == by_area
        assert not lacking(GoalLevel.AREA, "et andet område") and not lacking(GoalLevel.THEME, "")


def test_a_goal_that_the_file_no_longer_names_stays_in_the_agreements_and_in_the_tree(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS)
    texts: list[GoalText] = [text for text in load_goals(FOLDER).texts() if text.code != "C"]
    with transaction(store) as session:
        keep_goals(session, texts, root_id="KBH", year=2028, by="cli", now=year.now)
        gone = goals_not_named(session, texts, root_id="KBH", year=2028)
        assert [goal.title for goal in gone] == ["Afholdelse af MUS"]
    year.settle()
    assert {a.version for a in agreements(year).values()} == {1}
    with reading(store) as session:
        assert session.exec(select(Goal).where(Goal.year == 2028, Goal.code == "C")).one()
