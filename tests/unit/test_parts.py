"""The parts that pages are made of: labels, hints and errors belong to their fields; all is valid HTML."""

import re

import pytest

from tests.support.valid_html import faults
from web.render import environment, icon, kind, translator

EVERYTHING = """
{% import "parts/alerts.html" as alerts %}
{% import "parts/form.html" as fields with context %}
{% import "parts/tables.html" as tables with context %}
{% import "parts/ways.html" as ways with context %}
<!doctype html><html lang="{{ language }}"><head><title>x</title></head><body><main><h1>x</h1>
{% call ways.crumbs([("/a", "A & B")]) %}{{ ways.crumb("/b", "B") }}{% endcall %}
{{ ways.back("/a", "Back") }}
{{ ways.tabs("Views", [("/a", "A"), ("/b", "B")], "/b") }}
{{ ways.pagination("Pages", [("?s=1", 1), ("?s=2", 2)], 2) }}
{{ ways.steps("Way", [("One", "", "done"), ("Two", "now", "current"), ("Three", "", "")]) }}
{% for each in ("success", "warning", "error", "info") %}
{% call alerts.alert(each, "Heading", role="status") %}<p>Told</p>{% endcall %}
{% endfor %}
{{ alerts.badge("late", "error") }} {{ alerts.badge("plain") }}
{% call alerts.panel("Panel") %}<p>In it</p>{% endcall %}
{% call alerts.details("More", about="x") %}<p>Folded</p>{% endcall %}
{% call tables.table("Units", ["Unit", ("Number", "number")]) %}
<tr><th scope="row">A</th><td class="number" data-label="Number">1</td></tr>
{% endcall %}
{{ tables.facts([("Due", "today")]) }}
{{ tables.tallies("Counts", [("?a", "all", 3, true), ("", "none", 0, false)]) }}
<form method="post" action="/x">
{% call fields.error_summary("Wrong") %}<ul><li><a href="#mail">Mail</a></li></ul>{% endcall %}
{{ fields.text("mail", "Mail", "<a@b>", type="email", hint="Hint", problem="Wrong", autocomplete="email") }}
{{ fields.text("share", "Share", required=false, unit="%") }}
{{ fields.area("why", "Why", "line", problem="Too short", rows=3) }}
{{ fields.select("area", "Area", [(1, "One"), (2, "Two")], "2", hint="Hint") }}
{{ fields.radios("how", "How", [("a", "A"), ("b", "B")], "b", hint="Hint", problem="Choose") }}
{{ fields.tick("sure", "Sure", checked=true, hint="Hint", problem="Say so") }}
{{ fields.button("Send", "act", "send", about="the answer") }} {{ fields.link_button("Back", "/a") }}
</form></main></body></html>
"""


@pytest.fixture(scope="module", params=["da", "en"])
def shown(request):
    spoken = {"t": translator(request.param), "language": request.param}
    return environment().from_string(EVERYTHING).render(spoken).strip()


def test_every_part_is_valid_html(shown, tmp_path):
    assert faults({"parts": shown}, tmp_path / "parts") == []


def test_every_field_has_its_label_and_what_describes_it(shown):
    ids = set(re.findall(r' id="([^"]+)"', shown))
    assert set(re.findall(r' for="([^"]+)"', shown)) <= ids
    for described in re.findall(r'aria-describedby="([^"]+)"', shown):
        assert set(described.split()) <= ids
    assert 'aria-describedby="mail-p mail-h"' in shown and shown.count('aria-invalid="true"') == 4
    assert 'value="&lt;a@b&gt;"' in shown and 'autocomplete="email"' in shown
    assert (
        re.search(r'<option value="2" selected>', shown)
        and 'id="how-2" name="how" value="b" checked' in shown
    )


def test_what_may_stay_empty_says_so_and_what_may_not_is_demanded(shown):
    (share,) = re.findall(r'<label[^>]* for="share">.*?</label>\s*.*?<input[^>]*>', shown, re.DOTALL)
    assert "(kan udelades)" in share or "(optional)" in share
    assert " required" not in share and shown.count(" required") == 3


def test_the_summary_of_errors_takes_the_focus_without_a_script(shown):
    (summary,) = re.findall(r'<div class="error-summary"[^>]*>', shown)
    assert "autofocus" in summary and 'tabindex="-1"' in summary and 'role="alert"' in summary


def test_an_icon_is_nothing_to_a_screen_reader_and_a_tone_has_one_word():
    assert 'aria-hidden="true"' in icon("info")
    assert [kind(tone) for tone in ("good", "warn", " bad", "")] == ["success", "warning", "error", "plain"]
    assert kind("", "info") == "info"
