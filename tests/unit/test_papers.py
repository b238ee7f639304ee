"""Steering frame, budget letter and goal accounts: what they say, in which order, and what they keep back."""

import io
import zipfile

import pytest
from pypdf import PdfReader

from cycle.plan.model import FigureRules, Sign
from documents.budget_letter import letter_values, letterhead
from documents.typeset import typeset
from documents.zipped import file_name, zipped
from tests.support import papers
from tests.support.papers import AT, TOWN


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


def test_goal_accounts_say_target_result_light_and_comment_of_every_unit(accounts):
    in_order(
        accounts,
        "Målregnskab: Regnskabsaflæggelse 2027",
        "A. Sygefraværet falder",
        "B. Budgettet",
        "Enhederne Enhed ",
    )
    assert "Sygefravær højst 6 %" in accounts and "målte enheder når målet" in accounts
    for number in range(1, 25):
        assert f"Enhed {number} Ærø" in accounts
    assert (
        "5,1 %, nået" in accounts and "6,1 %, ikke nået" in accounts and papers.PLAIN.split()[0] in accounts
    )
    assert "ikke vurderet" in accounts and "Mangler" in accounts


def test_no_section_of_the_goal_accounts_is_empty(accounts):
    assert "ingen af 24 enheder har vurderet målet" in accounts
    empty = papers.accounts_paper(units=24) | {"goals": [], "units": [], "own": None}
    said = text_of("goal_accounts.typ", empty)
    assert "Der er ingen fælles mål eller områdemål." in said and "Ingen enheder skal svare." in said


def test_goal_accounts_hide_what_a_goal_hides():
    values = papers.accounts_paper()
    (hidden,) = (one for one in values["goals"] if one["code"] == "C")
    assert (hidden["green"], hidden["yellow"], hidden["chart"]) == ("12", "skjult", "")
    entries = [entry for unit in values["units"] for entry in unit["entries"] if entry["code"] == "C"]
    assert len(entries) == 24 and not any(one["light"] or one["comment"] or one["result"] for one in entries)


def test_every_chart_of_the_goal_accounts_has_a_text_and_english_is_english():
    values = papers.accounts_paper(language="en")
    charts = [one for one in values["goals"] if one["chart"]]
    assert charts and all(one["alt"].startswith(one["title"]) for one in charts)
    assert values["goals"][0]["values"]["alt"].startswith("Sygefravær. Skoler ")
    said = text_of("goal_accounts.typ", values, "en")
    assert "Goal accounts" in said and "not assessed" in said and "grøn" not in said and "Mangler" not in said


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
