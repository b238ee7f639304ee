"""The numbers of who answered when: against the activities' lists, on the page, in files, and for whom."""

import io
import re
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.calendar import WorkingCalendar
from cycle.local_dates import local_date_of
from cycle.store import is_sqlite, reading, transaction
from cycle.tasks.listing import FILTERS, entries
from cycle.tasks.numbers import Numbers
from cycle.tasks.parts import MANY, Part
from cycle.tasks.states import SubmissionKind, TaskState
from cycle.tasks.statistics import Level, Place, Question, count, total, units_asked
from cycle.tasks.tables import Occurrence, Release, Submission, Task
from tests.support import municipality, three_years
from tests.support.municipality import instant
from tests.support.web import Site

CALENDAR = WorkingCalendar()
TODAY = date(2027, 11, 13)
ANYWHERE = Place()
ROOT = ("/BY/",)
NIGHTS = (
    (2027, 3, 28, 0, 30), (2027, 3, 28, 1, 59), (2027, 3, 28, 3, 0), (2027, 3, 28, 23, 59),
    (2027, 10, 31, 0, 0), (2027, 10, 31, 2, 30), (2027, 10, 31, 23, 59), (2027, 12, 31, 23, 59),
    (2026, 12, 31, 23, 59), (2027, 1, 1, 0, 0), (2027, 7, 1, 0, 0),
)  # fmt: skip


def question(level, **given):
    return Question(level, TODAY, CALENDAR.zone, (2025, 2027), **given)


def counted_one_by_one(session, occurrence, *, paths=ROOT, place=ANYWHERE):
    """The slow way: every line of the activity's list, by the list's own filters."""
    found = Counter()
    for entry in entries(session, occurrence, paths=paths, today=TODAY, calendar=CALENDAR):
        if any(
            value not in ("", getattr(entry, name))
            for name, value in place._asdict().items()
            if name != "unit"
        ):
            continue
        here = (entry.area, entry.district, entry.kind, entry.unit_id)
        found[(*here, "waived" if FILTERS["fritaget"](entry) else "expected")] += 1
        for name, of_list in (
            ("on_time", "til-tiden"),
            ("extended", "til-tiden-efter-forlaengelse"),
            ("late", "for-sent"),
            ("missing", "udeblevet"),
            ("nil", "intet-at-bemaerke"),
        ):
            found[(*here, name)] += FILTERS[of_list](entry)
    return found


@pytest.fixture
def years(engine):
    """Three years of a small town."""
    three_years.write(engine, units_per_district=4, districts=2)
    return engine


def occurrences(session):
    return session.exec(select(Occurrence).order_by(col(Occurrence.due_on))).all()


def test_every_number_is_the_length_of_the_list_behind_it_at_every_level(years):
    fields = {
        Level.MUNICIPALITY: (), Level.AREA: (0,), Level.DISTRICT: (0, 1), Level.KIND: (2,), Level.UNIT: (3,),
    }  # fmt: skip
    with reading(years) as session:
        for occurrence in occurrences(session):
            slow = counted_one_by_one(session, occurrence)
            for level, kept in fields.items():
                rows = count(session, [Part([occurrence.id], ROOT)], question(level))
                wanted = Counter()
                for (*key, name), number in slow.items():
                    wanted[(*(key[n] for n in kept), name)] += number
                names = ("area", "district", "kind", "unit_id")
                found = {
                    (*(getattr(row.place, names[n]) for n in kept), name): getattr(row.numbers, name)
                    for row in rows
                    for name in ("expected", "on_time", "extended", "late", "missing", "waived", "nil")
                }
                assert {k: v for k, v in found.items() if v} == {k: v for k, v in wanted.items() if v}


def test_a_page_of_units_counts_as_all_of_them_do(years):
    with reading(years) as session:
        parts = [Part([each.id for each in occurrences(session)], ROOT)]
        whole = count(session, parts, question(Level.UNIT))
        units = units_asked(session, parts, question(Level.UNIT))
        assert units == [row.place for row in whole] and len(units) == 16
        shown = [place.unit_id for place in units[2:5]]
        assert count(session, parts, question(Level.UNIT, units=shown)) == whole[2:5]


def test_whoever_sees_very_many_units_has_them_counted_as_whoever_sees_few(engine):
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=MANY // 4 + 2)
        next_town = municipality.build(session, root_id="NABO")
        cycle = municipality.start_cycle(session, town)
        occurrence = municipality.add_occurrence(session, town, cycle)
        tasks = municipality.add_tasks(session, town, occurrence, units=[*town.units, town.root_id])
        at_root = next(task for task in tasks if task.unit_id == town.root_id)
        for task in [*tasks[10:300:20], at_root]:
            municipality.answer(session, task, at=instant(2027, 4, 25), kind=SubmissionKind.NIL)
        other = municipality.start_cycle(session, next_town)
        theirs = municipality.add_occurrence(session, next_town, other)
        municipality.add_tasks(session, next_town, theirs)
    both = [occurrence.id, theirs.id]
    with reading(engine) as session:
        (whole,) = count(session, [Part(both, ("/BY/",))], question(Level.MUNICIPALITY))
        (most,) = count(session, [Part(both, ("/BY/BY-BU/",))], question(Level.MUNICIPALITY))
        halves = [
            count(session, [Part(both, (f"/BY/BY-BU/{area}/",))], question(Level.MUNICIPALITY))[0].numbers
            for area in town.areas
        ]
        (mixed,) = count(session, [Part(both, ("/BY/BY-BU/", "/NABO/"))], question(Level.MUNICIPALITY))
    assert most.numbers == sum(halves, Numbers()) and most.numbers.expected == len(town.units) > MANY
    assert whole.numbers.expected == most.numbers.expected + 1 and whole.numbers.nil == most.numbers.nil + 1
    assert mixed.numbers.expected == most.numbers.expected + len(next_town.units)


def test_years_add_up_and_places_narrow(years):
    with reading(years) as session:
        all_of_them = occurrences(session)
        ids = [each.id for each in all_of_them]
        whole = total(count(session, [Part(ids, ROOT)], question(Level.MUNICIPALITY)))
        by_year = {each.id: each.due_on.year for each in all_of_them}
        rows = count(session, [Part(ids, ROOT)], question(Level.UNIT, periods=by_year))
        assert total(rows) == whole and {row.period for row in rows} == {2025, 2026, 2027}
        assert (
            whole.waiting and whole.missing and whole.extended and whole.late and whole.nil and whole.waived
        )
        assert whole.expected == whole.received + whole.missing + whole.waiting
        place = Place(area="Skoler", district="Distrikt 2")
        narrow = total(count(session, [Part(ids, ROOT)], question(Level.UNIT, place=place)))
        slow = sum((counted_one_by_one(session, each, place=place) for each in all_of_them), Counter())
        assert narrow.late == sum(n for (*_, name), n in slow.items() if name == "late")
        below = "/BY/BY-BU/BY-SK/"
        seen = count(session, [Part(ids, [below])], question(Level.AREA))
        assert [row.place.area for row in seen] == ["Skoler"]
        assert count(session, [Part(ids, [])], question(Level.AREA)) == []


@pytest.mark.parametrize("moment", NIGHTS)
def test_the_day_of_an_answer_is_the_towns_own_also_in_the_nights_the_clock_is_changed(engine, moment):
    at = instant(*moment)
    with reading(engine) as session:
        value = sa.literal(at, Task.__table__.c.received_at.type)
        day = local_date_of(value, CALENDAR.zone, years=(2026, 2027), sqlite=is_sqlite(session))
        assert session.execute(sa.select(day)).scalar_one() == CALENDAR.local_date(at)


def test_an_answer_at_the_last_minute_is_on_time_and_one_at_midnight_is_late(engine):
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        made = municipality.add_occurrence(session, town, cycle, due_on=date(2027, 3, 28))
        first, second, *_ = municipality.add_tasks(session, town, made)
        municipality.answer(session, first, at=instant(2027, 3, 28, 23, 59))
        municipality.answer(session, second, at=instant(2027, 3, 29, 0, 0))
        (row,) = count(session, [Part([made.id], ROOT)], question(Level.MUNICIPALITY))
    assert (row.numbers.on_time, row.numbers.late, row.numbers.missing) == (1, 1, 10)


def test_an_answer_that_was_corrected_or_taken_back_is_nil_only_when_its_newest_version_is(engine):
    with transaction(engine) as session:
        town = municipality.build(session)
        made = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
        tasks = municipality.add_tasks(session, town, made)
        for task, kinds in zip(tasks, ("NC", "CN", "N", "C", "CN"), strict=False):
            for version, kind in enumerate(kinds, start=1):
                nil = SubmissionKind.NIL if kind == "N" else SubmissionKind.COMPLETE
                municipality.answer(session, task, at=instant(2027, 4, 9), kind=nil, version=version)
        taken_back = sa.update(Submission).where(
            col(Submission.task_id) == tasks[4].id, col(Submission.version) == 2
        )
        session.execute(taken_back.values(withdrawn_at=instant(2027, 4, 10)))
        (row,) = count(session, [Part([made.id], ROOT)], question(Level.MUNICIPALITY))
        slow = counted_one_by_one(session, made)
        assert row.numbers.nil == sum(n for (*_, name), n in slow.items() if name == "nil") == 2
        session.execute(sa.update(Task).where(col(Task.id) == tasks[2].id).values(state=TaskState.RETURNED))
        (row,) = count(session, [Part([made.id], ROOT)], question(Level.MUNICIPALITY))
        assert (row.numbers.nil, row.numbers.received) == (1, 5)


# ---- The page --------------------------------------------------------------------------------------


@pytest.fixture
def site(sqlite_engine, tmp_path):
    three_years.write(sqlite_engine, units_per_district=4, districts=2)
    return Site(sqlite_engine, tmp_path, at=three_years.NOW)


def office(site):
    return site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")


def words(page):
    assert page.status_code == 200, page.text[:500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def whole(site, *years):
    with reading(site.engine) as session:
        ids = [each.id for each in occurrences(session) if not years or each.due_on.year in years]
        return total(count(session, [Part(ids, ROOT)], question(Level.MUNICIPALITY)))


def test_the_page_shows_this_year_by_area_and_says_what_each_number_means(site):
    page = words(office(site).get("/rettidighed"))
    numbers = whole(site, 2027)
    assert f"{numbers.on_time + numbers.extended} af {numbers.decided}." in page
    assert "Rettidighed 2027" in page and "Skoler" in page and "Institutioner" in page
    assert "Det første svar kom senest på den oprindelige frist, kl. 24." in page


def test_a_number_leads_to_the_list_that_has_as_many(site):
    browser = office(site)
    page = browser.get("/rettidighed?fra=2025&til=2027&omraade=Skoler").text.replace("&amp;", "&")
    links = re.findall(r'<a href="(/aktivitet/\d+\?[^"]*tilstand=[^"#]*)#liste">([\d.]+)</a>', page)
    assert len(links) > 40
    for address, number in links[:: len(links) // 12]:
        listed = re.search(r"<caption>(\d+) enhed", browser.get(address).text)
        assert listed and listed[1] == number, address


def test_the_files_have_the_same_numbers(site):
    browser = office(site)
    for asked in ("niveau=distrikt", "niveau=enhed", "niveau=kommune"):
        address = f"fra=2025&til=2027&{asked}"
        sheet = load_workbook(io.BytesIO(browser.get(f"/rettidighed.xlsx?{address}").content)).active
        heading, *lines = sheet.iter_rows(values_only=True)
        at = {name: heading.index(name) for name in ("Forventet", "Til tiden", "For sent", "Fritaget")}
        numbers = whole(site)
        summed = [sum(line[place] for line in lines) for place in at.values()]
        assert summed == [numbers.expected, numbers.on_time, numbers.late, numbers.waived]
        csv = browser.get(f"/rettidighed.csv?{address}").content.decode("utf-8-sig").splitlines()
        assert len(csv) == len(lines) + 1


@pytest.mark.parametrize(
    "typed",
    ["fra=1999&til=2099", "side=999999", "side=-1", "niveau=drop", "omraade=%27%3B+DROP+TABLE",
     "aktivitet=%3Cscript%3E", "fra=2027&til=2025", "fra=&til=&aktivitet=&omraade=&distrikt=&art=&niveau="],
)  # fmt: skip
def test_whatever_is_typed_in_the_address_gives_a_page(site, typed):
    page = office(site).get(f"/rettidighed?{typed}")
    assert page.status_code == 200 and "<script>" not in page.text.replace("<script src", "")


@pytest.mark.parametrize("typed", ["fra=abc", "til=20", "fra=1&til=99999", "fra=x&til=%00", "fra=%D9%A2027"])
def test_what_is_no_year_is_refused_and_not_read_as_all_of_them(site, typed):
    browser = office(site)
    for path in ("/rettidighed", "/rettidighed.csv"):
        page = browser.get(f"{path}?{typed}")
        assert page.status_code == 404 and "Filteret kan ikke læses" in page.text


def test_a_superior_sees_the_own_units_alone_and_the_committee_what_is_released(site):
    superior = site.signed_in("skole@by.example", Role.SUPERIOR, "BY-SK")
    page = words(superior.get("/rettidighed?fra=2025&til=2027&niveau=enhed"))
    assert "Skole 1.1 Ærø" in page and "Daginstitution" not in page
    assert "Daginstitution" not in superior.get("/rettidighed.csv?niveau=enhed&fra=2025").text
    committee = site.signed_in("buu@by.example", Role.COMMITTEE, "BY")
    assert "Der er endnu intet at gøre op." in words(committee.get("/rettidighed"))
    with transaction(site.engine) as session:
        released = occurrences(session)[-2]
        session.add(Release(occurrence_id=released.id, version=1, content={}, by="cli", at=three_years.NOW))
        name = released.title
    page = committee.get("/rettidighed")
    assert name in words(page) and page.text.count("Kvartalsrapport 2") == 0


def test_what_is_confidential_counts_for_those_alone_who_may_see_it(site):
    with transaction(site.engine) as session:
        made = occurrences(session)[-2]
        secret = made.activity.replace('"confidential":false', '"confidential":true')
        assert secret != made.activity
        made.activity = secret
        session.add(Release(occurrence_id=made.id, version=1, content={}, by="cli", at=three_years.NOW))
        title = made.title
    assert title in words(office(site).get("/rettidighed"))
    committee = site.signed_in("buu@by.example", Role.COMMITTEE, "BY")
    assert title not in words(committee.get("/rettidighed"))


def test_nobody_else_gets_in(site):
    assert site.browser().get("/rettidighed").status_code == 303
    operator = site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    for path in ("/rettidighed", "/rettidighed.csv", "/rettidighed.xlsx"):
        assert operator.get(path).status_code == 403


def test_nothing_counted_says_so(engine, tmp_path):
    with transaction(engine) as session:
        municipality.start_cycle(session, municipality.build(session))
    page = words(office(Site(engine, tmp_path, at=three_years.NOW)).get("/rettidighed"))
    assert "Ingen opgaver passer på det valgte." in page
    assert Numbers().share is None
