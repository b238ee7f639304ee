"""Prefect dies and hangs in the middle of a month: mail, reminders and pages go on, and the runs say so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cycle.runs.tables import Recorded, Run, RunState
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task
from flows.recording import Recorder
from tests.support.month import Month
from tests.support.municipality import instant
from tests.support.prefect import PrefectServer
from tests.support.web import Site

OPENING = (instant(2027, 4, 1, 6), instant(2027, 4, 1, 8))
REMINDER = (instant(2027, 4, 6, 6, 30), instant(2027, 4, 6, 8))


@pytest.mark.parametrize("gone", [PrefectServer.kill, PrefectServer.hang], ids=["killed", "hung"])
def test_reminders_mail_and_pages_go_on_and_the_runs_are_marked_as_not_recorded(
    sqlite_engine: Engine, tmp_path: Path, prefect: PrefectServer, gone: Callable[[PrefectServer], None]
) -> None:
    recorder = Recorder(prefect.data_dir, prefect.api_url, probe=15, patience=4)
    month = Month(sqlite_engine, tmp_path, recorder)
    try:
        with month.mail_server() as server:
            month.at(*OPENING)
            opened = len(server.received)
            seen = {run.id for run in month.rows(Run)}
            gone(prefect)
            month.at(*REMINDER)
            received = [mail.message_id for mail in server.received]
    finally:
        month.close()
    assert opened == 24 and len(received) == len(set(received)) == 48
    assert month.rows(Occurrence)[0].state is OccurrenceState.OPEN
    before = {run.recorded for run in month.rows(Run) if run.id in seen}
    after = {(run.state, run.recorded) for run in month.rows(Run) if run.id not in seen}
    assert Recorded.RECORDED in before and after == {(RunState.DONE, Recorded.NOT_RECORDED)}
    site = Site(sqlite_engine, tmp_path, at=REMINDER[1], secret_key="k" * 40)
    task = month.rows(Task)[0]
    assert site.browser().get(site.link(task, month.town.leaders[task.unit_id])).status_code == 200
