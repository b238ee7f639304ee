"""A Prefect that has not answered yet is starting: a demo's first lines are not a warning in English."""

import asyncio
import logging

import pytest

from flows.recording import Recorder
from tests.support.postgres import free_port


@pytest.mark.parametrize(("starting", "level"), [(60, logging.INFO), (0, logging.WARNING)])
def test_a_server_that_is_starting_is_nothing_to_warn_of(tmp_path, caplog, starting, level):
    recorder = Recorder(tmp_path, f"http://127.0.0.1:{free_port()}/api", starting=starting)
    with caplog.at_level(logging.INFO, "aarshjul.prefect"):
        assert not asyncio.run(recorder.ready())
    assert [(each.levelno, "does not answer" in each.message) for each in caplog.records] == [(level, True)]
