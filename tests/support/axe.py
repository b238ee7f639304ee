"""What axe-core says of a page, and whether it fits its window."""

from playwright.sync_api import Page

from tests.support.demo import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = 1280, 320
TWICE = DESK // 2
"""A desk's window in which everything is shown at 200 %, as the page sees it."""
SEEN_THOUGH_HIDDEN = (
    "[...document.querySelectorAll('[hidden]')].filter(e => e.checkVisibility()).map(e => e.outerHTML)"
)


def violations(page: Page, only: list[str] | None = None) -> list[str]:
    """Every violation axe-core can see, or those of some rules; in one line each with the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    asked = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    found = page.evaluate("asked => axe.run(document, {runOnly: asked})", asked)
    return [f"{page.url}: {v['id']}: {v['help']}: {v['nodes'][0]['html'][:300]}" for v in found["violations"]]


def accessible(page: Page) -> None:
    """No violation as the window is now."""
    told = violations(page)
    assert told == [], "\n".join(told)


def accessible_at_every_width(page: Page) -> None:
    """No violation on a desk and on a phone; nothing runs out of the side, and what is hidden is not seen."""
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
        assert page.evaluate(SEEN_THOUGH_HIDDEN) == [], page.url


def accessible_in_every_light(page: Page) -> None:
    """As above; and in the dark everything can be read, and at 200 % nothing runs out of the side."""
    accessible_at_every_width(page)
    page.emulate_media(color_scheme="dark")
    told = violations(page, ["color-contrast", "link-in-text-block"])
    assert told == [], "in the dark: " + "\n".join(told)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": TWICE, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth") <= TWICE, page.url
