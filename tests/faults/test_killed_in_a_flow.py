"""The worker is killed (SIGKILL) in the middle of opening, advancing or closing, and another goes on."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.goals.decisions import record_decision
from cycle.goals.goal_rows import as_rows
from cycle.goals.strategies import StrategyText, keep_first_version
from cycle.goals.tables import GoalLevel, GoalStatus, Strategy
from cycle.goals.tree import GoalText, goals_of_year, keep_goals
from cycle.history import History, verify
from cycle.messages.tables import Message
from cycle.plan.model import Activity, Audience, FlowName, Stage, StageKind, When, Window
from cycle.reminders.tables import ReminderDecision
from cycle.runs.tables import Run, RunState
from cycle.store import reading, transaction
from cycle.tasks.releases import releases
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence, Submission, Task
from tests.support import koebenhavn, mortal
from tests.support import municipality as m
from tests.support.mortal import Moment, dies, lives, plays

When_ = Literal["before", "after"]
TASKS, STATE = r"INSERT INTO task ", r"UPDATE occurrence SET state"
OPENS, CLOSES = m.instant(2027, 4, 1, 6), m.instant(2027, 5, 1, 4)


def activity(flow: FlowName, *stages: Stage, approval: tuple[str, ...] = ()) -> Activity:
    return Activity(
        id="rapport",
        title="Rapport",
        flow=flow,
        window=Window(opens=When(date="1. april"), due=When(date="20. april"), closes=When(date="30. april")),
        audience=Audience(kinds=("skole", "daginstitution")),
        form=m.FORM.id,
        stages=stages,
        approval=approval,
    )


def prepare(
    session: Session, what: Activity, *, units: int = 3, state: OccurrenceState = OccurrenceState.OPEN
) -> tuple[m.Town, int]:
    town = m.build(session, units_per_district=units)
    cycle = m.start_cycle(session, town)
    occurrence = m.add_occurrence(session, town, cycle, activity=what, state=state)
    return town, occurrence.id or 0


def verbs(engine: Engine, thing: str) -> list[str]:
    with reading(engine) as session:
        return list(
            session.exec(select(History.verb).where(History.thing == thing).order_by(col(History.id)))
        )


def runs(engine: Engine, subject: str) -> list[tuple[RunState, int]]:
    with reading(engine) as session:
        found = session.exec(select(Run).where(Run.subject == subject).order_by(col(Run.id)))
        return [(run.state, run.attempts) for run in found]


def kill_and_go_on(engine: Engine, folder: Path, now: datetime, moment: Moment) -> None:
    """One worker dies at that moment; the next one does what is left."""
    dies(engine, folder, now, moment)
    lives(engine, folder, now)


# ---- opening


@pytest.mark.parametrize(
    ("moment", "already"),
    [
        (Moment("before", TASKS), 0),
        (Moment("after", TASKS), 500),  # between two chunks
        (Moment("before", TASKS, 2), 500),
        (Moment("before", STATE), 1000),  # the last chunk is written, but not committed
        (Moment("after", STATE), 1200),
    ],
)
def test_an_opening_that_is_killed_is_gone_on_with_and_nobody_is_asked_twice(
    engine: Engine, tmp_path: Path, moment: Moment, already: int
) -> None:
    with transaction(engine) as session:
        town, occurrence_id = prepare(
            session, activity(FlowName.REPORT), units=300, state=OccurrenceState.PLANNED
        )
    dies(engine, tmp_path, OPENS, moment)
    with reading(engine) as session:
        occurrence = session.get_one(Occurrence, occurrence_id)
        assert session.exec(select(sa.func.count()).select_from(Task)).one() == already
        assert (occurrence.state is OccurrenceState.OPEN) == (already == 1200)
        hinted = session.exec(select(Task.id).where(col(Task.next_reminder_at).is_not(None))).first()
        assert (hinted is not None) == (already == 1200), "no mail about what is not open yet"
    lives(engine, tmp_path, OPENS)
    with reading(engine) as session:
        assert session.get_one(Occurrence, occurrence_id).state is OccurrenceState.OPEN
        posts = Counter(session.exec(select(Task.unit_id)))
        opened = Counter(
            session.exec(
                select(History.thing).where(History.verb == "open", col(History.thing).like("task:%"))
            )
        )
        broken = verify(session, m.ROOT)
    assert posts == dict.fromkeys(town.units, 1)
    assert len(opened) == 1200 and set(opened.values()) == {1}
    assert verbs(engine, f"occurrence:{occurrence_id}") == ["open"] and broken == []
    assert runs(engine, f"open:{occurrence_id}") == [(RunState.DONE, 2)]


# ---- closing


def with_goals(session: Session, town: m.Town, occurrence_id: int, given: int) -> None:
    """Everyone is asked about one goal; so many have answered."""
    text = GoalText(GoalLevel.COMMON, "A", "Sygefravær")
    keep_goals(session, [text], root_id=m.ROOT, year=2027, by="cli", now=OPENS)
    rows = as_rows(goals_of_year(session, m.ROOT, 2027))
    tasks = m.add_tasks(session, town, session.get_one(Occurrence, occurrence_id))
    session.execute(sa.update(Task).values(prefill={"goals": rows}))
    light = {"light": "gul", "comment": "Travlt"}
    for task in tasks[:given]:
        m.answer(session, task, at=m.instant(2027, 4, 12), answers={"goals": [{"row": "A", "status": light}]})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("flow", [FlowName.QUARTERLY_REPORT, FlowName.BUDGET_CALL])
def test_a_close_that_is_killed_closes_once_with_everything_that_belongs_to_it(
    engine: Engine, tmp_path: Path, flow: FlowName, when: When_
) -> None:
    with transaction(engine) as session:
        town, occurrence_id = prepare(session, activity(flow))
        with_goals(session, town, occurrence_id, 5)
    kill_and_go_on(engine, tmp_path, CLOSES, Moment(when, STATE))
    with reading(engine) as session:
        assert session.get_one(Occurrence, occurrence_id).state is OccurrenceState.CLOSED
        statuses = session.exec(select(GoalStatus.unit_id)).all()
        versions = [each.version for each in releases(session, occurrence_id)]
    released = flow is FlowName.BUDGET_CALL
    assert versions == ([1] if released else [])
    assert len(statuses) == (0 if released else 5)
    expected = ["close", "release"] if released else ["close"]
    assert verbs(engine, f"occurrence:{occurrence_id}") == expected
    assert runs(engine, f"close:{occurrence_id}")[0] == (RunState.DONE, 2)


# ---- advancing

RELEASE = Stage(
    id="frigivelse",
    title="Frigivelse",
    kind=StageKind.RELEASE,
    audience=Audience(kinds=("forvaltning",), role="direktør"),
    due=When(date="28. april"),
)


def stage_due(session: Session, occurrence_id: int) -> None:
    occurrence = session.get_one(Occurrence, occurrence_id)
    occurrence.stage_due = {"frigivelse": "2027-04-28"}
    occurrence.advance_at = OPENS
    session.add(occurrence)


@pytest.mark.parametrize("when", ["before", "after"])
def test_reviews_and_stages_that_a_kill_interrupts_are_opened_once(
    engine: Engine, tmp_path: Path, when: When_
) -> None:
    what = activity(FlowName.QUARTERLY_REPORT, RELEASE, approval=("nærmeste leder",))
    with transaction(engine) as session:
        town, occurrence_id = prepare(session, what)
        for task in m.add_tasks(session, town, session.get_one(Occurrence, occurrence_id)):
            m.answer(session, task, at=m.instant(2027, 4, 12))
        session.execute(sa.update(Task).values(levels=1))
        stage_due(session, occurrence_id)
    now = m.instant(2027, 4, 21, 8)
    kill_and_go_on(engine, tmp_path, now, Moment(when, TASKS))
    with reading(engine) as session:
        above = session.exec(select(Task).where(Task.kind != TaskKind.ANSWER)).all()
    assert Counter((task.unit_id, task.kind) for task in above) == {
        **{(district, TaskKind.REVIEW): 1 for district in town.districts},
        ("BY-BU", TaskKind.RELEASE): 1,
    }
    assert {run for run in runs(engine, f"advance:{occurrence_id}")} <= {
        (RunState.DONE, 1),
        (RunState.DONE, 2),
    }


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_release_that_a_kill_interrupts_is_one_version(engine: Engine, tmp_path: Path, when: When_) -> None:
    with transaction(engine) as session:
        town, occurrence_id = prepare(session, activity(FlowName.QUARTERLY_REPORT, RELEASE))
        occurrence = session.get_one(Occurrence, occurrence_id)
        for task in m.add_tasks(session, town, occurrence):
            m.answer(session, task, at=m.instant(2027, 4, 12))
        kind = TaskKind.RELEASE
        (task,) = m.add_tasks(session, town, occurrence, units=["BY-BU"], kind=kind, role="direktør")
        session.execute(sa.update(Task).where(col(Task.id) == task.id).values(subject="frigivelse"))
        m.answer(session, task, at=m.instant(2027, 4, 21))
        stage_due(session, occurrence_id)
    kill_and_go_on(engine, tmp_path, m.instant(2027, 4, 21, 13), Moment(when, r"INSERT INTO release"))
    with reading(engine) as session:
        assert [each.version for each in releases(session, occurrence_id)] == [1]
    assert verbs(engine, f"occurrence:{occurrence_id}") == ["release"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_adoption_that_a_kill_interrupts_is_one_version(
    engine: Engine, tmp_path: Path, when: When_
) -> None:
    with transaction(engine) as session:
        _, occurrence_id = prepare(session, activity(FlowName.STRATEGY_REVISION))
        themes = (GoalText(GoalLevel.THEME, "1", "Helhed"),)
        keep_first_version(session, StrategyText("s", "S", {}, themes), root_id=m.ROOT, by="cli", now=OPENS)
        record_decision(
            session,
            occurrence_id=occurrence_id,
            body="BUU",
            decided_on=date(2027, 4, 14),
            adopted=True,
            text="Vedtaget.",
            by="account:1",
            now=m.instant(2027, 4, 14),
        )
    kill_and_go_on(engine, tmp_path, m.instant(2027, 4, 14, 13), Moment(when, r"INSERT INTO strategy"))
    with reading(engine) as session:
        assert list(session.exec(select(Strategy.version).order_by(col(Strategy.version)))) == [1, 2]


# ---- a month

BEGINS, ENDS = m.instant(2027, 1, 4, 5), m.instant(2027, 2, 3, 12)
KILLS = 10


@pytest.mark.timeout(900)
def test_a_month_in_which_the_worker_is_killed_at_ten_moments_is_the_same_month(tmp_path: Path) -> None:
    file = koebenhavn.store_file(tmp_path / "template.db")
    quiet, rough = tmp_path / "quiet", tmp_path / "rough"
    for folder in (quiet, rough):
        folder.mkdir()
    engine = koebenhavn.copy_of(file, quiet)
    assert plays(engine, quiet, BEGINS, ENDS, koebenhavn.ROOT)
    total = int((quiet / mortal.COMMITS).read_text())
    expected = month(engine)
    engine.dispose()
    assert (expected["open"], expected["closed"]) == (2, 0) and expected["sent"] > 1000

    engine = koebenhavn.copy_of(file, rough)
    moments = sorted(Random(2027).sample(range(5, total), KILLS))
    for before, moment in zip([0, *moments], moments, strict=False):
        assert not plays(engine, rough, BEGINS, ENDS, koebenhavn.ROOT, commits=moment - before)
    assert plays(engine, rough, BEGINS, ENDS, koebenhavn.ROOT)
    found = month(engine)
    for what in expected:
        assert found[what] == expected[what], what
    engine.dispose()


def month(engine: Engine) -> dict[str, Any]:
    """What a month came to, without ids and without the runs' own times."""
    with reading(engine) as session:
        tasks = {
            task.id: (task.occurrence_id, task.unit_id, task.role, task.subject)
            for task in session.exec(select(Task))
        }
        assert verify(session, koebenhavn.ROOT) == []
        failed = session.exec(select(Run).where(Run.state == RunState.FAILED)).all()
        assert failed == [], [run.error for run in failed]
        mails = session.exec(select(Message)).all()
        return {
            "open": number(session, select(Occurrence).where(Occurrence.state == OccurrenceState.OPEN)),
            "tasks": Counter(
                (*tasks[task.id], task.state, task.level) for task in session.exec(select(Task))
            ),
            "closed": number(session, select(Occurrence).where(Occurrence.state == OccurrenceState.CLOSED)),
            "answers": Counter((tasks[row.task_id], row.version) for row in session.exec(select(Submission))),
            "decisions": Counter(
                (tasks[row.task_id], row.rule_id, row.deadline, row.ordinal, row.verdict)
                for row in session.exec(select(ReminderDecision))
            ),
            "mails": Counter((mail.kind, mail.address, mail.state) for mail in mails),
            "sent": sum(mail.sent_at is not None for mail in mails),
            "history": Counter((row.verb, row.thing.split(":")[0]) for row in session.exec(select(History))),
        }


def number(session: Session, query: object) -> int:
    rows: Sequence[object] = session.exec(query).all()  # type: ignore[call-overload]  # any select
    return len(rows)
