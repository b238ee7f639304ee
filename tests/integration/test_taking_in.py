"""After the decision somebody has the task of taking the goals into the tree, until they are in."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from config.loader import load_plan
from cycle.errors import PlanInvalid
from cycle.goals.strategies import current_strategy, text_of
from cycle.goals.strategy_tree import tree_changes
from cycle.goals.tables import Strategy
from cycle.goals.tree import keep_goals
from cycle.organisation.tables import Appointment
from cycle.reminders.ledger import MAILED
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Task
from cycle.tasks.told import why
from tests.integration.test_strategy_revision import decide, folder, office, press, propose, year
from tests.support.koebenhavn import ROOT, Year
from tests.support.municipality import instant
from tests.support.plan_folder import WHEEL, make_folder, write
from tests.support.web import Site

__all__ = ["folder", "year"]  # the fixtures of the revision's own tests
BY_TEXT = {"by": "x", "now": instant(2027, 5, 12)}


def adopted(year: Year) -> tuple[Strategy, list[Task]]:
    with reading(year.engine) as session:
        strategy = current_strategy(session, ROOT)
        query = select(Task).where(Task.kind == TaskKind.TAKE_IN).order_by(col(Task.id))
        tasks = list(session.exec(query))
        assert strategy is not None
        session.expunge_all()
    return strategy, tasks


def said(year: Year, task: Task) -> list[str]:
    """What the ledger says was mailed about the task."""
    with reading(year.engine) as session:
        return [each.reason for each in why(session, task.id or 0) if each.verdict in MAILED]


def link(year: Year, task: Task) -> str:
    with reading(year.engine) as session:
        of_post = Appointment.unit_id == task.unit_id, Appointment.role == task.role
        person = session.exec(select(Appointment.person_id).where(*of_post)).one()
    return Site(year.engine, year.settings.data_dir, at=year.now).link(task, person)


def test_the_post_is_told_and_done_when_the_goals_are_in(year: Year) -> None:
    browser = office(year)
    propose(year, browser)
    year.until(instant(2027, 5, 12, 10))
    decide(year, browser)
    strategy, (task,) = adopted(year)
    assert (task.unit_id, task.role, task.due_on) == ("KBH-BU", "sekretariatschef", date(2027, 6, 30))
    assert task.title == "Strategiens mål ind i måltræet" and task.prefill == {"strategy": strategy.id}
    year.until(instant(2027, 5, 13, 10))
    assert said(year, task) == ["Besked om ny opgave: sendt i dagens mail."]
    page = Site(year.engine, year.settings.data_dir, at=year.now).browser().get(link(year, task))
    assert page.status_code == 200 and f'href="/strategi/{strategy.id}#maal"' in page.text
    shown = browser.get(f"/strategi/{strategy.id}").text
    assert "sekretariatschef</a>, frist 30. juni 2027." in shown
    press(browser, f"/strategi/{strategy.id}", f"/strategi/{strategy.id}/maal")
    _, (task,) = adopted(year)
    assert (task.state, task.next_reminder_at) == (TaskState.APPROVED, None)
    page = Site(year.engine, year.settings.data_dir, at=year.now).browser().get(link(year, task))
    assert "Målene er ført ind i måltræet." in page.text
    year.until(instant(2027, 7, 5, 10))
    assert said(year, task) == ["Besked om ny opgave: sendt i dagens mail."], "no reminder once it is done"


def test_the_plans_reminders_go_on_while_the_goals_are_not_in(year: Year) -> None:
    browser = office(year)
    propose(year, browser)
    year.until(instant(2027, 5, 12, 10))
    decide(year, browser)
    _, (task,) = adopted(year)
    year.until(instant(2027, 6, 30, 10))
    reminded = [each.split(":")[0] for each in said(year, task)]
    assert reminded[0] == "Besked om ny opgave" and len(reminded) > 2
    assert all("før fristen 30. juni 2027" in each or "fristdagen" in each for each in reminded[1:])


def test_a_decision_after_the_plans_date_leaves_time_and_a_later_one_ends_the_earlier_task(
    year: Year,
) -> None:
    browser = office(year)
    propose(year, browser)
    year.until(instant(2027, 6, 28, 10))
    decide(year, browser)
    _, (first,) = adopted(year)
    assert first.due_on == date(2027, 7, 5), "five working days"
    year.until(instant(2027, 6, 29, 10))
    decide(year, browser, "Vedtaget igen.")  # nothing was proposed: the strategy is adopted again
    _, (first, second) = adopted(year)
    assert (first.state, second.state) == (TaskState.CANCELLED, TaskState.OPEN)


def test_after_the_close_the_task_of_a_late_decision_is_chased_until_the_goals_are_in(year: Year) -> None:
    browser = office(year)
    propose(year, browser)
    closes = year.occurrence("strategirevision").closes_at
    year.until(closes + timedelta(days=3))
    assert year.occurrence("strategirevision").state is OccurrenceState.CLOSED
    decide(year, browser)
    _, (task,) = adopted(year)
    assert task.due_on > year.now.date()
    year.until(year.now + timedelta(days=45))
    assert any(each.startswith("Rykker 3 ") for each in said(year, task)), said(year, task)
    press(browser, f"/strategi/{task.prefill['strategy']}", f"/strategi/{task.prefill['strategy']}/maal")
    told = len(said(year, task))
    year.until(year.now + timedelta(days=30))
    assert (adopted(year)[1][0].state, len(said(year, task))) == (TaskState.APPROVED, told)


def test_nothing_to_take_in_is_no_task_and_a_tree_that_came_right_otherwise_ends_it(year: Year) -> None:
    browser = office(year)
    propose(year, browser)
    year.until(instant(2027, 5, 12, 10))
    decide(year, browser)
    strategy, _ = adopted(year)
    with transaction(year.engine) as session:
        found = tree_changes(session, session.get_one(Strategy, strategy.id), 2028)
        keep_goals(
            session, text_of(strategy).goals, root_id=ROOT, year=2028, strategy_row=strategy.id, **BY_TEXT
        )
        for goal in found.ended:
            goal.last_year = 2027
            session.add(goal)
    page = browser.get(f"/strategi/{strategy.id}").text
    assert "Måltræet har strategiens mål." in page and "Afslut opgaven" in page
    press(browser, f"/strategi/{strategy.id}", f"/strategi/{strategy.id}/maal")
    assert adopted(year)[1][0].state is TaskState.APPROVED


@pytest.mark.parametrize(
    ("stage", "fault"),
    [
        ("{id: m, title: M, kind: take_in, audience: {units: [K]}, due: 1. maj}", "flow strategy_revision"),
        (
            "{id: m, title: M, kind: take_in, form: skema, audience: {units: [K]}, due: 1. maj}",
            "ikke have et skema",
        ),
    ],
)
def test_a_plan_that_misuses_the_stage_is_told(tmp_path: Path, stage: str, fault: str) -> None:
    write(make_folder(tmp_path), "wheel.yaml", WHEEL + f"    stages:\n      - {stage}\n")
    with pytest.raises(PlanInvalid) as told:
        load_plan(tmp_path)
    assert any(fault in each.what for each in told.value.problems)
