"""One Postfix and one Dovecot for all tests of this folder; each finds the mailboxes empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cycle.migrations.upgrade import upgrade
from cycle.store import make_engine
from tests.support import mail_stack
from tests.support.mail_round import MailTown, everyone
from tests.support.mail_stack import MailStack

SKIPPED = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def running_stack() -> Iterator[MailStack]:
    if why := mail_stack.missing():
        pytest.skip(why)
    with MailStack(everyone(units=2)) as running:
        yield running


@pytest.fixture
def stack(running_stack: MailStack) -> MailStack:
    running_stack.clear()
    return running_stack


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A store as an installation makes it, in the data folder: other processes work on it too."""
    engine = make_engine(f"sqlite:///{tmp_path / 'aarshjul.db'}")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def town(sqlite_engine: Engine, tmp_path: Path, stack: MailStack) -> Iterator[MailTown]:
    town = MailTown(sqlite_engine, tmp_path, stack)
    yield town
    town.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.config.stash[SKIPPED] = sum("mail_stack" in report.nodeid for report in skipped)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line says what was left out, and why."""
    if left_out := config.stash.get(SKIPPED, 0):
        print(f"{left_out} skipped: {mail_stack.missing()}.")  # noqa: T201  # nothing reports any more
