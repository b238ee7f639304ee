"""The draft kept while it is written: what the page's script sends, and what it is told."""

import json
from datetime import timedelta

import pytest

from cycle.store import transaction
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import Draft, Occurrence, Submission
from tests.support.leader import World
from tests.support.municipality import ANSWERS
from tests.support.web import Form
from web.signing_in.visits import LASTS


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def save(world, form, **typed):
    return world.browser.post(f"{world.page}/kladde", data={**form.fields, **typed})


def take(form, answer):
    form.fields.update({name: answer.json()[name] for name in ("edition", "seen", "shown")})


def test_the_draft_is_kept_without_an_answer_and_the_page_goes_on_from_it(world):
    form = world.form()
    first = save(world, form, beloeb="7")
    assert first.status_code == 200 and "Kladden er gemt kl. 12.00." in first.json()["said"]
    take(form, first)
    second = save(world, form, beloeb="8", bemaerkning="Mere")
    assert second.status_code == 200 and second.json()["edition"] == "2"
    (draft,) = world.rows(Draft)
    assert draft.answers == {"beloeb": "8.00", "bemaerkning": "Mere"} and world.rows(Submission) == []
    take(form, second)
    sent = {"beloeb": "9", "status.light": "grøn", "bemaerkning": "Mere"}
    assert form.send(world.browser, act="submit", **sent).status_code == 303
    assert world.state() is TaskState.SUBMITTED and world.rows(Draft) == []


def test_what_cannot_be_read_is_kept_as_typed_and_named(small):
    kept = save(small, small.form(), beloeb="mange", bemaerkning="Tekst")
    assert kept.status_code == 200 and kept.json()["refused"] is False
    assert "Skal rettes, før du sender: Forventet resultat." in kept.json()["said"]
    assert "beloeb" in json.loads(kept.json()["shown"])
    (draft,) = small.rows(Draft)
    assert draft.answers == {"bemaerkning": "Tekst"} and draft.typed == {"beloeb": "mange"}
    small.browser.cookies.set("sprog", "en")
    assert "The draft was saved at 12:00." in save(small, small.form(), beloeb="7").json()["said"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"status.comment": "To vakante stillinger"}, ""),
        ({"status.light": "gul"}, ""),
        ({"beloeb": "ca. fem"}, "Forventet resultat"),
        ({"bemaerkning": "x" * 4_800, "status.light": "gul"}, "Bemærkninger"),
    ],
)
def test_what_was_typed_is_there_when_the_tab_was_closed_and_the_link_opened_again(small, typed, said):
    before = {"status.light": "grøn", "status.comment": "Godt", "bemaerkning": "Kort"}
    form = small.form()
    take(form, save(small, form, **before))
    kept = save(small, form, **{**dict.fromkeys(before, ""), **typed}).json()
    ends = f"Skal rettes, før du sender: {said}." if said else "kl. 12.00."
    assert kept["said"].endswith(ends), "what is only begun is no fault"
    again = small.form()
    assert {name: again.fields[name] for name in typed} == typed
    assert ("Skal rettes, før du sender" in again.page.text) is bool(said)
    assert small.rows(Draft)[0].answers == {}


def test_what_is_kept_as_typed_is_no_answer_and_goes_with_the_draft(small):
    save(small, small.form(), beloeb="ca. fem", **{"status.light": "grøn"})
    refused = small.form().send(small.browser, act="submit")
    assert refused.status_code == 422 and "ca. fem" in refused.text and small.rows(Submission) == []
    assert 'data-unkept="save"' in refused.text
    assert small.form().send(small.browser, act="submit", beloeb="5").status_code == 303
    assert [each.answers["beloeb"] for each in small.rows(Submission)] == ["5.00"]
    assert small.rows(Draft) == []


def test_a_text_that_no_draft_takes_leaves_what_stood_there_and_the_browser_keeps_its_copy(small):
    form = small.form()
    take(form, save(small, form, bemaerkning="Kort"))
    long = save(small, form, bemaerkning="x" * 50_001, beloeb="7").json()
    assert long["refused"] and "Undtagen det, der er for langt: Bemærkninger." in long["said"]
    assert small.rows(Draft)[0].answers == {"bemaerkning": "Kort", "beloeb": "7.00"}
    pressed = small.form().send(small.browser, act="draft", bemaerkning="x" * 50_001)
    assert "Kladden er gemt, men ikke disse felter" in pressed.text and "plads til 50.000" in pressed.text
    assert 'data-unkept="save"' in pressed.text


def test_what_another_typed_that_cannot_be_read_is_put_together_as_well(small):
    older, newer = small.form(), small.form()
    assert save(small, newer, beloeb="ca. fem", **{"status.comment": "Ny"}).status_code == 200
    both = older.send(small.browser, act="draft", beloeb="7")
    assert both.status_code == 409 and "ca. fem" in both.text and 'data-unkept="look"' in both.text
    assert Form(both, small.link).fields["status.comment"] == "Ny"


def test_the_older_of_two_tabs_is_told_and_loses_nothing(world):
    older, newer = world.form(), world.form()
    assert save(world, newer, bemaerkning="Ny").status_code == 200
    stale = save(world, older, beloeb="7")
    assert stale.status_code == 409 and stale.json()["stop"] and "andet vindue" in stale.json()["said"]
    assert world.rows(Draft)[0].answers == {"bemaerkning": "Ny"}
    both = older.send(world.browser, act="draft", beloeb="7")
    assert both.status_code == 409 and "Ny" in both.text and 'value="7"' in both.text


def test_what_takes_no_answer_keeps_no_draft_and_says_so(small):
    form = small.form()
    with transaction(small.engine) as session:
        submit(
            session,
            small.task_id,
            answers=ANSWERS,
            kind=SubmissionKind.COMPLETE,
            channel=Channel.MAIL,
            by="x",
            received_at=small.site.clock.at,
            now=small.site.clock.at,
            once="mail",
        )
    assert save(small, form, beloeb="7").status_code == 409
    small.change(Occurrence, state=OccurrenceState.CANCELLED)
    over = save(small, form, beloeb="7")
    assert over.status_code == 410 and over.json()["stop"] and small.rows(Draft) == []


def test_when_the_link_has_ended_the_draft_is_kept_and_the_page_is_no_json(small):
    form = small.form()
    small.site.clock.at += LASTS + timedelta(minutes=1)
    ended = save(small, form, beloeb="7")
    assert ended.status_code == 401 and "application/json" not in ended.headers["content-type"]
    assert small.rows(Draft)[0].answers == {"beloeb": "7.00"}
    small.site.clock.at += timedelta(days=2)
    assert save(small, form, beloeb="8").status_code == 401
    assert small.rows(Draft)[0].answers == {"beloeb": "7.00"}


def test_only_by_the_link_and_without_files(small):
    form = small.form()
    stranger = small.site.stranger()
    assert stranger.post(f"{small.page}/kladde", data=form.fields).status_code == 401
    assert stranger.get(f"{small.page}/kladde").status_code == 405
    chosen = {"bilag": ("a.txt", b"x", "text/plain")}
    sent = small.browser.post(f"{small.page}/kladde", data=form.fields, files=chosen)
    assert sent.status_code == 400 and small.rows(Draft) == []
