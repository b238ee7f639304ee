"""Takes the pictures of docs/pictures in a demo of its own, played to mid-September 2027.

python scripts/pictures.py [folder]        (docs/pictures when none is named; some ten minutes)

Units have invented names and every picture shows the demo's mark: its answers are about nobody.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support.browser import launched
from tests.support.demo import move_clock, running_demo

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
DESK, PHONE = 1280, 375
TALLEST = 1600
QUALITY = 70
TO_AUGUST, TO_SEPTEMBER = 37, 4
"""Weeks: from 30 November 2026 to 16 August 2027, and on to 13 September."""

REPORT = "Kvartalsrapport 2"
STYLE = ".demo-mark { position: sticky; top: 0; z-index: 3 } .long th { position: static !important }"
UNDER_THE_MARK = """css => {
  const mark = document.querySelector(".demo-mark").offsetHeight
  window.scrollTo(0, document.querySelector(css).getBoundingClientRect().top + scrollY - mark - 16)
}"""


@dataclass
class Album:
    """A demo, a browser that looks at it, and where pictures are kept."""

    base: str
    browser: Browser
    folder: Path

    def play(self, weeks: int) -> None:
        """Moves the demo's clock, a week at a time."""
        with self.page() as page:
            for _ in range(weeks):
                move_clock(page, self.base, "week")

    @contextmanager
    def page(self, who: str = "", *, width: int = DESK) -> Iterator[Page]:
        """A page in a new browser, signed in by one click when somebody is named."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale="da-DK", bypass_csp=True
        )
        page = context.new_page()
        if who:
            page.goto(f"{self.base}/demo")
            page.click(f"text={who}")
        yield page
        context.close()

    def keep(self, page: Page, name: str, *, below: str = "", height: int = TALLEST) -> None:
        """A picture of the page from its top, or from an element on, under the demo's mark."""
        page.add_style_tag(content=STYLE)
        mark = page.locator(".demo-mark")
        assert "Opdigtede svar" in mark.inner_text(), page.url
        tall = int(page.evaluate("document.documentElement.scrollHeight"))
        width = page.viewport_size["width"] if page.viewport_size else DESK
        page.set_viewport_size({"width": width, "height": min(height, tall)})
        if below:
            page.evaluate(UNDER_THE_MARK, below)
        taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        taken.save(self.folder / f"{name}.webp", quality=QUALITY, method=6)
        sys.stdout.write(f"{name}.webp\n")


def in_august(album: Album) -> None:
    """While the second quarterly report is open: leaders answer, superiors judge."""
    with album.page() as page:
        page.goto(f"{album.base}/demo")
        address = page.locator(f"ul.entries li:has-text('(skole)') a:has-text('{REPORT}')").get_attribute(
            "href"
        )
    for width, name in ((DESK, "leader-task"), (PHONE, "leader-task-phone")):
        with album.page(width=width) as page:
            page.goto(f"{album.base}{address}")
            album.keep(page, name, height=TALLEST if width == DESK else 1200)
    with album.page("Ove Områdechef") as page:
        page.click(f"main table a:has-text('{REPORT}')")
        album.keep(page, "superior", height=1000)


def in_september(album: Album) -> None:
    """The report is closed and released; the secretariat looks back."""
    with album.page() as page:
        page.goto(f"{album.base}/demo")
        album.keep(page, "demo")
    with album.page("Sanne Sekretær") as page:
        page.goto(f"{album.base}/aarshjul")
        album.keep(page, "wheel", below="main .heading", height=1238)
        album.keep(page, "wheel-table", below="main table", height=900)
        page.click(f"main table a:has-text('{REPORT}')")
        album.keep(page, "activity")
        report = page.url
        page.click("text=Samlet afrapportering")
        album.keep(page, "rollup")
        page.goto(f"{report}?tilstand=for-sent&art=skole")
        page.click("#liste ~ .scroll th[scope=row] a >> nth=0")
        album.keep(page, "why-mail", below="#mails", height=900)
        for path, name in (("koersler", "runs"), ("mail", "mail-log")):
            page.goto(f"{album.base}/{path}")
            album.keep(page, name, height=1200)


def main() -> int:
    """Plays and takes every picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="aarshjul-pictures-", ignore_cleanup_errors=True) as data,
        running_demo(Path(data) / "data", "--no-prefect", "--invented-names") as base,
        launched() as browser,
    ):
        album = Album(base, browser, folder)
        album.play(TO_AUGUST)
        in_august(album)
        album.play(TO_SEPTEMBER)
        in_september(album)
    return 0


if __name__ == "__main__":
    sys.exit(main())
