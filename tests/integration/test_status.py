"""Where the year stands, for the direction and the committee: read and printed, and no more than may be."""

import io
import json
import re
from datetime import date

import pytest
from pypdf import PdfReader

from cycle.access.roles import Role
from cycle.goals.tables import Decision
from cycle.store import transaction
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Release
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Site

NOW = instant(2027, 5, 12)


class Year:
    """One report that is released and decided on, one that is not, and one to come."""

    def __init__(self, engine, folder):
        self.site = Site(engine, folder, at=NOW)
        with transaction(engine) as session:
            town = municipality.build(session)
            cycle = municipality.start_cycle(session, town)
            self.cycle_id = cycle.id
            self.first = self.add(session, town, cycle, "Første", 3, OccurrenceState.CLOSED)
            self.second = self.add(session, town, cycle, "Anden", 5, OccurrenceState.OPEN)
            self.add(session, town, cycle, "Tredje", 9, OccurrenceState.PLANNED)
            for id_ in (self.first, self.second):
                session.add(
                    Decision(
                        root_id="BY",
                        occurrence_id=id_,
                        body="BUU",
                        decided_on=date(2027, 5, 3),
                        adopted=True,
                        text=f"Taget til efterretning {id_}",
                        by="cli",
                        at=NOW,
                    )
                )
            for version in (1, 2):
                session.add(Release(occurrence_id=self.first, version=version, content={}, by="cli", at=NOW))

    def add(self, session, town, cycle, title, month, state):
        made = municipality.add_occurrence(
            session, town, cycle, title.lower(), title=title, state=state, opens_on=date(2027, month, 1),
            due_on=date(2027, month, 20), closes_on=date(2027, month, 28),
        )  # fmt: skip
        if state is not OccurrenceState.PLANNED:
            municipality.answer(session, municipality.add_tasks(session, town, made)[0], at=NOW)
        return made.id

    def seen_by(self, role, unit="BY"):
        return self.site.signed_in(f"{role.value}@by.example", role, unit)


@pytest.fixture
def year(engine, tmp_path):
    return Year(engine, tmp_path)


def words(page):
    assert page.status_code == 200, page.text[:500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_the_direction_reads_what_is_under_way_what_was_released_and_what_was_decided(year):
    page = year.seen_by(Role.DIRECTION).get("/status")
    said = words(page)
    assert said.index("I gang nu") < said.index("Anden") < said.index("Afsluttet") < said.index("Første")
    assert said.index("Kommer senere på året") < said.index("Tredje")
    assert "1 af 12" in said and "Frigivne afrapporteringer: 1." in said
    assert f'href="/afrapportering/{year.first}">Udgave 2' in page.text
    assert f"Taget til efterretning {year.first}" in said and f"efterretning {year.second}" in said
    assert "<form" not in page.text.split("<main")[1]


def test_the_mark_of_what_was_released_stands_behind_the_rollup_it_speaks_of(year):
    page = year.seen_by(Role.DIRECTION).get(f"/aktivitet/{year.first}")
    said = words(page)
    assert "Samlet afrapportering frigivet, udgave 2 Læs svarene samlet" in said
    assert "<th>Rettidighed</th>" in page.text and 'data-label="Rettidighed"' in page.text


def test_the_committee_reads_of_what_is_not_released_only_what_the_wheel_says(year):
    page = year.seen_by(Role.COMMITTEE).get("/status")
    said = words(page)
    assert f"Taget til efterretning {year.first}" in said and "Anden" in said
    assert f"efterretning {year.second}" not in said
    assert "/aktivitet/" not in page.text
    assert re.findall(r'href="(/afrapportering/\d+)"', page.text) == [f"/afrapportering/{year.first}"]


def test_it_is_printed_with_the_same_content(year):
    for role, told in ((Role.DIRECTION, True), (Role.COMMITTEE, False)):
        file = year.seen_by(role).get(f"/status/{year.cycle_id}/status.pdf")
        assert file.headers["content-disposition"] == 'attachment; filename="status-2027.pdf"'
        reader = PdfReader(io.BytesIO(file.content))
        said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
        assert "Første 2027" in said and "udgave 2" in said and "1 af 12" in said
        assert (f"Taget til efterretning {year.second}" in said) is told
        assert round(float(reader.pages[0].mediabox.width)) == 595


def test_a_deadline_that_its_source_does_not_decide_is_printed_as_doubtful_too(year):
    with transaction(year.site.engine) as session:
        occurrence = session.get_one(Occurrence, year.second)
        activity = json.loads(occurrence.activity)
        due = {"date": "20. maj", "confidence": "uncertain", "printed": "Maj / Nov."}
        occurrence.activity = json.dumps({**activity, "window": {**activity["window"], "due": due}})
    direction = year.seen_by(Role.DIRECTION)
    assert "usikker trykt som »Maj / Nov.«" in words(direction.get("/status"))
    for language, told in (("da", "usikker, trykt som"), ("en", "uncertain, printed as")):
        file = direction.get(f"/status/{year.cycle_id}/status.pdf?sprog={language}")
        pages = PdfReader(io.BytesIO(file.content)).pages
        said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
        assert f"{told} »Maj / Nov.«" in said and said.count(told) == 1


@pytest.mark.parametrize("path", ["/status", "/status/{}", "/status/{}/status.pdf", "/aarshjul/{}/vaeg"])
def test_who_may_read_it(year, path):
    path = path.format(year.cycle_id)
    assert year.site.browser().get(path).status_code == 303
    assert year.seen_by(Role.OPERATOR).get(path).status_code == 403
    assert year.seen_by(Role.SUPERIOR, "BY-SK").get(path).status_code == 200


def test_a_year_of_another_municipality_is_not_there(year):
    with transaction(year.site.engine) as session:
        other = municipality.start_cycle(session, municipality.build(session, root_id="ANDEN")).id
    office = year.seen_by(Role.SECRETARIAT)
    for path in ("/status/{}", "/status/{}/status.pdf", "/aarshjul/{}/vaeg"):
        assert office.get(path.format(other)).status_code == 404
        assert office.get(path.format(99_999)).status_code == 404


def test_before_any_year_it_says_so(engine, tmp_path):
    with transaction(engine) as session:
        municipality.build(session)
    site = Site(engine, tmp_path, at=NOW)
    direction = site.signed_in("dir@by.example", Role.DIRECTION, "BY")
    assert "Der er ikke sat noget år i gang endnu." in words(direction.get("/status"))
