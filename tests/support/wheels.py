"""The twelve activities of the København wheel (seed 004 I) with plausible dates, for drawing."""

from collections.abc import Sequence
from datetime import date

from cycle.plan.model import Ring
from cycle.tasks.overview import Standing
from documents.wheel import Segment

P, F = Ring.PLANNING, Ring.FOLLOW_UP
YEAR = [
    ("Regnskabsaflæggelse inkl. opfølgning på mål", F, (1, 11), (2, 12), (2, 26), 2026),
    ("Budgetudmelding", P, (1, 18), (2, 8), (2, 15), 2028),
    ("Revision af BUFs Strategiske Grundlag", P, (2, 15), (4, 2), (5, 14), 2028),
    ("Budgetseminar BUU", P, (3, 15), (4, 7), (4, 9), 2028),
    ("Kvartalsrapport 1", F, (4, 1), (4, 20), (5, 12), 2027),
    ("Kvartalsrapport 2", F, (8, 2), (8, 20), (9, 10), 2027),
    ("Resultatsamtaler/MUS", F, (8, 16), (9, 30), (10, 8), 2027),
    ("Kvartalsrapport 3", F, (10, 1), (10, 20), (11, 10), 2027),
    ("Afrapportering på styringsrammer", F, (11, 1), (11, 19), (11, 30), 2027),
    ("Godkendelse af styringsrammer", P, (11, 1), (11, 24), (12, 3), 2028),
    ("Forberedelse af strategirevision", P, (12, 1), (1, 10), (1, 21), 2028),
    ("Indgåelse af udviklingsaftaler", P, (12, 1), (1, 20), (1, 31), 2028),
]
TITLES = [entry[0] for entry in YEAR]


def segments(standings: Sequence[Standing] = ()) -> list[Segment]:
    """The year's activities; those without a given standing are not opened yet."""
    found = []
    for n, (title, ring, opens, due, closes, concerns) in enumerate(YEAR):
        standing = standings[n] if n < len(standings) else Standing.NOT_YET
        opens_on = date(2027, *opens)
        found.append(
            Segment(
                title=title,
                ring=ring,
                opens_on=opens_on,
                due_on=_after(opens_on, *due),
                closes_on=_after(opens_on, *closes),
                concerns_year=concerns,
                standing=standing,
                answered=0 if standing is Standing.NOT_YET else 400,
                total=0 if standing is Standing.NOT_YET else 436,
                inferred=True,
                href=f"/aktivitet/{n + 1}",
            )
        )
    return found


def _after(start: date, month: int, day: int) -> date:
    found = date(start.year, month, day)
    return found if found >= start else date(start.year + 1, month, day)
