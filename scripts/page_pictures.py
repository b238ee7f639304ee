"""Takes a picture of every page for docs/pages: on a desk, on a phone of 320 px, and in the dark.

python scripts/page_pictures.py [folder]       (docs/pages when none is named; some five minutes)

The pages are those of a dozen units whose year is played as for the tests, under invented names; a page that
is added tomorrow is among them without being named here. One WebP holds the three views of a page.
"""

import io
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from sqlmodel import select

from cli.demo.command import MARK
from cycle.access.roles import Role
from cycle.goals.tables import Agreement
from cycle.history import chain
from cycle.organisation.tables import Appointment
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind, TaskState
from tests.support.browser import launched, served
from tests.support.played_town import SCHOOL, Town
from tests.support.routes import OWN_PAGES, addresses, pages
from web.session import COOKIE
from web.signing_in import person

MUNICIPALITY = "KBH"
FOLDER = Path(__file__).parent.parent / "docs" / "pages"
DESK, PHONE = 1280, 320
TALLEST = 1300
"""Of a page, in its own pixels: what lies below is more of the same."""

DESK_WIDE, BETWEEN = 760, 16
LEAST_DARK = 400
"""Of the dark view, in the picture's pixels, also where the phone's ends above it."""

QUALITY = 45
GROUND = (128, 128, 128)
SUPERIORS = "KBH-SKOLER-06"
"""The school's district."""

OFFICE, ABOVE, OWN, NOBODY = "office", "above", "own", "nobody"
SUPERIORS_PAGES = re.compile(r"^/mine-enheder(/|$)")
BEFORE_SIGN_IN = re.compile(r"^/log-ind")
WHOSE = ((OWN_PAGES, OWN), (SUPERIORS_PAGES, ABOVE), (BEFORE_SIGN_IN, NOBODY))
"""Who looks at which pages; the secretariat looks at the others."""


@dataclass(frozen=True)
class Shown:
    """A page that is there: its route, an address of it, and who looks at it."""

    route: str
    address: str
    who: str

    @property
    def name(self) -> str:
        """What its picture is called."""
        words = re.sub(r"[{}]", "", self.route).strip("/")
        return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "forside"


def main() -> int:
    """Plays, looks at every page, and writes the list of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="aarshjul-pages-", ignore_cleanup_errors=True) as data:
        # Sealing runs an event loop of its own, which the thread that Playwright lives in cannot.
        with ThreadPoolExecutor(1) as thread:
            town = thread.submit(Town, Path(data), invented_names=True).result()
        with transaction(town.engine) as session:
            chain(session, MUNICIPALITY)
        town.site.app.state.marks = [MARK]
        with served(town.site.app, town.port), launched() as browser:
            taken = list(_taken(town, browser, folder))
        shown = {each.route for each, _ in taken}
        others = [route for route in pages(town.site.app) if route not in shown]
        town.engine.dispose()
    (folder / "README.md").write_text(_list(taken, others), encoding="utf-8")
    size = sum(file.stat().st_size for file in folder.iterdir())
    sys.stdout.write(f"{len(taken)} pages, {size / 1e6:.1f} MB\n")
    return 0


def _taken(town: Town, browser: Browser, folder: Path) -> Iterator[tuple[Shown, str]]:
    """Each page's picture kept, with the page's heading."""
    contexts = dict(_contexts(town, browser))
    for route in pages(town.site.app):
        for shown in _of(route, town):
            page = contexts[shown.who].new_page()
            answer = page.goto(town.site.settings.base_url + shown.address)
            if answer is not None and answer.status == 200 and _is_there(page, shown):
                heading = page.inner_text("h1 >> nth=0").replace("\u00ad", "")
                _sheet(page).save(folder / f"{shown.name}.webp", quality=QUALITY, method=6)
                page.close()
                yield shown, " ".join(heading.split())
                break
            page.close()


def _is_there(page: Page, shown: Shown) -> bool:
    """Whether it is a page of its own, and not only the way to another. A link's token leaves the address."""
    arrived = urlsplit(page.url).path
    by_link = "{token}" in shown.route and _same_end(arrived, shown)
    itself = by_link or arrived == urlsplit(shown.address).path
    return itself and page.locator("h1").count() > 0


def _same_end(arrived: str, shown: Shown) -> bool:
    """Whether the address that the link led to ends as the route does: in its last word, or in the task."""
    last = shown.route.rpartition("/")[2]
    return arrived.rpartition("/")[2] == last or (last.startswith("{") and arrived[-1].isdigit())


def _of(route: str, town: Town) -> Iterable[Shown]:
    """Every address of the route, until one of them is a page."""
    who = next((who for pages_of, who in WHOSE if pages_of.match(route)), OFFICE)
    given = {
        "token": [_open_link(town), *town.leader_links(), *town.invitations()],
        "what": ["aktivitet"],
        "person_id": [str(town.leader())],
        "agreement_id": _agreements(town),
    }
    return (Shown(route, address, who) for address in addresses(route, town.engine, **given))


def _open_link(town: Town) -> str:
    """The token of a task that waits for its leader."""
    tasks = town.year.tasks(town.year.occurrence("udviklingsaftaler").id, TaskKind.DRAFT)
    task = next(each for each in tasks if each.state is TaskState.OPEN)
    with reading(town.engine) as session:
        query = select(Appointment.person_id).where(Appointment.unit_id == task.unit_id)
        person = session.exec(query).one()
    return town.site.link(task, person).removeprefix("/opgave/")


def _agreements(town: Town) -> list[str]:
    """The school's agreement, which is signed."""
    with reading(town.engine) as session:
        return [str(each) for each in session.exec(select(Agreement.id).where(Agreement.unit_id == SCHOOL))]


def _contexts(town: Town, browser: Browser) -> Iterator[tuple[str, BrowserContext]]:
    """Browsers of the secretariat, of a superior, of a school's leader at their own pages, and of nobody."""
    base = town.site.settings.base_url
    client = town.site.signed_in("sekretariat@kbh.example", Role.SECRETARIAT, MUNICIPALITY)
    above = town.site.signed_in("distriktschef@kbh.example", Role.SUPERIOR, SUPERIORS)
    cookies = {
        OFFICE: (COOKIE, client.cookies[COOKIE]),
        ABOVE: (COOKIE, above.cookies[COOKIE]),
        OWN: (person.COOKIE, town.own_session()),
        NOBODY: None,
    }
    for who, cookie in cookies.items():
        context = browser.new_context(locale="da-DK", bypass_csp=True)
        if cookie is not None:
            context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": base}])
        yield who, context


def _sheet(page: Page) -> Image.Image:
    """The page's three views: on a desk, in the dark below it, and on a phone beside both."""
    desk = _view(page, DESK, DESK_WIDE)
    phone = _view(page, PHONE, PHONE)
    page.emulate_media(color_scheme="dark")
    dark = _view(page, DESK, DESK_WIDE)
    room = max(phone.height - desk.height - BETWEEN, LEAST_DARK)
    dark = dark.crop((0, 0, dark.width, min(dark.height, room)))
    below = desk.height + BETWEEN
    tall = max(below + dark.height, phone.height)
    sheet = Image.new("RGB", (DESK_WIDE + BETWEEN + PHONE, tall), GROUND)
    sheet.paste(desk, (0, 0))
    sheet.paste(dark, (0, below))
    sheet.paste(phone, (DESK_WIDE + BETWEEN, 0))
    return sheet


def _view(page: Page, width: int, drawn: int) -> Image.Image:
    """The top of the page in a window so wide, drawn smaller."""
    page.set_viewport_size({"width": width, "height": 900})
    tall = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": min(tall, TALLEST)})
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return taken.resize((drawn, taken.height * drawn // width), Image.Resampling.LANCZOS)


def _list(taken: list[tuple[Shown, str]], others: list[str]) -> str:
    lines = "\n".join(
        f"| `{shown.route}` | [{heading.replace('|', '/')}]({shown.name}.webp) |" for shown, heading in taken
    )
    rest = REST + ", ".join(f"`{route}`" for route in others) + "."
    return HEAD.format(count=len(taken)) + lines + "\n\n" + fill(rest, 118, break_on_hyphens=False) + "\n"


HEAD = """# Every page

{count} pages, each on a desk, in the dark below it, and on a phone of 320 px. Written by `make pictures`
from a dozen units whose year was played as for the tests (`tests/support/played_town.py`). Units, leaders
and answers are invented (*Opdigtede svar*). Of a long page the top is shown. What stands in an empty field
for a date or a file is the browser's own, in its own language.

| address | page |
|---|---|
"""
REST = (
    "Without a picture, because they lead to another page or come only within an act (the second step of "
    "signing in, the preview of what was just written): "
)


if __name__ == "__main__":
    sys.exit(main())
