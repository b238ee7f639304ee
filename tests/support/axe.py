"""What axe-core says of a page, and whether it fits its window."""

from playwright.sync_api import Page

from tests.support.demo import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = 1280, 320
SEEN_THOUGH_HIDDEN = (
    "[...document.querySelectorAll('[hidden]')].filter(e => e.checkVisibility()).map(e => e.outerHTML)"
)


def violations(page: Page) -> list[str]:
    """Every violation that axe-core can see, in one line each with the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
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
