"""A leader's own pages: how each task stands, which mails came and why, the calendar; nobody else's."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cycle.access.person_sessions import open_person_session
from cycle.danish import COPENHAGEN
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Address, Person, Substitute
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Draft, Occurrence, Task
from tests.support.leader import World
from tests.support.web import Form
from web.signing_in.person import COOKIE

PAGES = ("/mine", "/mine/mails", "/mine/kalender", "/mine/aftaler")


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


def own_browser(world, person_id=None):
    with transaction(world.engine) as session:
        email = session.exec(
            sa.select(Address.email).where(Address.person_id == (person_id or world.leader))
        ).scalar_one()
        token = open_person_session(session, email, now=world.site.clock.at)
    return world.site.browser(cookies={COOKIE: token})


def decide(world, person_id, task_id, reason, **values):
    with transaction(world.engine) as session:
        now = world.site.clock.at
        row = {"rule_id": reason, "rule_kind": "before", "ordinal": 1, "decided_at": now, **values}
        days = {"deadline": now.date(), "nominal_on": now.date()}
        verdict = {"verdict": Decided.ANSWERED, "reason": reason}
        session.add(ReminderDecision(task_id=task_id, person_id=person_id, **days, **verdict, **row))


def test_each_task_says_how_it_stands_and_for_whom(world):
    today, browser = world.site.clock.at.date(), own_browser(world)
    world.change(Task, due_on=today + timedelta(days=1))
    page = browser.get("/mine").text
    assert "Frist <strong>i morgen</strong>" in page and "leder" in page and "som stedfortræder" not in page
    with transaction(world.engine) as session:
        session.add(Draft(task_id=world.task_id, by="person:1", at=world.site.clock.at))
    assert "Kladde gemt" in browser.get("/mine").text
    assert "Draft saved" in browser.get("/mine?sprog=en").text
    world.change(Task, state=TaskState.RETURNED)
    assert "Sendt retur" in browser.get("/mine?sprog=da").text


def test_who_stands_in_sees_the_posts_tasks_and_until_when(world):
    today = world.site.clock.at.date()
    with transaction(world.engine) as session:
        post = {"unit_id": world.other.unit_id, "role": world.other.role}
        days = {"valid_from": today, "valid_to": today + timedelta(days=9)}
        session.add(Substitute(person_id=world.leader, **post, **days))
    browser = own_browser(world)
    page = browser.get("/mine").text
    assert f'href="/opgave/{world.other.id}"' in page and "som stedfortræder til og med" in page
    assert browser.get(f"/opgave/{world.other.id}").status_code == 200
    world.site.clock.at += timedelta(days=10)
    assert f'href="/opgave/{world.other.id}"' not in own_browser(world).get("/mine").text


def test_what_was_extended_beyond_the_close_is_still_to_be_done(world):
    today = world.site.clock.at.date()
    world.change(Occurrence, state=OccurrenceState.CLOSED)
    world.change(Task, due_on=today + timedelta(days=1))
    assert f'href="{world.page}"' in own_browser(world).get("/mine").text
    world.change(Task, due_on=today - timedelta(days=1))
    waiting, _, closed = own_browser(world).get("/mine").text.partition("Lukket uden svar")
    assert f'href="{world.page}"' not in waiting and f'href="{world.page}"' in closed


def test_one_reads_why_one_was_written_to_or_not_in_both_languages_and_nothing_of_others(world):
    other = world.town.leaders[world.other.unit_id]
    decide(
        world,
        world.leader,
        world.task_id,
        "Påmindelse på fristdagen 30. april 2027. Ikke sendt: opgaven var klaret.",
    )
    decide(world, other, world.other.id, "Rykker 1 for fristen 1. maj 2027: sendt i dagens mail.")
    browser = own_browser(world)
    page = browser.get("/mine/mails").text
    assert "opgaven var klaret" in page and "Rykker 1" not in page and f'href="{world.page}"' in page
    english = browser.get("/mine/mails?sprog=en").text
    assert "opgaven var klaret" not in english and "Why" in english


@pytest.mark.parametrize(
    ("state", "said", "english"),
    [
        (MessageState.READY, "sendes i mailen 13. april 2027.", "to be sent in the mail of 13 April 2027."),
        (MessageState.SENT, "sendt i mailen 13. april 2027.", "sent in the mail of 13 April 2027."),
    ],
)
def test_a_mail_that_has_not_gone_yet_is_told_as_one_to_come(world, state, said, english):
    with transaction(world.engine) as session:
        at = world.site.clock.at
        message = Message(
            root_id="BY",
            key="daily",
            kind=MessageKind.DAILY,
            state=state,
            person_id=world.leader,
            address="ida@by.example",
            created_at=at,
            next_at=at,
            sent_at=at + timedelta(minutes=61) if state is MessageState.SENT else None,
        )
        session.add(message)
        session.flush()
        message_id, shown = message.id, (message.sent_at or at).astimezone(COPENHAGEN)
    decide(world, world.leader, world.task_id, "Besked om ny opgave: sendt i mailen 13. april 2027.")
    world.change(ReminderDecision, message_id=message_id, verdict=Decided.SENT)
    browser = own_browser(world)
    page = browser.get("/mine/mails").text
    assert f"Besked om ny opgave: {said}" in page and f" {shown:%H.%M}<" in page
    assert english in browser.get("/mine/mails?sprog=en").text


def test_the_mail_of_an_act_says_which_act_it_was(world):
    for number, kind in enumerate((MessageKind.WAIVED, MessageKind.TRIAL)):
        with transaction(world.engine) as session:
            session.add(
                Message(
                    root_id="BY",
                    key=f"{kind}:{number}",
                    kind=kind,
                    person_id=world.leader,
                    address="ida@by.example",
                    task_id=world.task_id,
                    created_at=world.site.clock.at,
                    next_at=world.site.clock.at,
                )
            )
    browser = own_browser(world)
    page = browser.get("/mine/mails").text
    assert "Posten blev fritaget for at svare." in page and "noget, der blev gjort" in page
    assert "The post was waived." in browser.get("/mine/mails?sprog=en").text


def test_a_new_calendar_address_ends_the_old_one_and_nobody_elses(world):
    browser = own_browser(world)
    page = browser.get("/mine/kalender")
    feed = page.text.partition("webcal:")[2].partition('"')[0].partition(":8000")[2]
    assert browser.get(feed).status_code == 200
    form = Form(page, "/mine/kalender")
    assert form.send(browser, person=str(world.town.leaders[world.other.unit_id])).status_code == 400
    assert form.send(browser, csrf="x").status_code == 403
    assert browser.get(feed).status_code == 200
    assert form.send(browser).headers["location"] == "/mine/kalender?ny=1"
    assert browser.get(feed).status_code != 200
    with reading(world.engine) as session:
        assert session.get_one(Person, world.leader).calendar_generation == 2


@pytest.mark.parametrize("path", PAGES)
def test_nobody_has_no_own_pages(world, path):
    assert world.site.stranger().get(path).headers["location"].startswith("/mine/log-ind")
    assert own_browser(world).head(path).status_code == 200
