"""The bytes of a mail, read back by another parser; and addresses that are none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.mime import AddressRefused, Envelope, build, read_sender, stuffed, wire_address
from notifications.render import Rendered
from tests.support import mail_server

SENDER = read_sender("Styringssekretariatet, Børn & Unge <aarshjul@by.example>")
ENVELOPE = Envelope(
    sender=SENDER,
    to_name='Søren "Ø" Æbelø, leder',
    to_address="soeren@by.example",
    message_id="<abc@by.example>",
    date=datetime(2027, 4, 6, 10, tzinfo=UTC),
    reply_to="svar+abc@svar.by.example",
)
PLAIN = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Zl", "Zp"))
)
LINES = st.lists(PLAIN, min_size=1).map("\n".join)


def mail(subject: str = "Frist", text: str = "Hej\n", html: str = "<p>Hej</p>\n", **facts: object) -> bytes:
    rendered = Rendered(subject, text, html, text)
    return build(rendered, Envelope(**({**ENVELOPE.__dict__, **facts})))


def test_names_with_commas_and_danish_letters_survive():
    parsed = mail_server.read(mail())
    assert parsed["From"].addresses[0].display_name == "Styringssekretariatet, Børn & Unge"
    assert parsed["To"].addresses[0].display_name == 'Søren "Ø" Æbelø, leder'
    assert parsed["To"].addresses[0].addr_spec == "soeren@by.example"
    assert str(parsed["Reply-To"]) == "svar+abc@svar.by.example"
    assert parsed["Date"].datetime == ENVELOPE.date
    assert parsed.get_content_type() == "multipart/alternative"


def test_everything_is_seven_bit_and_no_line_is_too_long():
    raw = mail(subject="Ærø " * 60, text="å" * 5000 + "\n", html="<p>" + "ø" * 5000 + "</p>")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_deadlines_are_a_file_beside_the_words_so_that_no_program_shows_them_instead():
    entries = "BEGIN:VCALENDAR\r\nSUMMARY:Frist: Måltal\r\nEND:VCALENDAR\r\n"
    raw = build(Rendered("Frist", "Hej\n", "<p>Hej</p>\n", "Hej\n", entries, "PUBLISH"), ENVELOPE)
    parsed = mail_server.read(raw)
    words, file = parsed.iter_parts()
    assert parsed.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html"]
    assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
    assert (file.get_content_disposition(), file.get_filename()) == ("attachment", "frister.ics")
    assert file.get_content().splitlines() == entries.splitlines() and raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_part_for_calendars_says_what_they_shall_do_with_it():
    entry = "BEGIN:VCALENDAR\r\nSUMMARY:Møde\r\nEND:VCALENDAR\r\n"
    rendered = Rendered("Indkaldelse", "Hej\n", "<p>Hej</p>\n", "Hej\n", entry, "REQUEST")
    raw = build(rendered, ENVELOPE)
    part = list(mail_server.read(raw).iter_parts())[-1]
    assert part.get_content_type() == "text/calendar"
    assert (part.get_param("method"), part.get_param("charset")) == ("REQUEST", "utf-8")
    assert part.get_content().splitlines() == entry.splitlines() and raw.isascii()


def test_the_same_words_give_the_same_bytes():
    assert mail() == mail()


@given(subject=PLAIN, text=LINES, html=LINES)
def test_any_words_come_back_as_they_were(subject: str, text: str, html: str):
    parsed = mail_server.read(mail(subject=subject, text=text, html=html))
    plain, rich = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None and rich is not None
    assert " ".join(str(parsed["Subject"]).split()) == " ".join(subject.split())
    assert plain.get_content().splitlines() == (text.splitlines() or [""])
    assert rich.get_content().splitlines() == (html.splitlines() or [""])


@given(name=st.text(max_size=40), subject=st.text(max_size=80))
def test_no_name_and_no_subject_can_begin_another_header(name: str, subject: str):
    name, subject = (text.encode(errors="replace").decode() for text in (name, subject))
    parsed = mail_server.read(mail(subject=subject + "\r\nBcc: x@y.example", to_name=name + "\nX-Evil: 1"))
    assert parsed["Bcc"] is None and parsed["X-Evil"] is None
    assert parsed["To"].addresses[0].addr_spec == "soeren@by.example"


@pytest.mark.parametrize(
    "address",
    [
        "a@by.example\r\nBcc: b@by.example",
        "a@by.example\n",
        "a b@by.example",
        "a@by.example\x00",
        "a@b@by.example",
        "by.example",
        "@by.example",
        "a@",
        "",
        "a<b@by.example",
        "a@" + "x" * 260 + ".example",
        "a@" + "ø" * 70 + ".example",
    ],
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(AddressRefused):
        wire_address(address)


def test_a_danish_domain_is_written_in_ascii_and_a_danish_name_is_kept():
    assert wire_address("søren@bøllebob.example") == "søren@xn--bllebob-q1a.example"


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"a\r\n.b\r\n", b"a\r\n..b\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"uden linjeslut", b"uden linjeslut\r\n.\r\n"),
    ],
)
def test_dots_at_the_start_of_a_line_are_doubled(content: bytes, wire: bytes):
    assert stuffed(content) == wire
