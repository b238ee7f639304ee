"""MAIL, RCPT and DATA in one go: what a server may answer to them, and what is made of it."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from notifications.smtp import Connection, Server
from notifications.smtp_answers import Fate, Outcome, QueueStopped
from tests.support import mail_server

MAIL = b"From: a@by.example\r\nMessage-ID: <1@by.example>\r\n\r\nHej\r\n"
PIPELINING = ("PIPELINING",)


def hand_over(port: int, times: int = 1, *, timeout: float = 5) -> list[Outcome]:
    async def go() -> list[Outcome]:
        connection = Connection(Server("127.0.0.1", port, timeout=timeout), sender="a@by.example")
        try:
            return [await connection.send("b@by.example", MAIL) for _ in range(times)]
        finally:
            await connection.close()

    return asyncio.run(go())


class Line:
    """What the odd server was told, and on how many connections."""

    def __init__(self) -> None:
        self.told = b""
        self.connections = 0


@contextmanager
def odd(*chunks: bytes) -> Iterator[tuple[int, Line]]:
    """A server that offers PIPELINING, then answers each mail's three commands with these bytes, a moment
    between them; what follows is answered with 250. No bytes: it hangs up."""
    listening, line = socket.create_server(("127.0.0.1", 0)), Line()

    def serve() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            line.connections += 1
            with peer:
                _answer(peer, chunks, line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield int(listening.getsockname()[1]), line
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(timeout=10)


def _answer(peer: socket.socket, chunks: Sequence[bytes], line: Line) -> None:
    peer.sendall(b"220 odd\r\n")
    peer.recv(1000)
    peer.sendall(b"250-odd\r\n250 PIPELINING\r\n")
    while told := peer.recv(10_000):
        line.told += told
        if not told.startswith(b"MAIL"):
            peer.sendall(b"250 OK\r\n")
            continue
        for chunk in chunks:
            if not chunk:
                return
            peer.sendall(chunk)
            threading.Event().wait(0.01)


def test_the_three_commands_come_in_one_piece_and_the_mail_arrives():
    with odd(b"250 OK\r\n250 OK\r\n354 Go\r\n") as (port, line):
        assert [each.fate for each in hand_over(port, 2)] == [Fate.SENT] * 2
    asked = b"MAIL FROM:<a@by.example>\r\nRCPT TO:<b@by.example>\r\nDATA\r\n"
    assert line.told.startswith(asked + MAIL + b".\r\n" + asked) and line.connections == 1


@pytest.mark.parametrize(
    "chunks",
    [
        (b"2", b"50", b" OK\r", b"\n250 OK\r\n35", b"4 Go\r\n"),
        (b"250-first\r\n250-second\r\n250 third\r\n", b"250-one\r\n", b"250 two\r\n354\r\n"),
        (b"250 OK\n250 OK\n354 Go\n",),
    ],
)
def test_answers_come_in_any_pieces_and_of_any_lines(chunks: Sequence[bytes]):
    with odd(*chunks) as (port, _):
        assert [each.fate for each in hand_over(port, 2)] == [Fate.SENT] * 2


def test_a_refused_recipient_is_told_in_the_servers_words_and_the_line_is_used_again():
    refused = b"250 OK\r\n550-5.1.1 unknown\r\n550 5.1.1 here\r\n554 no valid recipients\r\n"
    with odd(refused) as (port, line):
        outcomes = hand_over(port, 2)
    assert outcomes == [Outcome(Fate.ADDRESS_DEAD, "550 5.1.1 unknown 5.1.1 here")] * 2
    assert line.connections == 1 and line.told.count(b"RSET") == 2


def test_a_server_that_wants_the_content_of_a_mail_to_nobody_gets_no_word_more():
    with odd(b"250 OK\r\n550 5.1.1 unknown\r\n354 Go\r\n") as (port, line):
        assert [each.fate for each in hand_over(port, 2)] == [Fate.ADDRESS_DEAD] * 2
    assert line.connections == 2 and b"RSET" not in line.told and b"QUIT" not in line.told


def test_a_refused_sender_stops_the_queue_whatever_is_said_to_the_rest():
    with (
        odd(b"550 5.7.1 not from you\r\n503 no\r\n503 no\r\n") as (port, _),
        pytest.raises(QueueStopped) as stopped,
    ):
        hand_over(port)
    assert stopped.value.stage == "afsender" and not stopped.value.by_mail


def test_a_server_that_refuses_content_says_it_of_this_mail():
    with odd(b"250 OK\r\n250 OK\r\n451 4.3.0 later\r\n") as (port, _):
        assert [each.fate for each in hand_over(port, 2)] == [Fate.LATER] * 2


def test_a_server_that_has_hung_up_between_two_mails_is_called_again():
    with mail_server.scripted(offers=PIPELINING, hangs_up_after=2) as server:
        assert {each.fate for each in hand_over(server.port, 5)} == {Fate.SENT}
    assert server.connections == 3


@pytest.mark.parametrize(
    ("chunks", "stage", "by_mail", "connections"),
    [
        ((b"",), "forbindelse", False, 1),
        ((b"250 OK\r\n", b""), "forbindelse", True, 1),
        ((b"250 OK\r\n250 OK\r\n", b""), "forbindelse", True, 1),
        ((b"421 4.3.2 closing\r\n", b""), "afsender", False, 1),
        ((b"250 OK\r\n421 4.3.2 closing\r\n", b""), "modtager", True, 1),
        ((b"250 OK\r\nhvad?\r\n",), "forbindelse", True, 1),
        ((b"250 OK\r\n" + b"250-x\r\n" * 20_000,), "forbindelse", True, 1),
    ],
)
def test_a_line_that_breaks_before_the_content_stops_the_queue_and_nothing_was_sent(
    chunks: Sequence[bytes], stage: str, by_mail: bool, connections: int
):
    with odd(*chunks) as (port, line), pytest.raises(QueueStopped) as stopped:
        hand_over(port)
    assert (stopped.value.stage, stopped.value.by_mail) == (stage, by_mail)
    assert b"Hej" not in line.told and line.connections == connections


def test_a_server_that_says_nothing_is_given_up_and_its_late_answer_is_nobodys():
    with odd(b"250 OK\r\n") as (port, _), pytest.raises(QueueStopped) as stopped:
        hand_over(port, timeout=0.2)
    assert "Timed out" in stopped.value.reason
