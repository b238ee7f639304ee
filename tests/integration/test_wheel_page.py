"""The page of the wheel: how much it weighs, next year's ring, and the wheel alone on a screen."""

import re
from datetime import date, timedelta

import pytest

from cycle.access.roles import Role
from cycle.plan.model import Ring
from cycle.store import transaction
from cycle.tasks.states import OccurrenceState
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Site

HEAVIEST = 100_000
"""Bytes."""


class Crowded:
    """A year of forty activities, a dozen of them in May, and the year after it."""

    def __init__(self, engine, folder):
        with transaction(engine) as session:
            self.town = municipality.build(session)
            self.cycles = [municipality.start_cycle(session, self.town, year) for year in (2027, 2028)]
            for cycle in self.cycles:
                for n in range(40):
                    month, day = (5, 1 + n) if n < 12 else (1 + n % 12, 3 + n // 4)
                    opens = date(cycle.year, month, day)
                    municipality.add_occurrence(
                        session, self.town, cycle, f"nr-{n}",
                        opens_on=opens, due_on=opens + timedelta(days=5),
                        title=f"Aktivitet nummer {n} med et navn af almindelig længde",
                        ring=Ring.PLANNING if n % 2 else Ring.FOLLOW_UP, state=OccurrenceState.PLANNED,
                        closes_on=opens + timedelta(days=9),
                    )  # fmt: skip
            self.ids = [cycle.id for cycle in self.cycles]
        site = Site(engine, folder, at=instant(2027, 5, 5))
        self.browser = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def get(self, path):
        page = self.browser.get(path)
        assert page.status_code == 200, page.text[:500]
        return page


@pytest.fixture
def crowded(sqlite_engine, tmp_path):
    return Crowded(sqlite_engine, tmp_path)


def test_a_crowded_year_weighs_no_more_than_a_page_may(crowded):
    page = crowded.get("/aarshjul")
    assert page.text.count('href="/aktivitet/') == 80, "each on the wheel and in the table"
    assert len(page.content) <= HEAVIEST


def test_next_year_is_a_ring_that_leads_there_and_the_last_year_has_none(crowded):
    first, second = crowded.ids
    page = crowded.get("/aarshjul").text
    assert f'<a class="coming" href="/aarshjul/{second}">' in page
    assert "Årshjul 2028: 40 aktiviteter. Den første er" in page
    assert 'class="coming"' not in crowded.get(f"/aarshjul/{second}").text
    assert f'href="/aarshjul/{first}"' in crowded.get(f"/aarshjul/{second}").text


def test_the_wheel_alone_is_all_of_the_wheel_and_the_way_back(crowded):
    first = crowded.ids[0]
    wall, page = crowded.get(f"/aarshjul/{first}/vaeg").text, crowded.get("/aarshjul").text
    drawn = re.compile(r"<svg xmlns.*?</svg>", re.DOTALL)
    assert drawn.search(wall)[0] == drawn.search(page)[0]
    assert f'href="/aarshjul/{first}"' in wall and "<nav" not in wall and "style=" not in wall
    style = re.search(r'href="(/aarshjul/hjul\.css[^"]*)"', wall)[1]
    assert ".aw-wall .aw" in crowded.get(style).text
    letters = re.findall(r'@font-face\{[^}]*src:url\("(/static/fonts/[^"]+)"', crowded.get(style).text)
    assert len(letters) == 6 and {crowded.get(each).status_code for each in letters} == {200}
    assert "aw-wall" not in crowded.get(f"/aarshjul/{first}/hjul.svg").text


def test_in_january_what_still_runs_of_last_year_stands_above_the_new_years_wheel(engine, tmp_path):
    """It is open, and the new year's wheel shows its own round of it as not opened yet."""
    with transaction(engine) as session:
        town = municipality.build(session)
        made = {}
        for year in (2026, 2027):
            cycle = municipality.start_cycle(session, town, year)
            state = OccurrenceState.OPEN if year == 2026 else OccurrenceState.PLANNED
            made[year] = cycle.id, municipality.add_occurrence(
                session, town, cycle, "aftaler", title=f"Aftaler {year}", ring=Ring.PLANNING, state=state,
                opens_on=date(year, 10, 4), due_on=date(year + 1, 1, 29), closes_on=date(year + 1, 2, 5),
            ).id  # fmt: skip
    site = Site(engine, tmp_path, at=instant(2027, 1, 21))
    browser = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    for path in ("/aarshjul", "/status"):
        page = browser.get(path).text
        above = page.partition("Kører stadig fra 2026")[2].partition("</section>")[0]
        assert f'<a href="/aktivitet/{made[2026][1]}">Aftaler 2026</a>' in above, path
        assert "29. januar 2027" in above and "Aftaler 2027" not in above
    assert "Kører stadig" not in browser.get(f"/aarshjul/{made[2026][0]}").text
    committee = site.signed_in("udv@by.example", Role.COMMITTEE, "BY").get("/status").text
    told = committee.partition("Kører stadig fra 2026")[2].partition("</section>")[0]
    assert "Aftaler 2026" in told and "href" not in told, "named, without a link to what it may not open"
