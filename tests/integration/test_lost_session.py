"""Who writes when the session is gone gets it back under the form's own words, and can send again."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from cycle.tasks.tables import Draft
from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World
from web.labels import FIELDS, is_technical

HIDDEN = r'<input type="hidden" name="([\w.]+)"'


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS})


def test_what_a_stranger_sent_is_named_as_the_form_named_it_and_nothing_else_is_told(world):
    fields = world.form().fields
    stranger = world.site.browser()
    typed = {"om": "Et år", "maal.A.tal": "7", "status.comment": "Bagud", "maal.A.status.light": "gul"}
    page = stranger.post(world.page, data={**fields, **typed, "act": "submit"})
    assert page.status_code == 401 and "Din tekst" not in page.text
    for label in ("Om året", "A. Sygefravær · Tal", "Status · Kommentar", "A. Sygefravær · Status på målet"):
        assert f">{label}</label>" in page.text
    bare = stranger.post(world.page, data={"om": "Et år", "act": "submit"})
    assert "Din tekst" in bare.text and "Om året" not in bare.text


def test_words_that_somebody_else_wrote_are_text_and_nothing_breaks_on_them(world):
    stranger = world.site.browser()
    for words in ('{"om": "<script>alert(1)</script>"}', "[" * 100_000, "{", "3", '{"om": {"a": []}}'):
        page = stranger.post(world.page, data={"om": "Et år", "words": words, "act": "submit"})
        assert page.status_code == 401 and "<script>alert" not in page.text and "Et år" in page.text


def test_the_page_sends_again_once_the_link_is_open_but_never_without_its_files(world):
    fields = {**world.form().fields, **FILLED, "act": "submit"}
    browser = world.site.browser()
    page = browser.post(world.page, data=fields)
    assert ">Prøv igen</button>" in page.text
    file = {"bilag": ("brev.txt", b"Hej", "text/plain")}
    assert ">Prøv igen</button>" not in browser.post(world.page, data=fields, files=file).text
    browser.get(world.link)
    assert browser.post(world.page, data=fields).headers["location"] == f"{world.page}/kvittering"
    assert len(world.answers()) == 1


def test_a_visit_that_ran_out_keeps_the_draft_and_the_browser_forgets_its_own(world):
    fields = world.form().fields
    world.site.clock.at += timedelta(hours=5)
    page = world.browser.post(world.page, data={**fields, "om": "Længe undervejs", "act": "submit"})
    assert page.status_code == 401 and f'data-received="{world.page}/kladde"' in page.text
    assert [draft.answers for draft in world.rows(Draft)] == [{"om": "Længe undervejs"}]
    assert json.loads(fields["words"])["om"] == "Om året"


def test_the_office_signs_in_in_a_new_tab_and_sees_what_was_typed_by_its_words(world):
    stranger = world.site.browser()
    sent = {
        "csrf": "x", "tilstand": "mangler", "side": "1", "act": "forlaeng", "task": "4",
        "new_due_on": "2027-02-28", "text": "Systemet var nede",
    }  # fmt: skip
    page = stranger.post("/aktivitet/1/flere/vis", data=sent)
    assert page.status_code == 401
    assert '<a href="/log-ind" target="_blank" rel="noopener">Log ind i en ny fane</a>' in page.text
    given_back = re.findall(
        r'<label class="form-label"[^>]*>([^<]*)</label>\s*<textarea[^>]*>([^<]*)<', page.text
    )
    assert given_back == [("Ny frist", "28. februar 2027"), ("Tekst", "Systemet var nede")]


def test_every_hidden_field_of_the_pages_is_left_out_or_has_words():
    templates = (Path(__file__).parents[2] / "web" / "templates").rglob("*.html")
    hidden = {name for each in templates for name in re.findall(HIDDEN, each.read_text(encoding="utf-8"))}
    assert len(hidden) > 30
    assert {name for name in hidden if name not in FIELDS and not is_technical(name)} == set()
