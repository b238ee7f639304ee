"""Which files of an answer are kept, by page and by mail."""

import pytest

from cycle.files.taken import NotTaken, why_not
from notifications.enclosures import LARGEST_FILE, SAID

PDF = b"%PDF-1.7 ..."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("regnskab.pdf", PDF),
        ("uden-endelse", PDF),
        ("foto.jpg", b"\xff\xd8\xff\xe0...."),
        ("noter.txt", "Æblegrød".encode()),
        ("noter.txt", "Æblegrød fra Windows\r\n".encode("cp1252")),
        ("tal.xlsx", b"PK\x03\x04....xl/workbook.xml"),
        ("brev.odt", b"PK\x03\x04" + b"." * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"),
    ],
)
def test_documents_and_pictures_are_kept(name, content):
    assert why_not(name, content) is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("skema.exe", PDF, "Programmer"),
        ("regnskab.pdf.EXE", PDF, "Programmer"),
        ("makro.xlsm", b"PK\x03\x04....xl/workbook.xml", "makroer"),
        ("side.html", b"<script>", "Programmer"),
        ("program.exe.", b"MZ", "Programmer"),
        ("noter.txt", b"MZ\x90\x00\x03", "denne slags"),
        ("regnskab.pdf", b"MZ\x90\x00\x03", "denne slags"),
        ("arkiv.zip", b"PK\x03\x04....andet", "denne slags"),
        ("stor.pdf", PDF + b"x" * LARGEST_FILE, "for stor"),
        ("tom.pdf", b"", "tom"),
    ],
)
def test_what_is_not_kept_is_refused_with_words(name, content, said):
    why = why_not(name, content, largest=LARGEST_FILE)
    assert why is not None and said in SAID[why]


def test_there_are_words_for_every_reason():
    assert set(SAID) == set(NotTaken)
