"""Seed 001: three questions, many units, one collected reading."""

from pathlib import Path

from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.store import reading
from cycle.tasks.answers import read_answers
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import OccurrenceState
from notifications.replies import own_words, read_reply
from tests.support.kerneopgaven import PRINTED, QUESTIONS, mail_of
from tests.support.municipality import instant
from tests.support.processes import Process, example
from tests.support.web import Site


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
