"""The watch at the mailbox says that something came, and is never needed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from cli.main import run as command
from cli.serve import children
from config.settings import Settings, load_settings
from cycle.messages.tables import MailboxMark
from cycle.runs.tables import Wake
from cycle.store import make_engine, reading, transaction
from flows.collect import collect
from flows.due_work import due_work
from flows.mail_news import mail_came
from flows.runtime import DemoClock, RunContext, Runtime
from notifications.watching import Watcher
from tests.support import imap_server, municipality
from tests.support.municipality import ROOT, instant

NOON = instant(2027, 4, 6)
MAIL = b"From: bo@by.example\r\nMessage-ID: <%d@by.example>\r\n\r\nHej\r\n"


@pytest.fixture
def server() -> Iterator[imap_server.ImapServer]:
    with imap_server.running() as running:
        yield running


@pytest.fixture
def settings(tmp_path, server) -> Settings:
    return load_settings(
        data_dir=tmp_path,
        imap_host="127.0.0.1",
        imap_port=server.port,
        imap_security="none",
        imap_user="aarshjul",
        imap_password="hemmelig",
        smtp_timeout=2,
    )


class Told:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@contextmanager
def watched(settings: Settings) -> Iterator[Told]:
    told = Told()
    watcher = Watcher(settings, told, first_pause=0.05)
    thread = threading.Thread(target=watcher.run, daemon=True)
    thread.start()
    yield told
    watcher.stop()
    thread.join(5)
    assert not thread.is_alive()


def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_somebody_is_told_at_once_of_every_new_mail_and_nothing_is_marked(settings, server):
    with watched(settings) as told:
        until(lambda: told.times == 1)
        for number in (1, 2):
            time.sleep(0.1)
            before = told.times
            began = time.monotonic()
            server.deliver(MAIL % number, NOON)
            until(lambda before=before: told.times > before)
            assert time.monotonic() - began < 2
    assert [mail.flags for mail in server.mails] == [set(), set()]


def test_a_lost_connection_is_made_again_and_what_came_meanwhile_is_told(settings, server):
    with watched(settings) as told:
        until(lambda: told.times == 1)
        time.sleep(0.1)
        server.cut()
        server.deliver(MAIL % 1, NOON)
        until(lambda: told.times == 2)
        server.deaf = True
        server.cut()
        time.sleep(0.3)
        assert told.times == 2
        server.deaf = False
        until(lambda: told.times == 3)


def test_a_server_that_takes_nobody_is_asked_more_and_more_seldom(settings, server):
    server.deaf = True
    with watched(settings) as told:
        until(lambda: len(server.connections) >= 4, 10)
    pauses = [later - earlier for earlier, later in pairwise(server.connections)]
    assert [pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.2), strict=False)] == [True] * 3
    assert told.times == 0


def test_a_server_without_idle_is_left_alone(settings, server):
    server.idles = False
    with watched(settings) as told:
        until(lambda: bool(server.sessions))
        server.deliver(MAIL % 1, NOON)
        time.sleep(0.3)
        assert told.times == 0 and len(server.sessions) == 1


def test_news_make_collect_due_until_it_has_been_read(engine: Engine, tmp_path):
    settings = load_settings(data_dir=tmp_path, inbox_dir=tmp_path / "ind")
    clock = DemoClock(NOON)
    with transaction(engine) as session:
        municipality.start_cycle(session, municipality.build(session, units_per_district=1))

    def is_due() -> bool:
        with reading(engine) as session:
            works = due_work(session, now=clock.now(), settings=settings)
        return any(work.flow == "collect" for work in works)

    def read() -> None:
        collect(RunContext.direct(engine, clock.now(), settings, ROOT))

    assert is_due(), "a mailbox that was never read"
    read()
    clock.advance(timedelta(seconds=10))
    assert not is_due()
    mail_came(Runtime(engine, settings, clock))
    assert is_due() and wakes(engine) == 1
    clock.advance(timedelta(seconds=1))
    read()
    assert not is_due() and wakes(engine) == 1
    clock.advance(timedelta(minutes=2))
    assert is_due(), "it is read every two minutes whether anybody is told or not"


def test_what_came_while_the_mailbox_was_read_wakes_the_clock_again(engine: Engine, tmp_path):
    settings = load_settings(data_dir=tmp_path, inbox_dir=tmp_path / "ind")
    with transaction(engine) as session:
        municipality.build(session, units_per_district=1)
        session.add(MailboxMark(root_id=ROOT, read_until=NOON - timedelta(minutes=1)))
    began = RunContext.direct(engine, NOON, settings, ROOT)
    mail_came(Runtime(engine, settings, DemoClock(NOON + timedelta(seconds=1))))
    with transaction(engine) as session:
        session.execute(sa.delete(Wake))
    collect(began)
    assert wakes(engine) == 1


def test_news_that_cannot_be_told_hold_nobody_up(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'without-tables.db'}")
    mail_came(Runtime(engine, load_settings(data_dir=tmp_path), DemoClock(NOON)))
    engine.dispose()


@pytest.mark.parametrize(
    ("given", "is_there"),
    [
        ({}, False),
        ({"imap_host": "imap.by.example"}, True),
        ({"imap_host": "imap.by.example", "imap_idle": False}, False),
        ({"inbox_dir": "ind", "reply_domain": "svar.by.example"}, False),
        ({"inbox_dir": "ind", "reply_domain": "svar.by.example", "mail_listen": "lmtp:/run/lmtp"}, True),
    ],
)
def test_serve_keeps_a_process_at_the_mailbox_where_there_is_something_to_watch(tmp_path, given, is_there):
    settings = load_settings(data_dir=tmp_path, **given)
    names = [child.name for child in children(settings, "http://127.0.0.1:4200/api", 4200)]
    assert ("mailbox" in names) is is_there and names[:2] == ["web", "worker"]


def test_the_mailbox_process_has_nothing_to_do_without_a_mailbox(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path))
    assert command("mailbox", []) == 1
    assert "AARSHJUL_MAIL_LISTEN" in capsys.readouterr().err


def wakes(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(Wake)).all())
