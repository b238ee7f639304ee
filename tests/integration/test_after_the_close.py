"""An answer that comes after the close by an extension is reviewed; what stood at the close stays so."""

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
from cycle.tasks.change import extend
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
CLOSED, LATER = m.instant(2027, 5, 1, 4), m.instant(2027, 5, 6)


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
        with transaction(engine) as session:
            close_occurrence(session, session.get_one(Occurrence, self.occurrence_id), now=CLOSED)
            due = date(2027, 5, 10)
            extend(session, self.late, new_due_on=due, reason="Sygdom", by="account:1", now=CLOSED)

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
    town.advance(m.instant(2027, 5, 3))
    assert town.reviews() == [(district, TaskState.OPEN, date(2027, 4, 27), opened)], "left as it stood"
    town.answer(town.late, LATER)
    for _ in range(2):
        town.advance(LATER)
    assert town.reviews() == [(district, TaskState.OPEN, date(2027, 5, 13), LATER)]
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


def test_what_stood_at_the_close_can_neither_be_approved_nor_sent_back(town: Town) -> None:
    with transaction(town.engine) as session:
        with pytest.raises(NotNow):
            approve(session, town.before, by="account:1", now=LATER)
        with pytest.raises(NotNow):
            return_for_changes(session, town.before, reason="Nej", by="account:1", now=LATER)


def test_an_answer_sent_back_after_the_close_is_corrected_and_approved(town: Town) -> None:
    town.answer(town.late, LATER)
    with transaction(town.engine) as session:
        return_for_changes(session, town.late, reason="Ret", by="account:1", now=LATER)
        assert session.get_one(Task, town.late).due_on == date(2027, 5, 13)
    corrected = m.instant(2027, 5, 12)
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
