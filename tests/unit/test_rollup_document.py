"""The roll-up as a document: every unit once, every section said, figures of few hidden, text as text."""

import io
import re
from datetime import UTC, datetime

import matplotlib as mpl
import pytest
from pypdf import PdfReader

from cycle.tasks.rollup import Outcome
from documents.charts import STYLE, Part, Spread, shared_bars, spreads
from documents.rollup_document import Standing, rollup_values, within
from documents.rollup_words import OUTCOMES
from documents.typeset import typeset
from tests.support.rolled_up import rolled_up

AT = datetime(2027, 5, 3, 8, tzinfo=UTC)
RELEASED = Standing("Byby Kommune", "Kvartalsrapport 1", 1, "Frigivet 3. maj 2027 kl. 10.00.")


def pages(values, language="da"):
    reader = PdfReader(io.BytesIO(typeset("rollup.typ", values, language=language, at=AT)))
    return [page.extract_text() for page in reader.pages]


@pytest.fixture(scope="module")
def whole():
    rollup, facts = rolled_up(44)
    return pages(rollup_values(rollup, facts, RELEASED, "da"))


def test_every_unit_is_there_with_its_outcome_and_every_section_says_what_it_is(whole):
    rollup, _ = rolled_up(44)
    said = "\n".join(whole)
    for line in rollup.lines:
        assert any(row.startswith(f"{line.unit} {OUTCOMES[line.outcome][0]}") for row in said.splitlines())
    assert said.count("Endnu ikke skrevet.") == 14 and "Fraværet falder i de fleste enheder." in said
    assert said.count("Sammenfatning for Skoler\nIntet at bemærke.") == 1
    assert "Kun til min leder" not in said


def test_the_counts_and_lights_add_up():
    rollup, facts = rolled_up(44)
    values = rollup_values(rollup, facts, RELEASED, "da")
    assert sum(one["count"] for one in values["counts"]) == values["total"] == 44
    answered = sum(1 for line in rollup.lines if line.answers)
    common, own = values["goals"][:-1], values["goals"][-1]
    assert [goal["code"] for goal in common] == ["A", "B", "C", "D"]
    assert all(goal["green"] + goal["yellow"] + goal["red"] == answered for goal in common)
    assert own["title"] == "Enhedernes egne mål" and own["green"] + own["yellow"] + own["red"] == 2 * answered
    assert sum(branch["total"] for branch in values["branches"] if branch["kind"] == "område") == 44


def test_it_is_read_in_order_and_every_chart_has_a_text(whole):
    first = whole[0]
    places = [first.index(words) for words in ("Samlet afrapportering", "Hvem har svaret", "Status på mål")]
    assert places == sorted(places)
    rollup, facts = rolled_up(44)
    values = rollup_values(rollup, facts, RELEASED, "da")
    assert values["goals"][0]["alt"].startswith("Sygefraværet falder. Skoler ")
    assert "Skoler 5 % (3,7 % – 5,8 %)" in values["figures"][1]["alt"]
    for chart in (*values["goals"], *values["figures"]):
        assert chart["chart"].startswith("<?xml") and chart["alt"]


def test_a_draft_says_so_on_every_page_and_so_does_an_invented_one(whole):
    rollup, facts = rolled_up(12)
    draft = Standing("Byby Kommune", "Kvartalsrapport 1", 0, "Som det stod.", "Opdigtede svar")
    for page in pages(rollup_values(rollup, facts, draft, "da")):
        assert "UDKAST" in page and "Opdigtede svar" in page
    assert not any("UDKAST" in page or "Opdigtede" in page for page in whole)


def test_english_is_english():
    rollup, facts = rolled_up(12)
    said = "\n".join(pages(rollup_values(rollup, facts, RELEASED, "en"), "en"))
    for words in (
        "Who has answered",
        "Status of goals",
        "Sick leave in the quarter",
        "Missing",
        "Not written yet.",
    ):
        assert words in said
    assert "Mangler" not in said and "grøn" not in said


def test_figures_of_fewer_than_five_are_shown_nowhere():
    rollup, facts = rolled_up(12)
    values = rollup_values(rollup, facts, RELEASED, "da")
    for figure in values["figures"]:
        assert figure["chart"] == "" and not any(row["middle"] for row in figure["rows"])
    assert "skjult" in "\n".join(pages(values))


def test_a_part_holds_its_own_units_only():
    rollup, facts = rolled_up(44)
    values = rollup_values(within(rollup, ["/BY/BU/A1/"]), facts, RELEASED, "da")
    assert values["total"] == 11 and {branch["kind"] for branch in values["branches"]} == {
        "område",
        "distrikt",
    }
    assert "Skoler" not in {branch["name"] for branch in values["branches"]}
    assert pages(values)


def test_nobody_asked_is_said():
    rollup, facts = rolled_up(12)
    empty = within(rollup, ["/NOWHERE/"])
    assert "Ingen enheder skal svare." in pages(rollup_values(empty, facts, RELEASED, "da"))[0]


def test_what_people_wrote_stays_text():
    nasty = '=HYPERLINK("x") <script>alert(1)</script> #read("/etc/passwd") $x^2$ *ord* 🎉 שלום ' + "æ" * 3000
    rollup, facts = rolled_up(12, comment=nasty)
    said = "".join(pages(rollup_values(rollup, facts, RELEASED, "da"))).replace("\n", "").replace(" ", "")
    for words in ('=HYPERLINK("x")', "<script>alert(1)</script>", '#read("/etc/passwd")', "$x^2$", "*ord*"):
        assert words in said
    assert "root:" not in said


def test_a_small_areas_bar_is_as_long_as_a_large_ones_and_its_number_stands_at_its_name():
    parts = [Part("grøn", "#0f0"), Part("rød", "#f00")]
    with mpl.rc_context(), pytest.MonkeyPatch.context() as drawn:
        drawn.setitem(STYLE, "svg.fonttype", "none")
        said = shared_bars(parts, [("Skoler", (380, 2)), ("Centre", (1, 5)), ("Ingen", (0, 0))])
    told = re.findall(r"<text[^>]*>([^<]+)</text>", said)
    assert {"Skoler (382)", "Centre (6)", "380", "1", "5", "100 %"} <= set(told)
    assert "2" not in told and not [words for words in told if words.startswith("Ingen")]


def test_charts_are_set_in_the_documents_letters_and_signs_those_lack_in_the_others():
    parts = [Part("Grøn", "#7fb77e")]
    for name, letters in (("Skoler", {"IBMPlexSans"}), ("Skoler ▲", {"IBMPlexSans", "DejaVuSans"})):
        drawn = shared_bars(parts, [(name, (1,))])
        assert set(re.findall(r'id="([A-Za-z]+Sans)-', drawn)) == letters, name


def test_charts_are_the_same_each_time_and_take_any_name():
    parts = [Part("grøn", "#0f0"), Part("rød", "#f00")]
    rows = [("Skoler $x$ 🎉 " + "y" * 99, (3, 0)), ("", (0, 0))]
    assert shared_bars(parts, rows) == shared_bars(parts, rows)
    spread = [Spread("Skoler", 1.5, 2.25, 3)]
    assert spreads(spread, "%", comma=True) == spreads(spread, "%", comma=True)


def test_every_outcome_has_its_words():
    assert set(OUTCOMES) == set(Outcome)
