"""The files of mails that were read long ago go, and no others; whoever removes them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from config.settings import load_settings
from cycle.store import transaction
from flows.remind import sweep
from flows.runtime import RunContext
from notifications.mailbox import FolderMailbox, Place
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOW = instant(2027, 4, 6)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two mails that were read, one that has not been, and one that somebody laid there by hand."""
    inbox = tmp_path / "ind"
    with FolderMailbox(inbox) as mailbox:
        for days in (91, 89):
            mailbox.put(b"From: a@by.example\r\n\r\nx", NOW - timedelta(days=days))
        for mail in list(mailbox.new(Place())):
            mailbox.done(mail)
        mailbox.put(b"From: a@by.example\r\n\r\nunread", NOW - timedelta(days=300))
    by_hand = inbox / "laest" / "egen.eml"
    by_hand.write_bytes(b"x")
    long_ago = (NOW - timedelta(days=200)).timestamp()
    os.utime(by_hand, (long_ago, long_ago))
    (inbox / "laest" / "noter.txt").write_text("ikke en mail")
    return inbox


def left(folder: Path) -> tuple[int, list[str]]:
    """(mails that wait, what lies among the read ones: the day of a mail, else its name)."""
    read = sorted(path.name for path in (folder / "laest").iterdir())
    return len(list(folder.glob("*.eml"))), [name if len(name) < 20 else name[:8] for name in read]


def test_the_nightly_sweep_removes_them_once_and_counts_them(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        municipality.build(session, districts=1, units_per_district=1)
    settings = load_settings(data_dir=tmp_path, secret_key="k" * 40, inbox_dir=folder)
    kept = f"{NOW - timedelta(days=89):%Y%m%d}"
    for expected in (2, 0):
        context = RunContext.direct(engine, NOW, settings, ROOT)
        sweep(context)
        assert context.counts.get("mails_removed", 0) == expected
        assert left(folder) == (1, [kept, "noter.txt"])


def test_the_days_are_a_setting_and_an_imap_server_is_left_alone(
    sqlite_engine: Engine, folder: Path, tmp_path: Path
) -> None:
    with transaction(sqlite_engine) as session:
        municipality.build(session, districts=1, units_per_district=1)
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "inbox_dir": folder}
    sweep(RunContext.direct(sqlite_engine, NOW, load_settings(**given, imap_host="imap.example"), ROOT))
    assert len(left(folder)[1]) == 4
    sweep(RunContext.direct(sqlite_engine, NOW, load_settings(**given, inbox_keep_days=30), ROOT))
    assert left(folder) == (1, ["noter.txt"])


def test_two_that_clear_the_same_folder_do_not_stumble(folder: Path) -> None:
    first, second = FolderMailbox(folder), FolderMailbox(folder)
    before = datetime(2027, 12, 1, tzinfo=UTC)
    with os.scandir(folder / "laest") as entries:
        assert len(list(entries)) == 4
    assert first.forget(before) + second.forget(before) == 3
