"""A signed agreement as it is handed out, with a board's file in it: a byte changed in any part is told."""

import re

import pytest

from config.settings import load_settings
from documents.agreement_paper import AgreementPaper, Annex, Press, Signed
from documents.agreement_text import Chapter
from documents.seal_key import Owner, trusted
from documents.seal_trust import Trust
from documents.verification import Outcome, verify
from tests.support.papers import AT, TOWN

STATEMENT = b"Bestyrelsen bakker op om aftalen." * 20
PARTS = {
    "the header": rb"%PDF-1",
    "the text of a page": rb"/Contents",
    "a font": rb"/FontFile2",
    "the title": rb"/Title",
    "what readers are told (XMP)": rb"pdfaid",
    "the structure": rb"/StructTreeRoot",
    "the colour profile": rb"/DestOutputProfile",
    "the file that is attached": rb"/EmbeddedFile\b",
    "the attached file's name": rb"udtalelse",
    "the seal's field": rb"/Segl|\(Segl\)",
    "what the seal covers": rb"/ByteRange",
    "what may be changed": rb"/DocMDP",
    "the seal itself": rb"/Contents <30",
    "where things lie": rb"startxref",
    "the last byte": rb"%%EOF",
}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Trust]:
    settings = load_settings(data_dir=tmp_path_factory.mktemp("data"))
    annex = Annex("udtalelse.txt", "text/plain", STATEMENT, "1" * 64)
    signed = Signed("Ida Engsø", "leder", "Ida Engsø", AT, "personligt link", "0" * 64, annex=annex)
    chapter = Chapter("Fælles mål", ())
    paper = AgreementPaper(
        TOWN, "Udviklingsaftale 2027", "Enhed 1", "2027", 1, "0" * 64, (chapter,), (signed,), "da"
    )
    with Press(settings, Owner("BY", TOWN), "da", now=AT) as press:
        (made,) = press.make([paper])
    return made.content, trusted(settings)


def test_as_it_was_sealed_it_is_valid(sealed: tuple[bytes, Trust]) -> None:
    assert verify(*sealed).outcome is Outcome.VALID


@pytest.mark.parametrize("part", PARTS)
def test_a_byte_changed_in_any_part_of_it_is_told(part: str, sealed: tuple[bytes, Trust]) -> None:
    pdf, trust = sealed
    places = [match.end() for match in re.finditer(PARTS[part], pdf)]
    assert places, f"{part} is not found"
    for place in {places[0], places[-1]}:
        for at in {min(place, len(pdf) - 1), min(place + 7, len(pdf) - 1)}:
            changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
            verdict = verify(changed, trust)
            assert verdict.outcome is Outcome.ALTERED and verdict.changes, (part, at)


def test_a_byte_taken_out_or_put_in_is_told(sealed: tuple[bytes, Trust]) -> None:
    pdf, trust = sealed
    for at in (200, len(pdf) // 2, len(pdf) - 3):
        for changed in (pdf[:at] + pdf[at + 1 :], pdf[:at] + b" " + pdf[at:]):
            assert verify(changed, trust).outcome is Outcome.ALTERED


def test_a_byte_changed_at_forty_places_is_told(sealed: tuple[bytes, Trust]) -> None:
    pdf, trust = sealed
    for at in range(len(pdf) // 40, len(pdf), len(pdf) // 40):
        changed = pdf[:at] + bytes([pdf[at] ^ 0x20]) + pdf[at + 1 :]
        assert not verify(changed, trust).valid, at
