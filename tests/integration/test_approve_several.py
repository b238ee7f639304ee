"""A superior approves several answers at once: seen first, each once, and what changed meanwhile is left."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from cycle.access.roles import Role
from cycle.store import reading, transaction
from cycle.tasks.states import TaskState, Verdict
from cycle.tasks.tables import Review, Task
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

HERE = "BY-IN-D1"


class District:
    """A district whose three units have answered, and its superior."""

    def __init__(self, engine, folder):
        self.engine = engine
        with transaction(engine) as session:
            town = municipality.build(session)
            cycle = municipality.start_cycle(session, town)
            occurrence = municipality.add_occurrence(session, town, cycle)
            tasks = municipality.add_tasks(session, town, occurrence)
            session.execute(sa.update(Task).values(levels=1))
            self.own = [task.id for task in tasks if task.unit_id.startswith(HERE)]
            self.elsewhere = next(task.id for task in tasks if not task.unit_id.startswith("BY-IN"))
            for task in tasks[:3]:
                municipality.answer(session, task, at=instant(2027, 4, 10))
            self.id = occurrence.id
        self.site = Site(engine, folder)
        self.page = f"/mine-enheder/{self.id}"
        self.browser = self.site.signed_in("dorte@by.example", Role.SUPERIOR, HERE)

    def csrf(self, browser):
        return Form(browser.get(self.page), "/log-ud").fields["csrf"]

    def preview(self, chosen, browser=None):
        browser = browser or self.browser
        sent = {"csrf": self.csrf(browser), "task": [str(each) for each in chosen]}
        return browser.post(f"{self.page}/flere/vis", data=sent)

    def confirm(self, page, chosen, browser=None):
        form = Form(page, f"{self.page}/flere")
        sent = {**form.fields, "task": [str(each) for each in chosen]}
        return (browser or self.browser).post(f"{self.page}/flere", data=sent)

    def states(self):
        with reading(self.engine) as session:
            return [session.get_one(Task, each).state for each in self.own]

    def verdicts(self):
        with reading(self.engine) as session:
            return [each.verdict for each in session.exec(select(Review))]


@pytest.fixture
def district(engine, tmp_path):
    return District(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return District(sqlite_engine, tmp_path)


def test_the_ticked_answers_are_shown_and_then_approved_once_each(district):
    listed = district.browser.get(district.page).text
    assert listed.count('name="task"') == 3
    seen = district.preview(district.own[:2])
    assert "Intet er godkendt endnu" in seen.text and seen.text.count("Sygefraværet er steget.") == 2
    assert set(district.states()) == {TaskState.SUBMITTED} and district.verdicts() == []
    for _ in range(2):
        done = district.confirm(seen, district.own[:2])
        assert (done.status_code, done.headers["location"]) == (303, f"{district.page}?godkendt=2")
    assert district.states() == [TaskState.APPROVED, TaskState.APPROVED, TaskState.SUBMITTED]
    assert district.verdicts() == [Verdict.APPROVED] * 2
    after = district.browser.get(done.headers["location"]).text
    assert "2 besvarelser er godkendt." in after and after.count('name="task"') == 1
    assert "2 answers were approved." in district.browser.get(f"{done.headers['location']}&sprog=en").text


def test_one_that_was_changed_meanwhile_is_left_and_named_and_the_others_are_approved(district):
    seen = district.preview(district.own)
    with transaction(district.engine) as session:
        task = session.get_one(Task, district.own[1])
        municipality.answer(session, task, at=instant(2027, 4, 11), version=2)
    done = district.confirm(seen, district.own)
    assert done.headers["location"] == f"{district.page}?godkendt=2&ikke={district.own[1]}"
    assert district.states() == [TaskState.APPROVED, TaskState.SUBMITTED, TaskState.APPROVED]
    told = district.browser.get(done.headers["location"]).text
    assert "Ikke godkendt" in told and "Daginstitution 1.2 Ærø" in told.partition("<table")[0]
    again = district.preview(district.own)
    assert again.text.count('name="task"') == 1 and "Disse kan du ikke godkende nu" in again.text


def test_somebody_else_was_first_and_the_second_is_told(small):
    office = small.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    mine, theirs = small.preview(small.own), small.preview(small.own, office)
    assert small.confirm(theirs, small.own, office).headers["location"].endswith("?godkendt=3")
    left = "".join(f"&ikke={each}" for each in small.own)
    assert small.confirm(mine, small.own).headers["location"] == f"{small.page}?godkendt=0{left}"
    assert small.verdicts() == [Verdict.APPROVED] * 3


def test_only_whose_turn_it_is_ticks_and_nobody_approves_elsewhere(small):
    area = small.site.signed_in("anders@by.example", Role.SUPERIOR, "BY-IN")
    page = area.get(small.page)
    assert page.status_code == 200 and 'name="task"' not in page.text
    seen = small.preview(small.own)
    csrf = small.csrf(area)
    sent = {**Form(seen, f"{small.page}/flere").fields, "csrf": csrf, "task": [str(small.own[0])]}
    assert area.post(f"{small.page}/flere", data=sent).headers["location"].endswith(f"ikke={small.own[0]}")
    assert small.preview([small.elsewhere]).status_code == 403
    forged = small.confirm(seen, [small.elsewhere])
    assert forged.status_code == 403 and small.verdicts() == []
    assert small.preview([99999]).status_code == 404
    for nothing in ([], ["x"], ["9" * 12]):
        assert small.preview(nothing).status_code == 422
    assert small.site.stranger().post(f"{small.page}/flere", data={"task": "1"}).status_code == 401


def test_an_answer_of_another_activity_is_not_among_them(small):
    with transaction(small.engine) as session:
        other = session.get_one(Task, small.elsewhere)
        other.unit_id = f"{HERE}-001"
        other.subject = "x"
        other.occurrence_id = municipality.add_occurrence(
            session, municipality.Town("BY"), session.exec(select(municipality.Cycle)).one(), "andet"
        ).id
        session.add(other)
    assert small.preview([small.elsewhere]).status_code == 404
