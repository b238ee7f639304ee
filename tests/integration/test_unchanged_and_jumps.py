"""Last period's answer taken with one press, and numbers far from it pointed out; neither sends anything."""

from html import unescape

import pytest

from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World
from tests.support.web import Form

LAST = {
    "overskrift": "Som sidst",
    "dage": "4.5",
    "beloeb": "1250000.00",
    "andel": "50",
    "status": {"light": "gul", "comment": "Bagud"},
    "maal": [{"row": "A", "status": {"light": "grøn", "comment": ""}, "tal": "2"}],
    "bekraeft": True,
}


def _offering(field):
    offered = {"same_as_last": True, "fields": tuple(_offering(each) for each in field.fields)}
    return field.model_copy(update=offered)


OFFERING = EVERY_TYPE.model_copy(update={"fields": tuple(_offering(each) for each in EVERY_TYPE.fields)})


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path, OFFERING, {"goals": GOALS, "last": LAST})


def test_one_press_puts_last_times_answer_into_its_field_and_nowhere_else(world):
    form = world.form()
    assert "Jeres svar fra sidst står ved felterne." in form.page.text
    before = world.site.row_counts()
    page = form.send(world.browser, om="Mit eget", uaendret="beloeb")
    assert page.status_code == 200 and world.site.row_counts() == before
    assert 'value="1.250.000"' in page.text and "Mit eget" in page.text and 'value="4,5"' not in page.text
    assert "Sidste svar er sat ind" in page.text and "Intet er gemt eller sendt endnu" in page.text
    english = world.browser.post(f"{world.page}?sprog=en", data={"uaendret": "dage"}).text
    assert "Last time's answer was put into the field" in unescape(english) and 'value="4,5"' in english


def test_a_light_with_its_comment_and_a_row_of_a_group_can_be_taken_too(world):
    page = world.form().send(world.browser, uaendret="status").text
    assert 'name="status.light" value="gul" checked' in page and ">Bagud</textarea>" in page
    page = world.form().send(world.browser, uaendret="maal.A.tal").text
    assert 'name="maal.A.tal" value="2"' in page


@pytest.mark.parametrize(
    "where",
    ["bekraeft", "bilag", "maal", "maal.B.tal", "findes.ikke", "x" * 500, "a..b", "maal.A"],
)
def test_what_cannot_be_repeated_is_left_as_it_was(world, where):
    page = world.form().send(world.browser, om="Mit eget", uaendret=where)
    assert page.status_code == 200 and "Mit eget" in page.text
    assert 'name="bekraeft" value="on" checked' not in page.text


def test_after_taking_it_the_answer_is_sent_as_from_any_page(world):
    page = world.form().send(world.browser, uaendret="overskrift")
    answer = Form(page, world.link).send(world.browser, act="submit", **{**FILLED, "overskrift": "Som sidst"})
    assert answer.status_code == 303 and world.answers()[0]["overskrift"] == "Som sidst"


def test_a_large_change_is_pointed_out_on_receipt_and_page_and_never_blocks(world):
    assert world.form().send(world.browser, act="submit", **FILLED).status_code == 303
    receipt = world.browser.get(world.page + "/kvittering").text
    assert "Se efter, om tallet passer" in receipt
    assert "-2.093,8 mod 1.250.000 sidste gang (-100 %)" in receipt
    assert "12,5 mod 50 sidste gang (-75 %)" in receipt and "7 mod 2 sidste gang (+250 %)" in receipt
    assert "4,5 mod" not in receipt
    assert "against" in world.browser.get(world.page + "/kvittering?sprog=en").text
    assert "sidste gang (-100 %)" in world.browser.get(world.page + "?ret=1&sprog=da").text


def test_what_is_about_as_it_was_is_not_pointed_out(world):
    near = {**FILLED, "beloeb": "1.300.000", "andel": "60", "maal.A.tal": "3"}
    world.form().send(world.browser, act="submit", **near)
    assert "Se efter, om tallet passer" not in world.browser.get(world.page + "/kvittering").text


def test_only_where_the_form_offers_it(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS, "last": LAST})
    form = world.form()
    assert [value for name, value in form.buttons if name == "uaendret"] == ["overskrift"]
    assert 'value="1.250.000"' not in form.send(world.browser, uaendret="beloeb").text
