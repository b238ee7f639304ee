"""After the close an answer that came before it takes a verdict for some days, a later one always."""

from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.errors import NotNow
from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.store import reading, transaction
from cycle.tasks.change import extend, waive
from cycle.tasks.closing import close_occurrence
from cycle.tasks.review import approve, return_for_changes
from cycle.tasks.rollup import Outcome, roll_up
from cycle.tasks.states import Channel, SubmissionKind, TaskKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import Occurrence, Task
from flows import request
from flows.runtime import RunContext
from tests.support import municipality as m
from tests.support.web import Form, Site

REPORT = Activity(
    id="rapport",
    title="Rapport",
    flow=FlowName.REPORT,
    window=Window(opens=When(date="1. april"), due=When(date="20. april"), closes=When(date="30. april")),
    audience=Audience(kinds=("skole", "daginstitution")),
    approval=("nærmeste leder",),
)
CLOSED, LATER = m.instant(2027, 5, 1, 4), m.instant(2027, 5, 12)
LAST_DAY = m.instant(2027, 5, 10)
"""Of verdicts: five working days after 30 April, without Ascension Day and the day after."""


class Town:
    """Three units of a district: one answered and not judged, one silent, one extended after the close."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=m.instant(2027, 4, 12))
        with transaction(engine) as session:
            self.town = m.build(session)
            cycle = m.start_cycle(session, self.town)
            self.occurrence_id = m.add_occurrence(session, self.town, cycle, activity=REPORT).id or 0
            occurrence = session.get_one(Occurrence, self.occurrence_id)
            tasks = m.add_tasks(session, self.town, occurrence, units=self.town.units[:3])
            self.before, self.silent, self.late = (task.id or 0 for task in tasks)
            session.execute(sa.update(Task).values(levels=1))
        self.answer(self.before, m.instant(2027, 4, 12))
        self.advance(m.instant(2027, 4, 12))
        self.site.clock.at = CLOSED
        self.before_the_close()
        with transaction(engine) as session:
            close_occurrence(session, session.get_one(Occurrence, self.occurrence_id), now=CLOSED)
            due = date(2027, 5, 20)
            extend(session, self.late, new_due_on=due, reason="Sygdom", by="account:1", now=CLOSED)

    def before_the_close(self) -> None:
        """Nothing more happens here."""

    def review_id(self) -> int:
        with reading(self.engine) as session:
            return session.exec(select(Task.id).where(Task.kind == TaskKind.REVIEW)).one() or 0

    def review_page(self) -> str:
        district = self.town.districts[0]
        with reading(self.engine) as session:
            review = session.get_one(Task, self.review_id())
            link = self.site.link(review, self.town.leaders[district])
        return self.site.browser(follow_redirects=True).get(link).text

    def answer(self, task_id: int, at: datetime) -> None:
        with transaction(self.engine) as session:
            submit(
                session,
                task_id,
                answers=m.ANSWERS,
                kind=SubmissionKind.COMPLETE,
                channel=Channel.WEB,
                by="person:1",
                received_at=at,
                now=at,
                once=f"{task_id}:{at}",
            )

    def advance(self, at: datetime) -> None:
        context = RunContext.direct(self.engine, at, self.site.settings, m.ROOT)
        request.advance(context, self.occurrence_id)

    def reviews(self) -> list[tuple[str, TaskState, date, datetime]]:
        with reading(self.engine) as session:
            rows = session.exec(select(Task).where(Task.kind == TaskKind.REVIEW).order_by(col(Task.id)))
            return [(row.unit_id, row.state, row.due_on, row.opened_at) for row in rows]

    def outcome(self, task_id: int) -> Outcome:
        with reading(self.engine) as session:
            found = roll_up(session, self.occurrence_id, now=LATER).lines
            return next(line.outcome for line in found if line.task_id == task_id)


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Town:
    return Town(engine, tmp_path)


def test_the_superior_gets_the_review_anew_with_a_date_of_its_own(town: Town) -> None:
    district = town.town.districts[0]
    opened = m.instant(2027, 4, 12)
    assert town.reviews() == [(district, TaskState.OPEN, date(2027, 4, 27), opened)]
    town.advance(m.instant(2027, 5, 11))
    assert town.reviews() == [(district, TaskState.OPEN, date(2027, 4, 27), opened)], "left as it stood"
    town.answer(town.late, LATER)
    for _ in range(2):
        town.advance(LATER)
    assert town.reviews() == [(district, TaskState.OPEN, date(2027, 5, 20), LATER)]
    with reading(town.engine) as session:
        review = session.exec(select(Task).where(Task.kind == TaskKind.REVIEW)).one()
        assert review.next_reminder_at == LATER
    with transaction(town.engine) as session:
        approve(session, town.late, by="account:1", now=LATER)
    town.advance(LATER)
    assert [state for _, state, *_ in town.reviews()] == [TaskState.APPROVED]
    assert town.outcome(town.late) is Outcome.ANSWERED
    assert town.outcome(town.before) is Outcome.NOT_APPROVED
    assert town.outcome(town.silent) is Outcome.MISSING


def test_what_nobody_judged_in_time_can_neither_be_approved_nor_sent_back(town: Town) -> None:
    with transaction(town.engine) as session:
        with pytest.raises(NotNow):
            approve(session, town.before, by="account:1", now=LATER)
        with pytest.raises(NotNow):
            return_for_changes(session, town.before, reason="Nej", by="account:1", now=LATER)


def test_an_answer_sent_back_after_the_close_is_corrected_and_approved(town: Town) -> None:
    town.answer(town.late, LATER)
    with transaction(town.engine) as session:
        return_for_changes(session, town.late, reason="Ret", by="account:1", now=LATER)
        assert session.get_one(Task, town.late).due_on == date(2027, 5, 20)
    corrected = m.instant(2027, 5, 18)
    town.answer(town.late, corrected)
    town.advance(corrected)
    assert [state for _, state, *_ in town.reviews()] == [TaskState.OPEN]
    with transaction(town.engine) as session:
        approve(session, town.late, by="account:1", now=corrected)


def test_the_superiors_pages_offer_the_late_answer_alone(town: Town) -> None:
    town.answer(town.late, LATER)
    town.site.clock.at = LATER
    browser = town.site.signed_in("dorte@by.example", Role.SUPERIOR, town.town.districts[0])
    assert "1 venter på godkendelse" in browser.get(f"/mine-enheder/{town.occurrence_id}").text
    page, other = (f"/mine-enheder/opgave/{task}" for task in (town.late, town.before))
    assert "/godkend" not in browser.get(other).text
    assert f'href="{page}"' in browser.get(other).text, "the one that waits is named as the next"
    form = Form(browser.get(page), f"{page}/godkend")
    assert form.send(browser).status_code == 303
    assert "Besvarelsen er godkendt." in browser.get(f"{page}?gjort=godkendt").text


class LastMoment(Town):
    """The same town, whose silent unit answers late on the last evening, with no turn before the close."""

    def before_the_close(self) -> None:
        self.answer(self.silent, m.instant(2027, 4, 30, 23))


@pytest.fixture
def evening(engine: Engine, tmp_path: Path) -> LastMoment:
    return LastMoment(engine, tmp_path)


def test_an_answer_of_the_last_evening_is_asked_about_and_can_be_approved(evening: LastMoment) -> None:
    """The superior had judged the others: what came last is asked for anew, and her pages take it."""
    with transaction(evening.engine) as session:
        approve(session, evening.before, by="account:9", now=CLOSED)
    evening.advance(CLOSED)
    ((_, state, due_on, _),) = evening.reviews()
    assert (state, due_on) == (TaskState.OPEN, date(2027, 4, 27)), "she is late with it, and may still"
    evening.site.clock.at = LAST_DAY
    browser = evening.site.signed_in("dorte@by.example", Role.SUPERIOR, evening.town.districts[0])
    assert "1 venter på godkendelse" in browser.get(f"/mine-enheder/{evening.occurrence_id}").text
    assert '<strong class="badge badge-warning">1</strong>' in browser.get("/mine-enheder").text
    page = f"/mine-enheder/opgave/{evening.silent}"
    assert Form(browser.get(page), f"{page}/godkend").send(browser).status_code == 303
    evening.advance(LAST_DAY)
    assert [state for _, state, *_ in evening.reviews()] == [TaskState.APPROVED]
    assert evening.outcome(evening.silent) is Outcome.LATE, "approved, and no longer »ikke godkendt«"


def test_a_review_that_the_last_evening_asks_for_ends_when_verdicts_do(evening: LastMoment) -> None:
    with transaction(evening.engine) as session:
        session.execute(sa.delete(Task).where(col(Task.kind) == TaskKind.REVIEW))
    evening.advance(m.instant(2027, 5, 4))
    ((_, state, due_on, _),) = evening.reviews()
    assert (state, due_on) == (TaskState.OPEN, date(2027, 5, 10)), "5 working days would be 12 May"
    evening.site.clock.at = LATER
    evening.advance(LATER)
    assert [state for _, state, *_ in evening.reviews()] == [TaskState.OPEN], "nothing was judged"
    assert "Opgaven er slut" in evening.review_page()


def test_the_reviews_page_says_what_can_be_done_and_then_that_it_is_over(evening: LastMoment) -> None:
    """No link that leads to nothing to do: the page tells the last day, and what became of the answers."""
    page = evening.review_page()
    assert "du kan stadig godkende til og med" in page and "mandag den 10. maj 2027" in page
    evening.site.clock.at = LATER
    page = evening.review_page()
    assert "Opgaven er slut" in page and "venter på, at du godkender" not in page
    assert "»Besvaret, ikke godkendt«" in page
    with transaction(evening.engine) as session:
        session.execute(sa.update(Task).where(col(Task.kind) == TaskKind.REVIEW).values(state="approved"))
    assert "Der er ikke mere at gøre" in evening.review_page()


def test_the_secretariat_reads_a_review_as_one_and_not_as_an_answer_that_is_missing(town: Town) -> None:
    secretariat = town.site.signed_in("sif@by.example", Role.SECRETARIAT, m.ROOT)
    review = town.review_id()
    page = secretariat.get(f"/opgave-historik/{review}").text
    assert "Besvarelser venter på godkendelse" in page
    assert f'href="/mine-enheder/{town.occurrence_id}"' in page
    for ordinary in ("Der er ikke svaret", "Mangler", "Forlæng fristen", "Fritag enheden"):
        assert ordinary not in page, ordinary
    town.site.clock.at = LATER
    secretariat = town.site.signed_in("stine@by.example", Role.SECRETARIAT, m.ROOT)
    assert "der kan ikke godkendes mere" in secretariat.get(f"/opgave-historik/{review}").text
    with transaction(town.engine) as session:
        with pytest.raises(NotNow):
            extend(session, review, new_due_on=date(2027, 6, 1), reason="x", by="account:1", now=LATER)
        with pytest.raises(NotNow):
            waive(session, review, why="x", by="account:1", now=LATER)


def test_an_answer_nobody_approved_has_one_name_on_every_page(town: Town) -> None:
    town.site.clock.at = LATER
    secretariat = town.site.signed_in("sif@by.example", Role.SECRETARIAT, m.ROOT)
    for path in (f"/aktivitet/{town.occurrence_id}", f"/opgave-historik/{town.before}"):
        page = secretariat.get(path).text
        assert "Besvaret, ikke godkendt" in page and "fventer godkendelse" not in page, path
