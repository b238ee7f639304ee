"""A leader hands the post over to a colleague for a time: who may, what is recorded, who is mailed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from cycle.access.person_sessions import open_person_session
from cycle.access.roles import Role
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Address, Person, Substitute
from cycle.runs.tables import Wake
from cycle.store import reading, transaction
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Task
from notifications.gather import Letters
from notifications.office import Office
from notifications.render import render
from tests.support.leader import World
from tests.support.web import Form
from web.signing_in.person import COOKIE


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


def email_of(world, person_id):
    with reading(world.engine) as session:
        return session.exec(select(Address.email).where(Address.person_id == person_id)).one()


def name_of(world, person_id):
    with reading(world.engine) as session:
        return session.get_one(Person, person_id).name


def known(world, browser=None):
    """The browser of the holder, who has typed a mailed code."""
    browser = browser or world.browser
    with transaction(world.engine) as session:
        token = open_person_session(session, email_of(world, world.leader), now=world.site.clock.at)
    browser.cookies.set(COOKIE, token)
    return browser


def handed_mail(world):
    with reading(world.engine) as session:
        message = session.exec(select(Message).where(Message.kind == MessageKind.HANDED_OVER)).one()
        office = Office.of(world.site.settings)
        prepared = Letters(session, [message], office=office, today=world.site.clock.at.date()).write(message)
        return message, prepared


def hand_over(world, **changed):
    known(world)
    colleague = email_of(world, world.town.leaders[world.other.unit_id])
    until = (world.site.clock.at.date() + timedelta(days=7)).isoformat()
    form = Form(world.browser.get(world.link + "/overdrag"), world.link + "/overdrag")
    return form, form.send(world.browser, **{"email": colleague, "until": until, "text": "Ferie", **changed})


def test_the_colleague_acts_for_the_post_gets_its_mails_and_it_is_recorded(world):
    colleague = world.town.leaders[world.other.unit_id]
    form, answer = hand_over(world)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{world.page}/overdrag?gjort=1")
    assert "Posten er overdraget" in world.browser.get(answer.headers["location"]).text
    (row,) = world.rows(Substitute)
    assert (row.person_id, row.unit_id, row.role) == (colleague, world.task.unit_id, world.task.role)
    with reading(world.engine) as session:
        on = world.site.clock.at.date()
        mailed = Directory.for_post(session, row.unit_id, on).recipient(row.unit_id, row.role)
        assert mailed and mailed.person_id == colleague
        told = session.exec(select(History).where(History.thing == f"task:{world.task_id}")).all()
        assert [(each.verb, each.actor, each.why) for each in told] == [
            ("reassign", f"person:{world.leader}", "Ferie")
        ]
        assert session.get_one(Task, world.task_id).next_reminder_at == world.site.clock.at
    theirs = world.site.browser()
    assert theirs.get(world.site.link(world.task, colleague) + "/overdrag").text.count('name="email"') == 0
    again = form.send(
        world.browser, email=email_of(world, colleague), until=row.valid_to.isoformat(), text="Ferie"
    )
    assert again.status_code == 303 and len(world.rows(Substitute)) == 1


@pytest.mark.parametrize(
    ("changed", "status", "words", "english"),
    [
        ({"email": "ingen@by.example"}, 422, "Ingen leder eller stedfortræder", "address"),
        ({"until": "2020-01-01"}, 422, "højst et år frem", "year"),
        ({"until": "i morgen"}, 422, "Den sidste dag er ikke en dato", "date"),
        ({"until": "", "text": ""}, 422, "Den sidste dag mangler", "The last day is missing"),
        ({"until": "", "text": ""}, 422, "Begrundelsen mangler", "The reason is missing"),
        ({"text": " "}, 422, "Begrundelsen mangler", "reason"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_done(world, changed, status, words, english):
    _, answer = hand_over(world, **changed)
    assert answer.status_code == status and words in answer.text and 'class="error-summary"' in answer.text
    world.browser.cookies.set("sprog", "en")
    _, answer = hand_over(world, **changed)
    assert words not in answer.text and english in answer.text
    assert world.rows(Substitute) == []


def test_the_tasks_link_alone_hands_nothing_over_and_leads_to_a_code(world):
    page = world.browser.get(world.link + "/overdrag")
    assert 'name="email"' not in page.text and "Vis først, at det er dig" in page.text
    assert f'href="/mine/log-ind?videre={world.page}/overdrag"' in page.text
    colleague = email_of(world, world.town.leaders[world.other.unit_id])
    sent = {"email": colleague, "until": "2027-04-20", "text": "Ferie", "once": "x"}
    refused = world.browser.post(f"{world.page}/overdrag", data=sent)
    assert refused.status_code == 403 and "Intet er overdraget" in refused.text
    assert world.rows(Substitute) == [] and world.rows(Message) == []
    assert 'name="email"' in known(world).get(f"{world.page}/overdrag").text


def test_the_code_of_another_with_the_link_is_not_the_holders_hand(world):
    world.browser.get(world.link)
    with transaction(world.engine) as session:
        other = email_of(world, world.town.leaders[world.other.unit_id])
        token = open_person_session(session, other, now=world.site.clock.at)
    world.browser.cookies.set(COOKIE, token)
    assert 'name="email"' not in world.browser.get(f"{world.page}/overdrag").text
    assert world.browser.post(f"{world.page}/overdrag", data={}).status_code == 403


def test_the_holder_is_mailed_at_once_and_takes_the_post_back(world):
    hand_over(world)
    message, prepared = handed_mail(world)
    assert (message.address, message.next_at) == (email_of(world, world.leader), world.site.clock.at)
    assert world.rows(Wake), "it goes at once"
    mail = render(prepared.letter)
    name = name_of(world, world.town.leaders[world.other.unit_id])
    assert name in mail.text and "Ferie" in mail.text and f"{world.site.settings.base_url}/mine" in mail.text
    for address in ("/mine", f"{world.page}/overdrag"):
        page = world.browser.get(address)
        assert name in page.text and "til og med <strong>19. april 2027" in page.text, address
        assert 'name="email"' not in page.text
    form = Form(world.browser.get("/mine"), "/mine/tag-tilbage")
    back = form.send(world.browser)
    assert (back.status_code, back.headers["location"]) == (303, "/mine?taget=1")
    assert world.rows(Substitute) == [] and form.send(world.browser).status_code == 409
    assert "Posten er din igen" in world.browser.get(back.headers["location"]).text
    assert "Tag tilbage" not in world.browser.get("/mine").text
    assert handed_mail(world)[1].letter is None, "what was taken back is not told any more"


def test_after_some_days_the_colleagues_days_stay_and_the_rest_is_the_holders(world):
    hand_over(world)
    world.site.clock.at += timedelta(days=3)
    Form(known(world).get("/mine"), "/mine/tag-tilbage").send(world.browser)
    (row,) = world.rows(Substitute)
    assert row.valid_to == world.site.clock.at.date() - timedelta(days=1)


def test_who_the_secretariat_named_is_told_to_the_holder_and_stays(world):
    today, colleague = world.site.clock.at.date(), world.town.leaders[world.other.unit_id]
    post = {"unit_id": world.task.unit_id, "role": world.task.role}
    with transaction(world.engine) as session:
        row = Substitute(**post, person_id=colleague, valid_from=today, valid_to=today)
        session.add(row)
        session.flush()
        number = row.id
    page = known(world).get("/mine")
    assert name_of(world, colleague) in page.text and "Skriv til sekretariatet" in page.text
    assert "Tag tilbage" not in page.text
    csrf = Form(page, "/mine/log-ud").fields["csrf"]
    sent = world.browser.post("/mine/tag-tilbage", data={"csrf": csrf, "substitute": number})
    assert sent.status_code == 409 and len(world.rows(Substitute)) == 1


def test_a_colleague_takes_back_no_post_of_others(world):
    hand_over(world)
    (row,) = world.rows(Substitute)
    theirs = world.site.stranger()
    with transaction(world.engine) as session:
        other = email_of(world, world.town.leaders[world.other.unit_id])
        theirs.cookies.set(COOKIE, open_person_session(session, other, now=world.site.clock.at))
    page = theirs.get("/mine")
    assert "Tag tilbage" not in page.text
    csrf = Form(page, "/mine/log-ud").fields["csrf"]
    sent = theirs.post("/mine/tag-tilbage", data={"csrf": csrf, "substitute": row.id})
    assert sent.status_code == 409 and len(world.rows(Substitute)) == 1
    assert world.site.stranger().post("/mine/tag-tilbage", data={}).status_code == 401


def test_the_secretariat_reads_who_got_it_from_whom_at_the_task_and_at_the_post(world):
    hand_over(world)
    office = world.site.signed_in("sekretariat@by.example", Role.SECRETARIAT, world.town.root_id)
    receiver, holder = (name_of(world, world.town.leaders[t.unit_id]) for t in (world.other, world.task))
    told = office.get(f"/opgave-historik/{world.task_id}").text
    assert f"stedfortræder sat på: {receiver} til og med 19. april 2027, {holder}: Ferie" in told
    page = office.get(f"/post/{world.task.unit_id}").text
    changes = page[page.index("Ændringer") :]
    assert receiver in changes and holder in changes and "19. april 2027" in changes
    Form(world.browser.get("/mine"), "/mine/tag-tilbage").send(world.browser)
    assert "stedfortræder taget tilbage" in office.get(f"/post/{world.task.unit_id}").text


def test_to_oneself_or_when_somebody_stands_in_already_it_is_refused(world):
    _, answer = hand_over(world, email=email_of(world, world.leader))
    assert answer.status_code == 409 and world.rows(Substitute) == []
    form, _ = hand_over(world)
    third = email_of(world, world.town.leaders[world.other.unit_id])
    sent = {"email": third, "until": "2027-04-14", "text": "Ferie", "once": "another"}
    answer = form.send(world.browser, **sent)
    assert answer.status_code == 409 and len(world.rows(Substitute)) == 1
    assert "Din post har en stedfortræder" in answer.text


def test_only_by_the_holder_while_the_task_waits(world):
    assert world.site.stranger().get(f"{world.page}/overdrag").status_code == 401
    assert world.browser.get(f"/opgave/{world.other.id}/overdrag").status_code == 401
    form = Form(known(world).get(world.link + "/overdrag"), world.link + "/overdrag")
    offered = f'href="{world.page}/overdrag"'
    assert offered in world.browser.get(world.page).text
    world.change(Task, state=TaskState.SUBMITTED)
    assert offered not in world.browser.get(world.page).text
    sent = {"email": "x@by.example", "until": "2027-04-20", "text": "Ferie"}
    assert form.send(world.browser, **sent).status_code == 409 and world.rows(Substitute) == []
    assert 'name="email"' not in world.browser.get(f"{world.page}/overdrag").text
