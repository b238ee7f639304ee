"""Received mails of every kind, and those that would break a parser."""

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.messages.verdicts import InboundVerdict as V
from notifications.reading.headers import message_id_of, sender_of
from notifications.reading.html import html_text
from notifications.reading.parts import MOST_FILES
from notifications.reading.read import read_mail

HEAD = b"From: Mette <Mette@by.example>\r\nTo: svar+abc@svar.by.example\r\nMessage-ID: <1@by.example>\r\n"


def mail(text: str = "Det går godt", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Mette Ø <Mette@by.example>", "Årshjulet <svar+abc@svar.by.example>"
    message["Message-ID"] = "<1@by.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def test_a_plain_reply_is_read():
    found = read_mail(
        mail("Ærø på plads", Subject="SV: Kvartalsrapport", Delivered_To="svar+xyz@svar.by.example")
    )
    assert (found.sender, found.message_id) == ("mette@by.example", "<1@by.example>")
    assert found.recipients == ("svar+xyz@svar.by.example", "svar+abc@svar.by.example")
    assert found.text.strip() == "Ærø på plads"
    assert found.verdict is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied"),
        ("Auto_Submitted", "auto-generated; type=x"),
        ("Precedence", "bulk"),
        ("X_Autoreply", "yes"),
        ("Subject", "Automatisk svar: Kvartalsrapport 1"),
        ("Subject", "Out of office: back in May"),
        ("Subject", "Ikke til stede"),
        ("List_Id", "<liste.by.example>"),
    ],
)
def test_what_a_machine_wrote_is_recognised(name: str, value: str):
    found = read_mail(mail(**{name: value}))
    assert found.verdict is V.AUTOMATIC and found.reason


@pytest.mark.parametrize("value", ["no", "No"])
def test_a_mail_that_says_a_person_wrote_it_is_a_persons(value: str):
    assert read_mail(mail(Auto_Submitted=value, Subject="SV: Fravær på skolen")).verdict is None


def test_a_report_of_failed_delivery_is_a_bounce():
    raw = HEAD + (
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nUser unknown\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Action: failed\r\n\r\n--b--\r\n"
    )
    assert read_mail(raw).verdict is V.BOUNCE
    assert read_mail(mail(Return_Path="<>", Subject="Undelivered Mail")).verdict is V.BOUNCE
    assert read_mail(mail(Return_Path="<>")).verdict is V.AUTOMATIC


def test_html_alone_gives_its_text_and_marks_the_quoted_mail():
    html = (
        "<html><head><style>p{}</style></head><body><div>Status: gul</div>"
        "<div>Fravær &amp; ferie<br>to</div><blockquote>Status: rød</blockquote></body></html>"
    )
    assert html_text(html) == "Status: gul\nFravær & ferie\nto\n> Status: rød"
    message = EmailMessage()
    message["From"] = "a@by.example"
    message.set_content(html, subtype="html")
    found = read_mail(message.as_bytes())
    assert found.text == "Status: gul\nFravær & ferie\nto\n> Status: rød"
    assert found.own_text == "Status: gul\nFravær & ferie\nto"


def test_attachments_are_counted_and_not_read_as_text():
    message = EmailMessage()
    message["From"] = "a@by.example"
    message.set_content("Se bilag")
    message.add_attachment(b"x", maintype="text", subtype="plain", filename="bilag.txt")
    found = read_mail(message.as_bytes())
    assert (found.text.strip(), found.attachments) == ("Se bilag", 1)


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1", "utf-8", "findes-ikke"])
def test_danish_letters_in_any_charset_are_read(charset: str):
    encoded = "Ærø".encode("utf-8" if charset == "findes-ikke" else charset)
    raw = (
        HEAD
        + f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    )
    assert read_mail(raw + encoded).text == "Ærø"


def test_a_mail_without_message_id_is_known_by_its_content():
    one, two = b"From: a@by.example\r\n\r\nx", b"From: a@by.example\r\n\r\ny"
    assert message_id_of(one) == message_id_of(one) != message_id_of(two)


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\nx\r\n"
    for n in range(depth):
        inner = (
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
            + inner
            + b"\r\n--b%d--\r\n" % n
        )
    return HEAD + inner


@pytest.mark.parametrize(
    "raw",
    [
        nested(2000),
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 100_000,
        b"To: " + b"a@by.example, " * 100_000 + b"\r\n\r\nx",
        HEAD + b"\r\n" + b"x" * 3_000_000,
        HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 60,
    ],
    ids=["deep", "many parts", "huge head", "huge text", "mails in mails"],
)
def test_a_mail_made_to_break_the_parser_is_refused_at_once(raw: bytes):
    started = time.perf_counter()
    found = read_mail(raw)
    assert found.verdict is V.HOSTILE and found.reason
    assert time.perf_counter() - started < 2


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw: bytes):
    read_mail(raw)
    sender_of(raw)


@given(
    st.lists(
        st.sampled_from(
            [
                b"From: ",
                b"To: ",
                b"=?utf-8?b?",
                b"?=",
                b"<",
                b">",
                b",",
                b"\r\n",
                b" ",
                b"a@b.example",
                b"\xff",
                b"Content-Type: multipart/",
                b'boundary="',
                b"--",
            ]
        ),
        max_size=40,
    ).map(b"".join)
)
def test_broken_headers_are_read_or_refused(raw: bytes):
    read_mail(raw)
    sender_of(raw)


def with_pictures(*sizes: int) -> bytes:
    """An HTML mail that shows a picture of each size in its text."""
    message = EmailMessage()
    message["From"] = "a@by.example"
    shown = "".join(f'<img src="cid:image{n}@by">' for n in range(len(sizes)))
    message.set_content(f"<p>Se billedet</p>{shown}", subtype="html")
    for number, size in enumerate(sizes):
        message.add_related(
            b"x" * size, "image", "jpeg", cid=f"<image{number}@by>", filename=f"image00{number}.jpg"
        )
    return message.as_bytes()


def test_a_logo_in_the_text_is_left_out_and_a_photograph_is_kept():
    found = read_mail(with_pictures(20_000, 400_000))
    assert [(file.name, file.type, len(file.content)) for file in found.files] == [
        ("image001.jpg", "image/jpeg", 400_000)
    ]


def test_files_beyond_the_bound_are_counted_and_not_kept():
    message = EmailMessage()
    message["From"] = "a@by.example"
    message.set_content("Se bilag")
    for number in range(MOST_FILES + 3):
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    found = read_mail(message.as_bytes())
    assert (len(found.files), found.files_left_out, found.attachments) == (MOST_FILES, 3, MOST_FILES + 3)


def test_a_mail_that_is_attached_is_a_file_and_its_words_are_not_the_authors():
    inner = EmailMessage()
    inner["From"] = "b@by.example"
    inner.set_content("Status: rød")
    message = EmailMessage()
    message["From"] = "a@by.example"
    message.set_content("Status: gul")
    message.add_attachment(inner)
    found = read_mail(message.as_bytes())
    assert found.own_text == "Status: gul"
    assert [file.type for file in found.files] == ["message/rfc822"]
    assert b"Status: r" in found.files[0].content


def test_text_around_an_attachment_is_read_on_both_sides_of_it():
    raw = HEAD + (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nF\xc3\xb8r\r\n'
        b"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment\r\n\r\nx\r\n"
        b"--b\r\n\r\nEfter\r\n--b--\r\n"
    )
    assert read_mail(raw).own_text.split() == ["Før", "Efter"]


def test_lines_that_flow_are_put_together_and_those_that_end_are_not():
    raw = HEAD + (
        b"Content-Type: text/plain; format=flowed\r\n\r\nStatus: gul, fordi \r\nvi mangler folk\r\n"
        b"Bem: nej\r\n> citat \r\n> der flyder\r\n"
    )
    assert read_mail(raw).text == "Status: gul, fordi vi mangler folk\nBem: nej\n> citat der flyder"


def test_what_a_page_hides_is_no_text_and_a_list_has_its_numbers():
    assert html_text('<ol start="2"><li>gul<li>14,5 mio.</ol><span style="display:none">spor</span>') == (
        "2. gul\n3. 14,5 mio."
    )
    assert html_text("<pre>Status: gul\nBem: nej</pre>") == "Status: gul\nBem: nej"
    assert html_text("") == html_text("<!-- -->") == ""


STRUCK = [
    "Forventet resultat: <s>300.000</s> 200.000",
    "Forventet resultat: <del>300.000 </del>200.000",
    "Forventet resultat: <strike><b>300.000</b></strike> 200.000",
    'Forventet resultat: <span style="color:red; text-decoration: line-through">300.000</span> 200.000',
    "<style>p.a, .x{color:red;text-decoration:line-through}</style>Forventet resultat: "
    '<span class="y x">300.000</span> 200.000',
    "<style><!-- @media all { body span.gone { TEXT-DECORATION-LINE: line-through } } --></style>"
    "Forventet resultat: <span class=gone><b>300.000</b></span> 200.000",
    "<style>#gone{text-decoration:line-through}</style>Forventet resultat: <i id=gone>300.000</i> 200.000",
    "<style>SPAN.x{text-decoration:none;text-decoration:line-through}</style>"
    'Forventet resultat: <span class="x">300.000</span> 200.000',
    "<style>.a{text-decoration:none} .y.x, p .x{text-decoration:line-through}</style>"
    'Forventet resultat: <span class="x">300.000</span> 200.000',
]


@pytest.mark.parametrize("struck", STRUCK)
def test_words_that_are_struck_out_are_not_read_though_the_plain_part_has_them(struck: str):
    assert html_text(f"<p>{struck}</p>") == "Forventet resultat: 200.000"
    message = EmailMessage()
    message["From"], message["Message-ID"] = "Mette@by.example", "<1@by.example>"
    message.set_content("Forventet resultat: 300.000 200.000")
    message.add_alternative(f"<p>{struck}</p>", subtype="html")
    assert read_mail(message.as_bytes()).own_text == "Forventet resultat: 200.000"


@pytest.mark.parametrize(
    "style",
    [
        ".x:hover{text-decoration:line-through}",
        ".x p{text-decoration:line-through}",
        ".x{color:red}",
        ".y.x{text-decoration:line-through}",
        ".struck .x{text-decoration:line-through}",
        "p.x{text-decoration:line-through}",
        "@media print{.z{color:red} .x{text-decoration:line-through}}",
        ".x{text-decoration:line-through} .x{text-decoration:none}",
        ".x{text-decoration:line-through;text-decoration:underline}",
    ],
)
def test_a_class_that_strikes_out_nothing_leaves_its_words(style: str):
    assert html_text(f'<style>{style}</style><div class="x">Status: gul</div>') == "Status: gul"


def test_the_plain_part_is_read_where_nothing_is_struck_out():
    message = EmailMessage()
    message["From"], message["Message-ID"] = "Mette@by.example", "<1@by.example>"
    message.set_content("Status: gul")
    message.add_alternative("<style>p { text-decoration: line-through }</style><p>Rød</p>", subtype="html")
    assert read_mail(message.as_bytes()).own_text == "Status: gul"
