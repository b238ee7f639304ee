"""PDF through Typst: what people write stays text, a bad template is told clearly and reaches nothing."""

import io
import shutil
import time
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from cycle.errors import TemplateInvalid
from documents.typeset import Limits, Typesetter, typeset
from documents.typeset_text import FONTS, known_signs, printable

AT = datetime(2027, 4, 20, 12, tzinfo=UTC)
LETTER = """
#import "style.typ": *
#show: paper.with(title: data.heading)
#prose(data.words)
"""
NASTY = [
    '=HYPERLINK("http://x.example";"klik")',
    "<script>alert(1)</script>",
    '#read("/etc/passwd")',
    "#{ while true {} }",
    "*fed* _kursiv_ $x^2$ @henvisning <mærke> `kode` // note",
    "= Ikke en overskrift",
    '\\"; drop table',
]


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "letter.typ").write_text(LETTER)
    return folder


def values(words, **others):
    return {"heading": "Et brev", "municipality": "Byby Kommune", "words": words, **others}


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def fault(own, template, language="da", limits=None):
    (own / "letter.typ").write_text(template)
    with pytest.raises(TemplateInvalid) as caught:
        typeset("letter.typ", values("x"), own=own, language=language, at=AT, limits=limits or Limits())
    (problem,) = caught.value.problems
    return problem


def test_the_document_is_accessible_and_knows_its_language_and_title(own):
    reader = PdfReader(io.BytesIO(typeset("letter.typ", values("Hej"), own=own, at=AT)))
    assert "pdfuaid:part>1<" in reader.xmp_metadata.rdf_root.toxml().replace('="1"', ">1<")
    assert reader.trailer["/Root"]["/Lang"] == "da" and reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Et brev" and reader.metadata.author == "Byby Kommune"
    assert reader.metadata.creation_date == AT
    assert "Side 1 af 1" in reader.pages[0].extract_text()


def test_the_same_values_give_the_same_bytes(own):
    first, second = (typeset("letter.typ", values("Hej"), own=own, at=AT) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("words", NASTY)
def test_what_looks_like_a_command_stays_text(own, words):
    shown = text_of(typeset("letter.typ", values(words), own=own, at=AT)).replace("\n", "")
    assert words.replace(" ", "") in shown.replace(" ", "").replace("\u00ad", "")


def test_emoji_right_to_left_and_control_characters_are_no_reason_to_fail(own):
    words = "Tillykke 🎉 👩‍🏫 שלום مرحبا \x00\x07\ud800\ue000 𝔘𝔫𝔦 slut"
    shown = text_of(typeset("letter.typ", values(words), own=own, at=AT))
    assert "[party popper]" in shown and "[u+d800]" in shown and "slut" in shown
    assert any(sign in shown for sign in "שלום") and any("\u0600" <= sign <= "\ufeff" for sign in shown)


@pytest.mark.parametrize("words", ["x" * 50_000, "æøå " * 12_500, "linje\n" * 8_000, "🎉" * 5_000])
def test_fifty_thousand_characters_are_all_there(own, words):
    shown = text_of(typeset("letter.typ", values(words), own=own, at=AT))
    for sign in set(words) & set("xæøå"):
        assert shown.count(sign) >= words.count(sign)
    assert shown.count("linje") == words.count("linje")


def test_a_long_word_gets_places_to_break_and_loses_nothing():
    assert printable("x" * 100, known_signs()).replace("\u200b", "") == "x" * 100
    assert "\u200b" in printable({"a": ["x" * 41]}, known_signs())["a"][0]
    assert printable("x" * 40, known_signs()) == "x" * 40


@pytest.mark.parametrize(
    ("template", "line", "said"),
    [
        ('#import "style.typ": *\n#data.words\n#data.hedding', 3, "»hedding«"),
        ('#import "style.typ": *\n\n#data.words.nosuch', 3, "Skabelonen kan ikke sættes"),
        ("#let x = (", 1, "Skabelonen kan ikke sættes"),
        ('#read("/etc/passwd")', 1, "Skabelonen læser en fil"),
        ('#read("../../../../../../etc/passwd")', 1, "Skabelonen læser en fil"),
        ('\n#import ("@pre" + "view/cetz:0.3.4"): *', 2, "beder om en pakke"),
    ],
)
def test_a_faulty_template_is_told_with_its_line(own, template, line, said):
    problem = fault(own, template)
    assert problem.where == f"letter.typ:{line}" and said in problem.what and problem.cure


def test_an_unknown_placeholder_is_told_with_the_one_that_was_meant(own):
    assert "»heading«" in fault(own, '#import "style.typ": *\n#data.hedding').cure
    assert "municipality" in fault(own, '#import "style.typ": *\n#data.qqq').cure
    english = fault(own, '#import "style.typ": *\n#data.hedding', language="en")
    assert "does not have" in english.what and "Did you mean" in english.cure


FOREVER = "#for i in range(99999) { for j in range(99999) { for k in range(99999) { let x = i } } }"


def test_a_loop_that_never_ends_is_stopped(own):
    started = time.perf_counter()
    problem = fault(own, FOREVER, limits=Limits(seconds=2))
    assert time.perf_counter() - started < 20
    assert problem.where == "letter.typ" and "efter 2 sekunder" in problem.what and "løkke" in problem.cure
    problem = fault(own, "#let x = 1\n#while x > 0 { x += 1 }")
    assert problem.where == "letter.typ:2" and "infinite" in problem.what


def test_a_template_that_wants_all_memory_is_stopped(own):
    problem = fault(
        own, '#let x = "aaaaaaaa"\n#for i in range(40) { x = x + x }', limits=Limits(30, 700_000_000)
    )
    assert problem.where == "letter.typ" and "hukommelse" in problem.what


def test_the_next_document_is_set_after_one_that_was_stopped(own):
    (own / "forever.typ").write_text(FOREVER)
    with Typesetter(own, limits=Limits(seconds=2)) as setter:
        with pytest.raises(TemplateInvalid):
            setter.set("forever.typ", values("x"), at=AT)
        assert setter.set("letter.typ", values("x"), at=AT).startswith(b"%PDF")


def test_a_municipality_replaces_ours_by_a_file_of_the_same_name(own):
    ours = text_of(typeset("letter.typ", values("x"), own=own, at=AT))
    (own / "style.typ").write_text(
        "#let data = json(bytes(sys.inputs.data))\n#let prose(x) = x\n"
        "#let paper(title: none, body) = { set document(title: title); [Vores eget brevhoved]; body }"
    )
    theirs = text_of(typeset("letter.typ", values("x"), own=own, at=AT))
    assert "Vores eget brevhoved" in theirs and "Vores eget brevhoved" not in ours


def test_a_file_that_points_out_of_the_folder_is_refused(own):
    (own / "logo.svg").symlink_to("/etc/passwd")
    problem = fault(own, LETTER)
    assert problem.where.endswith("logo.svg") and "ud af mappen" in problem.what


def test_a_font_that_cannot_be_read_is_named_and_one_that_can_may_be_used(own):
    for name in ("skrift.ttf", "Anden.OTF"):
        (own / name).write_bytes(b"nonsense")
    with pytest.raises(TemplateInvalid) as caught:
        typeset("letter.typ", values("x"), own=own, at=AT)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{own / name}: Skrifttypen kan ikke læses. Hent filen igen, eller fjern den fra mappen."
        for name in ("Anden.OTF", "skrift.ttf")
    ]
    (own / "skrift.ttf").unlink()
    shutil.move(own / "Anden.OTF", own / "Anden.txt")
    shutil.copyfile(FONTS / "STIXGeneral.ttf", own / "EGEN.TTF")
    rare = chr(next(iter(known_signs((own / "EGEN.TTF",)) - known_signs())))
    assert rare in text_of(typeset("letter.typ", values(f"Hej {rare}"), own=own, at=AT))
