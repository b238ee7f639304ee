"""The look at every page's looks itself: a fault that shows in one view alone is found."""

import pytest
from playwright.sync_api import Browser

from tests.support.axe import PHONE, TAGS, accessible_at_every_width

PAGE = """<!doctype html><html lang="da"><head><title>Side</title>
<meta name="viewport" content="width=device-width"><style>
body{{margin:0;background:#fff;color:#111}} [hidden]{{display:none}}
@media(prefers-color-scheme:dark){{body{{background:#000;color:#eee}}}} {style}</style></head>
<body><main><h1>Side</h1><p id="a">Tekst</p><p hidden id="b">Skjult</p></main></body></html>"""


def test_a_page_without_fault_is_let_pass_and_left_as_a_phone_in_light_sees_it(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE.format(style=""))
    accessible_at_every_width(page)
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [PHONE, False]
    assert "EN-301-549" in TAGS


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("@media(min-width:1000px) and (prefers-color-scheme:dark){#a{color:#222}}", "color-contrast"),
        ("@media(width:640px) and (prefers-color-scheme:dark){#a{color:#222}}", "color-contrast"),
        ("@media(max-width:320px){#a{color:#eee}}", "color-contrast"),
        ("@media(width:640px) and (prefers-color-scheme:light){#a{color:#eee}}", "color-contrast"),
        ("@media(max-width:320px) and (prefers-color-scheme:dark){#a{color:#222}}", "color-contrast"),
        ("@media(width:640px){#a{width:700px}}", "700 wide"),
        ("@media(width:1280px) and (prefers-color-scheme:light){#b{display:block}}", "Skjult"),
    ],
    ids=[
        "dark desk",
        "dark at 200 %",
        "phone",
        "light at 200 %",
        "dark phone",
        "too wide at 200 %",
        "hidden and seen",
    ],
)
def test_a_fault_of_one_view_alone_is_found(browser: Browser, style: str, told: str) -> None:
    page = browser.new_page()
    page.set_content(PAGE.format(style=style))
    with pytest.raises(AssertionError, match=told):
        accessible_at_every_width(page)
