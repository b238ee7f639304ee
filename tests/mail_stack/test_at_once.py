"""A mail is read within seconds: the mailbox is watched (IMAP IDLE), or Postfix hands us the mail (LMTP)."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from cli.demo.drivers import running_loop
from config.settings import Settings
from cycle.messages.tables import Inbound, InboundVerdict, MailboxMark
from cycle.store import reading
from cycle.tasks.tables import Submission
from flows.clock import RingingClock
from flows.recording import Recorder
from flows.runtime import Runtime
from flows.worker import Worker
from notifications.mailbox import FolderMailbox, Place
from tests.support import mail_stack
from tests.support.mail_round import FULL, MailTown, environment, trusting
from tests.support.mail_stack import DIRECT, MailStack, until
from tests.support.municipality import ROOT

KILLS = int(os.environ.get("MAILBOX_KILLS", "3"))
BACKLOG = 40
"""Mails that wait for us: more than Postfix has connections."""

SOON = 30.0
"""Seconds. Unwatched, a mailbox that has just been read is read again after two minutes."""

LEADERS = [f"by-{unit}@by.example" for unit in ("in-d1-001", "in-d2-001", "sk-d1-001", "sk-d2-001")]


@contextmanager
def mailbox(settings: Settings, stack: MailStack) -> Iterator[subprocess.Popen[bytes]]:
    """`aarshjul mailbox`, as `serve` keeps it alive."""
    command = [sys.executable, "-m", "cli.main", "mailbox"]
    process = subprocess.Popen(command, env=environment(settings, stack), cwd=Path(__file__).parents[2])
    yield process
    if process.poll() is None:
        process.terminate()
        assert process.wait(20) == 0


@contextmanager
def engine_at_work(town: MailTown) -> Iterator[None]:
    """A clock and a worker, in real time."""
    runtime = Runtime(town.engine, town.settings)
    worker, clock = Worker(runtime, Recorder(town.settings.data_dir, "")), RingingClock(runtime)
    with trusting(town.stack), running_loop("engine") as loop:
        working = asyncio.run_coroutine_threadsafe(worker.run(), loop)
        clock.start()
        yield
        clock.stop()
        worker.stop()
        working.result(30)


def test_a_watched_mailbox_is_read_within_seconds_also_after_the_server_was_away(town: MailTown) -> None:
    town.open()
    until(lambda: all(town.letters(address) for address in LEADERS), 20, town.stack.log)

    def answered(number: int) -> float:
        town.send(LEADERS[number], town.reply(town.letters(LEADERS[number])[0], FULL))
        began = time.monotonic()
        until(lambda: len(town.rows(Submission)) == number + 1, SOON, town.stack.log)
        return time.monotonic() - began

    town.now()
    with engine_at_work(town), mailbox(town.settings, town.stack):
        until(lambda: was_told(town), 30)
        took = [answered(0), answered(1)]
        town.stack.stop_mailboxes()
        town.stack.start_mailboxes()
        took.append(answered(2))
    assert max(took) < SOON


def test_postfix_hands_us_a_mail_that_waited_for_us_and_it_counts_from_when_postfix_took_it(
    sqlite_engine, tmp_path, stack
) -> None:
    town = MailTown(sqlite_engine, tmp_path, stack, **by_the_door(stack, tmp_path))
    try:
        town.open()
        until(lambda: bool(town.letters(LEADERS[0])), 20, stack.log)
        town.send(LEADERS[0], town.reply(town.letters(LEADERS[0])[0], FULL))
        taken = datetime.now(UTC)
        for number in range(BACKLOG):
            stack.send(LEADERS[0], f"svar+{'a' * 40}@{DIRECT}", note(f"<{number}@by.example>"))
        time.sleep(2)
        assert stack.queued() == BACKLOG + 1
        with mailbox(town.settings, stack):
            until(lambda: stack.queued() == 0, SOON, stack.log)
        files = list(FolderMailbox(tmp_path / "ind").new(Place()))
        assert len(files) == BACKLOG + 1
        assert all((file.received_at - taken).total_seconds() > 1 for file in files)
        town.now()
        (submission,) = town.rows(Submission)
        assert submission.received_at <= taken
        verdicts = Counter(inbound.verdict for inbound in town.rows(Inbound))
        assert verdicts[InboundVerdict.ANSWER] == 1 and verdicts.total() == BACKLOG + 1
    finally:
        town.close()


def test_what_is_not_for_us_goes_back_and_nothing_is_lost_when_the_process_is_killed(
    sqlite_engine, tmp_path, stack
) -> None:
    town = MailTown(sqlite_engine, tmp_path, stack, **by_the_door(stack, tmp_path))
    sent = [f"<{number}@by.example>" for number in range(10 * KILLS)]
    try:
        for round_ in range(KILLS):
            with mailbox(town.settings, stack) as process:
                until(lambda: mail_stack.answers(stack.door), 30)
                for message_id in sent[round_ * 10 : round_ * 10 + 10]:
                    stack.send(LEADERS[0], f"svar+{'a' * 40}@{DIRECT}", note(message_id))
                process.send_signal(signal.SIGKILL)
                process.wait(10)
        stack.send(LEADERS[0], f"bo@{DIRECT}", note("<forkert@by.example>"))
        with mailbox(town.settings, stack):
            until(lambda: stack.queued() == 0, 30, stack.log)
        kept = [mail.raw for mail in FolderMailbox(tmp_path / "ind").new(Place())]
        found = {message_id for message_id in sent if any(message_id.encode() in raw for raw in kept)}
        assert found == set(sent)
        (report,) = stack.mails(LEADERS[0])
        assert b"Status: 5.1.1" in report and f"bo@{DIRECT}".encode() in report
    finally:
        town.close()


def was_told(town: MailTown) -> bool:
    with reading(town.engine) as session:
        return session.get_one(MailboxMark, ROOT).told_at is not None


def by_the_door(stack: MailStack, folder: Path) -> dict[str, object]:
    """The settings of an installation without IMAP."""
    return {
        "imap_host": "",
        "reply_domain": DIRECT,
        "inbox_dir": folder / "ind",
        "mail_listen": f"lmtp:127.0.0.1:{stack.door}",
    }


def note(message_id: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = LEADERS[0], message_id
    mail.set_content("Hej\n")
    return bytes(mail)
