"""What the demo's people write back is mail as mail programs write it."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from cli.demo.replies import absence, reply
from cycle.danish import COPENHAGEN
from flows.runtime import DemoClock
from notifications.local_server import Received
from web.demo.controls import Writer, Writing

AT = datetime(2026, 12, 1, 6, tzinfo=UTC)
NOW = AT.astimezone(COPENHAGEN) + timedelta(hours=2)


def received(reply_to: str = "svar+abc@svar.demo.example") -> Received:
    mail = EmailMessage()
    mail["From"] = "Årshjulet <aarshjul@demo.example>"
    mail["To"] = "Åse Ødegård <aase@by.example>"
    mail["Subject"] = "Kvartalsrapport 1: frist 20. april"
    mail["Message-ID"] = "<m1@demo.example>"
    if reply_to:
        mail["Reply-To"] = reply_to
    mail.set_content("Kære Åse Ødegård\n\n1. Status:\n")
    raw = mail.as_bytes()
    return Received(AT, "retur+def@svar.demo.example", "aase@by.example", "<m1@demo.example>", len(raw), raw)


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def test_a_reply_names_the_mail_and_quotes_it_as_outlook_does() -> None:
    written = reply(received(), Writing("1. grøn\n"), now=NOW)
    assert written and (written.envelope_from, written.to) == (
        "aase@by.example",
        "svar+abc@svar.demo.example",
    )
    mail = read(written.content)
    assert mail["from"] == "Åse Ødegård <aase@by.example>"
    assert (mail["in-reply-to"], mail["references"]) == ("<m1@demo.example>", "<m1@demo.example>")
    assert mail["subject"] == "SV: Kvartalsrapport 1: frist 20. april"
    assert mail["date"].datetime == NOW
    typed, _, quoted = mail.get_content().replace("\r\n", "\n").partition("_" * 32)
    assert typed == "1. grøn\n\n"
    assert quoted.strip().split("\n")[:4] == [
        "Fra: Årshjulet <aarshjul@demo.example>",
        "Sendt: 1. december 2026 07:00",
        "Til: Åse Ødegård <aase@by.example>",
        "Emne: Kvartalsrapport 1: frist 20. april",
    ]


def test_a_stranger_writes_under_a_name_of_their_own() -> None:
    written = reply(received(), Writing("Hej", Writer.STRANGER), now=NOW)
    assert written and "fremmed.example" in written.envelope_from
    assert read(written.content)["from"].addresses[0].addr_spec == written.envelope_from


def test_an_absence_comes_from_nobody_to_where_bounces_go_and_says_that_a_machine_wrote_it() -> None:
    written = absence(received(reply_to=""), now=NOW)
    assert written and (written.envelope_from, written.to) == ("", "retur+def@svar.demo.example")
    assert read(written.content)["auto-submitted"] == "auto-replied"


def test_a_mail_that_asks_for_nothing_has_no_reply() -> None:
    assert reply(received(reply_to=""), Writing("Tak"), now=NOW) is None


def test_the_demos_clock_is_never_moved_back_by_who_comes_late() -> None:
    clock = DemoClock(AT)
    assert clock.advance(timedelta(seconds=1)) == AT + timedelta(seconds=1)
    clock.reach(AT)
    assert clock.now() == AT + timedelta(seconds=1)
    clock.reach(AT + timedelta(hours=1))
    assert clock.now() == AT + timedelta(hours=1)
