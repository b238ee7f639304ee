"""Seed 001 (three questions, many units, one reading) and seed 002 (clusters, meetings, homework)."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.access.roles import Role
from cycle.plan.model import Activity, Confidence, FlowName
from cycle.plan.reading import certainty
from cycle.store import reading
from cycle.tasks.answers import read_answers
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.submit import latest_submission
from cycle.tasks.tables import Task
from notifications.replies import own_words, read_reply
from tests.support.municipality import instant
from tests.support.processes import DELIVERED, Process, example
from tests.support.web import Site

QUESTIONS = [
    "Hvad er jeres kerneopgave?",
    "Hvilken forskel gør fokus på kerneopgaven i hverdagen?",
    "Hvordan er kerneopgaven kommet til verden?",
]
PRINTED = {
    "MAABJERGHUS": "At skabe de bedste muligheder for det enkelte barns trivsel og udvikling",
    "SABRO": "Vores kerneopgave er at støtte alle børn bedst muligt i deres faglige, personlige og sociale "
    "udvikling",
    "CHARLOTTEHAVEN": "Et godt børneliv",
}
"""The three answers to the first question, as the source has them."""

SECOND = {
    "MAABJERGHUS": ("Måbjerghus Børnehaves", "Hvilken forskel\u00a0 gør fokus på kerneopgaven i hverdagen?"),
    "SABRO": ("Sabro-Korsvejsskolens", "Hvilken forskel gør\u00a0 fokus på kerneopgaven i hverdagen?"),
    "CHARLOTTEHAVEN": ("Charlottehavens", "Hvad gør fokus på kerneopgaven i hverdagen?"),
}
"""Whose core task the first question asks for, and the second question's own wording and spaces."""


def mail_of(unit_id: str) -> str:
    """A reply that repeats the questions as the source prints them for this unit."""
    whose, second = SECOND[unit_id]
    return (
        f"Hej\n\nHvad er {whose} kerneopgave?\n”{PRINTED[unit_id]}”.\n\n{second}\nOpdigtet: den samler os.\n"
        "To linjer.\n\nHvordan er kerneopgaven kommet til verden?\nOpdigtet: på en fælles dag.\n\n"
        "Venlig hilsen\nIda\n"
    )


# ---- 001


def test_001_asks_the_three_printed_questions() -> None:
    loaded = example("kerneopgaven")
    assert [field.label for field in loaded.forms["kerneopgave"].fields] == QUESTIONS
    assert "»Styrk samarbejdet om kerneopgaven« består af fire moduler" in loaded.plan.activities[0].text


@pytest.mark.parametrize("unit_id", list(PRINTED))
def test_a_reply_is_read_in_any_of_the_printed_wordings(unit_id: str) -> None:
    form = example("kerneopgaven").forms["kerneopgave"]
    reply = read_reply(form, own_words(mail_of(unit_id)))
    assert reply.unplaced == "" and reply.raw == {
        "kerneopgave": f"”{PRINTED[unit_id]}”.",
        "forskel": "Opdigtet: den samler os.\nTo linjer.",
        "tilblivelse": "Opdigtet: på en fælles dag.",
    }


def test_a_question_inside_an_answer_begins_no_other_answer() -> None:
    form = example("kerneopgaven").forms["kerneopgave"]
    text = (
        f"{QUESTIONS[0]}\nVi spurgte: hvad er det vigtigste?\nHvad er det gode?\n{QUESTIONS[2]} I fællesskab."
    )
    assert read_reply(form, text).raw == {
        "kerneopgave": "Vi spurgte: hvad er det vigtigste?\nHvad er det gode?",
        "tilblivelse": "I fællesskab.",
    }


def test_001_runs_to_one_collected_reading_of_three_units(engine: Engine, tmp_path: Path) -> None:
    play = Process(engine, tmp_path, "kerneopgaven", instant(2016, 1, 2), 2016)
    play.until(instant(2016, 1, 12))
    tasks = play.waiting()
    assert {task.unit_id for task in tasks} == set(PRINTED)
    form = example("kerneopgaven").forms["kerneopgave"]
    for task in tasks:
        raw = read_reply(form, own_words(mail_of(task.unit_id))).raw
        read_answers(form, raw, rows={})
        play.answer(task, raw)
    play.until(instant(2016, 3, 1))
    occurrence = play.occurrence("kerneopgaven")
    assert occurrence.state is OccurrenceState.CLOSED
    with reading(engine) as session:
        lines = roll_up(session, occurrence.id or 0, now=play.now).lines
    assert {line.unit_id: line.answers["kerneopgave"] for line in lines} == {
        unit: f"”{text}”." for unit, text in PRINTED.items()
    }
    site = Site(engine, tmp_path, at=play.now, secret_key="k" * 40)
    browser = site.signed_in("sekretariat@vpt.example", Role.SECRETARIAT, "VPT")
    page = browser.get(f"/aktivitet/{occurrence.id}/samlet").text
    first, second, third = (page.split(f"<h2>{question}</h2>")[1] for question in QUESTIONS)
    for text in PRINTED.values():
        assert text in first and text not in second
    assert second.split("<section>")[0].count("<h3>") == third.count("<h3>") == 3
    other = site.signed_in("chef@aarhus.example", Role.SUPERIOR, "AARHUS")
    own = other.get(f"/aktivitet/{occurrence.id}/samlet").text
    assert PRINTED["SABRO"] in own and PRINTED["CHARLOTTEHAVEN"] not in own
    assert site.browser().get(f"/aktivitet/{occurrence.id}/samlet").status_code in (303, 401, 403)


# ---- 002


def meetings(cluster: int) -> list[Activity]:
    plan = example("laering-og-trivsel").plan
    return [each for each in plan.activities if each.id.startswith(f"klynge-{cluster}-moede-")]


def test_002_has_its_phases_and_phrases_as_printed() -> None:
    plan = example("laering-og-trivsel").plan
    assert [track.title.partition(" –")[0] for track in plan.tracks] == [
        "Planlægnings- og udviklingsfasen",
        "Gennemførelsesfasen",
        "Gennemførelsesfasen",
        "Formidlingsfasen (3 temakonferencer)",
    ]
    printed = {
        certainty(when)
        for each in plan.activities
        for when in (each.window.opens, each.window.due)
        if when.printed
    }
    assert printed == {
        (Confidence.CERTAIN, "Første halvår 2016"),
        (Confidence.CERTAIN, "2. kvartal 2016"),
        (Confidence.INFERRED, "September 2016"),
        (Confidence.INFERRED, "1.12.2016 – 1.6.2017"),
        (Confidence.UNCERTAIN, "ultimo 2016"),
        (Confidence.UNCERTAIN, "medio 2017"),
        (Confidence.UNCERTAIN, "ultimo 2017"),
        (Confidence.UNCERTAIN, "primio 2018"),
        (Confidence.CERTAIN, "2. halvår 2017"),
        (Confidence.INFERRED, "2018"),
    }
    dates = example("laering-og-trivsel").resolve(2016)
    assert (dates["udvikling"].opens_on, dates["udvikling"].due_on) == (date(2016, 1, 1), date(2016, 6, 30))
    assert dates["tilmelding"].opens_on == date(2016, 4, 1)
    assert (dates["oevrige-klynger"].opens_on, dates["klynger-slut"].due_on) == (
        date(2016, 12, 1),
        date(2018, 1, 31),
    )
    conferences = [dates[f"temakonference-{number}"].due_on.year for number in (1, 2, 3)]
    assert conferences == [2017, 2018, 2018]
    actors = plan.activity("udvikling").participants
    assert actors == (
        "KL",
        "Kontaktudvalget",
        "Rådgivningsgruppen",
        "Børne- og Kulturchefforeningen",
        "Skolelederforeningen",
    )


@pytest.mark.parametrize(("cluster", "first"), [(1, date(2016, 9, 20)), (2, date(2016, 12, 6))])
def test_a_cluster_meets_five_times_within_twelve_months_with_homework_between(
    cluster: int, first: date
) -> None:
    dates = example("laering-og-trivsel").resolve(2016)
    held = [dates[each.id].due_on for each in meetings(cluster)]
    assert len(held) == 5 and held[0] == first and held[-1] - held[0] < timedelta(days=365)
    assert [each.work[0].partition(" ")[0] for each in meetings(cluster)] == [
        "Faglig",
        "Dokumentation",
        "Faglige",
        "Kompetence-",
        "Støttefunktioner",
    ]
    for number in range(1, 5):
        homework = dates[f"klynge-{cluster}-hjemmeopgave-{number}"]
        assert held[number - 1] < homework.opens_on <= homework.due_on < held[number]


def test_002_runs_to_the_end_with_attendance_and_minutes_of_every_meeting(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "laering-og-trivsel", instant(2015, 12, 28), 2016)
    homework = {"afproevet": "Opdigtet: to samtaler om data."}
    minutes = {
        "holdt": "ja",
        "dato": "20. september 2016",
        "referat": "Opdigtet referat.",
        "deltagere": {"deltager-1": {"moedt": "ja"}, "deltager-2": {"moedt": "afbud"}},
    }
    plan = example("laering-og-trivsel").plan
    kinds = {FlowName.MEETING_SERIES: minutes, FlowName.REPORT: homework, FlowName.PROCESS_STEP: DELIVERED}
    play.run(until=instant(2018, 7, 1), answers={each.id: kinds[each.flow] for each in plan.activities})
    assert {each.state for each in play.occurrences().values()} == {OccurrenceState.CLOSED}
    with reading(engine) as session:
        tasks = session.exec(select(Task)).all()
        assert {task.state for task in tasks} == {TaskState.SUBMITTED}
        by_activity = Counter(play.activity_of(task) for task in tasks)
        first = next(task for task in tasks if play.activity_of(task) == "klynge-1-moede-1")
        kept = latest_submission(session, first.id or 0)
    assert by_activity["klynge-1-hjemmeopgave-1"] == 6 and by_activity["klynge-2-hjemmeopgave-4"] == 8
    rows = first.prefill["participants"]
    assert len(rows) == 6 and rows[0]["label"] == "Ahorn Kommune, kontaktperson"
    assert kept is not None and kept.answers["referat"] == "Opdigtet referat."
    attendance = {row["row"]: row.get("moedt") for row in kept.answers["deltagere"]}
    assert (attendance["deltager-1"], attendance["deltager-2"]) == ("ja", "afbud")
