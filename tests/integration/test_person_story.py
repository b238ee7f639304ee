"""One person's story: all that was sent, received, done and decided, in order, each with its reason."""

import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from cycle.access.roles import Role
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict, Message, MessageKind, MessageState
from cycle.organisation.tables import Address, AddressHealth, Substitute
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import transaction
from cycle.tasks.states import Verdict, WishState
from cycle.tasks.tables import Extension, Review, Submission
from cycle.tasks.wish_tables import ExtensionWish
from tests.integration.test_secretariat_pages import Office, _decision, _message, words
from tests.support.municipality import instant


@pytest.fixture
def office(engine, tmp_path):
    return Office(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return Office(sqlite_engine, tmp_path)


def person_of(office: Office, n: int = 0) -> int:
    return office.town.leaders[office.tasks[n].unit_id]


def mail_in(office: Office, n: int, **given: Any) -> Inbound:
    unit = office.tasks[n].unit_id.lower()
    values = {
        "root_id": "BY",
        "message_id": f"<{n}@by.example>",
        "received_at": instant(2027, 4, 9),
        "sender": f"{unit}@by.example",
        "raw": b"",
        "verdict": InboundVerdict.ANSWER,
        "handled_at": instant(2027, 4, 9),
    }
    return Inbound(**{**values, **given})


def rows(page: Any) -> list[str]:
    """Each row's heading and reason, the newest first."""
    body = page.text.split("<tbody>")[1].split("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("<tr")[1:]]


def live_through(office: Office) -> None:
    """A post taken up, a mail with its reason, one that was not written, a reply, an answer, a judgement."""
    task, person = office.tasks[0], person_of(office)
    with transaction(office.engine) as session:
        _message(session, office)
        silent = _decision(office, Decided.ANSWERED, "Posten havde svaret.", None)
        silent.decided_at = instant(2027, 4, 10)
        session.add(silent)
        session.add(mail_in(office, 0, task_id=task.id))
    answered = office.answer(0, 9)
    with transaction(office.engine) as session:
        session.execute(sa.update(Submission).values(by=f"person:{person}"))
        mail = session.exec(sa.select(Inbound.id)).scalar_one()
        verdict = InboundVerdict.ANSWER
        at = instant(2027, 4, 9)
        session.add(InboundTask(inbound_id=mail, task_id=task.id, verdict=verdict, by="engine", at=at))
        review = Review(submission_id=answered.id, level=1, verdict=Verdict.RETURNED, reason="Uklart")
        review.by, review.at = f"person:{person}", instant(2027, 4, 11)
        session.add(review)


def test_everything_stands_in_order_with_its_reason(office):
    live_through(office)
    told = rows(office.get(f"/mail/person/{person_of(office)}"))
    assert [re.split(r"\d\d\.\d\d ", row, maxsplit=1)[-1][:24].strip() for row in told[:5]] == [
        "Sendte retur Daginstitut",
        "Ingen mail Opgaven åbner",
        "Svarede Daginstitution 1",
        "Mail fra personen Taget",
        "Mail til personen Kvarta",
    ]
    assert "Uklart" in told[0] and "Ingen mail: svaret. Posten havde svaret." in told[1]
    assert "Opgaven åbnede." in told[4] and "Tiltræder" in told[-1]


def test_one_kind_or_one_task_can_be_looked_at_alone(small):
    live_through(small)
    path = f"/mail/person/{person_of(small)}"
    assert len(rows(small.get(f"{path}?vis=sendt"))) == 1
    assert len(rows(small.get(f"{path}?vis=gjort"))) == 2
    assert len(rows(small.get(f"{path}?vis=<script>"))) == 6
    about = small.get(f"{path}?opgave={small.tasks[0].id}")
    assert len(rows(about)) == 5 and "Kun om Daginstitution 1.1 Ærø" in words(about)
    assert "Intet af den slags" in words(small.get(f"{path}?opgave={small.tasks[1].id}"))


def test_a_mail_of_many_tasks_is_one_line_with_the_first_reasons_open(small):
    with transaction(small.engine) as session:
        message = _message(session, small)
        for n in range(1, 8):
            decision = _decision(small, Decided.MERGED, f"Grund {n}.", message.id, n=n)
            decision.person_id = person_of(small)
            session.add(decision)
    page = small.get(f"/mail/person/{person_of(small)}?vis=sendt")
    (line,) = rows(page)
    assert "8 opgaver" in line and "og 3 til" in line and "Grund 7." in line


def test_an_old_address_a_dead_one_and_standing_in_are_told(small):
    person = person_of(small)
    with transaction(small.engine) as session:
        session.execute(
            sa.update(Address)
            .where(Address.person_id == person)
            .values(valid_to=date(2027, 3, 31), health=AddressHealth.DEAD, health_reason="550 findes ikke")
        )
        session.add(Address(person_id=person, email="ny@by.example", valid_from=date(2027, 4, 1)))
        term = {"valid_from": date(2027, 4, 5), "valid_to": date(2027, 4, 9)}
        session.add(Substitute(unit_id=small.tasks[3].unit_id, role="leder", person_id=person, **term))
        session.add(mail_in(small, 0))
    page = small.get(f"/mail/person/{person}")
    said = words(page)
    assert "Mails går til ny@by.example" in said and "virker ikke 550 findes ikke" in said
    assert "Sidste dag som stedfortræder" in said and "9. apr. 2027" in said
    assert "Mail fra personen" in said, "from an address that was the person's once"


def test_what_the_account_of_a_superior_did_is_in_the_superiors_story(small):
    person = person_of(small, 2)
    with transaction(small.engine) as session:
        email = session.exec(sa.select(Address.email).where(Address.person_id == person)).scalar_one()
    small.site.signed_in(email, Role.SUPERIOR, "BY")
    with transaction(small.engine) as session:
        task, day, at = small.tasks[0].id or 0, date(2027, 4, 20), instant(2027, 4, 12)
        later = {"reason": "Ferie", "new_due_on": date(2027, 4, 27)}
        session.add(Extension(task_id=task, old_due_on=day, by="account:2", at=at, **later))
        wish = {"due_on": day, "wished_on": date(2027, 4, 27), "at": at, "reason": "Sygdom"}
        refused = {"state": WishState.REFUSED, "decided_by": "account:2", "decided_at": at, "why": "For sent"}
        session.add(ExtensionWish(task_id=task, by="person:99", **wish, **refused))
        session.add(ExtensionWish(task_id=small.tasks[1].id or 0, by="account:2", **wish))
    said = words(small.get(f"/mail/person/{person}?vis=gjort"))
    assert "Forlængede fristen" in said and "Afslog at forlænge fristen" in said and "Ferie" in said
    assert "For sent" in said and "Bad om mere tid" in said and "Sygdom" in said


def test_a_mail_that_was_refused_or_came_back_is_red_with_what_the_server_said(small):
    with transaction(small.engine) as session:
        _message(session, small, key="a", state=MessageState.REJECTED, reason="Adressen findes ikke.")
    page = small.get(f"/mail/person/{person_of(small)}?vis=sendt")
    assert '<tr class="bad">' in page.text and "Adressen findes ikke." in words(page)


def test_a_long_story_has_pages_and_a_stranger_has_none(small):
    person = person_of(small)
    with transaction(small.engine) as session:
        at = instant(2027, 4, 2)
        for n in range(120):
            given = {"root_id": "BY", "person_id": person, "address": "a@by.example", "created_at": at}
            session.add(Message(key=f"nudge:{n}", kind=MessageKind.NUDGE, next_at=at, **given))
    assert len(rows(small.get(f"/mail/person/{person}?vis=sendt"))) == 100
    assert len(rows(small.get(f"/mail/person/{person}?vis=sendt&side=2"))) == 20
    elsewhere = small.site.signed_in("s@anden.example", Role.SECRETARIAT, "ANDEN")
    assert elsewhere.get(f"/mail/person/{person}").status_code == 404
    superior = small.site.signed_in("s@by.example", Role.SUPERIOR, "BY-IN")
    assert superior.get(f"/mail/person/{person}").status_code == 403


def test_a_mail_says_why_it_was_written_and_leads_to_the_story(small):
    with transaction(small.engine) as session:
        daily = _message(session, small)
        task_id = small.tasks[0].id
        act = _message(session, small, 1, key="extended:1", kind=MessageKind.EXTENDED, task_id=task_id)
        session.execute(sa.delete(ReminderDecision).where(ReminderDecision.message_id == act.id))
        person = person_of(small)
        daily_id, act_id = daily.id, act.id
    page = small.get(f"/mail/{daily_id}")
    assert "Opgaven åbner, Daginstitution 1.1 Ærø: Opgaven åbnede." in words(page)
    assert f'href="/mail/person/{person}?opgave={task_id}"' in page.text
    assert "følger af noget, nogen gjorde, og ikke af en påmindelse: fristen er forlænget" in words(
        small.get(f"/mail/{act_id}")
    )
