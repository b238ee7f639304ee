"""A committee's papers of 470 units, from roll-up to bytes: annex, goal accounts, cover; and the memory."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.measurement import Measurement, timing
from documents.charts import png
from documents.cover import cover_values
from documents.rollup_document import Standing, rollup_values
from documents.typeset import typeset
from documents.word import fill
from tests.support import papers
from tests.support.rolled_up import rolled_up

UNITS, RUNS = 470, 3
PDF_LIMIT_S, ACCOUNTS_LIMIT_S, WORD_LIMIT_S, MEMORY_LIMIT_MB = 5, 10, 15, 500
AT = datetime(2027, 5, 3, 8, tzinfo=UTC)
STANDING = Standing(
    "Byby Kommune", "Kvartalsrapport 1", 1, "Frigivet 3. maj 2027 kl. 10.00.", "Opdigtede svar"
)


def measure() -> Iterator[Measurement]:
    """Time by the clock (the process that sets the document has its own processor time), and peak memory."""
    rollup, facts = rolled_up(UNITS)

    def pdf() -> None:
        typeset("rollup.typ", rollup_values(rollup, facts, STANDING, "da"), at=AT)

    found = timing(pdf, RUNS)
    yield Measurement(
        "documents", f"roll-up of {UNITS} units as PDF", found.wall, "s", PDF_LIMIT_S, runs=RUNS
    )

    def accounts() -> None:
        values = papers.accounts_paper(units=UNITS)
        typeset("goal_accounts.typ", values, at=AT)

    found = timing(accounts, RUNS)
    what = f"goal accounts of {UNITS} units as PDF"
    yield Measurement("documents", what, found.wall, "s", ACCOUNTS_LIMIT_S, runs=RUNS)

    def word() -> None:
        fill("cover.da.docx", cover_values(rollup_values(rollup, facts, STANDING, "da", png)))

    found = timing(word, RUNS)
    what = f"the cover of {UNITS} units in Word"
    yield Measurement("documents", what, found.wall, "s", WORD_LIMIT_S, runs=RUNS)
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    yield Measurement("documents", "memory of both processes at most", peak / 1024, "MB", MEMORY_LIMIT_MB)
