"""The receipt shows what was answered; what was not is one line that can be opened."""

from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World


def test_what_was_not_answered_is_one_line_on_the_receipt(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS})
    given = {**world.form().fields, **FILLED, "om": "", "act": "submit"}
    assert world.browser.post(world.page, data=given).headers["location"].endswith("/kvittering")
    page = world.browser.get(f"{world.page}/kvittering").text
    assert "Intet svar" not in page and "Et godt år" in page
    assert "Ikke besvaret: 3</summary>" in page
    assert "<p>Om året; B. &lt;b&gt;Budget&lt;/b&gt; · Tal; Bilag</p>" in page
