"""The outbox on its way out, against a bare aiosmtplib loop.

Two bare loops, over as many connections as the engine, that write nothing down. The plain one has its letters
in hand, renders the same templates and builds the same parts and headers with the standard library, as one
would. The lean one has the rows in hand and writes, renders and builds each mail with our own code, byte for
byte the same: what the engine takes longer than that, is the store. The engine claims, reads what each mail
speaks of, writes, renders, builds, sends, and gives no content of the next mail before `sent` of the last is
committed. The slow way opens a connection for every mail, one after the other. All go over STARTTLS, as they
do by default, to a server in another process that offers PIPELINING, as mail servers do.
"""

import asyncio
import ctypes
import gc
import ssl
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from statistics import median

import aiosmtplib
import psutil
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from bench import mail_sink, sending_workers, waiting_mail
from bench.measurement import Measurement, timed
from bench.sending_workers import Workers
from bench.stores import STORES, settle
from bench.waiting_mail import NOON
from config.settings import Settings
from cycle import store
from cycle.messages.outbox import message_id
from cycle.messages.tables import Message, MessageState
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.deadlines import FILE_NAME
from notifications.gather import Letters, Prepared
from notifications.mime import Envelope, build, read_sender
from notifications.office import Office
from notifications.render import render
from tests.support.municipality import ROOT

MAILS, RUNS = 600, 15
SLOWLY = 100
CONNECTIONS = Settings.model_fields["smtp_connections"].default
WORKERS = 2
MANY, MEGABYTE = 50_000, 1 << 20
LIMITS = {"sqlite": 1 / 0.6, "postgresql": 1 / 0.8}
"""How many times as long as a loop: at least 0.6 and 0.8 of its speed."""

SLOW_TIMES = 3.0
SHORT = {
    "ours": "one worker",
    "two": f"{WORKERS} workers",
    "plain": "a bare loop",
    "lean": "a lean loop",
    "lean of two": f"a lean loop over {WORKERS}",
}
TOLD = {
    "ours": f"a mail sent and kept by one worker with {CONNECTIONS} connections",
    "two": f"the same by {WORKERS} workers with one each",
    "plain": f"sent by a bare loop over {CONNECTIONS}",
    "lean": f"sent by a lean loop over {CONNECTIONS}",
    "lean of two": f"sent by a lean loop over {WORKERS}",
}
MEMORY_MB = 100

Sender = Callable[[aiosmtplib.SMTP, Message, Prepared], Awaitable[None]]


def measure() -> Iterator[Measurement]:
    """On both databases against both loops and the slow way; then the memory of 50,000 mails."""
    gc.freeze()  # as what a command starts does
    with mail_sink.running() as port:
        settings = _settings(port)
        for name, fresh in STORES.items():
            with fresh() as engine:
                waiting_mail.fill(engine, MAILS)
                settle(engine)
                url = engine.url.render_as_string(hide_password=False)
                single = settings.model_copy(update={"smtp_connections": 1})
                with sending_workers.running(WORKERS, url, single, NOON, ROOT) as workers:
                    yield from _compared(name, _Post(engine, settings), workers)
        with STORES["sqlite"]() as engine:
            waiting_mail.fill(engine, MANY)
            yield _grown(engine, settings)


def _compared(name: str, post: "_Post", workers: Workers) -> Iterator[Measurement]:
    ways: dict[str, Callable[[], None]] = {
        "ours": post.engine_way,
        "two": lambda: post.engine_way(workers),
        "plain": lambda: post.bare(MAILS),
        "lean": lambda: post.bare(MAILS, lean=True),
        "lean of two": lambda: post.bare(MAILS, lean=True, connections=WORKERS),
        "slow": lambda: post.one_by_one(SLOWLY),
    }
    took: dict[str, list[float]] = {way: [] for way in ways}
    for run in range(RUNS + 1):
        for way, go in ways.items():
            seconds = timed(go)[0] * (MAILS / SLOWLY if way == "slow" else 1)
            took[way] += [seconds] if run else []  # the first of each is not counted
    for way, what in TOLD.items():
        yield Measurement("deliver", f"{what}, {name}", median(took[way]) / MAILS * 1e3, "ms", runs=RUNS)
    for mine, other, limit in (
        ("ours", "plain", LIMITS[name]),
        ("two", "lean of two", LIMITS[name]),
        ("ours", "lean", None),
    ):
        times = median(a / b for a, b in zip(took[mine], took[other], strict=True))
        what = f"{SHORT[mine]} to {SHORT[other]}, pair by pair, {name}"
        note = f"{1 / times:.2f} of its speed"
        yield Measurement("deliver", what, times, "times", limit, runs=RUNS, note=note)
    faster = median(slow / ours for ours, slow in zip(took["ours"], took["slow"], strict=True))
    note, what = f"{faster:.1f} times as fast", f"one worker to one connection per mail, {name}"
    yield Measurement("deliver", what, 1 / faster, "times", 1 / SLOW_TIMES, runs=RUNS, note=note)


def _grown(engine: Engine, settings: Settings) -> Measurement:
    """How much more memory the process holds at most while 50,000 mails go, after the first hundred."""
    with store.transaction(engine) as session:
        session.execute(
            sa.update(Message).where(col(Message.id) > SLOWLY).values(state=MessageState.WITHHELD)
        )
    _deliver(engine, settings)
    with store.transaction(engine) as session:
        session.execute(sa.update(Message).where(col(Message.id) > SLOWLY).values(state=MessageState.READY))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what making the mails has left free would hide what sending them takes
    process = psutil.Process()
    before, over, most = process.memory_info().rss, threading.Event(), [0]

    def watch() -> None:
        while not over.wait(0.1):
            most.append(max(most.pop(), process.memory_info().rss))

    watching = threading.Thread(target=watch)
    watching.start()
    _deliver(engine, settings)
    over.set()
    watching.join()
    grown = (most[0] - before) / MEGABYTE
    return Measurement("deliver", f"memory gained at most while {MANY} mails go", grown, "MB", MEMORY_MB)


class _Post:
    """The same mails, sent in each of the ways."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._office = Office.of(settings)
        self._sender = read_sender(settings.mail_from)
        self._tls = ssl.create_default_context()
        with store.reading(engine) as session:
            messages = session.exec(select(Message).order_by(col(Message.id))).all()
            self._letters = Letters(session, messages, office=self._office, today=date(2027, 4, 6))
            self._written = [(message, self._letters.write(message)) for message in messages]
            session.expunge_all()

    def engine_way(self, workers: Workers | None = None) -> None:
        """The outbox, sent here or by `workers`; what it has sent is made ready again first."""
        with store.transaction(self._engine) as session:
            session.execute(
                sa.update(Message).values(state=MessageState.READY, sent_at=None, text="", about_task_id=None)
            )
        if workers is None:
            _deliver(self._engine, self._settings)
        else:
            assert workers.send_all() == {"sent": MAILS}

    def bare(self, many: int, *, lean: bool = False, connections: int = CONNECTIONS) -> None:
        """A few connections, held open."""
        send = self._lean if lean else self._plain
        asyncio.run(self._bare(deque(self._written[:many]), send, connections))

    def one_by_one(self, many: int) -> None:
        """A connection for every mail."""
        asyncio.run(self._one_by_one(deque(self._written[:many])))

    async def _bare(self, waiting: deque[tuple[Message, Prepared]], send: Sender, connections: int) -> None:
        async def work() -> None:
            async with self._client() as client:
                while waiting:
                    await send(client, *waiting.popleft())

        await asyncio.gather(*(work() for _ in range(connections)))

    async def _one_by_one(self, waiting: deque[tuple[Message, Prepared]]) -> None:
        while waiting:
            async with self._client() as client:
                await self._plain(client, *waiting.popleft())

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._settings.smtp_host,
            port=self._settings.smtp_port,
            start_tls=True,
            tls_context=self._tls,
        )

    async def _plain(self, client: aiosmtplib.SMTP, message: Message, prepared: Prepared) -> None:
        assert prepared.letter is not None
        rendered, mail = render(prepared.letter), EmailMessage()
        mail["From"] = self._settings.mail_from
        mail["To"] = Address(prepared.letter.to_name, addr_spec=message.address)
        mail["Subject"] = rendered.subject
        mail["Date"] = NOON
        mail["Message-ID"] = message_id(message.key, self._office.message_domain)
        mail["Reply-To"] = prepared.reply_to
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(rendered.text)
        mail.add_alternative(rendered.html, subtype="html")
        if rendered.calendar:
            mail.add_attachment(rendered.calendar, subtype="calendar", filename=FILE_NAME)
        path = self._office.return_path(message.id or 0, message.resent, message.unsure)
        await client.send_message(mail, sender=path, recipients=[message.address])

    async def _lean(self, client: aiosmtplib.SMTP, message: Message, _prepared: Prepared) -> None:
        prepared = self._letters.write(message)
        assert prepared.letter is not None
        envelope = Envelope(
            sender=self._sender,
            to_name=prepared.letter.to_name,
            to_address=message.address,
            message_id=message_id(message.key, self._office.message_domain),
            date=NOON,
            reply_to=prepared.reply_to,
        )
        content = build(render(prepared.letter), envelope)
        path = self._office.return_path(message.id or 0, message.resent, message.unsure)
        await client.sendmail(path, [message.address], content)


def _settings(port: int) -> Settings:
    return Settings(
        data_dir=Path("/nonexistent"),
        secret_key="k" * 40,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_connections=CONNECTIONS,
        mail_from="Styringssekretariatet <aarshjul@by.example>",
        reply_domain="svar.by.example",
        base_url="https://aarshjul.by.example",
    )


def _deliver(engine: Engine, settings: Settings) -> None:
    context = RunContext.direct(engine, NOON, settings, ROOT)
    deliver(context)
    assert set(context.counts) == {"sent"}, context.counts
