"""The page of mails that have not arrived, and what the secretariat does about them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.history import History
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.mail_log import Search, find_mails
from cycle.tasks.tables import Task
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

NOW = instant(2027, 4, 12)
WAITS = "Venter: mailserveren tager kun imod uden kryptering."
STATES = (
    (MessageState.UNKNOWN, "Uvist om mailen gik ud: afsendelsen blev afbrudt 3 gange."),
    (MessageState.REJECTED, "550 5.1.1 unknown"),
    (MessageState.WAITING, WAITS),
    (MessageState.READY, "forbindelse: Connection refused"),
    (MessageState.READY, ""),
    (MessageState.SENT, "250 OK"),
)


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    with transaction(engine) as session:
        for root_id in ("BY", "ANDEN"):
            municipality.build(session, root_id=root_id)
            for number, (state, reason) in enumerate(STATES, 1):
                session.add(
                    Message(
                        root_id=root_id,
                        key=f"{root_id}:{number}",
                        kind=MessageKind.NUDGE,
                        address=f"p{number}@{root_id.lower()}.example",
                        state=state,
                        reason=reason,
                        created_at=NOW,
                        next_at=NOW,
                    )
                )
                session.flush()
    return Site(engine, tmp_path, at=NOW)


def ids(site: Site) -> dict[str, int]:
    with reading(site.engine) as session:
        return {key: id_ for key, id_ in session.execute(sa.select(col(Message.key), col(Message.id)))}


def state(site: Site, key: str) -> Message:
    with reading(site.engine) as session:
        return session.exec(select(Message).where(Message.key == key)).one()


def test_it_lists_what_waits_was_refused_or_is_uncertain_and_says_why(site: Site) -> None:
    page = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY").get("/mail/venter")
    listed = re.findall(r"p(\d)@(\w+)\.example", page.text)
    assert list(dict.fromkeys(listed)) == [("1", "by"), ("2", "by"), ("3", "by"), ("4", "by")]
    assert WAITS in page.text
    assert page.text.count('action="/mail/') == 4 and page.text.count("/kom-frem") == 1


def test_the_secretariat_sends_again_and_notes_what_arrived(site: Site) -> None:
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    for number, act in ((2, "send-igen"), (1, "kom-frem")):
        path = f"/mail/{known[f'BY:{number}']}/{act}"
        done = Form(browser.get("/mail/venter"), path).send(browser)
        assert done.status_code == 303, done.text[:500]
    assert (state(site, "BY:2").state, state(site, "BY:2").reason) == (MessageState.READY, "")
    assert (state(site, "BY:1").state, state(site, "BY:1").sent_at) == (MessageState.SENT, NOW)
    with reading(site.engine) as session:
        noted = session.exec(select(History).where(col(History.verb).startswith("mail_"))).all()
    assert [(row.verb, row.actor.partition(":")[0]) for row in noted] == [
        ("mail_sent_again", "account"),
        ("mail_arrived", "account"),
    ]


def test_what_has_left_meanwhile_is_not_sent_twice(site: Site) -> None:
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    form = Form(browser.get("/mail/venter"), f"/mail/{known['BY:1']}/send-igen")
    with transaction(site.engine) as session:
        session.execute(sa.update(Message).values(state=MessageState.SENT))
    assert form.send(browser).status_code == 409
    assert state(site, "BY:1").state is MessageState.SENT


def test_the_operator_sees_them_and_others_neither_see_nor_act(site: Site) -> None:
    operator = site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    page = operator.get("/mail/venter")
    assert page.status_code == 200 and "/send-igen" not in page.text
    secretariat = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    path = f"/mail/{ids(site)['BY:1']}/send-igen"
    form = Form(secretariat.get("/mail/venter"), path)
    foreign = path.replace(str(ids(site)["BY:1"]), str(ids(site)["ANDEN:1"]))
    assert secretariat.post(foreign, data=form.fields).status_code == 404
    superior = site.signed_in("chef@by.example", Role.SUPERIOR, "BY-SK")
    assert superior.get("/mail/venter").status_code == 403
    assert state(site, "ANDEN:1").state is MessageState.UNKNOWN


def test_the_next_try_is_told_of_those_that_have_one(site: Site) -> None:
    with transaction(site.engine) as session:
        session.execute(sa.update(Message).values(next_at=NOW + timedelta(hours=1)))
        came_back = sa.update(Message).where(col(Message.key) == "BY:3")
        session.execute(came_back.values(unencrypted_at=NOW))
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    rows = re.findall(r"<tr.*?</tr>", browser.get("/mail/venter").text, re.DOTALL)
    told = {
        number: ("12. april 2027 kl. 13.00" in row, "Prøves ikke igen af sig selv" in row)
        for row in rows
        for number in re.findall(r"p(\d)@by", row)
    }
    assert told == {"1": (False, False), "2": (False, False), "3": (False, True), "4": (True, False)}
    for number, (tried, waits) in told.items():
        page = browser.get(f"/mail/{known[f'BY:{number}']}").text
        assert ("kl. 13.00" in page, "Prøves ikke igen af sig selv" in page) == (tried, waits)


def test_what_may_have_come_twice_is_found_in_the_log_and_said_on_its_page(site: Site) -> None:
    with transaction(site.engine) as session:
        for number in (1, 2, 6):
            session.execute(sa.update(Message).where(col(Message.key) == f"BY:{number}").values(unsure=1))
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    stuck = browser.get("/mail/venter").text
    assert re.search(r'<a href="/mail\?flere=1">\s*2 mails kan være kommet to gange', stuck)
    found = browser.get("/mail?flere=1").text
    assert "p1@by" in found and "p6@by" in found, "sent once more, or listed because nobody knows"
    assert "p2@by" not in found, "refused in the end: it came once at most"
    assert "p3@by" not in found and "@anden" not in found
    page = browser.get(f"/mail/{known['BY:6']}").text
    assert "Mailen kan være kommet to gange" in page
    assert "Mailen kan være kommet to gange" not in browser.get(f"/mail/{known['BY:3']}").text


def test_all_mail_pages_have_the_same_tabs(site: Site) -> None:
    pages = ("/mail", "/mail/venter", "/mail/ind", "/mailtekster")
    browser = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    for address in pages:
        tabs = re.search(r'<nav class="tab-container".*?</nav>', browser.get(address).text, re.DOTALL)
        assert tabs is not None, address
        assert re.findall(r'href="([^"]+)"', tabs[0]) == list(pages)
        assert re.findall(r'href="([^"]+)" aria-current="page"', tabs[0]) == [address]
    operator = site.signed_in("drift@by.example", Role.OPERATOR, "BY").get("/mail").text
    assert 'href="/mail/ind"' in operator and 'href="/mailtekster"' not in operator


def come_back(site: Site) -> None:
    """The sent one has come back, for a full mailbox."""
    with transaction(site.engine) as session:
        sent = sa.update(Message).where(col(Message.key) == "BY:6")
        full = "Mailen til p6@by.example kom ikke frem (5.2.2): 552 5.2.2 mailbox full"
        session.execute(sent.values(returned_at=NOW, sent_at=NOW, reason=full))


def test_what_came_back_stands_there_and_can_be_sent_again(site: Site) -> None:
    come_back(site)
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    page = browser.get("/mail/venter")
    assert "p6@by" in page.text and "kom retur" in page.text and "mailbox full" in page.text
    assert Form(page, f"/mail/{known['BY:6']}/send-igen").send(browser).status_code == 303
    again = state(site, "BY:6")
    assert (again.state, again.returned_at, again.sent_at) == (MessageState.READY, None, None)
    assert "kom retur" not in browser.get("/mail/venter").text


def test_all_that_was_refused_or_came_back_is_sent_again_after_a_look_and_nothing_else(site: Site) -> None:
    come_back(site)
    browser = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    assert 'href="/mail/venter/send-igen"' in browser.get("/mail/venter").text
    page = browser.get("/mail/venter/send-igen")
    assert "2 mails sendes igen" in page.text and "Send 2 mails igen" in page.text
    assert "550 5.1.1 unknown" in page.text and "p3@by" not in page.text
    assert state(site, "BY:2").state is MessageState.REJECTED, "looking changes nothing"
    form = Form(page, "/mail/venter/send-igen")
    done = form.send(browser)
    assert (done.status_code, done.headers["location"]) == (303, "/mail/venter?gjort=alle")
    after = {key: state(site, key).state for key in ("BY:1", "BY:2", "BY:3", "BY:6", "ANDEN:2")}
    assert after == {
        "BY:1": MessageState.UNKNOWN,
        "BY:2": MessageState.READY,
        "BY:3": MessageState.WAITING,
        "BY:6": MessageState.READY,
        "ANDEN:2": MessageState.REJECTED,
    }
    assert form.send(browser).status_code == 409, "pressed twice it happens once"
    assert "ingen afviste mails" in browser.get("/mail/venter/send-igen").text


def test_nothing_goes_at_once_to_a_receiver_who_is_gone_nor_for_one_who_may_not(post: "Post") -> None:
    with transaction(post.site.engine) as session:
        gone = sa.update(Address).where(col(Address.person_id) == post.old)
        session.execute(gone.values(health=AddressHealth.DEAD))
    page = post.browser.get("/mail/venter/send-igen").text
    assert "ingen afviste mails" in page and "Kan ikke sendes igen" in page
    operator = post.site.signed_in("drift@by2.example", Role.OPERATOR, "BY2")
    assert operator.get("/mail/venter/send-igen").status_code == 403
    assert "/mail/venter/send-igen" not in operator.get("/mail/venter").text


def test_what_cannot_go_hides_nothing_that_stands_behind_it(post: "Post", monkeypatch) -> None:
    monkeypatch.setattr("web.secretariat.mail_all_again.AT_ONCE", 3)
    with transaction(post.site.engine) as session:
        for number in range(4):
            post.write(session, f"good:{number}", kind=MessageKind.RETURNED, unsure=0, **post.elsewhere)
        for number in range(7):
            post.write(session, f"dead:{number}", kind=MessageKind.RETURNED, unsure=0)
        gone = sa.update(Address).where(col(Address.person_id) == post.old)
        session.execute(gone.values(health=AddressHealth.DEAD))
    sent = []
    for count, more in ((3, True), (1, False)):
        page = post.browser.get("/mail/venter/send-igen")
        assert f"Send {count} mail" in page.text and ("Der er flere" in page.text) == more
        assert "Kan ikke sendes igen (8)" in page.text or more
        assert Form(page, "/mail/venter/send-igen").send(post.browser).status_code == 303
        sent.append(sum(state(post.site, f"good:{n}").state is MessageState.READY for n in range(4)))
    assert sent == [3, 4]
    assert "ingen afviste mails" in post.browser.get("/mail/venter/send-igen").text


class Post:
    """A mail about a school's task that was refused, and who has had the post since."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with transaction(site.engine) as session:
            town = municipality.build(session, root_id="BY2", districts=1, units_per_district=2)
            cycle = municipality.start_cycle(session, town)
            occurrence = municipality.add_occurrence(session, town, cycle)
            self.task, self.other = municipality.add_tasks(session, town, occurrence)[:2]
            self.old = town.leaders[self.task.unit_id]
            self.others = town.leaders[self.other.unit_id]
            self.message = self.write(session, "refused", kind=MessageKind.RETURNED, unsure=0)
            self.doubtful = self.write(
                session, "doubtful", kind=MessageKind.RETURNED, unsure=1, state=MessageState.UNKNOWN
            )
            session.flush()
            session.expunge_all()
        self.browser = site.signed_in("sek@by2.example", Role.SECRETARIAT, "BY2")

    def write(self, session, key: str, **values) -> Message:
        own = {
            "person_id": self.old,
            "address": f"{self.task.unit_id.lower()}@by2.example",
            "task_id": self.task.id,
            "state": MessageState.REJECTED,
        }
        row = Message(
            root_id="BY2",
            key=key,
            reason="550 5.1.1 no",
            created_at=NOW,
            next_at=NOW,
            **{**own, **values},
        )
        session.add(row)
        return row

    @property
    def elsewhere(self) -> dict[str, object]:
        """What a mail has that is about the other unit's task."""
        unit = self.other.unit_id
        return {"task_id": self.other.id, "person_id": self.others, "address": f"{unit.lower()}@by2.example"}

    def hand_over(self) -> int:
        """Somebody else holds the post from today on."""
        with transaction(self.site.engine) as session:
            found = session.exec(select(Appointment).where(Appointment.person_id == self.old)).one()
            new = Person(root_id="BY2", key="ny", name="Ny Opdigtet")
            session.add(new)
            session.flush()
            found.valid_to = NOW.date() - timedelta(days=1)
            session.add_all(
                [
                    Appointment(
                        unit_id=found.unit_id, role=found.role, person_id=new.id, valid_from=NOW.date()
                    ),
                    Address(person_id=new.id, email="Ny@by2.example", valid_from=NOW.date()),
                ]
            )
            return new.id or 0

    def form(self, key: str = "refused") -> Form:
        return Form(self.browser.get("/mail/venter"), f"/mail/{ids(self.site)[key]}/send-igen")


@pytest.fixture
def post(site: Site) -> Post:
    return Post(site)


def test_a_mail_to_a_post_is_sent_again_to_whoever_holds_it_today_and_the_page_says_so(post: Post) -> None:
    page = post.browser.get("/mail/venter").text
    assert "ny modtager" not in page and "ny adresse" not in page
    new = post.hand_over()
    page = post.browser.get("/mail/venter").text
    assert "ny modtager" in page and "Ny Opdigtet, ny@by2.example" in page
    for key in ("refused", "doubtful"):
        assert post.form(key).send(post.browser).status_code == 303
        row = state(post.site, key)
        assert (row.state, row.person_id, row.address) == (MessageState.READY, new, "ny@by2.example")
        assert row.unsure == 0, "nothing came to this mailbox before"
    with reading(post.site.engine) as session:
        noted = session.exec(select(History).where(History.verb == "mail_sent_again")).all()
    assert [row.data for row in noted] == [{"person": new}] * 2


def test_a_post_that_passed_on_since_the_page_was_seen_gets_nothing_unseen(post: Post) -> None:
    form = post.form()
    post.hand_over()
    assert form.send(post.browser).status_code == 409
    assert state(post.site, "refused").state is MessageState.REJECTED
    unsaid = {name: value for name, value in form.fields.items() if name != "til"}
    path = f"/mail/{ids(post.site)['refused']}/send-igen"
    assert post.browser.post(path, data=unsaid).status_code == 409


def test_of_all_at_once_none_goes_to_a_new_holder_that_the_page_has_not_named(post: Post) -> None:
    unseen = Form(post.browser.get("/mail/venter/send-igen"), "/mail/venter/send-igen")
    new = post.hand_over()
    again = unseen.send(post.browser)
    assert again.status_code == 409 and "Noget er ændret" in again.text and "ny modtager" in again.text
    assert state(post.site, "refused").state is MessageState.REJECTED
    assert Form(again, "/mail/venter/send-igen").send(post.browser).status_code == 303
    assert state(post.site, "refused").person_id == new


def test_a_mended_address_is_used_and_a_mail_whose_tasks_went_apart_is_not_offered(post: Post) -> None:
    with transaction(post.site.engine) as session:
        session.execute(
            sa.update(Address).where(col(Address.person_id) == post.old).values(email="rettet@by2.example")
        )
    page = post.browser.get("/mail/venter").text
    assert "ny adresse" in page and "rettet@by2.example" in page and "ny modtager" not in page
    post.form("doubtful").send(post.browser)
    assert state(post.site, "doubtful").address == "rettet@by2.example"
    with transaction(post.site.engine) as session:
        row = session.exec(select(Message).where(Message.key == "refused")).one()
        row.kind, row.context = MessageKind.DEADLINE_CHANGED, {"tasks": [post.task.id, post.other.id]}
        session.add(row)
    post.hand_over()
    page = post.browser.get("/mail/venter").text
    assert "Kan ikke sendes igen" in page and f"/mail/{ids(post.site)['refused']}/send-igen" not in page


def test_a_days_mail_stays_its_persons_and_is_nobodys_when_the_posts_are(post: Post) -> None:
    with transaction(post.site.engine) as session:
        row = session.exec(select(Message).where(Message.key == "doubtful")).one()
        row.kind, row.task_id = MessageKind.DAILY, None
        session.add_all([row, told_of(post.task, row)])
    assert post.form("doubtful").fields["til"] == f"{post.old}:{state(post.site, 'doubtful').address}"
    post.hand_over()
    assert "Kan ikke sendes igen" in post.browser.get("/mail/venter").text


def told_of(task: Task, message: Message) -> ReminderDecision:
    return ReminderDecision(
        task_id=task.id,
        rule_id="x",
        rule_kind="opens",
        deadline=task.due_on,
        ordinal=1,
        nominal_on=NOW.date(),
        decided_at=NOW,
        verdict=Decided.SENT,
        reason="",
        message_id=message.id,
        person_id=message.person_id,
    )


def test_the_log_is_in_the_order_of_the_time_it_shows_across_its_pages(site: Site) -> None:
    sent_at = {"BY:3": NOW + timedelta(hours=2), "BY:1": NOW + timedelta(hours=5), "BY:5": NOW}
    with transaction(site.engine) as session:
        for key, at in sent_at.items():
            session.execute(sa.update(Message).where(col(Message.key) == key).values(sent_at=at))
        later = sa.update(Message).where(col(Message.key) == "BY:4")
        session.execute(later.values(created_at=NOW + timedelta(hours=3)))
    with reading(site.engine) as session:
        found = [find_mails(session, ["BY"], Search(), limit=2, offset=page * 2) for page in range(4)]
        refused = find_mails(session, ["BY"], Search(state=MessageState.REJECTED), limit=2)
    assert [mail.address[1] for page in found for mail in page] == ["1", "4", "3", "6", "5", "2"]
    assert [mail.address[1] for mail in refused] == ["2"]
    page = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY").get("/mail").text
    times = re.findall(r'data-label="Hvornår">12\. apr\. 2027 (\d\d\.\d\d)<', page)
    assert len(times) == 6 and times == sorted(times, reverse=True)
