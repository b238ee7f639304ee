"""The inbox page: every mail with its verdict, moved to another task by hand, and undone."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.access.tables import Account
from cycle.errors import Conflict, NotNow, Problem
from cycle.history import History
from cycle.messages.receiving import CUT, MOST_WORDS
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict, Message, MessageKind
from cycle.store import reading, transaction
from cycle.tasks import review
from cycle.tasks.states import Channel, OccurrenceState, TaskState
from cycle.tasks.submit import latest_submission
from cycle.tasks.tables import Draft, Occurrence, Submission, Task
from cycle.tasks.withdraw import TAKEN_BACK, withdraw
from flows.collect import collect
from flows.runtime import RunContext
from notifications.incoming import take
from notifications.mailbox import Delivered, Place
from notifications.office import Office
from notifications.reading.read import read_mail
from notifications.reassigning import reassign
from tests.support import municipality, replies
from tests.support.municipality import ROOT, instant
from tests.support.web import Form, Site

NOON = instant(2027, 4, 6)
FULL = "Status: gul, fraværet er steget\nForventet resultat: 14,5 mio. kr.\nBemærkninger: Vi følger op."
STRANGER = "sekretaer@andet.example"


class Inbox:
    """A town with one open report, one mail that answered, and one from a stranger."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.site = Site(
            engine, folder, at=instant(2027, 4, 12), reply_domain="svar.by.example", inbox_dir=folder / "ind"
        )
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town)
            occurrence = municipality.add_occurrence(session, self.town, cycle)
            self.tasks = municipality.add_tasks(session, self.town, occurrence)
            municipality.build(session, root_id="ANDEN")
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def receive(self, task: Task, text: str, *, after: int = 0, **headers: str) -> int:
        """Collects a reply about the task; gives the mail's id."""
        headers.setdefault("Message_ID", f"<{task.id}-{after}@by.example>")
        at = NOON + timedelta(minutes=after)
        replies.put(
            self.site.settings, replies.write(self.site.settings, self.town, task, text, **headers), at
        )
        collect(RunContext.direct(self.engine, at + timedelta(minutes=1), self.site.settings, ROOT))
        return max(each.id for each in self.rows(Inbound))

    def rows(self, table: type) -> list:
        with reading(self.engine) as session:
            return list(session.exec(select(table)))

    def task(self, n: int) -> Task:
        with reading(self.engine) as session:
            return session.get_one(Task, self.tasks[n].id)

    def send(self, path: str, browser=None, **fields: str):
        page = f"/mail/ind/{path.split('/')[3]}"
        browser = browser or self.office
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get(page).text)
        return browser.post(path, data={"csrf": token[1] if token else "", **fields})

    def undo(self, mail: int, why: str = "Den handlede om noget andet."):
        found = next(each for each in self.rows(InboundTask) if each.inbound_id == mail)
        return self.send(f"/mail/ind/{mail}/fortryd", reading=str(found.id), why=why)


@pytest.fixture
def inbox(sqlite_engine: Engine, tmp_path: Path) -> Inbox:
    return Inbox(sqlite_engine, tmp_path)


@pytest.fixture
def both(engine: Engine, tmp_path: Path) -> Inbox:
    """On both databases."""
    return Inbox(engine, tmp_path)


def words(page) -> str:
    assert page.status_code == 200, page.text[:500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_mails_are_listed_with_verdict_and_reason_and_found_by_sender_and_verdict(both):
    both.receive(both.tasks[0], FULL)
    both.receive(both.tasks[1], FULL, From=STRANGER)
    said = words(both.office.get("/mail/ind"))
    assert "Taget som besvarelse" in said and "Ukendt afsender" in said
    assert "hverken postens leder, stedfortræder" in said
    assert STRANGER not in both.office.get("/mail/ind?dom=answer").text
    found = both.office.get("/mail/ind?soeg=ANDET.example").text
    assert STRANGER in found and replies.address_of(both.tasks[0].unit_id) not in found
    assert "Ingen mails passer" in both.office.get("/mail/ind?soeg=%25").text


def test_the_list_goes_on_over_pages(inbox):
    with transaction(inbox.engine) as session:
        for number in range(105):
            session.add(
                Inbound(
                    root_id=ROOT,
                    message_id=f"<{number}@x>",
                    received_at=NOON + timedelta(minutes=number),
                    sender=f"nr{number:03}@x.example",
                    raw=b"x",
                    verdict=InboundVerdict.AUTOMATIC,
                    handled_at=NOON,
                )
            )
    first = inbox.office.get("/mail/ind?dom=automatic").text
    assert "nr104@" in first and "nr004@" not in first
    link = re.search(r'href="([^"]+)">Ældre', first)[1].replace("&amp;", "&")
    assert "nr004@" in inbox.office.get(link).text


def test_one_mail_shows_what_was_understood_and_gives_its_raw_text_as_a_download_only(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL + "\n\n<script>alert(1)</script>")
    page = inbox.office.get(f"/mail/ind/{mail}")
    assert "fraværet er steget" in words(page) and "14.500.000 kr." in words(page)
    assert "<script>alert" not in page.text
    raw = inbox.office.get(f"/mail/ind/{mail}/raa.txt")
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.headers["content-disposition"].startswith("attachment;")
    assert raw.headers["x-content-type-options"] == "nosniff"
    assert b"<script>alert" in raw.content


def test_the_pages_speak_english_to_whoever_reads_it(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL, From=STRANGER)
    with transaction(inbox.engine) as session:
        session.exec(select(Account)).one().language = "en"
    assert "Unknown sender" in words(inbox.office.get("/mail/ind"))
    said = words(inbox.office.get(f"/mail/ind/{mail}?opgave={inbox.tasks[0].unit_id}"))
    assert "What was understood" in said and "Which task does the mail answer?" in said
    assert "Ukendt" not in said and "Afsenderen" not in said


def test_a_strangers_mail_is_taken_as_the_answer_of_the_task_that_the_secretariat_chooses(both):
    mail = both.receive(both.tasks[0], FULL, From=STRANGER)
    assert f'value="{both.tasks[0].id}"' in both.office.get(f"/mail/ind/{mail}").text
    page = both.office.get(f"/mail/ind/{mail}?opgave={both.tasks[1].unit_id}")
    form = Form(page, f"/mail/ind/{mail}/flyt")
    assert {("som", "svar"), ("som", "kladde")} == set(form.buttons)
    answer = both.send(f"/mail/ind/{mail}/flyt", task=str(both.tasks[1].id), som="svar")
    assert answer.headers["location"].endswith("gjort=svar")
    (submission,) = both.rows(Submission)
    assert (submission.task_id, submission.channel) == (both.tasks[1].id, Channel.MAIL)
    assert submission.by.startswith("account:") and submission.received_at == NOON
    (noted,) = [h for h in both.rows(History) if h.verb == "reassign_mail"]
    assert noted.actor == submission.by and noted.data["task"] == both.tasks[1].id
    assert "Taget som besvarelse" in words(both.office.get(f"/mail/ind/{mail}"))
    assert both.send(f"/mail/ind/{mail}/flyt", task=str(both.tasks[2].id), som="svar").status_code == 409
    assert f'href="/mail/ind/{mail}"' in both.office.get(f"/opgave-historik/{both.tasks[1].id}").text


def test_as_a_draft_it_waits_for_the_leader_and_a_faulty_answer_becomes_one(inbox):
    first = inbox.receive(inbox.tasks[0], FULL, From=STRANGER)
    second = inbox.receive(inbox.tasks[1], "Status: gul, bagud", From=STRANGER)
    inbox.send(f"/mail/ind/{first}/flyt", task=str(inbox.tasks[2].id), som="kladde")
    sent = inbox.send(f"/mail/ind/{second}/flyt", task=str(inbox.tasks[3].id), som="svar")
    assert sent.headers["location"].endswith("gjort=mangler")
    assert "Mailen svarer ikke på det hele" in words(inbox.office.get(sent.headers["location"]))
    drafts = {each.task_id: each.answers for each in inbox.rows(Draft)}
    assert drafts[inbox.tasks[2].id]["beloeb"] == "14500000.00"
    assert drafts[inbox.tasks[3].id]["status"]["light"] == "gul"
    assert inbox.rows(Submission) == []


def test_undoing_opens_the_task_again_tells_the_post_and_the_same_mail_may_be_moved(both):
    mail = both.receive(both.tasks[0], FULL)
    assert both.undo(mail).headers["location"].endswith("gjort=aaben")
    task = both.task(0)
    assert task.state is TaskState.OPEN and task.received_at is None and task.next_reminder_at is not None
    with reading(both.engine) as session:
        assert latest_submission(session, task.id) is None
    told = [m for m in both.rows(Message) if m.kind is MessageKind.NUDGE]
    assert [m.context["text"] for m in told] == [f"{TAKEN_BACK} Den handlede om noget andet."]
    assert {"withdraw", "undo_mail"} <= {h.verb for h in both.rows(History)}
    page = words(both.office.get(f"/mail/ind/{mail}"))
    assert "taget tilbage" in page and "Den handlede om noget andet." in page
    both.send(f"/mail/ind/{mail}/flyt", task=str(both.tasks[1].id), som="svar")
    assert both.task(1).state is TaskState.SUBMITTED
    overview = words(both.office.get("/aktivitet/1"))
    assert "taget tilbage" in words(both.office.get(f"/opgave-historik/{task.id}")) and overview


def test_an_answer_of_before_stands_again_and_nobody_is_told(inbox):
    with transaction(inbox.engine) as session:
        municipality.answer(session, session.get_one(Task, inbox.tasks[0].id), at=NOON - timedelta(hours=1))
    mail = inbox.receive(inbox.tasks[0], "Intet at bemærke")
    assert inbox.undo(mail).headers["location"].endswith("gjort=tidligere")
    with reading(inbox.engine) as session:
        assert latest_submission(session, inbox.tasks[0].id).channel is Channel.WEB
    assert inbox.task(0).state is TaskState.SUBMITTED
    assert MessageKind.NUDGE not in [m.kind for m in inbox.rows(Message)]


def test_the_leader_who_wrote_may_send_the_same_words_again_after_an_undo(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL)
    inbox.undo(mail)
    inbox.receive(inbox.tasks[0], FULL, after=30)
    assert [s.version for s in inbox.rows(Submission)] == [1, 2]
    assert inbox.task(0).state is TaskState.SUBMITTED


def test_what_was_reviewed_closed_or_overtaken_cannot_be_undone(inbox):
    first = inbox.receive(inbox.tasks[0], FULL)
    with transaction(inbox.engine) as session:
        session.get_one(Task, inbox.tasks[0].id).levels = 1
        session.flush()
        review.approve(session, inbox.tasks[0].id, by="account:9", now=NOON + timedelta(hours=1))
    assert inbox.undo(first).status_code == 409
    second = inbox.receive(inbox.tasks[1], FULL)
    inbox.receive(inbox.tasks[1], "Intet at bemærke", after=10)
    assert inbox.undo(second).status_code == 409
    third = inbox.receive(inbox.tasks[2], FULL)
    with transaction(inbox.engine) as session:
        session.exec(select(Occurrence)).one().state = OccurrenceState.CLOSED
    assert inbox.undo(third).status_code == 409
    assert [s.withdrawn_at for s in inbox.rows(Submission)] == [None] * 4


def test_an_answer_is_taken_back_once_and_only_one_that_came_by_mail(inbox):
    inbox.receive(inbox.tasks[0], FULL)
    with transaction(inbox.engine) as session:
        by_web = municipality.answer(session, session.get_one(Task, inbox.tasks[1].id), at=NOON)
        with pytest.raises(NotNow):
            withdraw(session, by_web, why="x", by="account:1", now=NOON)
        mailed = session.exec(select(Submission).where(col(Submission.channel) == Channel.MAIL)).one()
        withdraw(session, mailed, why="x", by="account:1", now=NOON)
        with pytest.raises((NotNow, Conflict)):
            withdraw(session, mailed, why="x", by="account:1", now=NOON)
        assert session.get_one(Task, inbox.tasks[0].id).state is TaskState.OPEN


def test_nobody_but_the_secretariat_acts_and_the_technical_side_reads_no_answers(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL)
    site = inbox.site
    operator = site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    superior = site.signed_in("chef@by.example", Role.SUPERIOR, inbox.town.districts[0])
    elsewhere = site.signed_in("sek@anden.example", Role.SECRETARIAT, "ANDEN")
    paths = (f"/mail/ind/{mail}", f"/mail/ind/{mail}/raa.txt")
    seen = operator.get(paths[0])
    assert seen.status_code == 200 and "fraværet er steget" not in seen.text and "raa.txt" not in seen.text
    assert operator.get(paths[1]).status_code == 403
    assert {superior.get(path).status_code for path in paths} == {403}
    assert {elsewhere.get(path).status_code for path in paths} == {404}
    assert site.browser().get(paths[0]).headers["location"].startswith("/log-ind")
    found = inbox.rows(InboundTask)[0]
    before = site.row_counts()
    for act, fields in (
        ("flyt", {"task": str(inbox.tasks[1].id), "som": "svar"}),
        ("fortryd", {"reading": str(found.id), "why": "x"}),
    ):
        for browser in (operator, superior, elsewhere, site.browser()):
            answer = inbox.send(f"/mail/ind/{mail}/{act}", browser, **fields)
            assert answer.status_code in (303, 401, 403, 404), (act, answer.status_code)
            assert "gjort" not in answer.headers.get("location", "")
        unsafe = inbox.office.post(f"/mail/ind/{mail}/{act}", data={"csrf": "forkert", **fields})
        assert unsafe.status_code == 403
    after = site.row_counts()
    assert {name: after[name] for name in ("submission", "inbound_task", "message", "history", "draft")} == {
        name: before[name] for name in ("submission", "inbound_task", "message", "history", "draft")
    }


def test_a_task_of_another_municipality_cannot_be_chosen(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL, From=STRANGER)
    assert inbox.send(f"/mail/ind/{mail}/flyt", task="99999", som="svar").status_code == 404
    assert inbox.office.get(f"/mail/ind/{mail}?opgave=ANDEN").status_code == 200


def test_a_mail_in_quarantine_is_read_into_nothing(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL, From=STRANGER)
    with transaction(inbox.engine) as session:
        session.get_one(Inbound, mail).verdict = InboundVerdict.HOSTILE
    assert "Flyt mailen" not in words(inbox.office.get(f"/mail/ind/{mail}"))
    with transaction(inbox.engine) as session, pytest.raises(Conflict):
        reassign(
            session,
            session.get_one(Inbound, mail),
            inbox.tasks[1].id,
            as_answer=True,
            office=Office.of(inbox.site.settings),
            by="account:1",
            now=NOON,
        )


QUOTE = (
    "\n\nMvh. Bo\n\nFra: Årshjulet <svar@by.example>\nSendt: 1. april 2027 10:00\nTil: Bo\n"
    "Emne: Kvartalsrapport\n\nDu har <b>en opgave</b>."
)


def test_the_subject_stands_in_the_list_and_the_authors_words_on_the_page(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL + QUOTE)
    assert "SV: Kvartalsrapport 1 2027" in words(inbox.office.get("/mail/ind"))
    page = inbox.office.get(f"/mail/ind/{mail}").text
    assert '<h1><span lang="da">SV: Kvartalsrapport 1 2027</span></h1>' in page
    own, folded = re.findall(r'<pre class="panel mail"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert own == FULL.strip(), "what the author wrote, and nothing else"
    assert "Du har &lt;b&gt;en opgave&lt;/b&gt;." in folded and "Mvh. Bo" in folded
    assert page.index('details-summary">Hele mailen') < page.index("Du har &lt;b&gt;")
    sent_from = replies.address_of(inbox.tasks[0].unit_id)
    said = words(inbox.office.get(f"/mail/ind/{mail}"))
    assert f"Fra {sent_from}" in said and "Modtaget 6. april 2027 kl. 12.00" in said


def test_words_and_subject_are_bounded_and_only_for_those_who_may_see_answers(inbox):
    secret = "Sygemelding af Ida"
    mail = inbox.receive(inbox.tasks[0], f"{secret} {'x' * 70} \n" * 400)
    with transaction(inbox.engine) as session:
        session.get_one(Inbound, mail).subject = secret
    kept = inbox.rows(Inbound)[0]
    assert len(kept.own_text) <= MOST_WORDS and kept.own_text.endswith(CUT)
    assert secret in inbox.office.get("/mail/ind").text
    operator = inbox.site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    for address in ("/mail/ind", f"/mail/ind/{mail}"):
        page = operator.get(address)
        assert page.status_code == 200 and secret not in page.text
    assert "kun læses af dem, der må se" in operator.get(f"/mail/ind/{mail}").text


def test_a_mail_in_quarantine_shows_no_words(inbox):
    mail = inbox.receive(inbox.tasks[0], FULL, From=STRANGER)
    with transaction(inbox.engine) as session:
        row = session.get_one(Inbound, mail)
        row.verdict, row.own_text, row.text = InboundVerdict.HOSTILE, "", ""
    page = inbox.office.get(f"/mail/ind/{mail}").text
    assert "Mailen er i karantæne og er ikke læst" in page and '<pre class="panel mail"' not in page


def test_after_an_undo_list_and_headline_say_who_took_it_back_and_when(both):
    mail = both.receive(both.tasks[0], FULL)
    both.undo(mail, why="Den handlede om Ida.")
    for address in ("/mail/ind", f"/mail/ind/{mail}"):
        said = words(both.office.get(address))
        assert "Taget tilbage" in said and re.search(r"\bsek, 12\. apr", said), address
    assert "Taget som besvarelse" not in words(both.office.get("/mail/ind"))
    assert STRANGER not in both.office.get("/mail/ind?dom=withdrawn").text
    assert f"/mail/ind/{mail}" in both.office.get("/mail/ind?dom=withdrawn").text
    operator = both.site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    assert "handlede om Ida" not in operator.get(f"/mail/ind/{mail}").text
    both.send(f"/mail/ind/{mail}/flyt", task=str(both.tasks[1].id), som="svar")
    said = words(both.office.get("/mail/ind"))
    assert "Taget som besvarelse" in said and "Taget tilbage" not in said, "it was read anew since"


def test_a_fault_of_no_question_has_no_stray_colon(inbox):
    mail = inbox.receive(inbox.tasks[0], "Venlig hilsen\nBo")
    reason = next(each.reason for each in inbox.rows(Inbound) if each.id == mail)
    assert not reason.startswith(":") and " : " not in words(inbox.office.get(f"/mail/ind/{mail}"))
    assert str(Problem("", "Det mangler.", "Skriv det.")) == "Det mangler. Skriv det."
    assert str(Problem("status", "Det mangler.")) == "status: Det mangler."


def test_a_mail_that_came_twice_is_found_and_the_same_delivery_read_again_is_not(both):
    raw = replies.write(both.site.settings, both.town, both.tasks[0], FULL)
    for minutes in (0, 0, 30, 0, 30):
        at = NOON + timedelta(minutes=minutes)
        replies.put(both.site.settings, raw, at)
        collect(RunContext.direct(both.engine, NOON + timedelta(hours=1), both.site.settings, ROOT))
    (mail,) = both.rows(Inbound)
    assert (mail.times, mail.again_at) == (2, NOON + timedelta(minutes=30))
    assert len(both.rows(Submission)) == 1
    once = both.receive(both.tasks[1], FULL)
    found = both.office.get("/mail/ind?flere=1").text
    assert f"/mail/ind/{mail.id}" in found and f"/mail/ind/{once}" not in found and "kom 2 gange" in found
    assert "Kun den første tæller" in both.office.get(f"/mail/ind/{mail.id}").text


def test_two_municipalities_that_read_the_same_mail_at_once_keep_it_once(both):
    """They share a mailbox, and each has read the mail before the other has kept it."""
    raw = replies.write(both.site.settings, both.town, both.tasks[0], FULL)
    mail, office = read_mail(raw), Office.of(both.site.settings)
    delivered = Delivered(Place(), NOON, raw)
    begun, found = threading.Event(), []

    def other() -> None:
        with transaction(both.engine) as session:
            begun.set()
            found.append(take(session, delivered, mail, root_id="ANDEN", office=office, now=NOON))

    with transaction(both.engine) as session:
        found.append(take(session, delivered, mail, root_id=ROOT, office=office, now=NOON))
        thread = threading.Thread(target=other)
        thread.start()
        if both.engine.dialect.name != "sqlite":  # there a second writer cannot even begin
            assert begun.wait(10)
        thread.join(0.5)
        assert thread.is_alive(), "it waits for whoever came first"
    thread.join(30)
    assert found == [InboundVerdict.ANSWER, InboundVerdict.DUPLICATE]
    assert [(each.root_id, each.times) for each in both.rows(Inbound)] == [(ROOT, 1)]
    assert len(both.rows(Submission)) == 1
