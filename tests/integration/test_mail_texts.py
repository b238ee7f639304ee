"""Mail texts of the secretariat's own: written, shown, tried, saved, gone back to, and in the mails."""

import re
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.errors import Conflict
from cycle.history import History
from cycle.messages.placeholders import Texts
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.messages.text_tables import MailText
from cycle.messages.texts import TextKey, go_back, save, texts_in_force, versions
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Appointment, Person, Substitute
from cycle.store import reading, transaction
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Task
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.local_server import LocalServer
from notifications.samples import leaders, may_show
from tests.support import municipality
from tests.support.house import House
from tests.support.municipality import ROOT, instant
from tests.support.postgres import free_port
from tests.support.web import Form, Site

DAILY = "/mailtekster/daily/da"
TODAY = date(2027, 4, 6)
OWN = {
    "subject": "{opgave} for {enhed}: husk {frist}",
    "introduction": "Kære kollega {navn}\n\nVejledning: https://intranet.by.example/v?a=1&b=2\nHer: {link}",
    "signature": "Hilsen {afsender}",
}


class Office:
    """A town whose leaders have a report to write, and a mail server of its own."""

    def __init__(self, engine, folder) -> None:
        self.engine, self.port = engine, free_port()
        self.house = House(engine, folder, 8000)
        self.site = Site(
            engine,
            folder,
            at=instant(2027, 4, 6),
            smtp_host="127.0.0.1",
            smtp_port=self.port,
            smtp_security="none",
            mail_from="Styring <styring@by.example>",
        )
        self.browser = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
        self.leader = self.house.town.leaders[self.house.tasks[0].unit_id]

    def form(self, address=DAILY, browser=None) -> Form:
        return Form((browser or self.browser).get(address), address.partition("?")[0])

    def save(self, address=DAILY, *, why="Mere venligt", browser=None, **typed):
        return self.form(address, browser).send(browser or self.browser, act="gem", why=why, **typed)

    def all(self, table):
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def deliver(self) -> dict[str, list]:
        """Sends what is due; gives the mails by receiver as the server got them."""
        context = RunContext.direct(self.engine, self.site.clock.at, self.site.settings, ROOT)
        with LocalServer(self.site.clock.now, port=self.port) as server:
            deliver(context)
        found: dict[str, list] = {}
        for mail in server.received:
            message = message_from_bytes(mail.content, policy=default)
            found.setdefault(mail.recipient, []).append(message)
        return found


def bodies(mail) -> tuple[str, str]:
    """A mail's text and HTML as they were written."""
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return text.replace("\r\n", "\n"), html


@pytest.fixture
def office(sqlite_engine, tmp_path) -> Office:
    return Office(sqlite_engine, tmp_path)


def test_a_saved_text_is_in_the_mail_that_leaves_and_sent_mails_keep_theirs(office) -> None:
    assert office.save(**OWN).headers["location"] == f"{DAILY}?gemt=1"
    first = next(mails[0] for to, mails in office.deliver().items() if to == "by-in-d1-001@by.example")
    assert first["subject"] == "Kvartalsrapport 1 2027 for Daginstitution 1.1 Ærø: husk 20. april 2027"
    text, html = bodies(first)
    assert "Kære kollega Leder af BY-IN-D1-001\n\nVejledning: https://intranet" in text
    assert "Du har en opgave" not in text and "Svar på opgaven: http" in text, "the machine's part stays"
    assert '<a href="https://intranet.by.example/v?a=1&amp;b=2"' in html
    assert re.search(r"Her: http://127.0.0.1:8000/opgave/\w+", text)
    sent = next(row for row in office.all(Message) if row.state is MessageState.SENT)
    office.save(introduction="Noget andet")
    again = next(row for row in office.all(Message) if row.id == sent.id)
    assert again.text == sent.text and "Kære kollega" in again.text and "/opgave/•••" in again.text


def test_every_save_is_a_version_with_who_when_why_and_one_can_go_back(office) -> None:
    office.save(introduction="Første", why="Prøver")
    office.save(introduction="Anden", why="Bedre")
    page = office.browser.get(DAILY)
    assert "Udgave 2" in page.text and "Bedre" in page.text and "Første" in page.text
    csrf = office.form().fields["csrf"]
    back = {"csrf": csrf, "seen": "2", "aktivitet": "", "version": "1", "why": "Fortrudt"}
    assert office.browser.post(f"{DAILY}/tilbage", data=back).status_code == 303
    standard = {**back, "seen": "3", "version": "0", "why": "Standard igen"}
    assert office.browser.post(f"{DAILY}/tilbage", data=standard).status_code == 303
    rows = office.all(MailText)
    assert [(row.version, row.introduction, row.why) for row in rows] == [
        (1, "Første", "Prøver"),
        (2, "Anden", "Bedre"),
        (3, "Første", "Fortrudt"),
        (4, "", "Standard igen"),
    ]
    assert {row.by for row in rows} == {office.all(History)[-1].actor}
    told = [row for row in office.all(History) if row.verb == "edit_mail_text"]
    assert [(row.why, row.data["version"]) for row in told] == [(row.why, row.version) for row in rows]
    assert "standardtekst" in office.browser.get("/mailtekster").text
    unknown = {**back, "seen": "4", "version": "9"}
    assert office.browser.post(f"{DAILY}/tilbage", data=unknown).status_code == 404
    late = {**back, "seen": "2"}
    assert office.browser.post(f"{DAILY}/tilbage", data={**late, "version": "2"}).status_code == 409


def test_two_at_once_and_the_second_is_told_and_loses_nothing(office) -> None:
    first, second = office.form(), office.form()
    assert first.send(office.browser, act="gem", why="a", introduction="Min").status_code == 303
    late = second.send(office.browser, act="gem", why="b", introduction="Din")
    assert late.status_code == 409 and "har gemt en anden tekst imens" in late.text
    assert ">Din</textarea>" in late.text and "Min" in late.text and len(office.all(MailText)) == 1
    assert Form(late, DAILY).send(office.browser, act="gem").status_code == 303
    assert [row.introduction for row in office.all(MailText)] == ["Min", "Din"]


def test_the_same_text_sent_twice_is_one_version(office) -> None:
    form = office.form()
    for _ in range(2):
        assert form.send(office.browser, act="gem", why="a", introduction="Hej").status_code == 303
    assert len(office.all(MailText)) == 1


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_wrong_text_is_refused_with_words_and_stays_in_its_field(office, language) -> None:
    before = office.site.row_counts()
    form = office.form()
    wrong = {"subject": "Husk", "introduction": "Hej {nvan} <b>", "act": "gem", "why": "x"}
    page = office.browser.post(f"{DAILY}?sprog={language}", data={**form.fields, **wrong})
    assert page.status_code == 422
    said = {"da": ("findes ikke", "mangler"), "en": ("does not exist", "is missing")}[language]
    assert all(words in page.text for words in said) and "Hej {nvan} &lt;b&gt;" in page.text
    page = form.send(office.browser, act="gem", introduction="Uden begrundelse", why=" ")
    assert page.status_code == 422 and 'id="p-why"' in page.text
    assert office.site.row_counts() == before


def test_the_mail_is_shown_as_a_leader_reads_it_without_a_link_that_works(office) -> None:
    before = office.site.row_counts()
    page = office.form().send(office.browser, act="vis", person=str(office.leader), **OWN)
    assert "Prøve: Kvartalsrapport 1 2027 for Daginstitution 1.1 Ærø: husk 20. april 2027" in page.text
    assert "Ramme 2028: 1.250.000 kr." in page.text, "the leader's own figures"
    assert page.text.count("/opgave/•••") == 3 and not re.search(r"/opgave/\w{9}", page.text)
    assert office.site.row_counts() == before, "nothing is kept by looking"
    english = office.form("/mailtekster/daily/en")
    page = english.send(office.browser, act="vis", person=str(office.leader), introduction="Hello {navn}")
    assert "Hello Leder af" in page.text and "Answer the task: " in page.text
    nobody = office.form().send(office.browser, act="vis", person="999999")
    assert "Vælg en leder på listen" in nobody.text


def test_a_trial_goes_through_the_outbox_to_the_account_s_own_address_alone(office) -> None:
    with transaction(office.engine) as session:
        session.execute(sa.update(Message).values(state=MessageState.WITHHELD))
    page = office.form().send(office.browser, act="proev", person=str(office.leader), **OWN)
    assert "En prøve er på vej til sek@by.example" in page.text and not office.all(MailText)
    queued = office.all(Message)[-1]
    assert (queued.kind, queued.address, queued.person_id) == (MessageKind.TRIAL, "sek@by.example", None)
    got = office.deliver()
    assert list(got) == ["sek@by.example"]
    (mail,) = got["sek@by.example"]
    text, html = bodies(mail)
    assert mail["subject"].startswith("Prøve: Kvartalsrapport 1 2027")
    assert "Dette er en prøve: sådan ville mailen se ud hos Leder af BY-IN-D1-001" in text
    assert not re.search(r"/opgave/\w{9}", text + html) and mail["reply-to"] is None
    sent = office.all(Message)[-1]
    assert sent.state is MessageState.SENT and "Kære kollega" in sent.text
    log = office.browser.get("/mail").text
    assert "sek@by.example" in log and "Prøve: Kvartalsrapport" in log


def test_a_trial_takes_a_leader_and_a_text_that_reads(office) -> None:
    assert office.form().send(office.browser, act="proev", person="").status_code == 422
    form = office.form()
    assert form.send(office.browser, act="proev", person=str(office.leader), closing="{x}").status_code == 422
    assert not [row for row in office.all(Message) if row.kind is MessageKind.TRIAL]


def test_a_text_for_one_activity_holds_for_its_mails_alone(office) -> None:
    own = f"{DAILY}?aktivitet=kvartalsrapport-1"
    office.save(introduction="Til alle", closing="Slut")
    assert office.save(own, introduction="Kun rapporten").headers["location"].endswith("gemt=1")
    page = office.form(own).send(office.browser, act="vis", person=str(office.leader))
    assert "Kun rapporten" in page.text and "Slut" in page.text
    assert "Til alle" not in page.text.split("<pre")[1]
    assert office.browser.get(f"{DAILY}?aktivitet=findes-ikke").status_code == 404
    assert "Kvartalsrapport 1" in office.browser.get("/mailtekster").text


@pytest.mark.parametrize("kind", ["nudge", "new_link", "waived", "deadline_changed", "still_holds"])
def test_the_other_kinds_are_shown_with_a_task_that_waits(office, kind) -> None:
    address = f"/mailtekster/{kind}/da"
    page = office.form(address).send(
        office.browser, act="vis", person=str(office.leader), introduction="Noget eget om {opgave}"
    )
    assert "Noget eget om Kvartalsrapport 1 2027" in page.text


def test_a_receipt_is_shown_with_one_that_was_written_and_by_nobody_else(office) -> None:
    address = "/mailtekster/receipt/da"
    assert "ingen leder, mailen kan vises for" in office.browser.get(address).text
    for other in ("invitation", "trial", "findes-ikke"):
        assert office.browser.get(f"/mailtekster/{other}/da").status_code == 404
    assert office.browser.get("/mailtekster/daily/sv").status_code == 404


def test_what_a_leader_is_called_is_text_and_never_markup_or_a_placeholder(office) -> None:
    with transaction(office.engine) as session:
        session.get_one(Person, office.leader).name = "<img src=x> {link}"
    office.save(introduction="Hej {navn}")
    mails = office.deliver()
    mail = mails["by-in-d1-001@by.example"][0]
    text, html = bodies(mail)
    assert "Hej <img src=x> {link}" in text and "Hej &lt;img src=x&gt; {link}" in html


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.SUPERIOR, "BY-IN-D1"), (Role.DIRECTION, "BY"), (Role.COMMITTEE, "BY"), (Role.OPERATOR, "BY")],
)
def test_nobody_but_the_secretariat_may(office, role, unit) -> None:
    fields = office.form().fields
    other = office.site.signed_in(f"{role}@x.example", role, unit)
    csrf = re.search(
        r'name="csrf" value="([^"]+)"', other.get("/koersler").text + other.get("/aarshjul").text
    )
    own = {**fields, "csrf": csrf[1] if csrf else "", "why": "x", "introduction": "Min", "version": "0"}
    before = office.site.row_counts()
    assert other.get("/mailtekster").status_code == other.get(DAILY).status_code == 403
    for act in ("gem", "vis", "proev"):
        assert other.post(DAILY, data={**own, "act": act}).status_code == 403
    assert other.post(f"{DAILY}/tilbage", data=own).status_code == 403
    assert office.site.row_counts() == before
    assert "/mailtekster" not in other.get("/mail").text


def test_another_municipality_s_secretariat_writes_its_own_texts(office) -> None:
    office.save(introduction="Vores")
    with transaction(office.engine) as session:
        municipality.build(session, root_id="ANDEN", districts=1, units_per_district=1)
    other = office.site.signed_in("sek@anden.example", Role.SECRETARIAT, "ANDEN")
    page = other.get(DAILY)
    assert "Vores" not in page.text and "Leder af BY" not in page.text
    assert (
        office.form(browser=other)
        .send(other, act="vis", person=str(office.leader))
        .text.count("Vælg en leder på listen")
        == 1
    )
    office.save(introduction="Deres", browser=other)
    assert [(row.root_id, row.version) for row in office.all(MailText)] == [("BY", 1), ("ANDEN", 1)]


def test_it_takes_an_account_and_a_form_of_its_own(office) -> None:
    fields = {**office.form().fields, "act": "gem", "why": "x", "version": "0"}
    assert office.site.browser().get(DAILY).headers["location"].startswith("/log-ind")
    for address in (DAILY, f"{DAILY}/tilbage"):
        assert office.site.browser().post(address, data=fields).status_code == 401
        assert office.browser.post(address, data={**fields, "csrf": "forkert"}).status_code == 403
    assert not office.all(MailText)


def test_versions_are_counted_and_the_second_writer_is_refused_on_both_databases(engine) -> None:
    with transaction(engine) as session:
        municipality.build(session, districts=1, units_per_district=1)
    key = TextKey(ROOT, MessageKind.NUDGE, "en")
    told = {"by": "account:1", "now": instant(2027, 4, 6), "why": "Sådan"}
    for seen, words in enumerate(("One", "Two")):
        with transaction(engine) as session:
            assert save(session, key, Texts(closing=words), seen=seen, **told).version == seen + 1
    with transaction(engine) as session, pytest.raises(Conflict):
        save(session, key, Texts(closing="Three"), seen=1, **told)
    with transaction(engine) as session:
        assert go_back(session, key, 1, seen=2, **told).version == 3
        assert texts_in_force(session, [ROOT]) == {key: Texts(closing="One")}
        assert [row.version for row in versions(session, key)] == [3, 2, 1]
        go_back(session, key, 0, seen=3, **told)
        assert texts_in_force(session, [ROOT]) == {}


def test_leaders_are_listed_with_their_unit(office) -> None:
    page = office.browser.get(DAILY).text
    assert re.search(r"<option[^>]*>Leder af BY-IN-D1-001, Daginstitution 1.1 Ærø</option>", page)


def test_the_mail_is_shown_as_it_looks_in_a_document_that_can_do_nothing(office) -> None:
    form, before = office.form(), office.site.row_counts()
    typed = {**form.fields, "person": str(office.leader), **OWN, "closing": "<script>alert(1)</script>"}
    shown = office.browser.post(f"{DAILY}/html", data=typed)
    assert shown.status_code == 200 and shown.headers["content-type"].startswith("text/html")
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and policy.endswith("sandbox") and "script" not in policy
    assert shown.headers["x-frame-options"] == "DENY" and shown.headers["x-content-type-options"] == "nosniff"
    assert "Kære kollega Leder af" in shown.text and "<table" in shown.text
    assert "href=" not in shown.text and "<script" not in shown.text
    assert office.site.row_counts() == before
    assert f'formaction="{DAILY}/html"' in office.browser.get(DAILY).text
    nobody = office.browser.post(f"{DAILY}/html", data={**typed, "person": "999999"})
    assert nobody.status_code == 422
    unsafe = office.browser.post(f"{DAILY}/html", data={**typed, "csrf": "forkert"})
    assert unsafe.status_code == 403
    operator = office.site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    csrf = re.search(r'name="csrf" value="([^"]+)"', operator.get("/koersler").text)
    own = {**typed, "csrf": csrf[1] if csrf else ""}
    assert operator.post(f"{DAILY}/html", data=own).status_code == 403
    assert (
        "default-src 'none'; style-src 'self'" in office.browser.get(DAILY).headers["content-security-policy"]
    )


def test_who_can_be_shown_is_searched_for_and_stays_chosen(office):
    everybody = slowly(office)
    with reading(office.engine) as session:
        key = TextKey("BY", MessageKind.DAILY, "da", "")
        shown, total = leaders(session, key, TODAY)
        assert {id_ for id_, _ in shown} == everybody and total == len(everybody) > 1
        first, _ = leaders(session, key, TODAY, most=1)
        assert first == shown[:1]
        ((one, who), *_) = shown
        assert leaders(session, key, TODAY, wanted=who.rpartition(", ")[2].upper())[0][0][1] == who
        assert leaders(session, key, TODAY, wanted="findes ikke") == ([], 0)
        assert may_show(session, key, one, TODAY) and not may_show(session, key, 999_999, TODAY)
    page = office.form().send(office.browser, act="soeg", hvem="findes ikke", person=str(one), **OWN)
    assert "Ingen passer." in page.text and f'<option value="{one}" selected>' in page.text
    assert OWN["subject"] in page.text and 'id="mailen"' in page.text


def slowly(office) -> set[int]:
    """Whom the mail of each post with a task that waits goes to: a holder, who stands in, who is above."""
    vacant, acted_for = (task.unit_id for task in office.house.tasks[:2])
    with transaction(office.engine) as session:
        session.execute(sa.delete(Appointment).where(col(Appointment.unit_id) == vacant))
        stand_in = session.exec(select(Person.id).where(Person.id != office.leader)).first()
        session.add(
            Substitute(unit_id=acted_for, role="leder", person_id=stand_in, valid_from=TODAY, valid_to=TODAY)
        )
    with reading(office.engine) as session:
        directory = Directory.load(session, "BY", TODAY)
        tasks = session.exec(select(Task).where(Task.state == TaskState.OPEN))
        found = {directory.recipient(task.unit_id, task.role) for task in tasks}
    return {each.person_id for each in found if each}
