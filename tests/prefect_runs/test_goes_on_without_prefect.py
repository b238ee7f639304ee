"""Prefect dies, hangs or loses its port within a month: mail, reminders and pages go on; the runs say so."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cycle.runs.tables import Recorded, Run, RunState
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task
from flows.recording import Recorder
from tests.support.month import Month
from tests.support.municipality import instant
from tests.support.prefect import PAGE, PrefectServer, somebody_else
from tests.support.web import Site

OPENING = (instant(2027, 4, 1, 6), instant(2027, 4, 1, 8))
STANDSTILL = float(os.environ.get("STANDSTILL_SECONDS", "4"))
"""Seconds that Prefect hangs in the second test; the proof takes five minutes."""

Gone = Callable[[PrefectServer], AbstractContextManager[None]]
DAYS = 8
REMINDER = (instant(2027, 4, 6, 6, 30), instant(2027, 4, 6, 8))


@contextmanager
def killed(prefect: PrefectServer) -> Iterator[None]:
    prefect.kill()
    yield


@contextmanager
def hung(prefect: PrefectServer) -> Iterator[None]:
    prefect.hang()
    yield


@contextmanager
def port_taken(prefect: PrefectServer) -> Iterator[None]:
    prefect.kill()
    with somebody_else(PAGE, prefect.port):
        yield


@pytest.mark.parametrize("gone", [killed, hung, port_taken])
def test_reminders_mail_and_pages_go_on_and_the_runs_are_marked_as_not_recorded(
    sqlite_engine: Engine, tmp_path: Path, prefect: PrefectServer, gone: Gone
) -> None:
    recorder = Recorder(prefect.data_dir, prefect.api_url, probe=15, patience=4)
    month = Month(sqlite_engine, tmp_path, recorder)
    try:
        with month.mail_server() as server:
            month.at(*OPENING)
            opened = len(server.received)
            seen = {run.id for run in month.rows(Run)}
            with gone(prefect):
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


@pytest.mark.timeout(STANDSTILL + 300)
def test_a_prefect_that_hangs_for_long_is_left_alone_and_used_again_when_it_answers(
    sqlite_engine: Engine, tmp_path: Path, prefect: PrefectServer
) -> None:
    month = Month(sqlite_engine, tmp_path, Recorder(prefect.data_dir, prefect.api_url, patience=4, reprobe=1))
    morning, noon = instant(2027, 4, 6, 6, 30), instant(2027, 4, 6, 12)
    site = Site(sqlite_engine, tmp_path, at=noon, secret_key="k" * 40)
    try:
        with month.mail_server() as server:
            month.at(*OPENING)
            seen = {run.id for run in month.rows(Run)}
            task = month.rows(Task)[0]
            prefect.hang()
            for day in range(DAYS):
                month.at(morning + timedelta(days=day), noon + timedelta(days=day))
                page = site.browser().get(site.link(task, month.town.leaders[task.unit_id]))
                assert page.status_code == 200
                time.sleep(STANDSTILL / DAYS)
            during = {run.id: run for run in month.rows(Run) if run.id not in seen}
            prefect.ensure()
            time.sleep(1.5)
            month.at(morning + timedelta(days=DAYS), noon + timedelta(days=DAYS))
            after = [run for run in month.rows(Run) if run.id not in {*seen, *during}]
            received = [mail.message_id for mail in server.received]
    finally:
        month.close()
    assert {(run.state, run.recorded) for run in during.values()} == {(RunState.DONE, Recorded.NOT_RECORDED)}
    assert after and {(run.state, run.recorded) for run in after} == {(RunState.DONE, Recorded.RECORDED)}
    assert len(received) == len(set(received)) >= 48
