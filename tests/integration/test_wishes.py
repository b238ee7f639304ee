"""A leader asks for more time: what is kept, who is told, who decides, and what the leader sees."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.errors import Conflict, NotNow
from cycle.history import History
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import reading, transaction
from cycle.tasks.change import extend, waive
from cycle.tasks.closing import cancel_occurrence, close_occurrence
from cycle.tasks.states import Channel, SubmissionKind, TaskState, WishState
from cycle.tasks.submit import submit
from cycle.tasks.tables import Extension, Occurrence, Task
from cycle.tasks.wish_decisions import grant, refuse
from cycle.tasks.wish_tables import ExtensionWish
from cycle.tasks.wishes import ask
from notifications.gather import Letters
from notifications.office import Office
from tests.support import municipality
from tests.support.leader import World
from tests.support.municipality import instant
from tests.support.web import Form

WISHED = "2027-04-26"


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def wish(world, **changed):
    form = Form(world.browser.get(world.link + "/frist"), world.link + "/frist")
    return form.send(world.browser, **{"wished_on": WISHED, "reason": "To nye kolleger", **changed})


def superior(world, email="dorte@by.example", unit_id=None):
    unit = unit_id or world.task.unit_id.rpartition("-")[0]
    return world.site.signed_in(email, Role.SUPERIOR, unit)


def decide(world, browser, act, **changed):
    (row,) = world.rows(ExtensionWish)
    address = f"/mine-enheder/frister/{row.id}"
    return Form(browser.get("/mine-enheder/frister"), address).send(browser, act=act, **changed)


def mails(world, kind):
    return [each for each in world.rows(Message) if each.kind is kind]


def letter(world, message):
    with reading(world.engine) as session:
        office, today = Office.of(world.site.settings), world.site.clock.at.date()
        return Letters(session, [message], office=office, today=today).write(message)


def test_a_wish_is_kept_told_and_granted_and_the_leader_sees_the_answer(world):
    task_page = world.browser.get(world.link).text
    assert f"{world.page}/frist" in task_page and "Du har bedt om mere tid" not in task_page
    sent = wish(world)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{world.page}/frist?gjort=1")
    assert "Dit ønske er sendt" in world.browser.get(sent.headers["location"]).text
    assert "Du har bedt om mere tid" in world.browser.get(world.page).text
    (row,) = world.rows(ExtensionWish)
    assert (row.due_on, row.wished_on, row.reason, row.by, row.state) == (
        date(2027, 4, 20),
        date(2027, 4, 26),
        "To nye kolleger",
        f"person:{world.leader}",
        WishState.ASKED,
    )
    (told,) = mails(world, MessageKind.EXTENSION_WISH)
    district = world.task.unit_id.rpartition("-")[0]
    assert told.person_id == world.town.leaders[district]
    assert told.next_at == world.site.clock.at + timedelta(minutes=30)
    said = letter(world, told).letter
    assert said and [(item.wished_on, item.due_on) for item in said.items] == [(row.wished_on, row.due_on)]
    assert said.overview_url.endswith("/mine-enheder/frister") and "nærmeste leder" in said.reasons_why[0]

    browser = superior(world)
    assert "Ønsker om ny frist" in browser.get("/mine-enheder").text
    assert "bedt om mere tid" in browser.get(f"/mine-enheder/opgave/{world.task_id}").text
    page = browser.get("/mine-enheder/frister").text
    assert "To nye kolleger" in page and "mandag den 26. april 2027" in page
    done = decide(world, browser, "giv", new_due_on="2027-04-23", why="God arbejdslyst")
    assert (done.status_code, done.headers["location"]) == (303, "/mine-enheder/frister?gjort=giv")
    assert "Den nye frist er givet" in browser.get(done.headers["location"]).text
    (row,) = world.rows(ExtensionWish)
    (given,) = world.rows(Extension)
    assert (row.state, row.extension_id, given.new_due_on) == (
        WishState.GRANTED,
        given.id,
        date(2027, 4, 23),
    )
    with reading(world.engine) as session:
        assert session.get_one(Task, world.task_id).due_on == date(2027, 4, 23)
        written = select(History.verb).where(History.thing == f"task:{world.task_id}")
        verbs = session.exec(written.order_by(col(History.id))).all()
        assert verbs == ["ask_extension", "extend"]
    assert letter(world, mails(world, MessageKind.EXTENDED)[0]).letter.note == "God arbejdslyst"
    asked = world.browser.get(f"{world.page}/frist").text
    assert "Givet" in asked and "23. april 2027" in asked and "God arbejdslyst" in asked
    after = letter(world, told)
    assert after.letter is None and after.why == "Ikke sendt: ønskerne er afgjort eller bortfaldet."


def test_a_refusal_needs_a_reason_which_the_leader_gets_by_mail_and_page(world):
    wish(world)
    browser = superior(world)
    empty = decide(world, browser, "afslaa", why=" ", new_due_on="2027-04-22")
    assert empty.status_code == 422 and "Der mangler en begrundelse." in empty.text
    assert 'value="2027-04-22"' in empty.text and world.rows(ExtensionWish)[0].state is WishState.ASKED
    for _ in range(2):
        done = decide_again = Form(empty, decide_address(world)).send(
            browser, act="afslaa", why="Udvalget venter"
        )
        assert done.status_code == 303 and decide_again.headers["location"].endswith("gjort=afslaa")
    (row,) = world.rows(ExtensionWish)
    assert (row.state, row.why) == (WishState.REFUSED, "Udvalget venter")
    (told,) = mails(world, MessageKind.REFUSED)
    assert letter(world, told).letter.note == "Udvalget venter"
    seen = world.browser.get(f"{world.page}/frist").text
    assert "Afslået" in seen and "Udvalget venter" in seen and 'name="wished_on"' in seen
    assert wish(world, reason="Endnu en gang").status_code == 303 and len(world.rows(ExtensionWish)) == 2
    office = world.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    told = office.get(f"/opgave-historik/{world.task_id}").text
    assert "Udvalget venter" in told and "ny frist afslået" in told and "/mine-enheder/frister" in told


def decide_address(world):
    return f"/mine-enheder/frister/{world.rows(ExtensionWish)[0].id}"


def test_asked_twice_is_one_wish_and_another_one_meanwhile_is_told_to_wait(world):
    form = Form(world.browser.get(world.link + "/frist"), world.link + "/frist")
    for _ in range(2):
        assert form.send(world.browser, wished_on=WISHED, reason="Ferie").status_code == 303
    other = form.send(world.browser, wished_on="2027-04-27", reason="Ferie")
    assert other.status_code == 409 and "Der er allerede bedt om en ny frist" in other.text
    assert len(world.rows(ExtensionWish)) == 1 and len(mails(world, MessageKind.EXTENSION_WISH)) == 1
    assert 'name="wished_on"' not in world.browser.get(f"{world.page}/frist").text


@pytest.mark.parametrize(
    ("changed", "words", "english"),
    [
        ({"wished_on": "2027-04-20"}, "efter den nuværende frist", "after the present one"),
        ({"wished_on": "2027-04-24"}, "ikke en arbejdsdag", "not a working day"),
        ({"wished_on": "2027-05-03"}, "til og med 30. april 2027", "up to and including 30 April 2027"),
        ({"wished_on": "i morgen"}, "er ikke en dato", "is no date"),
        ({"wished_on": ""}, "Den ønskede frist mangler", "The deadline wished for is missing"),
        ({"wished_on": "", "reason": ""}, "Begrundelsen mangler", "The reason is missing"),
        ({"reason": "  "}, "Begrundelsen mangler", "The reason is missing"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(small, changed, words, english):
    answer = wish(small, **changed)
    assert answer.status_code == 422 and words in answer.text and 'class="error-summary"' in answer.text
    small.browser.cookies.set("sprog", "en")
    answer = wish(small, **changed)
    assert words not in answer.text and english in answer.text
    assert small.rows(ExtensionWish) == []


@pytest.mark.parametrize("typed", ["23. april 2027", "23.4.2027", "23-04-2027", "2027-04-23"])
def test_a_date_may_be_written_as_people_write_it(small, typed):
    assert wish(small, wished_on=typed).status_code == 303
    assert [each.wished_on for each in small.rows(ExtensionWish)] == [date(2027, 4, 23)]


def test_everything_that_lacks_is_named_at_once(small):
    page = wish(small, wished_on="", reason="")
    assert "Den ønskede frist mangler" in page.text and "Vælg en dato." in page.text
    assert "Begrundelsen mangler" in page.text
    page = wish(small, wished_on="2027-04-24", reason="")
    assert "ikke en arbejdsdag" in page.text and "Begrundelsen mangler" in page.text


def test_several_wishes_of_half_an_hour_are_one_mail(small):
    wish(small)
    with transaction(small.engine) as session:
        other = session.get_one(Task, small.other.id)
        by = f"person:{small.town.leaders[other.unit_id]}"
        ask(
            session,
            other.id,
            wished_on=date(2027, 4, 27),
            reason="Flytning",
            by=by,
            now=small.site.clock.at + timedelta(minutes=10),
        )
    (told,) = mails(small, MessageKind.EXTENSION_WISH)
    said = letter(small, told).letter
    assert [item.wished_on for item in said.items] == [date(2027, 4, 26), date(2027, 4, 27)]
    small.change(Message, state=MessageState.SENT)
    with transaction(small.engine) as session:
        third = session.exec(select(Task).where(Task.unit_id == small.town.units[2])).one()
        ask(
            session, third.id, wished_on=date(2027, 4, 27), reason="Flytning", by="x", now=small.site.clock.at
        )
    assert len(mails(small, MessageKind.EXTENSION_WISH)) == 2


def _answer(session, world, now):
    submit(
        session,
        world.task_id,
        answers=municipality.ANSWERS,
        kind=SubmissionKind.COMPLETE,
        channel=Channel.MAIL,
        by="person:1",
        received_at=now,
        now=now,
        once="mail",
    )


ENDS = {
    "answered": _answer,
    "waived": lambda s, w, now: waive(s, w.task_id, why="Lukker", by="account:1", now=now),
    "extended": lambda s, w, now: extend(
        s, w.task_id, new_due_on=date(2027, 4, 22), reason="", by="account:1", now=now
    ),
    "closed": lambda s, w, now: close_occurrence(
        s, s.get_one(Occurrence, w.occurrence_id), now=instant(2027, 5, 1)
    ),
    "cancelled": lambda s, w, now: cancel_occurrence(
        s, s.get_one(Occurrence, w.occurrence_id), why="Aflyst", by="account:1", now=now
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_wish_lapses_when_the_task_is_answered_extended_or_over(world, end):
    wish(world)
    browser = superior(world)
    stale = Form(browser.get("/mine-enheder/frister"), decide_address(world))
    with transaction(world.engine) as session:
        ENDS[end](session, world, world.site.clock.at)
    assert world.rows(ExtensionWish)[0].state is WishState.LAPSED
    assert "Ingen venter på svar" in browser.get("/mine-enheder/frister").text
    late = stale.send(browser, act="giv", why="")
    assert late.status_code == 409 and "allerede afgjort" in late.text
    assert len(world.rows(Extension)) == (1 if end == "extended" else 0)


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(world):
    wish(world)
    (row,) = world.rows(ExtensionWish)
    now = world.site.clock.at

    def granted():
        with transaction(world.engine) as session:
            grant(session, row.id, new_due_on=date(2027, 4, 26), why="", by="account:1", now=now)

    def refused():
        with transaction(world.engine) as session:
            refuse(session, row.id, why="Nej", by="account:2", now=now)

    with ThreadPoolExecutor(2) as pool:
        came = [pool.submit(granted).exception(), pool.submit(refused).exception()]
    assert sorted(type(each) for each in came if each) != [] and None in came
    assert all(isinstance(each, Conflict) for each in came if each)
    (row,) = world.rows(ExtensionWish)
    assert (row.state is WishState.GRANTED) == (len(world.rows(Extension)) == 1)
    assert len(mails(world, MessageKind.REFUSED)) + len(mails(world, MessageKind.EXTENDED)) == 1


def test_whoever_comes_second_to_the_page_is_told_and_a_post_sent_twice_is_one_decision(small):
    wish(small)
    first, second = superior(small), small.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    theirs = Form(second.get("/mine-enheder/frister"), decide_address(small))
    mine = Form(first.get("/mine-enheder/frister"), decide_address(small))
    for _ in range(2):
        assert mine.send(first, act="giv", why="").status_code == 303
    late = theirs.send(second, act="afslaa", why="Nej")
    assert late.status_code == 409 and "allerede afgjort" in late.text
    assert len(small.rows(Extension)) == 1 and mails(small, MessageKind.REFUSED) == []
    assert mine.send(first, act="hm").status_code == 400


def test_a_superior_gives_no_day_after_the_close_but_the_secretariat_does(small):
    wish(small)
    browser = superior(small)
    beyond = decide(small, browser, "giv", new_due_on="2027-05-10", why="")
    assert beyond.status_code == 422 and "Kun sekretariatet kan give en senere" in beyond.text
    page = browser.get(f"/opgave-historik/{small.task_id}")
    direct = Form(page, f"/opgave-historik/{small.task_id}/forlaeng")
    assert direct.send(browser, new_due_on="2027-05-10", reason="Ferie").status_code == 422
    office = small.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    assert "Ønsker om ny frist" in office.get("/aarshjul").text
    assert decide(small, office, "giv", new_due_on="2027-05-10", why="").status_code == 303
    with transaction(small.engine) as session:
        close_occurrence(session, session.get_one(Occurrence, small.occurrence_id), now=instant(2027, 5, 1))
    after = browser.get(f"/opgave-historik/{small.task_id}").text
    assert "/forlaeng" not in after and "/forlaeng" in office.get(f"/opgave-historik/{small.task_id}").text


def test_the_nearest_superior_decides_others_see_it_or_not_at_all(small):
    wish(small)
    area, beside, direction = (
        superior(small, "anders@by.example", "BY-IN"),
        superior(small, "nina@by.example", "BY-SK"),
        small.site.signed_in("dir@by.example", Role.DIRECTION, "BY"),
    )
    page = area.get("/mine-enheder/frister").text
    assert "To nye kolleger" in page and "nærmeste leder, der afgør det" in page and "/frister/" not in page
    csrf = Form(area.get("/mine-enheder/frister"), "/log-ud").fields["csrf"]
    sent = {"csrf": csrf, "act": "giv", "new_due_on": WISHED}
    assert area.post(decide_address(small), data=sent).status_code == 403
    assert "To nye kolleger" not in beside.get("/mine-enheder/frister").text
    assert direction.get("/mine-enheder/frister").status_code == 403
    assert area.post("/mine-enheder/frister/999", data=sent).status_code == 404
    assert small.site.browser().get("/mine-enheder/frister").status_code == 303


def test_only_while_the_task_waits_for_its_holder_and_only_by_the_link(small):
    assert small.site.stranger().get(f"{small.page}/frist").status_code == 401
    assert small.browser.get(f"/opgave/{small.other.id}/frist").status_code == 401
    form = Form(small.browser.get(small.link + "/frist"), small.link + "/frist")
    small.change(Task, state=TaskState.SUBMITTED)
    assert form.send(small.browser, wished_on=WISHED, reason="Ferie").status_code == 409
    assert 'name="wished_on"' not in small.browser.get(f"{small.page}/frist").text
    assert small.rows(ExtensionWish) == []
    small.change(Task, state=TaskState.OPEN)
    small.site.clock.at = instant(2027, 4, 30, 18)
    small.change(Task, due_on=date(2027, 4, 30))
    assert "Skriv til sekretariatet" in small.browser.get(f"{small.link}/frist").text
    with pytest.raises(NotNow), transaction(small.engine) as session:
        close_occurrence(session, session.get_one(Occurrence, small.occurrence_id), now=instant(2027, 5, 1))
        ask(session, small.task_id, wished_on=date(2027, 5, 3), reason="x", by="x", now=instant(2027, 5, 1))


def test_more_wishes_than_one_page_holds_stand_on_several_and_none_is_lost(small):
    with transaction(small.site.engine) as session:
        first = session.get_one(Task, small.task.id)
        at = small.site.clock.at
        for number in range(120):
            columns = first.model_dump(exclude={"id", "subject", "title"})
            task = Task(**columns, subject=f"ekstra:{number:03d}", title=f"Opgave {number:03d}")
            session.add(task)
            session.flush()
            asked = {"wished_on": date.fromisoformat(WISHED), "due_on": first.due_on, "reason": "Travlt"}
            session.add(ExtensionWish(task_id=task.id, by="person:1", at=at, **asked))
    browser = superior(small)
    seen = []
    for page in (1, 2, 3):
        text = browser.get(f"/mine-enheder/frister?side={page}").text
        seen.append(set(re.findall(r'action="(/mine-enheder/frister/\d+)"', text)))
        assert "side=" in text
    assert [len(each) for each in seen] == [50, 50, 20] and len(set().union(*seen)) == 120
    beyond = browser.get("/mine-enheder/frister?side=99").text
    assert set(re.findall(r'action="(/mine-enheder/frister/\d+)"', beyond)) == seen[2], "the last there is"
    assert browser.get("/mine-enheder/frister?side=0").status_code == 404


def test_what_was_never_answered_is_missing_wherever_it_stands_once_the_activity_is_closed(small):
    small.site.clock.at = instant(2027, 6, 15)
    with transaction(small.site.engine) as session:
        occurrence = session.get_one(Occurrence, small.task.occurrence_id)
        close_occurrence(session, occurrence, now=small.site.clock.at)
    chief = superior(small)
    office = small.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    pages = {
        chief: f"/mine-enheder/opgave/{small.task.id}",
        office: f"/opgave-historik/{small.task.id}",
    }
    for browser, page in pages.items():
        facts = browser.get(page).text.split("</dl>")[0]
        assert "Mangler" in facts and "Afventer svar" not in facts, page
    listed = office.get(f"/aktivitet/{small.task.occurrence_id}").text
    states = re.findall(r'data-label="Tilstand">([^<]*)<', listed.split('id="liste"')[1])
    assert set(states) == {"Mangler"}
