"""One connection against a real mail server, and what each of its answers means."""

import asyncio
import gc
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from notifications.local_server import CUT, LocalServer, Stage
from notifications.smtp import Connection, Security, Server
from notifications.smtp_answers import Fate, Outcome, QueueStopped
from tests.support import mail_server

MAIL = b"From: a@by.example\r\nTo: b@by.example\r\nMessage-ID: <1@by.example>\r\n\r\nHej\r\n.punktum\r\n"


@pytest.fixture(autouse=True, params=["one by one", "in one go"])
def pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the servers of these tests let commands go together; it must make no difference."""
    monkeypatch.setitem(LocalServer.__init__.__kwdefaults__, "pipelining", request.param == "in one go")


def send(
    server: LocalServer,
    recipients: Sequence[str] = ("b@by.example",),
    *,
    security: Security = "none",
    user: str = "",
    password: str = "",
) -> list[Outcome]:
    """Sends one mail to each over one connection."""

    async def all_of_them() -> list[Outcome]:
        where = Server(server.host, server.port, security, user, password, timeout=5)
        connection = Connection(where, sender="a@by.example")
        try:
            return [await connection.send(recipient, MAIL) for recipient in recipients]
        finally:
            await connection.close()

    return asyncio.run(all_of_them())


def test_many_mails_go_over_one_connection_and_arrive_whole():
    with mail_server.running() as server:
        outcomes = send(server, [f"p{n}@by.example" for n in range(20)])
        assert {outcome.fate for outcome in outcomes} == {Fate.SENT}
        assert server.connections == 1
        assert len(server.received) == 20
        first = server.received[0]
        assert (first.sender, first.recipient, first.message_id) == (
            "a@by.example",
            "p0@by.example",
            "<1@by.example>",
        )
        assert first.content == MAIL


def test_the_time_in_which_the_server_takes_a_mail_can_be_used():
    elsewhere, waited = threading.Event(), []

    def slow(stage: Stage, _address: str) -> str | None:
        waited.extend([elsewhere.wait(10)] if stage is Stage.ACCEPTED else [])
        return None

    async def one(where: Server) -> Outcome:
        connection = Connection(where, sender="a@by.example")
        outcome = await connection.send("b@by.example", MAIL, meanwhile=elsewhere.set)
        await connection.close()
        return outcome

    with mail_server.running(hook=slow) as server:
        assert asyncio.run(one(Server(server.host, server.port))).fate is Fate.SENT
    assert waited == [True], "the server answered the content only after that"


def test_mails_are_kept_as_files_when_a_folder_is_given(tmp_path: Path):
    with mail_server.running(folder=tmp_path / "mails") as server:
        send(server)
        assert (tmp_path / "mails" / "000001.eml").read_bytes() == MAIL
        assert server.received[0].content == MAIL


@pytest.mark.parametrize(
    ("stage", "reply", "fate"),
    [
        (Stage.RCPT, "450 4.2.1 try later", Fate.LATER),
        (Stage.RCPT, "550 5.1.1 no such user", Fate.ADDRESS_DEAD),
        (Stage.RCPT, "550 no such user", Fate.ADDRESS_DOUBTFUL),
        (Stage.RCPT, "552 5.2.2 mailbox full", Fate.ADDRESS_DOUBTFUL),
        (Stage.RCPT, "550 5.7.1 refused by policy", Fate.REJECTED),
        (Stage.RCPT, "550 5.1.1 User unknown in relay recipient table", Fate.ADDRESS_DEAD),
        (Stage.RCPT, "450 4.7.1 relay busy", Fate.LATER),
        (Stage.MAIL, "552 Message size exceeds maximum permitted", Fate.REJECTED),
        (Stage.MAIL, "552 5.3.4 message too big", Fate.REJECTED),
        (Stage.DATA, "451 4.3.0 try later", Fate.LATER),
        (Stage.DATA, "554 5.6.0 content refused", Fate.REJECTED),
        (Stage.DATA, "550 5.1.1 no such user", Fate.ADDRESS_DEAD),
    ],
)
def test_a_refusal_concerns_one_message_and_the_next_goes_through(stage: Stage, reply: str, fate: Fate):
    with mail_server.running(hook=mail_server.answer(stage, reply, times=1)) as server:
        first, second = send(server, ["b@by.example", "c@by.example"])
        assert first.fate is fate
        assert reply[:3] in first.reason
        assert second.fate is Fate.SENT
        assert server.connections == 1


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (Stage.MAIL, "550 5.7.1 sender not allowed"),
        (Stage.MAIL, "451 4.3.0 not now"),
        (Stage.RCPT, "421 4.3.2 shutting down"),
        (Stage.MAIL, CUT),
        (Stage.RCPT, CUT),
    ],
)
def test_a_fault_that_is_ours_stops_the_queue(stage: Stage, reply: str):
    with (
        mail_server.running(hook=mail_server.answer(stage, reply)) as server,
        pytest.raises(QueueStopped),
    ):
        send(server)


@pytest.mark.parametrize("stage", [Stage.DATA, Stage.ACCEPTED])
def test_a_line_cut_after_the_final_dot_is_unknown_and_the_next_mail_opens_a_new_one(stage: Stage):
    with mail_server.running(hook=mail_server.answer(stage, CUT, times=1)) as server:
        first, second = send(server, ["b@by.example", "c@by.example"])
        assert first.fate is Fate.UNKNOWN
        assert second.fate is Fate.SENT
        assert server.connections == 2


@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        ("200 fine", Fate.SENT),
        ("251 will forward", Fate.SENT),
        ("354 what else", Fate.UNKNOWN),
        ("999 odd", Fate.UNKNOWN),
        ("thank you", Fate.UNKNOWN),
    ],
)
def test_the_first_digit_after_the_final_dot_decides_and_what_is_no_answer_leaves_it_unknown(
    reply: str, fate: Fate
):
    with mail_server.running(hook=mail_server.answer(Stage.DATA, reply, times=1)) as server:
        first, second = send(server, ["b@by.example", "c@by.example"])
        assert (first.fate, second.fate) == (fate, Fate.SENT)


def test_no_server_stops_the_queue():
    server = LocalServer(lambda: pytest.fail("no mail was sent"))
    server.stop()
    with pytest.raises(QueueStopped) as stopped:
        send(server)
    assert stopped.value.stage == "forbindelse"


def test_a_wrong_password_stops_the_queue_and_the_right_one_sends():
    with mail_server.running(login=("aarshjul", "hemmelig")) as server:
        with pytest.raises(QueueStopped) as stopped:
            send(server, user="aarshjul", password="forkert")
        assert stopped.value.stage == "login"
        assert send(server, user="aarshjul", password="hemmelig")[0].fate is Fate.SENT


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_is_used_and_its_certificate_is_checked(
    security: Security, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context, trusted = mail_server.certificate(tmp_path)
    with mail_server.running(tls=context, implicit_tls=security == "tls") as server:
        with pytest.raises(QueueStopped) as stopped:
            send(server, security=security)
        assert "CERTIFICATE" in stopped.value.reason.upper()
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert send(server, security=security)[0].fate is Fate.SENT


def test_a_line_is_gone_when_the_server_never_answers_the_farewell_of_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context, trusted = mail_server.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    async def connect_and_leave(port: int) -> None:
        connection = Connection(Server("127.0.0.1", port, "tls", timeout=5), sender="a@by.example")
        assert (await connection.send("b@by.example", MAIL)).fate is Fate.LATER
        await connection.close()

    with mail_server.silent_after_quit(context) as port:
        asyncio.run(connect_and_leave(port))
        gc.collect()  # a line left open would now warn, and a warning fails the test


def test_starttls_asked_of_a_server_without_it_stops_the_queue():
    with mail_server.running() as server, pytest.raises(QueueStopped):
        send(server, security="starttls")


def test_a_name_with_danish_letters_needs_smtputf8():
    with mail_server.running() as server:
        assert send(server, ["søren.ågård@by.example"])[0].fate is Fate.SENT
        assert server.received[0].recipient == "søren.ågård@by.example"
    with mail_server.running(smtputf8=False) as server:
        first, second = send(server, ["søren.ågård@by.example", "b@by.example"])
        assert first.fate is Fate.REJECTED
        assert "SMTPUTF8" in first.reason
        assert second.fate is Fate.SENT


def test_a_server_that_wants_a_login_and_gets_none_stops_the_queue():
    with mail_server.running(login=("aarshjul", "hemmelig")) as server:
        with pytest.raises(QueueStopped) as stopped:
            send(server)
        assert stopped.value.stage == "afsender"


def hand_over(port: int, count: int = 1, *, tls: bool = False, **more: Any) -> list[Outcome]:
    """So many mails over one connection to a scripted server."""

    async def all_of_them() -> list[Outcome]:
        connection = Connection(
            Server("127.0.0.1", port, "tls" if tls else "none", timeout=5), sender="a@by.example"
        )
        try:
            return [await connection.send("b@by.example", MAIL, **more) for _ in range(count)]
        finally:
            await connection.close()

    return asyncio.run(all_of_them())


def test_a_mail_may_have_a_return_path_of_its_own():
    with mail_server.running() as server:
        hand_over(server.port, return_path="retur+x@svar.by.example")
        (mail,) = server.received
    assert mail.sender == "retur+x@svar.by.example"


def test_encryption_is_asked_of_all_who_take_the_mail_further_where_the_server_knows_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context, trusted = mail_server.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server.scripted(offers=["REQUIRETLS"], tls=context) as knows:
        hand_over(knows.port, tls=True)
        hand_over(knows.port, tls=True, protected=False)
    asked = [command for command in knows.told if command.startswith("MAIL")]
    assert asked == ["MAIL FROM:<a@by.example> REQUIRETLS", "MAIL FROM:<a@by.example>"]
    with mail_server.scripted(tls=context) as knows_not:
        assert hand_over(knows_not.port, tls=True)[0].fate is Fate.SENT
    assert "MAIL FROM:<a@by.example>" in knows_not.told


def test_a_line_that_does_not_leave_the_machine_needs_no_encryption_and_promises_none():
    with mail_server.scripted(offers=["REQUIRETLS"]) as server:
        assert hand_over(server.port)[0].fate is Fate.SENT
    assert "MAIL FROM:<a@by.example>" in server.told


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("MAIL", "550 5.7.10 encryption needed"),
        ("RCPT", "550 5.7.30 no"),
        ("RCPT", "550 5.7.30 REQUIRETLS needed to relay"),
        ("DATA", "550 5.7.30 REQUIRETLS support required"),
    ],
)
def test_a_server_that_could_only_go_on_in_the_open_keeps_the_mail_waiting(verb: str, answer: str):
    with mail_server.scripted({verb: answer}) as server:
        assert hand_over(server.port)[0].fate is Fate.UNPROTECTED


@pytest.mark.parametrize(
    "answer",
    ["550 5.1.8 sender's domain not found", "504 5.5.2 need fully-qualified hostname", "535 5.7.8 no"],
)
def test_what_may_be_wrong_with_us_is_said_at_the_recipient_and_is_told_as_such(answer: str):
    with mail_server.scripted({"RCPT": answer}) as server:
        assert hand_over(server.port)[0].perhaps_us


def test_servers_hang_up_between_two_mails_and_that_stops_nothing():
    with mail_server.scripted(hangs_up_after=2) as server:
        assert {each.fate for each in hand_over(server.port, 5)} == {Fate.SENT}
    assert server.connections == 3


def test_a_refused_recipient_is_settled_also_when_the_server_hangs_up_afterwards():
    with mail_server.scripted({"RCPT": "550 5.1.1 unknown", "RSET": "421 bye"}) as server:
        assert hand_over(server.port, 2)[1].fate is Fate.ADDRESS_DEAD


@pytest.mark.parametrize("offers", [(), ("PIPELINING",)])
def test_nothing_of_a_mail_is_sent_before_what_it_waits_for_is_done(offers: Sequence[str]):
    async def fails(port: int) -> None:
        last: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        last.set_exception(ValueError("not kept"))
        connection = Connection(Server("127.0.0.1", port, timeout=5), sender="a@by.example")
        try:
            with pytest.raises(ValueError, match="not kept"):
                await connection.send("b@by.example", MAIL, after=last)
        finally:
            await connection.close()

    with mail_server.scripted(offers=offers) as server:
        asyncio.run(fails(server.port))
    assert server.told[-1] == "DATA" and server.mails == 0, "nor a farewell that it would take for content"
