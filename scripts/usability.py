"""Tries the five tasks of docs/usability.md as a new user would, in a demo of its own, and counts.

python scripts/usability.py [file]        (docs/usability.md when none is named; some ten minutes)

Clicks, keys, pages and the machine's seconds are counted. The seconds of a person are an estimate that
anyone can redo: all words of a page down to what is pressed are read at 238 a minute (Brysbaert 2019, silent
reading), and each act takes what the keystroke-level model says (Card, Moran and Newell 1980): 1.35 s to
decide, 1.1 s to point, 0.2 s to press, 0.28 s a key.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from tests.support.browser import launched
from tests.support.demo import move_clock, running_demo

FILE = Path(__file__).parent.parent / "docs" / "usability.md"
DESK, PHONE = 1280, 375
WORDS_A_SECOND = 238 / 60
DECIDE, POINT, PRESS, KEY = 1.35, 1.1, 0.2, 0.28
REPORT, SECRETARY = "Kvartalsrapport 1", "Sanne Sekretær"
TO_APRIL, PAST_THE_DEADLINE = 18, 3
"""Weeks: from 30 November 2026 to 5 April 2027, and on to 26 April; the report is due on the 20th."""
MEASURED = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.DOTALL)

WORDS_ABOVE = """([target, from]) => {
  const main = document.querySelector("main"), walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
  const end = target.getBoundingClientRect().bottom + scrollY
  let words = 0
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement
    if (!parent.checkVisibility() || parent.closest(".visually-hidden, option, svg title, svg desc")) continue
    const top = parent.getBoundingClientRect().top + scrollY
    if (top >= from && top < end) words += node.textContent.split(/\\s+/).filter(Boolean).length
  }
  return [words, end]
}"""


@dataclass
class Trial:
    """One task tried by one person: what is pressed and typed, and what has been read until then."""

    page: Page
    clicks: int = 0
    keys: int = 0
    pages: int = 1
    words: int = 0
    machine: float = 0.0
    read_to: float = field(default=0.0)

    def press(self, what: str, *, within: str = "main") -> None:
        """Reads down to it and presses it; waits for the page that comes, if any."""
        target = self.page.locator(f"{within} >> {what}").first
        self._read(target)
        before, started = self.page.url, time.monotonic()
        target.click()
        self.page.wait_for_load_state("load")
        self.machine += time.monotonic() - started
        self.clicks += 1
        if self.page.url != before:
            self.pages, self.read_to = self.pages + 1, float(self.page.evaluate("scrollY"))

    def type(self, what: str, text: str) -> None:
        """Reads down to the field, goes into it and types."""
        target = self.page.locator(f"main >> {what}").first
        self._read(target)
        target.fill(text)
        self.clicks, self.keys = self.clicks + 1, self.keys + len(text)

    def see(self, words: str) -> None:
        """Reads until the words are seen: the end of the task."""
        target = self.page.get_by_text(words).first
        target.wait_for(timeout=20_000)
        self._read(target)

    def find(self, what: str) -> None:
        """Reads until it is there: the end of a task that only looks."""
        self._read(self.page.locator(f"main >> {what}").first)

    def _read(self, target: Locator) -> None:
        target.wait_for(timeout=20_000)
        words, self.read_to = target.evaluate(
            f"(element, from) => ({WORDS_ABOVE})([element, from])", self.read_to
        )
        self.words += int(words)

    @property
    def seconds(self) -> float:
        """What it takes a person, by the estimate above."""
        acting = self.clicks * (DECIDE + POINT + PRESS) + self.keys * KEY
        return self.words / WORDS_A_SECOND + acting + self.machine


@dataclass
class Town:
    """A demo and a browser; letters are opened before the task begins, as by whoever reads their mail."""

    base: str
    browser: Browser

    def play(self, weeks: int) -> None:
        """Moves the demo's clock on."""
        with self.page(DESK) as page:
            for _ in range(weeks):
                move_clock(page, self.base, "week")

    @contextmanager
    def page(self, width: int, who: str = "") -> Iterator[Page]:
        """A page of a browser of its own, signed in by one press when somebody is named."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, locale="da-DK")
        page = context.new_page()
        if who:
            page.goto(f"{self.base}/demo")
            page.click(f"text={who}")
        yield page
        context.close()

    def open_letter(self, page: Page, which: int) -> None:
        """The mail that asks for the report, of some leader who has not answered yet."""
        page.goto(f"{self.base}/demo")
        links = page.locator(f"ul.entries a:has-text('{REPORT}')")
        address = links.nth(which).get_attribute("href")
        page.goto(f"{self.base}{address}")


def answer(trial: Trial) -> None:
    """A leader answers from the mail, on a phone: every light, the deviation, the sick leave."""
    green = "label.option:has([value=grøn])"
    for which in range(trial.page.locator(f"main >> {green}").count()):
        trial.press(f"{green} >> nth={which}")
    trial.type("[name='forventet-afvigelse']", "0")
    sick = trial.page.locator("[name=sygefravaer]")
    if sick.count():
        trial.type("[name=sygefravaer]", "4,2")
    trial.press("button:has-text('Send besvarelse')")
    trial.see("Tak, vi har modtaget besvarelsen")


def reply_nil(trial: Trial) -> None:
    """A leader with nothing to report says so, on a phone."""
    trial.press("button:has-text('Intet at bemærke')")
    trial.see("Tak, vi har modtaget besvarelsen")


def find_late(trial: Trial) -> None:
    """The secretariat finds out who is late with the report."""
    trial.press(f"figure.wheel a:has-text('{REPORT}') text")
    trial.press(".tallies a:has-text('Over fristen')")
    trial.find("#liste ~ .scroll th[scope=row] a")


def explain(trial: Trial) -> None:
    """A leader calls: why did I get this mail? The secretariat finds the reason."""
    trial.press("a:has-text('Mails')", within="header")
    name = trial.page.locator("tbody a[href^='/mail/person/']").first.inner_text()
    trial.type("[name=soeg]", name)
    trial.press("form button:has-text('Søg')")
    trial.press("tbody th a")
    trial.see("Hvorfor blev den skrevet?")


def ask(trial: Trial) -> None:
    """A leader who cannot make it asks for more time, on a phone."""
    trial.press("a:has-text('Bed om mere tid')")
    trial.type("#wished_on", "2027-04-23")
    trial.type("#reason", "Vi venter på tal fra lønsystemet")
    trial.press("button:has-text('Send ønsket')")
    trial.see("Dit ønske er sendt")


def grant(trial: Trial) -> None:
    """The secretariat sees the wish and grants it."""
    trial.press("a:has-text('Ønsker om ny frist')")
    trial.press("button:has-text('Giv den nye frist')")
    trial.see("Den nye frist er givet")


def extend(trial: Trial) -> None:
    """A leader calls and asks for more time; the secretariat gives it."""
    trial.press(f"figure.wheel a:has-text('{REPORT}') text")
    trial.press(".tallies a:has-text('Over fristen')")
    trial.press("#liste ~ .scroll th[scope=row] a")
    trial.press("summary:has-text('Forlæng fristen')")
    trial.type("#reason", "Tallene kom for sent fra lønsystemet")
    trial.press("form button:has-text('Forlæng fristen')")
    trial.see("Fristen er forlænget")


Task = Callable[[Trial], None]
LEADERS: tuple[tuple[str, Task], ...] = (
    ("Answer the quarterly report, from the mail, on a phone", answer),
    ("Reply that there is nothing to report, from the mail, on a phone", reply_nil),
    ("Ask for more time, from the mail, on a phone", ask),
)
OFFICE: tuple[tuple[str, Task], ...] = (
    ("Find who is late", find_late),
    ("Explain why somebody got a mail", explain),
    ("Give a unit a later deadline after a call", extend),
)
WISHED: tuple[str, Task] = ("Grant the time a leader has asked for", grant)


def tried(town: Town) -> Iterator[tuple[str, Trial]]:
    """Each task with what it took."""
    town.play(TO_APRIL)
    for which, (name, task) in enumerate(LEADERS):
        with town.page(PHONE) as page:
            town.open_letter(page, which)
            yield name, _done(task, page)
    with town.page(DESK, SECRETARY) as page:
        yield WISHED[0], _done(WISHED[1], page)
    town.play(PAST_THE_DEADLINE)
    for name, task in OFFICE:
        with town.page(DESK, SECRETARY) as page:
            yield name, _done(task, page)


def _done(task: Task, page: Page) -> Trial:
    trial = Trial(page)
    task(trial)
    sys.stdout.write(f"{task.__name__}: {trial.clicks} clicks, {trial.seconds:.0f} s\n")
    return trial


def table(found: list[tuple[str, Trial]]) -> str:
    """What was measured, as the document shows it."""
    heads = ("task", "clicks", "keys", "pages", "words read", "machine, s", "a person, s (estimate)")
    rows = [
        (name, it.clicks, it.keys, it.pages, it.words, f"{it.machine:.1f}", f"{it.seconds:.0f}")
        for name, it in found
    ]
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def main() -> int:
    """Plays, tries and writes."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    with (
        tempfile.TemporaryDirectory(prefix="aarshjul-usability-", ignore_cleanup_errors=True) as data,
        running_demo(Path(data) / "data", "--no-prefect", "--invented-names") as base,
        launched() as browser,
    ):
        found = list(tried(Town(base, browser)))
    rows = table(found)
    sys.stdout.write(rows)
    if file.exists():
        text = file.read_text(encoding="utf-8")
        file.write_text(MEASURED.sub(lambda kept: kept[1] + rows + kept[2], text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
