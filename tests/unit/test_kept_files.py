"""What a file is taken for, and what it is called, whatever its sender says."""

import pytest

from cycle.files.store import LONGEST_NAME, plain_name, sniff
from web.tickets import read_ticket, write_ticket

SECRET = b"x" * 32
FILE = {"sha256": "ab" * 32, "name": "regnskab: 2027\n.pdf", "size": 12}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (
            b"PK\x03\x04....xl/workbook.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"PK\x03\x04....", "application/zip"),
        ("Søren\r\nÅse\t1".encode(), "text/plain"),
        (b"<html><script>", "text/plain"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_is_read_from_the_bytes(content, kind):
    assert sniff(content) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("regnskab.pdf", "regnskab.pdf"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\ida\\bilag.docx", "bilag.docx"),
        ("../../x", "x"),
        ("a\r\nX: y.pdf", "aX: y.pdf"),
        ("", "fil"),
        ("..", "fil"),
        ("\x00", "fil"),
    ],
)
def test_a_name_is_the_last_part_and_printable(given, kept):
    assert plain_name(given) == kept


def test_a_long_name_keeps_its_ending():
    name = plain_name("æ" * 500 + ".xlsx")
    assert len(name) == LONGEST_NAME and name.endswith(".xlsx")


def test_a_ticket_is_read_by_the_task_it_was_written_for_and_no_other():
    ticket = write_ticket(SECRET, 7, FILE)
    assert read_ticket(SECRET, 7, ticket) == FILE
    assert read_ticket(SECRET, 8, ticket) is None
    assert read_ticket(b"y" * 32, 7, ticket) is None
    for forged in (
        "",
        "x",
        ticket.replace("12", "13", 1),
        ticket + "x",
        "ab" * 32 + ":12:" + "0" * 32 + ":a",
    ):
        assert read_ticket(SECRET, 7, forged) is None
