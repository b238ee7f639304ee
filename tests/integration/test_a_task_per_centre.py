"""Seed 003: one strategy, a task per centre for each of the four focus areas."""

from collections import Counter
from pathlib import Path

from sqlalchemy.engine import Engine

from cycle.tasks.states import OccurrenceState
from tests.support.municipality import instant
from tests.support.processes import Process, example


def test_003_gives_each_centre_a_task_per_focus_area_and_runs_to_the_follow_up(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "udviklingsstrategi", instant(2014, 1, 20), 2014)
    play.until(instant(2014, 2, 4))
    tasks = play.waiting()
    assert set(Counter(task.unit_id for task in tasks).values()) == {4} and len(tasks) == 7 * 4
    answers = {"prejekter": "Opdigtet: et prejekt om dialog."}
    play.run(
        until=instant(2015, 1, 10),
        answers={each.id: answers for each in example("udviklingsstrategi").plan.activities},
    )
    assert {each.state for each in play.occurrences().values()} == {OccurrenceState.CLOSED}
    assert play.waiting() == []
