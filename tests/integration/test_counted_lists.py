"""What is counted in the database is what reading every task would count: whatever became of the tasks."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from cycle.calendar import WorkingCalendar
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.fates import Asked, count_fates, each_fate
from cycle.tasks.list_pages import PLACE, list_page, task_keys
from cycle.tasks.listing import FILTERS, Wish, entries
from cycle.tasks.overview import UNIT_KINDS, summary_of
from cycle.tasks.responses import day_by_day
from cycle.tasks.rollup import Outcome, roll_up
from cycle.tasks.rollup_counts import counts_by_home, lines_of, outcome_of_fate, sections_of
from cycle.tasks.standing import finished, is_overdue, timeliness
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Submission, Task
from documents.rollup_document import above
from tests.support import municipality
from tests.support.municipality import instant

CALENDAR = WorkingCalendar()
DUE, TODAY = date(2027, 3, 28), date(2027, 4, 20)  # the night in which the clock is changed
PATHS = (("/BY/",), ("/BY/BY-BU/BY-SK/", "/BY/BY-BU/BY-IN/BY-IN-D1/"), ())
WISHES = (
    Wish(),
    Wish(area="Skoler"),
    Wish(area="Skoler", district="Distrikt 2", kind="skole"),
    Wish(text="ÆRØ"),
    Wish(kind="daginstitution", text="1.1"),
)


@pytest.fixture
def towns(engine):
    """Two activities, one open and one closed, with tasks to whom anything at all has happened."""
    drawn = random.Random(engine.dialect.name)
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=9)
        cycle = municipality.start_cycle(session, town)
        for name, state in (("a", OccurrenceState.OPEN), ("b", OccurrenceState.CLOSED)):
            made = municipality.add_occurrence(
                session, town, cycle, name, due_on=DUE, closes_on=TODAY, state=state
            )
            tasks = municipality.add_tasks(session, town, made)
            tasks += municipality.add_tasks(
                session, town, made, units=town.units[::5], kind=TaskKind.DRAFT, role="leder"
            )
            tasks += municipality.add_tasks(
                session, town, made, units=town.districts, kind=TaskKind.CONSOLIDATE, role="distriktschef"
            )
            for task in tasks:
                befall(session, task, drawn)
    return engine


def befall(session, task, drawn):
    """Something happens to the task, likely or not."""
    values = {
        "state": drawn.choice(list(TaskState)),
        "levels": (levels := drawn.choice((0, 1, 2))),
        "level": drawn.randint(0, levels),
        "due_on": DUE + timedelta(days=drawn.choice((-3, 0, 0, 9, 22, 24, 26, 40))),
    }
    if drawn.random() < 0.7:
        values["received_at"] = drawn.choice((instant(2027, 3, 28, 23, 59), instant(2027, 3, 29, 0, 0))) + (
            timedelta(hours=drawn.choice((-200, -24, 0, 0, 1, 5 * 24, 12 * 24)))
        )
        values["due_when_received"] = drawn.choice((None, values["due_on"], DUE))
    session.execute(sa.update(Task).where(col(Task.id) == task.id).values(**values))
    for version in range(1, drawn.randint(1, 4)):
        session.add(
            Submission(
                task_id=task.id, version=version, kind=drawn.choice(list(SubmissionKind)), answers={"a": "b"},
                channel=Channel.WEB, by="person:1",
                received_at=instant(2027, 3, 20), once=f"{task.id}:{version}",
                withdrawn_at=instant(2027, 3, 21) if drawn.random() < 0.3 else None,
            )
        )  # fmt: skip
    session.flush()


def questions(session):
    for occurrence in session.exec(select(Occurrence).order_by(col(Occurrence.id))).all():
        for paths, today in ((PATHS[0], TODAY), (PATHS[1], DUE), (PATHS[2], TODAY)):
            yield Asked(occurrence, paths, today, CALENDAR)


def listed(session, asked):
    """The slow way: every line of the list."""
    given = {"paths": asked.paths, "today": asked.today, "calendar": CALENDAR}
    return entries(session, asked.occurrence, **given)


def test_a_fate_is_what_is_said_of_each_task_by_itself(towns):
    with reading(towns) as session:
        for asked in questions(session):
            one_by_one = Counter()
            rows = session.exec(select(Task, Unit).join(Unit, col(Unit.id) == col(Task.unit_id)))
            for task, unit in rows:
                if (
                    task.occurrence_id != asked.occurrence.id
                    or task.kind not in UNIT_KINDS
                    or not unit.path.startswith(tuple(asked.paths))
                ):
                    continue
                standing = timeliness(task, asked.occurrence, today=asked.today, calendar=CALENDAR)
                given = select(Submission).where(
                    Submission.task_id == task.id, col(Submission.withdrawn_at).is_(None)
                )
                last = session.exec(given.order_by(col(Submission.id).desc())).first()
                one_by_one[
                    unit.area, unit.district, unit.kind,
                    (task.state, finished(task), standing, last.kind if last else None,
                     is_overdue(task.state, task.due_on, today=asked.today)),
                ] += 1  # fmt: skip
            counted = count_fates(session, asked, *PLACE)
            assert {tuple(key): number for *key, number in counted} == one_by_one
            each = Counter(fate for _, fate in each_fate(session, asked))
            assert each == Counter(
                {fate: sum(n for *_, other, n in counted if other == fate) for *_, fate, _ in counted}
            )


def test_every_page_of_the_list_and_every_number_over_it_is_as_if_all_had_been_read(towns):
    with reading(towns) as session:
        for asked in questions(session):
            whole = listed(session, asked)
            for number, wish in enumerate(WISHES):
                here = [entry for entry in whole if admits(wish, entry)]
                for state, admitted in list(FILTERS.items())[number % 3 :: 3 if number else 1]:
                    wanted = [entry for entry in here if admitted(entry)]
                    asked_for = replace(wish, state=state)
                    got = list_page(session, asked, asked_for, page=1, size=20)
                    found = list(got.entries)
                    for page in range(2, got.pages + 1):
                        found += list_page(session, asked, asked_for, page=page, size=20).entries
                    assert found == wanted and got.total == len(wanted)
                    assert got.tallies[state] == len(wanted) and got.tallies["alle"] == len(here)
                assert got.owed == sum(entry.timeliness != "not_owed" for entry in whole)
                assert got.areas == sorted({entry.area for entry in whole} - {""})
                assert got.districts == sorted(
                    {entry.district for entry in whole if wish.area in ("", entry.area)} - {""}
                )


def test_over_the_deadline_is_one_number_in_list_and_overview_and_a_returned_answer_counts(towns):
    late, never = [], []
    with reading(towns) as session:
        for asked in questions(session):
            overdue = [entry for entry in listed(session, asked) if FILTERS["over-fristen"](entry)]
            assert all(entry.waits and entry.due_on < asked.today for entry in overdue)
            summary = summary_of(session, asked.occurrence, paths=asked.paths, today=asked.today)
            assert summary.overdue == len(overdue)
            late += overdue
            never += [entry for entry in overdue if FILTERS["udeblevet"](entry)]
    assert 0 < len(never) < len(late)
    returned = {entry.timeliness for entry in late if entry.state is TaskState.RETURNED}
    assert Timeliness.ON_TIME in returned  # came in time, was sent back, and is over now


def admits(wish, entry):
    """Whether the entry's unit is asked for, said of one entry."""
    places = ((wish.area, entry.area), (wish.district, entry.district), (wish.kind, entry.kind))
    text = f"{entry.unit} {entry.unit_id}".casefold()
    return all(want in ("", have) for want, have in places) and wish.text.casefold() in text


def test_a_page_beyond_the_last_one_is_the_last_one(towns):
    with reading(towns) as session:
        asked = next(questions(session))
        last = list_page(session, asked, Wish(), page=99, size=10)
        assert last.page == last.pages == 5 and len(last.entries) == 4


def test_the_days_of_the_answers_are_those_of_the_list(towns):
    with reading(towns) as session:
        for asked in questions(session):
            slow = Counter(
                CALENDAR.local_date(each.received_at) for each in listed(session, asked) if each.received_at
            )
            days = day_by_day(session, asked)
            assert {day.day: day.answered for day in days} == slow
            assert [day.day for day in days] == sorted(slow) and sum(slow.values()) == (
                days[-1].total if days else 0
            )


def test_the_keys_are_those_of_the_list(towns):
    with reading(towns) as session:
        for asked in questions(session):
            whole = listed(session, asked)
            assert {key.task_id for key in task_keys(session, asked)} == {each.task_id for each in whole}
            answered = {each.task_id for each in whole if each.submission_id}
            assert {key.task_id for key in task_keys(session, asked, answered=True)} == answered


def test_the_rollup_in_numbers_is_the_rollup(towns):
    with reading(towns) as session:
        for asked in questions(session):
            now = CALENDAR.end_of(asked.today) - timedelta(hours=3)
            whole = roll_up(session, asked.occurrence.id, now=now)
            lines = [line for line in whole.lines if line.path.startswith(tuple(asked.paths))]
            slow: dict[str, Counter[Outcome]] = {}
            for line in lines:
                slow.setdefault(above(line.path)[-1], Counter())[line.outcome] += 1
            assert counts_by_home(session, asked) == slow
            assert {
                (line.task_id, line.unit, line.home, line.outcome)
                for line in lines_of(session, asked, list(slow))
            } == {(line.task_id, line.unit, above(line.path)[-1], line.outcome) for line in lines}
            assert {task: outcome_of_fate(fate) for task, fate in each_fate(session, asked)} == {
                line.task_id: line.outcome for line in lines
            }
            sections = [each for each in whole.sections if each.path.startswith(tuple(asked.paths))]
            assert sections_of(session, asked) == sections
