"""An empty folder of mail takes no runs: looking at it is reading it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from config.settings import Settings
from cycle import store
from cycle.messages.tables import MailboxMark
from cycle.runs.tables import Run
from flows.runtime import DemoClock, Runtime
from flows.turn import turn
from notifications.mailbox import FolderMailbox
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOW = instant(2027, 4, 6, 10)
LATER = timedelta(minutes=3)


@pytest.fixture
def runtime(engine: Engine, tmp_path: Path) -> Runtime:
    (tmp_path / "ind").mkdir()
    with store.transaction(engine) as session:
        municipality.start_cycle(session, municipality.build(session, units_per_district=1, districts=1))
        session.add(MailboxMark(root_id=ROOT, read_until=NOW - LATER))
    return Runtime(engine, Settings(data_dir=tmp_path, inbox_dir=tmp_path / "ind"), DemoClock(NOW))


def wanted(runtime: Runtime) -> list[str]:
    turn(runtime)
    with store.reading(runtime.engine) as session:
        return list(session.exec(select(Run.flow)))


def change(runtime: Runtime, **values: object) -> None:
    with store.transaction(runtime.engine) as session:
        mark = session.get_one(MailboxMark, ROOT)
        for name, value in values.items():
            setattr(mark, name, value)
        session.add(mark)


def read_until(runtime: Runtime) -> object:
    with store.reading(runtime.engine) as session:
        return session.get_one(MailboxMark, ROOT).read_until


def test_an_empty_folder_is_read_by_the_turn(runtime: Runtime) -> None:
    assert wanted(runtime) == []
    assert read_until(runtime) == NOW


@pytest.mark.parametrize("name", ["a.eml", "a.eml.part"])
def test_what_lies_there_or_is_just_being_written_is_read_by_a_run(runtime: Runtime, name: str) -> None:
    assert runtime.settings.inbox_dir is not None
    (runtime.settings.inbox_dir / name).write_bytes(b"x")
    assert wanted(runtime) == ["collect"]
    assert read_until(runtime) == NOW - LATER


def test_a_mailbox_that_failed_or_has_news_or_is_not_there_is_read_by_a_run(runtime: Runtime) -> None:
    change(runtime, failing_since=NOW - LATER)
    assert wanted(runtime) == ["collect"]
    change(runtime, failing_since=None, told_at=NOW)
    assert read_until(runtime) == NOW - LATER
    change(runtime, told_at=None)
    turn(runtime)
    assert read_until(runtime) == NOW


def test_a_mailbox_never_read_is_read_by_a_run_first(runtime: Runtime) -> None:
    with store.transaction(runtime.engine) as session:
        session.delete(session.get_one(MailboxMark, ROOT))
    assert wanted(runtime) == ["collect"]


def test_handled_mails_leave_the_folder_empty(runtime: Runtime) -> None:
    assert runtime.settings.inbox_dir is not None
    with FolderMailbox(runtime.settings.inbox_dir) as mailbox:
        mailbox.put(b"Subject: x\r\n\r\nx", NOW)
        assert not mailbox.is_empty()
        for mail in mailbox.new(None):  # type: ignore[arg-type]  # a folder needs no place
            mailbox.done(mail)
        assert mailbox.is_empty()
