"""The processes of seed 004 (C, D, F, K): shown with what is uncertain, run to their last step."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.main import run
from cycle.access.roles import Role
from cycle.errors import AnswerInvalid, PlanInvalid
from cycle.goals.decisions import record_decision
from cycle.history import History
from cycle.organisation.tables import Appointment
from cycle.reminders.tables import ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.change import extend
from cycle.tasks.cycles import Draft, newest_revision, start_cycle
from cycle.tasks.later import plan_of
from cycle.tasks.revise import revise_cycle
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task
from tests.support.municipality import instant
from tests.support.processes import DELIVERED, EXAMPLES, Process, example
from tests.support.web import Form, Site

NAMES = ("strategiproces", "afbureaukratisering", "god-ledelse", "implementering")
GIVEN = {
    "fase-5": {"aabner": "2007-11-26", "frist": "2007-12-14"},
    "fase-6": {"aabner": "2007-12-17", "frist": "2008-02-29"},
}
WITH_DATES = {**DELIVERED, "faser": GIVEN}
BEGINNING = instant(2007, 5, 20)


# ---- run to the end


@pytest.mark.parametrize(
    ("name", "until", "tasks"),
    [
        ("strategiproces", instant(2008, 1, 10), 7),
        ("god-ledelse", instant(2008, 8, 1), 4),
        ("implementering", instant(2008, 1, 10), 9),
    ],
)
def test_a_process_runs_to_its_last_step(
    engine: Engine, tmp_path: Path, name: str, until: datetime, tasks: int
) -> None:
    play = Process(engine, tmp_path, name, BEGINNING)
    play.run(until=until)
    assert {each.state for each in play.occurrences().values()} == {OccurrenceState.CLOSED}
    with reading(engine) as session:
        owed = session.exec(select(Task)).all()
        kinds = set(session.exec(select(ReminderDecision.rule_kind)).all())
        assert session.exec(select(Cycle.title)).one() == example(name).plan.title
    assert len(owed) == tasks and {task.state for task in owed} == {TaskState.SUBMITTED}
    assert "opens" in kinds, "each step is asked for like any other task"


def test_phases_five_and_six_get_their_dates_in_phase_four_and_are_run(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "afbureaukratisering", BEGINNING)
    assert set(play.occurrences()) == {"fase-1", "fase-2", "fase-3", "fase-4"}
    play.run(until=instant(2008, 4, 1), answers={"fase-4": WITH_DATES})
    found = play.occurrences()
    assert (found["fase-5"].due_on, found["fase-6"].due_on) == (date(2007, 12, 14), date(2008, 2, 29))
    assert len(found) == 6 and {each.state for each in found.values()} == {OccurrenceState.CLOSED}
    with reading(engine) as session:
        revisions = session.exec(select(CycleRevision).order_by(col(CycleRevision.no))).all()
        told = session.exec(select(History).where(History.verb == "revise")).one()
        assert len(session.exec(select(Task).where(Task.state == TaskState.SUBMITTED)).all()) == 6
    assert [revision.no for revision in revisions] == [1, 2]
    assert revisions[1].why == told.why == "Datoerne er fastlagt i 4. Identificere og udvælge forbedringer"
    assert told.data["added"] == ["fase-5", "fase-6"] and told.actor == revisions[1].by


def test_the_responsible_post_gets_the_task_and_it_is_closed_unanswered(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "strategiproces", BEGINNING)
    play.until(instant(2007, 8, 16))
    assert sorted((task.unit_id, task.role, task.due_on) for task in play.waiting()) == [
        ("KBH-KERNE", "leder", date(2007, 9, 28)),
        ("KBH-SEK", "leder", date(2007, 12, 1)),
        ("KBH-STOETTE", "leder", date(2007, 9, 28)),
    ]
    play.until(instant(2007, 10, 20))
    assert play.occurrence("kerne-oplaeg").state is OccurrenceState.CLOSED
    with reading(engine) as session:
        kinds = session.exec(
            select(ReminderDecision.rule_kind)
            .join(Task)
            .join(Occurrence)
            .where(Occurrence.activity_id == "kerne-oplaeg", col(ReminderDecision.message_id).is_not(None))
        ).all()
    assert {"opens", "before", "on", "after", "escalate"} == set(kinds)


# ---- dates that come on the way


def in_phase_four(engine: Engine, tmp_path: Path) -> tuple[Process, Task]:
    play = Process(engine, tmp_path, "afbureaukratisering", BEGINNING)
    play.until(instant(2007, 10, 12))
    task = next(each for each in play.waiting() if play.activity_of(each) == "fase-4")
    return play, task


def faser(**rows: tuple[str, str]) -> Mapping[str, Any]:
    given = {name.replace("_", "-"): {"aabner": opens, "frist": due} for name, (opens, due) in rows.items()}
    return {**DELIVERED, "faser": {"fase-5": {}, "fase-6": {}, **given}}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("2007-11-26", ""), "faser.fase-5.frist: Den anden dato mangler."),
        (("", "2007-11-26"), "faser.fase-5.aabner: Den anden dato mangler."),
        (("2007-12-14", "2007-11-26"), "faser.fase-5.frist: Fristen ligger før den dag, trinet åbner."),
        (("2007-08-01", "2007-09-01"), "faser.fase-5.frist: Den nye frist ligger før i dag."),
        (("2007-11-26", "2017-12-14"), "faser.fase-5.frist: Den nye frist ligger mere end to år ude"),
    ],
)
def test_dates_that_no_step_can_have_are_refused_and_nothing_is_kept(
    engine: Engine, tmp_path: Path, row: tuple[str, str], what: str
) -> None:
    play, task = in_phase_four(engine, tmp_path)
    with pytest.raises(AnswerInvalid) as caught:
        play.answer(task, faser(fase_5=row))
    assert str(caught.value).startswith(what)
    play.settle()
    assert set(play.occurrences()) == {"fase-1", "fase-2", "fase-3", "fase-4"}


def test_one_phase_may_wait_and_a_corrected_answer_moves_what_it_gave(engine: Engine, tmp_path: Path) -> None:
    play, task = in_phase_four(engine, tmp_path)
    play.answer(task, faser(fase_5=("2007-11-26", "2007-12-14")))
    play.settle()
    assert "fase-5" in play.occurrences() and "fase-6" not in play.occurrences()
    play.until(instant(2007, 10, 15))
    (again,) = play.tasks(task.occurrence_id)
    play.answer(again, faser(fase_5=("2007-12-03", "2007-12-21"), fase_6=("2008-01-07", "2008-02-29")))
    play.settle()
    play.settle()
    found = play.occurrences()
    assert (found["fase-5"].due_on, found["fase-6"].due_on) == (date(2007, 12, 21), date(2008, 2, 29))
    with reading(engine) as session:
        cycle = session.exec(select(Cycle)).one()
        assert newest_revision(session, cycle.id or 0).no == 3, "asked again, nothing is revised again"
        assert plan_of(session, cycle.id or 0).later == ()


def test_a_revision_from_the_files_keeps_the_dates_that_were_given(engine: Engine, tmp_path: Path) -> None:
    play, task = in_phase_four(engine, tmp_path)
    play.answer(task, faser(fase_5=("2007-11-26", "2007-12-14")))
    play.settle()
    loaded = example("afbureaukratisering")
    changed = loaded.plan.model_copy(update={"source": "Ny udgave"})
    draft = Draft(changed, loaded.forms, loaded.calendar, loaded.sources)
    with transaction(engine) as session:
        result = revise_cycle(session, draft, year=2007, by="cli", now=play.now, why="Ny kilde")
    assert result.cancelled == [] and play.occurrences()["fase-5"].due_on == date(2007, 12, 14)
    with reading(engine) as session:
        assert [step.id for step in plan_of(session, 1).later] == ["fase-6"]


# ---- how it is shown


def office(engine: Engine, tmp_path: Path, play: Process) -> Any:
    site = Site(engine, tmp_path, at=play.now, secret_key="k" * 40)
    return site.signed_in("sekretariat@kbh.example", Role.SECRETARIAT, "KBH")


def test_the_page_shows_uncertain_dates_as_printed_and_never_as_facts(engine: Engine, tmp_path: Path) -> None:
    play = Process(engine, tmp_path, "strategiproces", BEGINNING)
    page = " ".join(office(engine, tmp_path, play).get("/aarshjul").text.split())
    assert "<h1>Strategiproces 2. halvår 2007</h1>" in page
    assert (
        '»1/12« <span class="badge badge-warning">usikker</span>' in page
        and "regnes som 1. dec. 2007" in page
    )
    assert "trykt som »Uge 9«" in page
    for track in example("strategiproces").plan.tracks:
        assert f"<h2>{track.title}</h2>" in page


def test_a_step_that_has_not_opened_leads_to_nothing_that_is_not_there_yet(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "strategiproces", BEGINNING)
    page = office(engine, tmp_path, play).get("/aktivitet/1").text
    assert "Enhederne får deres opgave, når aktiviteten åbner." in page
    assert "Samlet afrapportering" not in page and "Indskriv en beslutning" not in page


def test_what_a_body_has_decided_stands_at_its_step(engine: Engine, tmp_path: Path) -> None:
    play = Process(engine, tmp_path, "strategiproces", BEGINNING)
    play.until(instant(2007, 11, 26, 10))
    step = play.occurrences()["vedtagelse"].id or 0
    with transaction(engine) as session:
        for day, adopted in ((22, False), (23, True)):
            said = {"body": "BUU", "decided_on": date(2007, 11, day), "adopted": adopted, "text": "Opdigtet."}
            record_decision(session, occurrence_id=step, by="account:1", now=play.now, **said)
    page = office(engine, tmp_path, play).get("/aarshjul").text
    assert "BUU 23. nov. 2007: vedtaget" in page and "22. nov. 2007: ikke" not in page, "the newest one"


def test_a_deadline_that_cannot_be_decided_is_told_as_such_wherever_the_task_is(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "afbureaukratisering", BEGINNING)
    play.until(instant(2007, 6, 27, 10))
    (_, letter), *_ = play.letters(date(2007, 6, 26))
    assert "Frist: onsdag den 1. august 2007 (om 36 dage; usikker dato, trykt som »1. august«)" in letter.text
    activity = " ".join(office(engine, tmp_path, play).get("/aktivitet/1").text.split())
    assert 'onsdag den 1. august 2007 <span class="badge badge-warning">usikker</span>' in activity
    site, (task,) = Site(engine, tmp_path, at=play.now, secret_key="k" * 40), play.waiting()
    with reading(engine) as session:
        person = session.exec(select(Appointment.person_id).where(Appointment.unit_id == task.unit_id)).one()
    address = site.link(task, person)
    page = site.browser().get(address).text
    assert "Datoen er usikker: i kilden står »1. august«." in page
    assert "<li>Detailprojektplan udarbejdet</li>" in page, "the step's work and results stand on its task"
    with transaction(engine) as session:
        extend(session, task.id or 0, new_due_on=date(2007, 8, 6), reason="Ferie", by="cli", now=play.now)
    assert "usikker" not in site.browser().get(address).text, "a deadline that was given is decided"


def test_the_page_says_where_the_dates_will_come_from(engine: Engine, tmp_path: Path) -> None:
    play, task = in_phase_four(engine, tmp_path)
    browser = office(engine, tmp_path, play)
    page = browser.get("/aarshjul/1").text
    assert page.count("fastlægges i 4. Identificere og udvælge forbedringer") == 2
    play.answer(task, WITH_DATES)
    play.settle()
    after = browser.get("/aarshjul/1").text
    assert "fastlægges i" not in after and "14. dec. 2007" in after


def test_the_dates_are_typed_on_the_tasks_page_and_faults_stand_at_their_field(
    engine: Engine, tmp_path: Path
) -> None:
    play, task = in_phase_four(engine, tmp_path)
    site = Site(engine, tmp_path, at=play.now, secret_key="k" * 40)
    with reading(engine) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == "KBH-SEK")).one()
    link, browser = site.link(task, holder), site.browser()
    form = Form(browser.get(link), link)
    assert "5. Prioritere forbedringsindsatser" in form.page.text
    wrong = form.send(
        browser,
        leveret="ja",
        act="submit",
        **{"faser.fase-5.aabner": "14. december 2007", "faser.fase-5.frist": "26. november 2007"},
    )
    assert wrong.status_code == 422 and "Fristen ligger før den dag, trinet åbner." in wrong.text
    right = form.send(
        browser,
        leveret="ja",
        act="submit",
        **{"faser.fase-5.aabner": "26. november 2007", "faser.fase-5.frist": "14. december 2007"},
    )
    assert right.status_code == 303
    play.settle()
    assert play.occurrences()["fase-5"].due_on == date(2007, 12, 14)


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_check_and_show_every_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(EXAMPLES / name)
    assert run("plan", ["check", folder]) == 0
    assert run("plan", ["show", folder, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert shown["year"] == 2007 and len(shown["activities"]) == len(example(name).plan.activities)
    assert run("plan", ["show", folder]) == 0
    table = capsys.readouterr().out
    assert "udledt" in table and ("usikker" in table or name == "god-ledelse")


def test_a_process_whose_dates_are_over_is_not_started_and_one_that_runs_not_twice(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "god-ledelse", BEGINNING)
    draft = example("god-ledelse")
    with pytest.raises(PlanInvalid) as twice, transaction(engine) as session:
        start_cycle(session, draft, year=2027, by="cli", now=BEGINNING)
    assert "er allerede startet" in str(twice.value) and "cycle revise 2007" in str(twice.value)
    other = example("implementering")
    with pytest.raises(PlanInvalid) as over, transaction(engine) as session:
        start_cycle(session, other, year=2027, by="cli", now=instant(2027, 1, 4))
    assert "Alle frister i planen er gået" in str(over.value)
    assert set(play.occurrences()) == {each.id for each in draft.plan.activities}
    with reading(engine) as session:
        assert session.exec(select(Cycle.plan_id)).all() == [draft.plan.id]
