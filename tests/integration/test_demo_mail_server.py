"""The demo's mail server: a process of its own that takes mail over real SMTP and tells of it at once."""

import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from cli.demo.mail_server import ServerProcess
from cli.demo.mailroom import Mailroom
from cli.serve import free_port
from cycle.errors import Invalid


def mail(number: int, date: str = "Mon, 30 Nov 2026 06:00:00 +0100") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = "aarshjul@demo.example", f"leder{number}@demo.example"
    made["Subject"], made["Message-ID"] = f"Påmindelse {number}", f"<{number}@demo.example>"
    if date:
        made["Date"] = date
    made.set_content("Kære leder\n")
    return made


def test_what_the_server_says_it_took_is_told_at_once_with_the_mails_own_date(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "mail", free_port(0)) as server:
        assert server.received == []
        with smtplib.SMTP("127.0.0.1", server.port) as line:
            for number in range(20):
                line.send_message(mail(number))
                assert len(server.received) == number + 1
            line.send_message(mail(20, date=""))
            line.send_message(mail(21, date="i går"))
        first, *_, undated, misdated = server.received
        assert first.at == datetime(2026, 11, 30, 5, tzinfo=UTC)
        assert (first.recipient, first.message_id) == ("leder0@demo.example", "<0@demo.example>")
        assert first.size == len(first.content) and b"Message-ID: <0@demo.example>" in first.content
        assert undated.at.year >= 2026 and misdated.at.tzinfo is not None
        letter = Mailroom(server).read(1)
        assert letter and letter.subject == "Påmindelse 0" and "Kære leder" in letter.text
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", server.port)


def test_a_server_that_cannot_listen_is_told_and_ended(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(Invalid) as caught, ServerProcess(tmp_path / "mail", other.getsockname()[1]):
            pass
    assert "mailserver" in str(caught.value)
