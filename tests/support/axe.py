"""What axe-core says of a page, and whether it fits its window."""

from typing import Any, Literal, NamedTuple

from playwright.sync_api import Page

from tests.support.demo import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "EN-301-549"]
DESK, PHONE = 1280, 320
TWICE = DESK // 2
"""A desk's window in which everything is shown at 200 %, as the page sees it."""


class View(NamedTuple):
    """How somebody sees a page: the window as the page sees it, and the colours asked for."""

    width: int
    height: int
    colours: Literal["dark", "light"]


VIEWS = [
    View(width, height, colours)
    for width, height in ((DESK, 900), (TWICE, 450), (PHONE, 900))
    for colours in ("dark", "light")
]
LOOK = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return {
    violations: found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes[0].html.slice(0, 300)}`),
    width: document.documentElement.scrollWidth,
    seenThoughHidden: [...document.querySelectorAll("[hidden]")]
      .filter(each => each.checkVisibility()).map(each => each.outerHTML),
  };
}"""


def accessible(page: Page) -> None:
    """No violation that axe-core can see as the window is now; of each the first place is told."""
    told = _looked(page)["violations"]
    assert told == [], (page.url, told)


def accessible_at_every_width(page: Page) -> None:
    """No violation on a desk, at 200 % and on a phone, in light and in dark.

    Nothing runs out of the side, and what is hidden is not seen. The window is left a phone's, in light.
    """
    for view in VIEWS:
        page.emulate_media(color_scheme=view.colours)
        page.set_viewport_size({"width": view.width, "height": view.height})
        seen = _looked(page)
        assert seen["violations"] == [], (page.url, view, seen["violations"])
        assert seen["width"] <= view.width, (page.url, view, f"{seen['width']} wide")
        assert seen["seenThoughHidden"] == [], (page.url, view, seen["seenThoughHidden"])


def _looked(page: Page) -> dict[str, Any]:
    """What `LOOK` found. All that axe-core says is long and stays in the browser, for speed."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(LOOK, TAGS)
    return found
