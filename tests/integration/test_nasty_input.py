"""Whatever is typed or put into an address is answered by a page of ours, never by a fault of ours."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from cycle.access.roles import Role
from cycle.errors import AnswerInvalid
from cycle.store import transaction
from cycle.tasks.change import extend
from cycle.tasks.new_dates import FURTHEST_DAYS
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Extension, Review, Task
from tests.support import municipality
from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World
from tests.support.municipality import instant
from tests.support.web import Form
from web.app import create_app
from web.demo.controls import Action, Letter, Status

NASTY = (
    "\x00",
    "a\x00b",
    "9" * 40,
    "-1",
    "²",
    "٣",
    "\u202e\ufeff",
    "\x0b",
    "NaN",
    "1e400",
    "9999-12-31",
    "x" * 5000,
)
NO_ROW = ("0", "-1", "x", "²", str(2**31), "9" * 40, "\x00")


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path, EVERY_TYPE, {"goals": GOALS}, levels=1)


def answered(world):
    with transaction(world.engine) as session:
        task = session.get_one(Task, world.task_id)
        municipality.answer(session, task, at=instant(2027, 4, 10), answers={})
    return f"/mine-enheder/opgave/{world.task_id}"


def superior(world):
    browser = world.site.signed_in("dorte@by.example", Role.SUPERIOR, "BY-IN-D1")
    return browser, Form(browser.get("/mine-enheder"), "/log-ud").fields["csrf"]


def test_a_leader_may_type_anything_anywhere(world):
    content = (*FILLED, "maal.A.tal", "bilag.kept", "bilag.remove")
    for nasty in NASTY:
        shown = {**world.form().fields, **FILLED, "act": "draft"}
        for fields in (content, ("once",), ("edition",), ("seen",), ("act",)):
            data = shown | dict.fromkeys(fields, nasty)
            status = world.browser.post(world.link, data=data).status_code
            assert status in (200, 303, 400, 409, 422), (fields, nasty, status)
        data = {**world.form().fields, **FILLED, "act": "draft"}
        named = {"bilag": (nasty[:200], b"Tal", "text/plain")}
        assert world.browser.post(world.link, data=data, files=named).status_code in (200, 303), nasty


def test_an_address_of_any_kind_gives_a_page(world):
    for nasty in map(quote, NASTY):
        for path in (f"/{nasty}", f"/opgave/{nasty}", f"{world.link}/fil/{nasty}"):
            assert world.browser.get(path).status_code == 404, path
        for path in (f"{world.link}?ret={nasty}&gemt={nasty}&sprog={nasty}", f"/log-ind?videre={nasty}"):
            assert world.browser.get(path).status_code == 200, path
        strange = {"cookie": f"aarshjul={nasty}; sprog={nasty}"}
        assert world.browser.get("/mine-enheder", headers=strange).status_code == 303


def test_nobody_signs_in_with_what_no_address_or_password_can_be(world):
    for sent in (
        {"email": "a\x00@by.example", "password": "x"},
        {"email": "9" * 5000, "password": "\x00"},
        {},
    ):
        assert world.browser.post("/log-ind", data=sent).status_code == 401, sent


def test_a_number_that_no_row_can_have_is_a_page_that_does_not_exist(world):
    browser, csrf = superior(world)
    for number in map(quote, NO_ROW):
        for path in ("/mine-enheder/{}", "/mine-enheder/opgave/{}", "/mine-enheder/opgave/{}/fil/x"):
            assert browser.get(path.format(number)).status_code == 404, (path, number)
        for verb in ("godkend", "retur"):
            answer = browser.post(
                f"/mine-enheder/opgave/{number}/{verb}", data={"csrf": csrf, "version": "1"}
            )
            assert answer.status_code == 404, (verb, number)


def test_a_superior_may_type_anything_in_a_return(world):
    page = answered(world)
    browser, csrf = superior(world)
    for nasty in NASTY:
        for fields in (("reason", "reason:overskrift"), ("due_on",), ("version",), ("csrf",)):
            with transaction(world.engine) as session:
                session.execute(sa.update(Task).values(state=TaskState.SUBMITTED, level=0))
            sent = {"csrf": csrf, "version": "1", "reason": "Se her", "due_on": ""}
            status = browser.post(f"{page}/retur", data=sent | dict.fromkeys(fields, nasty)).status_code
            assert status in (303, 403, 409, 422), (fields, nasty, status)
        assert browser.get(page).status_code == 200
    for review in world.rows(Review):
        assert "\x00" not in review.reason + "".join(review.field_reasons.values())


def test_unseen_characters_alone_are_no_reason(world):
    page = answered(world)
    browser, csrf = superior(world)
    sent = {"csrf": csrf, "version": "1", "reason": "\x00 \u202e", "due_on": ""}
    refused = browser.post(f"{page}/retur", data=sent)
    assert refused.status_code == 422 and "Der mangler en begrundelse." in refused.text


@pytest.mark.parametrize("act", ["forlaeng", "retur"])
def test_a_deadline_of_another_age_is_refused_and_every_page_still_opens(world, act):
    answered(world)
    office = world.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    csrf = Form(office.get("/aarshjul"), "/log-ud").fields["csrf"]
    post, field = {
        "forlaeng": (f"/opgave-historik/{world.other.id}/forlaeng", "new_due_on"),
        "retur": (f"/mine-enheder/opgave/{world.task_id}/retur", "due_on"),
    }[act]
    refused = office.post(post, data={"csrf": csrf, "version": "1", "reason": "Ferie", field: "9999-12-31"})
    assert refused.status_code == 422 and "mere end to år ude i fremtiden" in refused.text
    assert world.rows(Extension) == [] and world.rows(Review) == []
    for path in ("/aarshjul", f"/aktivitet/{world.occurrence_id}", f"/opgave-historik/{world.other.id}"):
        assert office.get(path).status_code == 200


def test_a_deadline_may_be_moved_two_years_ahead_and_not_a_day_more(world):
    today = date(2027, 4, 12)
    with transaction(world.engine) as session, pytest.raises(AnswerInvalid):
        _extend(session, world, today + timedelta(days=FURTHEST_DAYS + 1))
    with transaction(world.engine) as session:
        _extend(session, world, today + timedelta(days=FURTHEST_DAYS))
    assert [row.new_due_on for row in world.rows(Extension)] == [today + timedelta(days=FURTHEST_DAYS)]


def _extend(session, world, day):
    extend(session, world.other.id, new_due_on=day, reason="Ferie", by="account:1", now=world.site.clock.at)


class Controls:
    """A demo's clock and mail room that have nothing."""

    def __init__(self, now):
        self.status = Status(now, None, now, now + timedelta(days=1), 0, 0)

    def start(self, action):
        return isinstance(action, Action)

    def letters(self, search, *, limit):
        assert "\x00" not in search
        return []

    def letter(self, number):
        mail = b"Subject: Emne\r\n\r\nTekst"
        return Letter(1, self.status.now, "a@by.example", "Emne", "Tekst", mail) if number == 1 else None


class Demo:
    """What `aarshjul demo` hands to the pages."""

    mark = file_mark = ("Opdigtede svar", "Invented answers")

    def __init__(self, now):
        self.controls = Controls(now)


def test_the_demos_own_pages_take_anything_too(world):
    demo = Demo(world.site.clock.at)
    world.site.app = create_app(world.engine, world.site.settings, world.site.clock, demo=demo)
    browser = world.site.browser()
    assert browser.get("/demo/post/1").status_code == 200
    kept = browser.get("/demo/post/1/fil")
    assert (
        kept.content == b"Subject: Emne\r\n\r\nTekst" and "attachment" in kept.headers["content-disposition"]
    )
    for nasty in NO_ROW:
        for path in (f"/demo/post/{quote(nasty)}", f"/demo/post/{quote(nasty)}/fil"):
            assert browser.get(path).status_code == 404, path
        assert browser.post("/demo/log-ind", data={"account": nasty}).status_code == 404, nasty
        assert browser.post("/demo/ur", data={"handling": nasty}).status_code == 404, nasty
    for nasty in NASTY:
        assert browser.get("/demo/post", params={"soeg": nasty}).status_code == 200, nasty
