"""Whatever people write, in every kind of document: it stays text, all of it is there, and nothing is run."""

import io

import pytest
from docx import Document
from pypdf import PdfReader

from cycle.bounded_process import Limits
from cycle.errors import TemplateInvalid
from documents.charts import png
from documents.cover import cover_values
from documents.template_folder import OURS
from documents.typeset import typeset
from documents.word import fill
from tests.support.papers import AT, PAPERS, rollup_paper

NASTY = {
    "formula": '=HYPERLINK("http://x.example";"klik")',
    "script": "<script>alert(1)</script>",
    "read": '#read("/etc/passwd")',
    "markup": "*fed* _kursiv_ $x^2$ @henvisning `kode` // note {{ municipality }} {% for %}",
    "emoji": "Tillykke 🎉 👩‍🏫 slut",
    "right to left": "שלום مرحبا slut",
}
LONG = "ordet " * 8_334
FEW = {"goal_accounts.typ": {"units": 2}, "rollup.typ": {"units": 2}}
TEMPLATES = sorted(path.name for path in OURS.glob("*.typ") if path.name != "style.typ")
FOREVER = "#for i in range(99999) { for j in range(99999) { for k in range(99999) { let x = i } } }"


def text_of(template, values):
    reader = PdfReader(io.BytesIO(typeset(template, values, at=AT)))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], "tagged"
    metadata = reader.xmp_metadata.rdf_root.toxml().replace(" ", "")
    assert "pdfuaid:part" in metadata and "pdfaid:part" in metadata
    assert "IBMPlexSans" in " ".join(letters_of(reader))
    return "".join(page.extract_text() for page in reader.pages)


def letters_of(reader):
    """The fonts of the pages, by name."""
    fonts = [page["/Resources"].get("/Font", {}).values() for page in reader.pages]
    return {font.get_object()["/BaseFont"].partition("+")[2] for those in fonts for font in those}


def squeezed(text):
    """The text without what a line end may have put between."""
    return "".join(sign for sign in text if not sign.isspace() and sign not in "\u200b\u00ad-")


@pytest.mark.parametrize("template", PAPERS)
def test_what_looks_like_a_command_stays_text_in_every_pdf(template):
    said = squeezed(text_of(template, PAPERS[template]("\n".join(NASTY.values()), **FEW.get(template, {}))))
    for words in NASTY.values():
        assert squeezed(words) in said if words.isascii() else "[partypopper]" in said
    assert any(sign in said for sign in "שלום") and "root:" not in said


@pytest.mark.parametrize("template", PAPERS)
def test_fifty_thousand_characters_are_all_there(template):
    values = PAPERS[template](LONG, **FEW.get(template, {}))
    assert squeezed(text_of(template, values)).count("ordet") >= 8_334


@pytest.mark.parametrize("words", [*NASTY.values(), LONG], ids=[*NASTY, "long"])
def test_what_looks_like_a_command_stays_text_in_word(words):
    values = cover_values(rollup_paper(pen=png)) | {"title": words}
    document = Document(io.BytesIO(fill("cover.da.docx", values)))
    assert words.strip() in "\n".join(paragraph.text for paragraph in document.paragraphs)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_told_when_it_asks_for_what_is_not_there_or_never_ends(template, tmp_path):
    for text, said in (('#import "style.typ": *\n#data.findes-ikke', "findes-ikke"), (FOREVER, "løkke")):
        (tmp_path / template).write_text(text)
        with pytest.raises(TemplateInvalid) as caught:
            typeset(template, {"municipality": "By"}, own=tmp_path, at=AT, limits=Limits(seconds=2))
        (problem,) = caught.value.problems
        assert problem.where.startswith(template) and said in problem.what + problem.cure
