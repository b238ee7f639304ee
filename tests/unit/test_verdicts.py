"""What no person wrote is told from what a person wrote, and why."""

from email.message import EmailMessage

import pytest

from cycle.messages.outbox import message_id
from cycle.messages.verdicts import InboundVerdict as V
from notifications.reading.mail import CalendarReply
from notifications.reading.ours import Ours
from notifications.reading.read import read_mail

OURS = Ours("aarshjul@by.example", "by.example")
OURS_ID = message_id("receipt:1", "by.example")
THEIRS_ID = message_id("receipt:1", "anden.example")


def mail(text: str = "Status: gul", **headers: str) -> bytes:
    message = EmailMessage()
    headers = {"From": "mette@by.example", "Message_ID": "<AM0PR05@eurprd05.prod.example>", **headers}
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message["To"] = "svar+abc@svar.by.example"
    message.set_content(text)
    return message.as_bytes()


def parts(kind: str, *inside: str, head: str = "") -> bytes:
    """A mail of several parts, each with its own header."""
    body = "".join(f"--b\r\n{part}\r\n" for part in inside)
    return (
        f"From: mette@by.example\r\nTo: svar+abc@svar.by.example\r\n{head}"
        f'Content-Type: multipart/{kind}; boundary="b"\r\n\r\n{body}--b--\r\n'
    ).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Subject": "Automatisk svar: Kvartalsrapport 1 2027"},
        {"Subject": "Autosvar: på ferie"},
        {"Subject": "Fraværsbesked"},
        {"Subject": "Ikke til stede: Kvartalsrapport"},
        {"Subject": "Out of Office: back in May"},
        {"Subject": "Automatische Antwort: Bericht"},
        {"Subject": "Abwesenheitsnotiz"},
        {"Subject": "Fraværsmelding: Ole"},
        {"Subject": "Automatiskt svar: Rapport"},
        {"Subject": "Frånvaromeddelande"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
        {"Precedence": "bulk", "X_Autoreply": "yes", "Subject": "Re: Kvartalsrapport"},
        {"X_POST_MessageClass": "9; Autoresponder"},
        {"Delivered_To": "Autoresponder"},
        {"List_Id": "<nyt.by.example>"},
        {"Return_Path": "<>"},
        {"From": "noreply@by.example"},
        {"From": "ikke-svar@by.example"},
    ],
    ids=lambda headers: ", ".join(f"{name} {value}" for name, value in headers.items()),
)
def test_a_machine_wrote_it(headers: dict[str, str]) -> None:
    found = read_mail(mail("Jeg er tilbage mandag den 12. april.", **headers), OURS)
    assert found.verdict is V.AUTOMATIC and found.reason


@pytest.mark.parametrize(
    "headers",
    [
        {"Subject": "SV: Automatisk svar: Kvartalsrapport"},
        {"Subject": "SV: Fravær på skolen"},
        {"Subject": "Fravær i 3. kvartal"},
        {"Subject": "Fraværende elever"},
        {"Subject": "Ferieplan 2027"},
        {"Subject": "Læsning i udskolingen: svar"},
        {"Auto_Submitted": "no"},
        {"Precedence": "normal"},
        {"X_Auto_Response_Suppress": "NDR"},
        {"Message_ID": "<abcdef@by.example>"},
        {"Message_ID": OURS_ID.replace("by.example", "skole.example")},
        {"From": "leder@post-master.example"},
    ],
    ids=lambda headers: ", ".join(f"{name} {value}" for name, value in headers.items()),
)
def test_a_person_wrote_it(headers: dict[str, str]) -> None:
    found = read_mail(mail(**headers), OURS)
    assert (found.verdict, found.reason, found.own_text) == (None, "", "Status: gul")


@pytest.mark.parametrize(
    "headers",
    [
        {"From": "Årshjulet <AARSHJUL@by.example>"},
        {"Message_ID": OURS_ID},
        {"Message_ID": THEIRS_ID, "Auto_Submitted": "auto-generated"},
    ],
    ids=["our address", "our id", "another Aarshjul"],
)
def test_our_own_mail_that_comes_back_is_known(headers: dict[str, str]) -> None:
    assert read_mail(mail(**headers), OURS).verdict is V.OWN


def test_a_receipt_for_reading_is_no_answer_and_no_bounce() -> None:
    raw = parts(
        "report; report-type=disposition-notification",
        "Content-Type: text/plain\r\n\r\nDin meddelelse blev læst.",
        "Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action; displayed\r\n",
        head="Subject: =?utf-8?q?L=C3=A6st=3A_Kvartalsrapport?=\r\nReturn-Path: <>\r\n",
    )
    found = read_mail(raw, OURS)
    assert found.verdict is V.AUTOMATIC and "kvittering" in found.reason


@pytest.mark.parametrize(("partstat", "said"), [("ACCEPTED", "Accepteret"), ("DECLINED", "Afvist")])
def test_an_answer_to_an_invitation_gives_the_meeting_and_what_was_said(partstat: str, said: str) -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:-//Outlook\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f'ATTENDEE;PARTSTAT={partstat};CN="Mette":mailto:Mette@by.example\r\nUID:moede-7@by.example\r\n'
        "SEQUENCE:2\r\nDTSTART:20270406T080000Z\r\nSUMMARY:Møde\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    raw = parts(
        "alternative",
        "Content-Type: text/plain\r\n\r\nJeg kommer.",
        f"Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n{calendar}",
        head=f"Subject: {said}: Resultatsamtale\r\n",
    )
    found = read_mail(raw, OURS)
    assert found.verdict is V.CALENDAR
    assert found.calendar == CalendarReply("moede-7@by.example", partstat, "mette@by.example", 2)


def test_a_calendar_that_cannot_be_read_is_still_a_calendar() -> None:
    for text in ("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR", "END:VEVENT", "æ" * 100):
        raw = parts("mixed", f"Content-Type: text/calendar; method=REPLY\r\n\r\n{text}")
        found = read_mail(raw, OURS)
        assert found.verdict is V.CALENDAR and found.calendar is None and found.reason


@pytest.mark.parametrize(
    "raw",
    [
        parts("encrypted; protocol=application/pgp-encrypted", "Content-Type: text/plain\r\n\r\nx"),
        parts("mixed", 'Content-Type: application/pkcs7-mime; name="smime.p7m"\r\n\r\nx'),
        b"From: a@by.example\r\nContent-Type: application/x-pkcs7-mime; smime-type=enveloped-data\r\n\r\nx",
        mail("-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----"),
        mail("Børneforvaltningen har sendt dig en sikker mail. Åbn den i din indbakke."),
    ],
    ids=["PGP/MIME", "S/MIME in a mail", "S/MIME", "PGP in the text", "portal"],
)
def test_what_is_locked_is_told_as_encrypted(raw: bytes) -> None:
    found = read_mail(raw, OURS)
    assert found.verdict is V.ENCRYPTED and found.reason


def test_a_signed_mail_is_read_and_its_signature_is_no_attachment() -> None:
    raw = parts(
        "signed; protocol=application/pkcs7-signature",
        "Content-Type: text/plain; charset=utf-8\r\n\r\nStatus: gul",
        'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n\r\nx',
    )
    found = read_mail(raw, OURS)
    assert (found.verdict, found.own_text, found.files) == (None, "Status: gul", ())


@pytest.mark.parametrize(
    "text", ["", "\n\n  \n", "> citeret\n", "Venlig hilsen\nMette", "Sendt fra min iPhone"]
)
def test_a_mail_without_words_of_its_own_is_empty(text: str) -> None:
    assert read_mail(mail(text), OURS).verdict is V.EMPTY


def test_a_file_alone_is_no_empty_mail() -> None:
    raw = parts("mixed", 'Content-Type: application/pdf; name="rapport.pdf"\r\n\r\nx')
    found = read_mail(raw, OURS)
    assert found.verdict is None and [file.name for file in found.files] == ["rapport.pdf"]


def test_what_our_server_says_of_the_sender_stands_with_the_topmost_first() -> None:
    raw = mail(
        Authentication_Results="mx.by.example; dmarc=pass",
        References="<1@by.example> <2@by.example>",
        In_Reply_To="<2@by.example>",
    )
    found = read_mail(b"Authentication-Results: mx.by.example;\r\n spf=fail\r\n" + raw, OURS)
    assert found.authentication == ("mx.by.example; spf=fail", "mx.by.example; dmarc=pass")
    assert found.references == ("<2@by.example>", "<1@by.example>")


def test_an_address_beyond_ascii_is_read_as_it_stands() -> None:
    raw = "From: Søren <søren@åskolen.example>\r\nSubject: Sådan\r\n\r\nJa".encode()
    found = read_mail(raw, OURS)
    assert (found.sender, found.subject) == ("søren@åskolen.example", "Sådan")


def test_what_no_database_takes_is_left_out_of_every_text() -> None:
    raw = (
        b"From: a\x00b <a@by.example>\r\nMessage-ID: <a\x00b@by.example>\r\nSubject: \x00\xed\xa0\x80x\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nSvar\x00 \xff\xfe her\r\n"
    )
    found = read_mail(raw, OURS)
    for text in (found.sender, found.message_id, found.subject, found.text, found.own_text):
        assert "\x00" not in text and text.encode("utf-8")
    assert found.own_text.startswith("Svar")


@pytest.mark.parametrize(
    "text",
    [
        "👍\n\nMette Hansen reacted via Gmail <https://www.google.com/gmail/about/?utm_source=in-product>",
        "Mette Hansen reacted to your message:\n\n👍",
        "Mette Hansen reagerede på din meddelelse: 👍",
        "Mette Hansen har reageret med 👍 på din besked",
        "Læst: Kvartalsrapport",
        "Din meddelelse Til: Mette Hansen Emne: Kvartalsrapport blev læst den 6. april 2027",
    ],
)
def test_a_thumbs_up_and_a_read_receipt_without_headers_are_automatic(text):
    assert read_mail(mail(text, Subject="SV: Kvartalsrapport"), OURS).verdict is V.AUTOMATIC


def test_a_reaction_in_a_part_of_its_own_is_automatic():
    plain, json = "text/plain; charset=utf-8", "text/vnd.google.email-reaction+json"
    told = parts("alternative", f"Content-Type: {plain}\r\n\r\n!", f"Content-Type: {json}\r\n\r\n{{}}")
    assert read_mail(told, OURS).verdict is V.AUTOMATIC


@pytest.mark.parametrize(
    "text", ["Læst: 95 pct. af eleverne", "Forældrene reagerede på din meddelelse: vi mangler to lærere"]
)
def test_words_that_begin_as_one_are_a_person_s(text):
    assert read_mail(mail(text, Subject="SV: Kvartalsrapport"), OURS).verdict is None
