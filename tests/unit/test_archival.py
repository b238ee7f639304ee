"""Every PDF by a second reader: for archives (PDF/A), for screen readers (PDF/UA), with its words in order.

`tests.support.archival` knows the clauses; here is what it is asked about, and that it notices.
"""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from config.settings import load_settings
from documents.agreement_paper import AgreementPaper, Annex, Press, Signed
from documents.agreement_text import Chapter
from documents.seal_key import Owner
from documents.typeset import typeset
from documents.wheel import Wheel
from documents.wheel_print import wheel_values
from tests.support.archival import faults
from tests.support.papers import AT, PAPERS, TOWN
from tests.support.wheels import segments

ADDRESS = "https://www.byby.example/dokumenter/2027/udvalg/meget-lang-adresse/bilag.pdf"
WORDS = (
    "Specialpædagogiske støttefunktioner og arbejdsmarkedsuddannelsesprogrammer er institutionsledelsens "
    "udviklingsopgave i alle daginstitutioner med kompetenceudviklingsforløb i efter\u00adårs\u00adsemestret."
    f" Det står i {ADDRESS} under SHA-256 og MED-udvalgets sygefraværsopfølgningsprocedurer."
)
TEMPLATES = [*PAPERS, "wheel.typ"]
SEAL = AgreementPaper(
    TOWN,
    "Udviklingsaftale 2027",
    "Enhed 1 Ærø",
    "2027",
    1,
    "0" * 64,
    (Chapter("Fælles mål", ()),),
    (Signed("Ida Engsø", "leder", "Ida Engsø", AT, "personligt link", "0" * 64),),
    "da",
)


def made(template: str, language: str = "da", text: str = WORDS) -> bytes:
    if template == "wheel.typ":
        values = wheel_values(Wheel(2027, TOWN, segments(), date(2027, 10, 17), language=language))
    else:
        few = {"units": 6} if template == "goal_accounts.typ" else {}
        values = PAPERS[template](text, language=language, **few)
    return typeset(template, values, language=language, at=AT)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_document_is_for_archives_and_for_screen_readers(template: str, language: str) -> None:
    assert faults(made(template, language)) == []


@pytest.mark.parametrize("template", PAPERS)
def test_words_are_copied_from_every_document_as_they_were_written(template: str) -> None:
    pages = PdfReader(io.BytesIO(made(template))).pages
    said = " ".join(page.extract_text() for page in pages)
    assert not set(said) & set("\u00ad\u200b\ufffd\ufffe")
    place = -1
    for word in WORDS.replace("\u00ad", "").replace(ADDRESS, "").split():
        assert (place := said.find(word, place + 1)) >= 0, f"{word} is not there, or not in its order"
    assert ADDRESS in said.replace("\n", "").replace(" ", "")


def test_a_sealed_document_stays_for_archives_with_what_is_attached_to_it(tmp_path: Path) -> None:
    annex = Annex("udtalelse.docx", "application/msword", b"Bestyrelsen", "1" * 64)
    (signed,) = SEAL.signatures
    both = (
        SEAL,
        AgreementPaper(**{**vars(SEAL), "signatures": (Signed(**{**vars(signed), "annex": annex}),)}),
    )
    with Press(load_settings(data_dir=tmp_path), Owner("BY", TOWN), "da", now=AT) as press:
        plain, annexed = (one.content for one in press.make(both))
    assert faults(plain) == [] and faults(annexed, files=True) == []
    assert PdfReader(io.BytesIO(annexed)).attachments == {"udtalelse.docx": [b"Bestyrelsen"]}


def without_pictures_text(writer: PdfWriter) -> None:
    for one in writer._objects:
        if isinstance(one, DictionaryObject) and one.get("/S") == "/Figure":
            del one["/Alt"]


def with_a_script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)


def with_a_file(writer: PdfWriter) -> None:
    writer.add_attachment("noter.txt", b"x")


def without_language(writer: PdfWriter) -> None:
    del writer.root_object["/Lang"]


def with_another_font(writer: PdfWriter) -> None:
    for one in writer._objects:
        if isinstance(one, DictionaryObject) and "/FontFile2" in one:
            del one["/FontFile2"]


def with_loose_words(writer: PdfWriter) -> None:
    contents = writer.pages[0]["/Contents"].get_object()
    contents.set_data(b"BT /f0 9 Tf (x) Tj ET\n" + contents.get_data())


def with_another_title(writer: PdfWriter) -> None:
    writer.add_metadata({"/Title": "Noget andet"})


def with_a_nameless_role(writer: PdfWriter) -> None:
    writer.root_object["/StructTreeRoot"][NameObject("/RoleMap")] = DictionaryObject()
    for one in writer._objects:
        if isinstance(one, DictionaryObject) and one.get("/S") == "/H1":
            one[NameObject("/S")] = NameObject("/Overskrift")


def with_a_long_string(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/Note")] = TextStringObject("x" * 40_000)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_pictures_text, "UA 7.3"),
        (with_a_script, "A 6.5.1"),
        (with_a_file, "A 6.8"),
        (without_language, "A 6.7.4"),
        (with_another_font, "A 6.2.11.4"),
        (with_loose_words, "UA 7.1: page 1"),
        (with_another_title, "UA 7.1: no title"),
        (with_a_nameless_role, "A 6.7.3"),
        (with_a_long_string, "A 6.1.13"),
    ],
)
def test_the_second_reader_notices(spoil: Callable[[PdfWriter], None], said: str) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(made("rollup.typ", text="Kort.")))
    before = io.BytesIO()
    writer.write(before)
    assert said not in " ".join(faults(before.getvalue()))
    spoil(writer)
    after = io.BytesIO()
    writer.write(after)
    assert any(fault.startswith(said) for fault in faults(after.getvalue()))
