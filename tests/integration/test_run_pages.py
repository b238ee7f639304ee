"""Runs are found by flow, state, activity and day, followed while they run, each with its log and cure."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from cycle.access.roles import Role
from cycle.access.tables import AccountSession
from cycle.errors import PlanInvalid, Problem
from cycle.messages.tables import MailboxMark, Message, MessageKind, MessageState
from cycle.runs.log import write_line
from cycle.runs.queue import DIED
from cycle.runs.tables import ClockPulse, FlowPause, PrefectAnswer, Run, RunState, RunStep, WorkerPulse
from cycle.store import FULL, reading, transaction
from documents.sealing import SealFailed
from flows.collect import MailboxUnread
from flows.os2mo_client import OS2moUnread
from tests.integration.test_secretariat_pages import Office, words
from tests.support.municipality import instant
from tests.support.web import Form
from web.secretariat.run_cures import AGAIN, CURES, cure_of

NOW = instant(2027, 4, 12)
MAILBOX = {"imap_host": "imap.by.example"}


@pytest.fixture
def office(sqlite_engine, tmp_path):
    return Office(sqlite_engine, tmp_path)


def add_run(session: Session, **given: Any) -> Run:
    values = {"root_id": "BY", "flow": "deliver", "subject": "BY", "state": RunState.DONE, "wanted_at": NOW}
    run = Run(**{**values, **given})
    session.add(run)
    session.flush()
    return run


def numbers(office: Office, query: str) -> list[str]:
    page = office.get(f"/koersler?{query}").text
    return [row.split('"')[0] for row in page.split('<tr id="koersel-')[1:]]


def test_runs_are_found_by_flow_state_activity_and_day_and_all_filters_stay_together(office):
    with transaction(office.engine) as session:
        add_run(session)
        add_run(session, flow="quarterly_report", subject="open:1", wanted_at=NOW - timedelta(days=3))
        add_run(session, flow="quarterly_report", subject="close:11", state=RunState.FAILED, error="x")
    assert numbers(office, "") == ["3", "2", "1"]
    assert numbers(office, "flow=deliver") == ["1"]
    assert numbers(office, "aktivitet=1") == ["2"]
    assert numbers(office, "dag=2027-04-09") == ["2"]
    assert numbers(office, "dag=2027-04-12&tilstand=done") == ["1"]
    assert numbers(office, "dag=9.4.2027") == ["2"]
    page = office.get("/koersler?flow=deliver&dag=2027-04-12").text
    assert "/koersler?flow=deliver&amp;tilstand=failed&amp;dag=2027-04-12" in page
    assert "/koersler/nu.json?flow=deliver&amp;dag=2027-04-12" in page


def test_what_happens_meanwhile_comes_to_the_page_and_nothing_is_drawn_twice(office):
    with transaction(office.engine) as session:
        run = add_run(session, state=RunState.CLAIMED, started_at=NOW, lease_until=NOW + timedelta(days=1))
        run_id = run.id
    first, same = (office.get("/koersler/nu.json").json() for _ in range(2))
    assert set(first["parts"]) == {"puls", "liste"} and first["version"] == same["version"]
    assert first["said"] == "Ingen er fejlet"
    with transaction(office.engine) as session:
        session.execute(sa.update(Run).values(state=RunState.FAILED, error="MailHeld: Mailen venter"))
    then = office.get("/koersler/nu.json").json()
    assert then["version"] != first["version"] and then["said"] == "1 fejlet"
    assert f'<tr id="koersel-{run_id}" class="bad">' in then["parts"]["liste"]
    assert "csrf" in then["parts"]["liste"], "the button that came with it can be pressed"
    assert "<html" not in then["parts"]["liste"]


def test_a_page_that_follows_keeps_nobody_signed_in(office):
    def expiries() -> list[Any]:
        with reading(office.engine) as session:
            return list(session.scalars(sa.select(AccountSession.expires_at)))

    before = expiries()
    office.site.clock.at += timedelta(hours=1)
    answer = office.secretariat.get("/koersler/nu.json", headers={"X-Follows": "page"})
    assert answer.status_code == 200 and expiries() == before
    office.get("/koersler/nu.json")
    assert expiries() != before


def test_a_failed_run_says_what_to_do_and_a_mended_one_who_took_it_up(office):
    with transaction(office.engine) as session:
        failed = add_run(session, state=RunState.FAILED, error="MailHeld: Mailen venter (connect).")
        failed.counts, failed.ended_at = {"sent": 302}, NOW
        session.flush()
        write_line(session.connection(), failed.id, 1, RunStep.CLAIMED, at=NOW, text="by1:77:ab")
        write_line(session.connection(), failed.id, 2, RunStep.CLAIMED, at=NOW, text="by2:78:cd")
        write_line(session.connection(), failed.id, 2, RunStep.CAME, at=NOW, counts={"sent": 300})
    page = office.get("/koersler/1")
    said = words(page)
    assert "Mailserveren tager ikke imod" in said and "MailHeld" in said
    assert "taget op af by1:77:ab" in said and "by2:78:cd (den forrige svarede ikke)" in said
    assert "sendt: 300" in said and "fejlet · sendt: 302" in said
    Form(page, "/koersler/1/igen").send(office.secretariat)
    said = words(office.get("/koersler/1"))
    assert "Arbejdet er taget op igen siden: kørsel 2" in said and "Mailserveren tager ikke imod" not in said
    assert "Kørslen venter på en ledig hånd" in words(office.get("/koersler/2"))


def test_a_failed_run_of_a_paused_flow_says_that_it_has_to_be_resumed_first(office):
    with transaction(office.engine) as session:
        add_run(session, state=RunState.FAILED, error="ValueError: x")
        session.add(FlowPause(root_id="BY", flow="deliver", by="account:1", at=NOW))
    page = office.get("/koersler/1")
    assert "sat på pause" in words(page) and 'action="/koersler/1/igen"' not in page.text


def test_a_run_of_another_municipality_is_not_there(office):
    with transaction(office.engine) as session:
        add_run(session, root_id="ANDEN", subject="ANDEN")
    for path in ("/koersler/1", "/koersler/1/nu.json", "/koersler/99"):
        assert office.get(path).status_code == 404
    stranger = office.site.signed_in("bo@by.example", Role.SUPERIOR, "BY")
    assert stranger.get("/koersler/nu.json").status_code == 403


@pytest.mark.parametrize(
    "error",
    [
        MailboxUnread("login"),
        OS2moUnread("http 500"),
        SealFailed("Certifikatet er udløbet.", "The certificate has expired."),
        PlanInvalid([Problem("wheel.yaml", "Fristen mangler.")]),
        OSError(28, "No space left on device"),
        TimeoutError("timed out"),
    ],
)
def test_what_can_go_wrong_in_a_run_has_a_cure_of_its_own(error):
    cures = {words for _, words in CURES}
    assert cure_of(f"{type(error).__name__}: {error}") in cures


def test_a_worker_that_died_again_and_again_and_what_nobody_foresaw_have_one_too():
    assert "hukommelse" in cure_of(DIED)[0]
    assert cure_of(f"OperationalError: {FULL} (database or disk is full)")[0].startswith("Serverens disk")
    assert cure_of("ValueError: noget") == AGAIN


def test_the_pulse_tells_of_workers_prefect_mailbox_and_outbox(office):
    assert "Ingen arbejdsproces svarer" in words(office.get("/koersler"))
    with transaction(office.engine) as session:
        session.add(ClockPulse(name="ur", turned_at=NOW))
        for name, age, heard in (("a", 10, "answers"), ("b", 100, "silent"), ("dead", 121, "answers")):
            at = NOW - timedelta(seconds=age)
            prefect = PrefectAnswer(heard)
            session.add(WorkerPulse(name=name, beaten_at=at, hands=2, busy=1, prefect=prefect))
        for n, state in enumerate((MessageState.READY, MessageState.WAITING, MessageState.UNKNOWN)):
            given = {"key": f"nudge:{n}", "kind": MessageKind.NUDGE, "address": "a@by.example"}
            at = NOW + timedelta(hours=2)
            session.add(Message(root_id="BY", state=state, created_at=NOW, next_at=at, **given))
    said = words(office.get("/koersler"))
    assert "2 arbejdsprocesser svarer, 2 af 4 hænder i brug" in said
    assert "Svarer ikke. Året går videre uden" in said
    assert "2 mails venter på at blive sendt, 1 af dem er prøvet før" in said
    assert "Uvist, om de kom frem: 1" in said and "næste mail sendes 12. april 2027 kl. 14.00" in said
    assert "Der er ingen postkasse til svar" in said


def test_the_pulse_of_a_mailbox_that_cannot_be_read_is_red(office):
    office.site.app.state.settings = office.site.settings.model_copy(update=MAILBOX)
    with transaction(office.engine) as session:
        given = {"failing_since": NOW - timedelta(hours=3), "error": "LOGIN failed"}
        session.add(MailboxMark(root_id="BY", read_until=NOW - timedelta(hours=3), **given))
    assert "Har ikke kunnet læses siden 12. april 2027 kl. 09.00: LOGIN failed." in words(
        office.get("/koersler")
    )


def test_whoever_may_not_open_an_activity_gets_its_name_without_a_link(office):
    """The operator sees every run, and none of what they were about."""
    with transaction(office.engine) as session:
        run_id = add_run(session, flow="quarterly_report", subject=f"close:{office.occurrence.id}").id
    operator = office.site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    link = f'href="/aktivitet/{office.occurrence.id}"'
    for path in ("/koersler", f"/koersler/{run_id}"):
        ours, theirs = office.get(path).text, operator.get(path).text
        assert link in ours and link not in theirs and "Kvartalsrapport" in theirs, path
    assert operator.get(f"/aktivitet/{office.occurrence.id}").status_code == 403
