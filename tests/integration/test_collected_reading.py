"""Seed 001: three questions, many units, one collected reading."""

from pathlib import Path

from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.answers import read_answers
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import OccurrenceState
from notifications.replies import own_words, read_reply
from tests.support import municipality
from tests.support.kerneopgaven import PRINTED, QUESTIONS, mail_of
from tests.support.municipality import ROOT, instant
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


def test_where_many_were_asked_so_many_units_stand_on_a_page_and_all_when_asked_for(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=55)
        cycle = municipality.start_cycle(session, town)
        occurrence = municipality.add_occurrence(session, town, cycle)
        tasks = municipality.add_tasks(session, town, occurrence)
        for task in tasks[:2] + tasks[210:211]:
            municipality.answer(session, task, at=municipality.instant(2027, 4, 12))
        names = [session.get_one(Unit, task.unit_id).name for task in tasks]
        address = f"/aktivitet/{occurrence.id}/samlet"
    site = Site(engine, tmp_path, at=municipality.instant(2027, 4, 25))
    browser = site.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
    first, second = browser.get(address).text, browser.get(f"{address}?side=2").text
    assert len(names) == 220 and "Side 1 af 2" in first and "Side 2 af 2" in second
    assert first.count("<h3>") == 6 and second.count("<h3>") == 3, "three questions, two units and one"
    assert [names[210] in page for page in (first, second)] == [False, True]
    whole = browser.get(f"{address}?vis=alle").text
    assert whole.count("<h3>") == 9 and "Side 1" not in whole and all(name in whole for name in names)
    assert browser.get(f"{address}?side=99").text.count("<h3>") == 3, "the last page"
    one = site.signed_in("chef@by.example", Role.SUPERIOR, "BY-IN-D1")
    own = one.get(address).text
    assert "Side 1" not in own and own.count("<h3>") == 6 and names[210] not in own
