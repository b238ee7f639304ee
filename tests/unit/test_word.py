"""Word through docxtpl: the covers render, people's text stays text, a bad template is told clearly."""

import io
import subprocess
import time
import zipfile

import pytest
from docx import Document
from matplotlib.figure import Figure
from pypdf import PdfReader

from cycle.bounded_process import Limits
from cycle.errors import TemplateInvalid
from documents.charts import png
from documents.cover import cover_values
from documents.rollup_document import Standing, rollup_values
from documents.word import Picture, fill
from tests.support.rolled_up import rolled_up

NASTY = '=HYPERLINK("x") <script>alert(1)</script> & {{ municipality }} {% for %} 🎉 שלום \x00\x07\ud800 slut'


def values(units=44, language="da", version=1, comment="x", mark=""):
    return cover_values(annexed(units, language, version, comment, mark))


def annexed(units=44, language="da", version=1, comment="x", mark=""):
    rollup, facts = rolled_up(units, comment=comment)
    standing = Standing("Byby Kommune", "Kvartalsrapport 1", version, "Frigivet 3. maj 2027.", mark)
    return rollup_values(rollup, facts, standing, language, png)


def words(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    header = [paragraph.text for paragraph in document.sections[0].header.paragraphs]
    return "\n".join([*header, *(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.fixture
def own(tmp_path):
    return tmp_path


def template(own, *paragraphs):
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(own / "cover.da.docx"))


def fault(own, language="da", limits=None):
    with pytest.raises(TemplateInvalid) as caught:
        fill("cover.da.docx", values(12), own=own, language=language, limits=limits or Limits())
    (problem,) = caught.value.problems
    assert problem.where == "cover.da.docx"
    return problem


def test_the_cover_has_its_four_parts_and_the_counts():
    said = words(fill("cover.da.docx", values()))
    parts = ["Indstilling\n", "Sagsfremstilling", "Økonomi", "Videre proces"]
    assert [said.index(part) for part in parts] == sorted(said.index(part) for part in parts)
    assert "Forvaltningen indstiller, at udvalget tager Kvartalsrapport 1 2027 til efterretning." in said
    assert "Besvaret\n28\n" in said and "Mangler\n4\n" in said and "Enhed 10 Ærø" in said
    assert "A. Sygefraværet falder\n23\n7\n6" in said and "Skoler\n9\n5 %" in said
    assert "Sammenfatning for Skoler\nIntet at bemærke." in said and "udgave 1" in said
    assert "UDKAST" not in said and "{" not in said and "Opdigtede" not in said


def test_every_unit_stands_in_it_and_each_areas_text_is_under_the_areas_name():
    given = annexed(44)
    given["branches"][0]["written"] = [{"title": "Sammenfatning for området", "state": "nil", "answers": []}]
    document = Document(io.BytesIO(fill("cover.da.docx", cover_values(given))))
    headings = [each.text for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert f"{given['branches'][0]['name']}: Sammenfatning for området" in headings
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    units = [row for row in rows if len(row) == 3 and row[0].startswith("Enhed ")]
    assert len(units) == 44 and {row[1] for row in units} >= {"Besvaret", "Mangler"}
    goals = next(each for each in document.tables if each.rows[0].cells[0].text == "Mål")
    assert goals.columns[0].width.cm > 8, "no word of a goal breaks"


def test_every_chart_of_the_annex_is_a_picture_with_its_words():
    given = values(44)
    document = Document(io.BytesIO(fill("cover.da.docx", given)))
    told = [shape._inline.docPr for shape in document.inline_shapes]
    charts = [one["chart"] for one in (*given["goals"], *given["figures"]) if one["chart"]]
    assert [one.get("descr") for one in told] == [one.alt for one in charts] and len(told) == 7
    assert told[0].get("descr").startswith("Sygefraværet falder. Skoler ")
    assert len({one.get("id") for one in told}) == 7, "Word mends a file in which two pictures are one"
    assert all(shape.width.cm == pytest.approx(16, abs=0.1) for shape in document.inline_shapes)
    assert fill("cover.da.docx", given) == fill("cover.da.docx", given)
    few = Document(io.BytesIO(fill("cover.da.docx", values(12))))
    assert len(few.inline_shapes) == 5, "no chart of figures that are hidden"


def test_what_a_pictures_words_say_stays_text(own):
    template(own, "{{ chart }}")
    picture = Picture(png(Figure()), '"<w:t>{{ municipality }}</w:t> & \x07')
    document = Document(io.BytesIO(fill("cover.da.docx", {"chart": picture}, own=own)))
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == '"<w:t>{{ municipality }}</w:t> & '


def test_english_and_a_draft_that_is_invented_say_so():
    said = words(fill("cover.en.docx", values(12, "en", 0, mark="Invented answers"), language="en"))
    assert "DRAFT – not released" in said and "Invented answers" in said
    assert "Finances" in said and "hidden" in said and "Videre" not in said


def test_what_people_wrote_stays_text():
    data = values(12) | {"title": NASTY}
    said = words(fill("cover.da.docx", data))
    assert '=HYPERLINK("x") <script>alert(1)</script> & {{ municipality }} {% for %} 🎉 שלום' in said
    assert "slut" in said and "æ" * 50_000 in words(fill("cover.da.docx", data | {"dated": "æ" * 50_000}))


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("{{ titel }}", "»titel«"),
        ("{{ qqq.x }}", "»qqq«"),
        ("{{ title.nosuch }}", "»nosuch«"),
        ("{% for x in goals %}", "fejl i en pladsholder"),
        ("{{ title", "fejl i en pladsholder"),
        ("{{ title.__class__.__mro__ }}", "fejl"),
        ("{{ 1 // 0 }}", "fejl i en pladsholder"),
        ("{{ goals[0].chart._document.save('/tmp/x') }}", "fejl"),
        ("{{ goals[0].chart.save }}", "»save«"),
    ],
)
def test_a_faulty_placeholder_is_told(own, said, what):
    template(own, "Hej", said)
    problem = fault(own)
    assert what in problem.what + problem.cure and problem.cure


def test_an_unknown_placeholder_is_told_with_the_one_that_was_meant(own):
    template(own, "{{ titel }}")
    assert fault(own).cure == "Mente du »title«?"
    assert fault(own, "en").cure == "Did you mean »title«?"


def test_a_loop_that_never_ends_is_stopped(own):
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    template(own, loop)
    started = time.perf_counter()
    problem = fault(own, limits=Limits(seconds=4))
    assert time.perf_counter() - started < 20 and "løkke" in problem.cure


def test_a_damaged_file_is_told(own):
    for content in (b"", b"not a Word file", fill("cover.da.docx", values(12))[:9000]):
        (own / "cover.da.docx").write_bytes(content)
        assert "Word-fil" in fault(own).what
    with zipfile.ZipFile(own / "cover.da.docx", "w") as packed:
        packed.writestr("word/document.xml", "<broken")
    assert "Word-fil" in fault(own).what


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "da",
            ("Indstilling", "Sagsfremstilling", "Status på mål", "Økonomi", "Videre proces"),
        ),
        (
            "en",
            ("Recommendation", "The matter", "Status of goals", "Finances", "What follows"),
        ),
    ],
)
def test_another_word_processor_opens_the_cover_and_reads_it_in_order(language, parts, tmp_path):
    mark = "Invented answers" if language == "en" else "Opdigtede svar"
    content = fill(f"cover.{language}.docx", values(44, language, mark=mark), language=language)
    (tmp_path / "cover.docx").write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "cover.docx")], check=True, capture_output=True, timeout=120)
    pages = PdfReader(tmp_path / "cover.pdf").pages
    said = " ".join(" ".join(page.extract_text() for page in pages).split())
    place = 0
    for words in parts:
        assert (place := said.find(words, place)) >= 0, words
    answered = "Answered 28" if language == "en" else "Besvaret 28"
    assert mark in said and answered in said and "{" not in said
