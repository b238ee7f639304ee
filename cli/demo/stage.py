"""The demo behind its pages: one thread moves the clock and does what is due, the pages only ask."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cli.demo.drivers import WorkerDriver, running_loop
from cli.demo.entrance import Entrance
from cli.demo.mailroom import Mailroom
from cli.demo.people import People
from cli.demo.play import Player
from cycle import store
from flows.due_work import due_work
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.turn import newest_wake
from flows.worker import Worker
from web.demo.controls import Action, Letter, Status, Writing

IDLE_SECONDS = 1.0
Told = Callable[[datetime, int], None]

log = logging.getLogger("aarshjul.demo")


@dataclass
class Stage:
    """Everything the demo is made of. `begun` and `ends` are the played year's first and last instant."""

    runtime: Runtime
    clock: DemoClock
    recorder: Recorder
    people: People
    mailroom: Mailroom
    entrance: Entrance
    begun: datetime
    ends: datetime
    told: Told | None = None
    prefect_wait: float = 0.0
    _action: Action | None = None
    _wanted: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _end: threading.Event = field(default_factory=threading.Event)
    _trouble: str = ""
    _thread: threading.Thread | None = None

    @property
    def status(self) -> Status:
        """Where the demo stands."""
        return Status(
            now=self.clock.now(),
            busy=self._action,
            begun=self.begun,
            ends=self.ends,
            answers=self.people.answered,
            mails=self.mailroom.count,
            trouble=self._trouble,
        )

    def start(self, action: Action) -> bool:
        """Begins an action; False when another is under way. `STOP` ends it after the event at hand."""
        if action is Action.STOP:
            self._stop.set()
            return True
        if self._action is not None:
            return False
        self._stop.clear()
        self._action = action
        self._wanted.set()
        return True

    def letters(self, search: str, *, limit: int) -> Sequence[Letter]:
        """The newest received mails that fit the search."""
        return self.mailroom.newest(search, limit=limit)

    def letter(self, number: int) -> Letter | None:
        """One received mail."""
        return self.mailroom.read(number)

    def write_back(self, number: int, writing: Writing) -> bool:
        """Hands in what somebody writes back to a received mail."""
        return self.entrance.write(number, writing)

    def open(self) -> None:
        """Starts the thread."""
        self._thread = threading.Thread(target=self._work, name="demo", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread after the event at hand."""
        self._end.set()
        self._stop.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def wait(self) -> None:
        """Until the action under way has ended."""
        while self._action is not None and not self._end.wait(0.2):
            pass

    def _work(self) -> None:
        with running_loop("demo worker") as loop:
            driver = WorkerDriver(self.runtime, Worker(self.runtime, self.recorder, name="demo"), loop)
            player = Player(self.runtime.engine, self.runtime.settings, self.clock, driver, self.people)
            if self.prefect_wait:
                driver.on_loop(self.recorder.wait_ready(self.prefect_wait))
            while not self._end.is_set():
                asked = self._wanted.wait(IDLE_SECONDS)
                try:
                    self._turn(player, asked=asked)
                    driver.recorded()
                except Exception as error:  # the demo goes on and says what happened
                    log.exception("the demo stumbled")
                    self._trouble = f"{type(error).__name__}: {error}"
                if asked:
                    self._action = None

    def _turn(self, player: Player, *, asked: bool) -> None:
        if not asked:
            if self._something_is_due():
                player.driver.settle()
            return
        self._wanted.clear()
        action, self._trouble = self._action, ""
        if action is Action.EVENT:
            player.next(self.ends)
        elif action is not None:
            self._play(player, self._until(action))

    def _until(self, action: Action) -> datetime:
        return min(self.ends, self.clock.now() + timedelta(days=7)) if action is Action.WEEK else self.ends

    def _play(self, player: Player, until: datetime) -> None:
        player.driver.settle()
        while not self._stop.is_set() and player.step(until):
            if self.told is not None:
                self.told(self.clock.now(), self.people.answered)

    def _something_is_due(self) -> bool:
        """Whether a page has asked for something, or something has become due without the clock moving."""
        with store.reading(self.runtime.engine) as session:
            works = due_work(session, now=self.clock.now(), settings=self.runtime.settings)
            return bool(works) or newest_wake(session) is not None
