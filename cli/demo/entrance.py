"""Where answers by mail come into the demo: the door that a mail server hands them to, and their writing."""

import asyncio
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from cli.demo.drivers import running_loop
from cli.demo.mailroom import Mailroom
from cli.demo.replies import absence, reply
from config.incoming_settings import DoorPlace
from flows.mail_news import mail_came
from flows.runtime import DemoClock, Runtime
from notifications.door import Door
from notifications.mailbox import FolderMailbox
from web.demo.controls import Writing

TICK = timedelta(seconds=1)
"""How far a mail moves the demo's clock, which stands still otherwise: whoever has read the mailbox up to an
instant has not read what came at that instant."""


class Entrance:
    """The demo's way in: the engine's own door on loopback, open while the block lives."""

    def __init__(self, runtime: Runtime, clock: DemoClock, mailroom: Mailroom) -> None:
        self._runtime, self._clock, self._mailroom = runtime, clock, mailroom

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Takes mail. Raises OSError when the port is taken."""
        with running_loop("demo door") as loop:
            door = self._door()
            asyncio.run_coroutine_threadsafe(door.__aenter__(), loop).result()
            try:
                yield
            finally:
                asyncio.run_coroutine_threadsafe(door.__aexit__(None, None, None), loop).result()

    def write(self, number: int, writing: Writing) -> bool:
        """Hands in what somebody writes back to a received mail, over LMTP. False when it has no way back."""
        received = self._mailroom.received(number)
        if received is None:
            return False
        now = self._clock.now().astimezone(self._runtime.settings.zone)
        made = absence(received, now=now) if writing.automatic else reply(received, writing, now=now)
        if made is None:
            return False
        place = self._place
        with smtplib.LMTP(place.host, place.port) as line:
            line.sendmail(made.envelope_from, made.to, made.content)
        return True

    def _door(self) -> Door:
        settings = self._runtime.settings
        assert settings.inbox_dir is not None, "the demo's settings have it"
        return Door(
            self._place,
            FolderMailbox(settings.inbox_dir),
            reply_domain=settings.reply_domain,
            now=self._tick,
            told=partial(mail_came, self._runtime),
        )

    def _tick(self) -> datetime:
        return self._clock.advance(TICK)

    @property
    def _place(self) -> DoorPlace:
        place = self._runtime.settings.door
        assert place is not None, "the demo's settings have it"
        return place
