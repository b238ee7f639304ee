"""A process that does a year's work and kills itself (SIGKILL) at a given commit.

    dies(engine, folder, now, Moment("before", r"INSERT INTO task ", 2))   # one settle at `now`
    lives(engine, folder, now)
    plays(engine, folder, now, until, root_id, commits=57)                 # dies after so many

The processes are forked, so that they cost no imports; the parent gives its connections back first. Mails
count as sent: there is no mail server.
"""

import datetime as dt
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cli.demo.drivers import WorkerDriver, running_loop
from cli.demo.invented import rng
from cli.demo.play import Player
from config.settings import load_settings
from cycle import store
from cycle.messages.tables import Message, MessageState
from cycle.store import make_engine
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.review import approve
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import Occurrence, Task
from flows import registry
from flows.recording import Recorder
from flows.runtime import DemoClock, RunContext, Runtime
from flows.worker import Worker

STOOD_AT = "stood-at"
"""The file in which a playing process keeps the time it has come to."""

COMMITS = "commits"
"""The file in which it says how many commits it made, when it came to the end."""


class LaterAndLater:
    """Real time for leases, five minutes on for each process: what a dead one held has run out."""

    processes = 0

    def now(self) -> datetime:
        """An aware instant in UTC."""
        return datetime.now(UTC) + self.processes * timedelta(minutes=5)


class Moment(NamedTuple):
    """Right `before`, or right `after`, the `nth` commit of a transaction that ran such a statement."""

    when: Literal["before", "after"]
    pattern: str
    nth: int = 1


def dies(engine: Engine, folder: Path, now: datetime, moment: Moment) -> None:
    """A worker does what is due at `now` and is killed at that moment."""

    def work(own: Engine) -> None:
        die_at(own, moment)
        with player(own, folder, now) as playing:
            playing.driver.settle()

    assert in_a_process(engine, work) == -signal.SIGKILL, "it was not killed"


def lives(engine: Engine, folder: Path, now: datetime) -> None:
    """Another worker, once the dead one's leases have run out, does what is due at `now`."""

    def settle(own: Engine) -> None:
        with player(own, folder, now) as playing:
            playing.driver.settle()

    assert in_a_process(engine, settle) == 0


def plays(
    engine: Engine, folder: Path, now: datetime, until: datetime, root_id: str, *, commits: int = sys.maxsize
) -> bool:
    """A process plays on from where the last one stood; gives whether it came to the end alive."""

    def work(own: Engine) -> None:
        counted = count_commits(own, commits)
        next(counted)
        _play(own, folder, now, until, root_id)
        (folder / COMMITS).write_text(str(next(counted)))

    code = in_a_process(engine, work)
    assert code in (0, -signal.SIGKILL)
    return code == 0


def in_a_process(engine: Engine, work: Callable[[Engine], None]) -> int:
    """How a process of its own ended: 0, 1 after an exception, -9 when it was killed."""
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    LaterAndLater.processes += 1
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            own = make_engine(url)
            work(own)
            code = 0
        except Exception:  # noqa: BLE001 - told on stderr; the parent sees the status
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def count_commits(engine: Engine, die_after: int = sys.maxsize) -> Iterator[int]:
    """Counts the commits of every connection from now on; ends the process after the last one."""
    seen = 0

    def committed(_connection: sa.Connection) -> None:
        nonlocal seen
        seen += 1
        if seen >= die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "commit", committed)
    while True:
        yield seen


def die_at(engine: Engine, moment: Moment) -> None:
    """Arms the engine."""
    when, pattern, nth = moment
    matching = re.compile(pattern)
    matched: set[sa.Connection] = set()
    seen = 0
    dying = False

    def executed(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if matching.match(statement):
            matched.add(connection)

    def committing(connection: sa.Connection) -> None:
        nonlocal seen, dying
        if connection in matched:
            matched.discard(connection)
            seen += 1
            if seen == nth and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            dying = dying or seen == nth

    def given_back(*_: Any) -> None:
        if dying:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committing)
    event.listen(engine, "checkin", given_back)


def body_of(flow: str, subject: str) -> registry.Body:
    """As `registry.body`, with mails that count as sent."""
    return _send if flow == "deliver" else registry.body(flow, subject)


def _send(context: RunContext) -> None:
    with context.transaction() as session:
        session.execute(
            sa.update(Message)
            .where(col(Message.state) == MessageState.READY, col(Message.next_at) <= context.now)
            .values(state=MessageState.SENT, sent_at=context.now)
        )


class Forgetful:
    """Leaders who answer and superiors who approve by what the store says alone: nothing to remember.

    A leader answers on a working day that follows from the task, at 10; the superior two days later.
    """

    def __init__(self, engine: Engine, root_id: str) -> None:
        self.answered = 0
        self._engine = engine
        with store.reading(engine) as session:
            self._calendar = calendar_of_root(session, root_id)

    def next_instant(self) -> datetime | None:
        """When somebody acts next."""
        return min((at for _, at in self._acts()), default=None)

    def act(self, now: datetime) -> int:
        """Does everything planned up to `now`, each act in a commit of its own."""
        for task, at in self._acts():
            if at > now:
                continue
            with store.transaction(self._engine) as session:
                if task.state is TaskState.OPEN:
                    self._answer(session, task, now)
                else:
                    approve(session, task.id or 0, by="account:1", now=now)
        return self.answered

    def _acts(self) -> list[tuple[Task, datetime]]:
        query = (
            select(Task)
            .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
            .where(Task.kind == TaskKind.ANSWER, Occurrence.state == OccurrenceState.OPEN)
            .order_by(col(Task.id))
        )
        with store.reading(self._engine) as session:
            tasks = session.exec(query).all()
        planned = [(task, self._at(task)) for task in tasks]
        return [(task, at) for task, at in planned if at is not None]

    def _at(self, task: Task) -> datetime | None:
        if task.state is TaskState.OPEN:
            days, since = rng(task.occurrence_id, task.unit_id).randint(1, 25), task.opened_at
        elif task.state is TaskState.SUBMITTED and task.level < task.levels:
            days, since = 2, task.received_at or task.opened_at
        else:
            return None
        day = self._calendar.add_working_days(self._calendar.local_date(since), days)
        return self._calendar.instant(day, dt.time(10))

    def _answer(self, session: Session, task: Task, now: datetime) -> None:
        submit(
            session,
            task.id or 0,
            answers={},
            kind=SubmissionKind.COMPLETE,
            channel=Channel.WEB,
            by=f"post:{task.unit_id}",
            received_at=now,
            now=now,
            once=f"played:{task.id}",
        )
        self.answered += 1


@contextmanager
def player(engine: Engine, folder: Path, now: datetime, root_id: str = "") -> Iterator[Player]:
    """A real worker without Prefect behind the clock; with a municipality also its people."""
    settings = load_settings(data_dir=folder, secret_key="k" * 40, mail_from="Aarshjul <a@by.example>")
    clock = DemoClock(now)
    runtime = Runtime(engine, settings, clock, LaterAndLater())
    worker = Worker(runtime, Recorder(folder, ""), body_of=body_of, concurrency=1)
    people = Forgetful(engine, root_id) if root_id else None
    with running_loop("worker") as loop:
        yield Player(engine, settings, clock, WorkerDriver(runtime, worker, loop), people)


def _play(engine: Engine, folder: Path, now: datetime, until: datetime, root_id: str) -> None:
    """Plays on from where the last process stood."""
    stood_at = folder / STOOD_AT
    if stood_at.exists():
        now = datetime.fromisoformat(stood_at.read_text())

    def keep(at: datetime, _answers: int) -> None:
        stood_at.write_text(at.isoformat())

    with player(engine, folder, now, root_id) as playing:
        playing.play(until, keep)
