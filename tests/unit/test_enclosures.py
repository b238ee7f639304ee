"""Which files of a reply are kept."""

import pytest

from notifications.enclosures import LARGEST_FILE, why_not

PDF = b"%PDF-1.7 ..."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("regnskab.pdf", PDF),
        ("uden-endelse", PDF),
        ("foto.jpg", b"\xff\xd8\xff\xe0...."),
        ("noter.txt", "Æblegrød".encode()),
        ("tal.xlsx", b"PK\x03\x04....xl/workbook.xml"),
        ("brev.odt", b"PK\x03\x04" + b"." * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"),
    ],
)
def test_documents_and_pictures_are_kept(name, content):
    assert why_not(name, content) == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("skema.exe", PDF, "Programmer"),
        ("regnskab.pdf.EXE", PDF, "Programmer"),
        ("makro.xlsm", b"PK\x03\x04....xl/workbook.xml", "makroer"),
        ("side.html", b"<script>", "Programmer"),
        ("regnskab.pdf", b"MZ\x90\x00\x03", "denne slags"),
        ("arkiv.zip", b"PK\x03\x04....andet", "denne slags"),
        ("stor.pdf", PDF + b"x" * LARGEST_FILE, "for stor"),
        ("tom.pdf", b"", "tom"),
    ],
)
def test_what_is_not_kept_is_refused_with_words(name, content, said):
    assert said in why_not(name, content)
