"""Steering frame, budget letter and goal accounts: what they say, in which order, and what they keep back."""

import io
import zipfile
from dataclasses import replace

import pytest
from pypdf import PdfReader

from cycle.plan.figure_rules import FigureRules, Sign
from documents.budget_letter import letter_values, letterhead
from documents.goal_accounts import goal_account_values
from documents.goal_annex import MOST_COLUMNS
from documents.rollup_document import Standing
from documents.standing_out import standing_out
from documents.typeset import typeset
from documents.voices import Remark, chosen
from documents.zipped import file_name, zipped
from tests.support import papers
from tests.support.papers import AT, TOWN
from tests.support.rolled_up import rolled_up

STANDING = Standing(TOWN, "Regnskabsaflæggelse", 1, "Frigivet 3. maj 2027.")


def text_of(template, values, language="da"):
    reader = PdfReader(io.BytesIO(typeset(template, values, language=language, at=AT)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def in_order(text, *words):
    place = 0
    for word in words:
        assert (place := text.find(word, place)) >= 0, word


def test_a_frame_is_its_three_parts_with_owner_decision_and_version():
    said = text_of("frame.typ", papers.frame_paper())
    in_order(
        said,
        "Styringsramme: Skoler 2027",
        "Udgave 2. Godkendt 26. maj 2027.",
        "Beslutning i BUU 26. maj 2027",
        "1. Formelt grundlag",
        "Udefra givet.",
        "Nationalt lovgrundlag",
        "2. Retningsgivende grundlag",
        "Opdateres årligt.",
        "3. Driftsgrundlag",
        "Opdateres kvartalsmæssigt. Delingen mellem delene er udledt af kilden.",
        "Kvartalsmæssig opfølgning",
        "Intet skrevet endnu.",
    )
    assert said.count("Intet skrevet endnu.") == 1 and "UDKAST" not in said


def test_a_frame_that_no_body_has_approved_is_a_draft_on_every_page():
    said = text_of("frame.typ", papers.frame_paper(approved=False, mark="Opdigtede svar"))
    assert "UDKAST" in said and "Opdigtede svar" in said and "Begyndt 3. maj 2027." in said
    assert "Beslutning" not in said
    english = text_of("frame.typ", papers.frame_paper(language="en"), "en")
    in_order(
        english,
        "Steering frame: Skoler 2027",
        "1. Formal basis",
        "3. Operating basis",
        "Nothing written yet.",
    )


def test_a_budget_letter_has_every_amount_the_sum_and_how_costs_are_signed():
    said = text_of("budget_letter.typ", papers.letter_paper())
    in_order(
        said,
        "Budgetudmelding 2028",
        "Enhed 1 Ærø. Sendt 3. maj 2027.",
        "leder, Enhed 1 Ærø",
        "26. februar 2027",
        "Budgetramme 2028 54.252.100 kr.",
        "Heraf løn 44.069.000 kr.",
        "Indtægter -2.093,80 kr.",
        "I alt 54.250.006,20 kr.",
        "Udgifter står med plus, indtægter med minus.",
        "Indrykkede beløb",
        "Bekræft rammen",
    )
    minus = text_of("budget_letter.typ", papers.letter_paper(sign=Sign.MINUS, language="en"), "en")
    assert "Costs are negative, income is positive." in minus and "DKK 54,250,006.20" in minus


def test_an_expectation_beside_the_budget_is_not_added_to_it():
    rules = FigureRules(budget="Korrigeret budget", expected="Forventet regnskab", above=4)
    call = papers.budget_call(rules=rules)
    head = letterhead(call, TOWN, "Enhed 1", now=AT, language="da")
    given = papers.figures(Korrigeret_budget="1000000", Forventet_regnskab="1050000")
    values = letter_values(call, given, head, "da")
    assert values["total"] == "1.000.000 kr." and values["aside"]
    assert [one["counted"] for one in values["figures"]] == [True, False]


def test_a_letter_before_the_opening_is_a_draft_and_one_without_amounts_says_so():
    call = papers.budget_call(opened=False)
    head = letterhead(call, TOWN, "Enhed 1", now=AT, language="da")
    said = text_of("budget_letter.typ", letter_values(call, [], head, "da"))
    assert "UDKAST" in said and "Som det står 3. maj 2027." in said
    assert "Der er ikke indlæst beløb for enheden." in said and "I alt" not in said


@pytest.fixture(scope="module")
def accounts():
    return text_of("goal_accounts.typ", papers.accounts_paper())


def test_goal_accounts_say_target_result_light_and_what_was_said_then_every_unit(accounts):
    in_order(
        accounts,
        "Målregnskab: Regnskabsaflæggelse 2027",
        "24 enheder skulle svare: ",
        "A Sygefraværet falder højst 6 %",
        "A. Sygefraværet falder",
        "målte enheder når målet",
        "Det siger enhederne",
        "B. Budgettet",
        "Bilag: enhederne",
        "A Sygefraværet falder (højst 6 %); B Budgettet overholdes; D Inkluderende tilbud",
        "Enhed 1 Ærø Besvaret 5,1 % grøn",
        "B gul : Fraværet falder",
    )
    for number in range(1, 25):
        assert accounts.count(f"Enhed {number} Ærø ") >= 1
    assert "5,1 % grøn" in accounts and "6,1 % *" in accounts and "ikke vurderet" in accounts
    assert "Mangler" in accounts and "G Eget mål for Enhed 1 Ærø: " in accounts


def test_the_goal_accounts_of_470_units_are_for_a_committee():
    made = typeset("goal_accounts.typ", papers.accounts_paper(units=470), at=AT)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    first = next(number for number, said in enumerate(pages) if "Bilag: enhederne" in said)
    assert first <= 3 and len(pages) <= 25, "it was 100 pages with a table of its own for each unit"
    annex = " ".join(" ".join(pages[first:]).split())
    assert all(f"Enhed {number} Ærø " in annex for number in range(1, 471))


def test_no_section_of_the_goal_accounts_is_empty(accounts):
    assert "ingen af 24 enheder har vurderet målet" in accounts
    empty = papers.accounts_paper(units=24) | {"goals": [], "annex": [], "own": None, "total": 0}
    said = text_of("goal_accounts.typ", empty)
    assert "Der er ingen fælles mål eller områdemål." in said and "Ingen enheder skal svare." in said


def units_of(values):
    return [unit for area in values["annex"] for place in area["places"] for unit in place["units"]]


def test_goal_accounts_hide_what_a_goal_hides():
    values = papers.accounts_paper()
    (hidden,) = (one for one in values["goals"] if one["code"] == "C")
    assert (hidden["green"], hidden["yellow"], hidden["chart"]) == ("12", "skjult", "")
    assert not hidden["voices"] and not hidden["standing_out"] and hidden["values"] is None
    assert len(units_of(values)) == 24
    assert "C" not in {column["code"] for area in values["annex"] for column in area["columns"]}
    assert "C" not in {one["lead"] for unit in units_of(values) for one in unit["words"]}


def test_a_unit_has_a_cell_for_every_goal_it_was_asked_and_its_own_goals_in_words():
    values = papers.accounts_paper()
    schools, others = values["annex"][0], values["annex"][1]
    assert [one["code"] for one in schools["columns"]] == ["A", "B", "D", "E"]
    assert [one["code"] for one in others["columns"]] == ["A", "B", "E"]
    first = schools["places"][0]["units"][0]
    assert first["cells"][0] == {"light": "grøn", "name": "grøn", "value": "5,1 %", "short": False}
    assert first["words"][-1]["standing"].startswith("Eget mål for Enhed 1 Ærø: ")
    silent = next(unit for unit in units_of(values) if unit["outcome"] == "missing")
    assert not any(cell["light"] or cell["value"] for cell in silent["cells"])
    assert [one["standing"] for one in silent["words"]] == [f"Eget mål for {silent['name']}: ikke vurderet"]


def test_goals_beyond_the_ninth_are_told_in_words():
    rollup, facts = rolled_up(12)
    many = [papers.goal(n, f"M{n:02d}", f"Mål {n}") for n in range(1, 13)]
    goals = {line.task_id: many for line in rollup.lines}
    (area, *_) = goal_account_values(rollup, facts, goals, STANDING, "da")["annex"]
    assert len(area["columns"]) == MOST_COLUMNS == 9
    told = area["places"][0]["units"][0]["words"]
    assert [one["lead"] for one in told] == ["M10", "M11", "M12"] and told[0]["standing"].startswith(
        "Mål 10: "
    )
    assert text_of("goal_accounts.typ", goal_account_values(rollup, facts, goals, STANDING, "da"))


def line(number, area=""):
    return replace(rolled_up(12)[0].lines[0], task_id=number, area=area)


def test_a_place_stands_out_when_its_red_are_many_more_or_fewer_than_those_of_the_others():
    places = [
        ("Nord", [line(n) for n in range(20)]),
        ("Syd", [line(n) for n in range(20, 40)]),
        ("Øst", [line(n) for n in range(40, 44)]),
        ("Vest", [line(n) for n in range(44, 64)]),
    ]
    lights = dict.fromkeys(range(64), "grøn") | dict.fromkeys([*range(8), 41, 42, 43, 50, 51], "rød")
    assert standing_out(lights, places, "da") == [
        "Flere røde end de øvrige: Nord (8 af 20).",
        "Færre røde end de øvrige: Syd (0 af 20), Vest (2 af 20).",
    ], "four units in the east are too few to be compared"
    assert standing_out(lights, places, "en")[0] == "More red than the others: Nord (8 of 20)."
    assert standing_out(lights, places[:1], "da") == [] == standing_out({}, places, "da")


def test_a_few_remarks_of_each_area_are_read_first_and_none_is_told_twice():
    def remark(unit, area, rank, text):
        return Remark(unit, area, rank, "gul", text)

    said = chosen(
        [
            remark("Enhed 1", "Skoler", 1, "En lang gul forklaring"),
            *(remark(f"Enhed {n}", "Skoler", 0, "Den samme") for n in range(2, 5)),
            remark("Enhed 5", "Skoler", 0, "Rød"),
            remark("Enhed 6", "Skoler", 1, "Gul"),
            remark("Enhed 7", "Centre", 1, "Den samme"),
            remark("Enhed 8", "Centre", 1, "ord " * 200),
        ]
    )
    assert [one.unit for one in said.remarks] == ["Enhed 2", "Enhed 5", "Enhed 1", "Enhed 8"]
    assert said.others == 4 and len(said.remarks[-1].text) < 410 and said.remarks[-1].text.endswith("ord …")


def test_every_chart_of_the_goal_accounts_has_a_text_and_english_is_english():
    values = papers.accounts_paper(language="en")
    charts = [one for one in values["goals"] if one["chart"]]
    assert charts and all(one["alt"].startswith(one["title"]) for one in charts)
    assert values["goals"][0]["values"]["alt"].startswith("Sygefravær. Skoler ")
    said = text_of("goal_accounts.typ", values, "en")
    assert "Goal accounts" in said and "not assessed" in said and "grøn" not in said and "Mangler" not in said


def test_a_hearing_is_told_theme_by_theme_and_every_unit_has_a_row():
    values = papers.strategy_paper("Behold det, som det er.", units=470)
    made = typeset("strategy.typ", values, at=AT)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    said = " ".join(" ".join(pages).split())
    in_order(
        said,
        "Bilag: høringen 470 enheder er hørt: 403 besvaret, 67 mangler.",
        "1. Trivsel 403 af 470 enheder har svaret her.",
        "Sekretariatets sammenfatning",
        "Område enig ændr det Skoler",
        "Enhed 10 Ærø, Skoler ændr det : Behold det, som det er.",
        "402 andre har skrevet noget",
        "Bilag: enhederne i høringen",
        "Enhed 1 Ærø Besvaret enig: 1 1: Behold det, som det er.",
        "Enhed 7 Ærø Mangler Enhed 8 Ærø",
    )
    annex = said[said.index("Bilag: enhederne i høringen") :]
    assert all(f"Enhed {number} Ærø " in annex for number in range(1, 471)) and len(pages) <= 20


def test_a_zip_holds_every_document_under_a_name_of_its_own():
    content = [("brev.pdf", b"en"), ("Brev.pdf", b"to"), ("brev.pdf", b"tre")]
    with zipped(content) as one, zipped(content) as other:
        first, second = one.read(), other.read()
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert (
            packed.namelist() == ["brev.pdf", "Brev-2.pdf", "brev-3.pdf"]
            and packed.read("brev-3.pdf") == b"tre"
        )
    assert first == second
    assert file_name("Skolen ved Åen", "../../etc/passwd") == "skolen-ved-aaen-etc-passwd"
    assert file_name("🎉") == "dokument"
