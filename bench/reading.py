"""Replies, and a megabyte of every shape that troubles parsers: read in the process with limits, then
compared with what we sent."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import cast

import psutil

from bench.measurement import Measurement
from cycle.tasks.forms import Field, FieldType, Form
from notifications.addressed import Addressed
from notifications.reading.mail import Mail
from notifications.reading.reader import BROKE, SLOW, Reader
from notifications.task_words import TaskWords
from notifications.unseen import MOST_SENT, Sent
from tests.support.danish_replies import replies
from tests.support.nasty_mails import REPEATED, SHAPES, STRETCHES, combined

EVERY, COMBINATIONS = 17, 60
REPLY_MS, BODY_S, BODY_MB = 50, 1, 200
FORM = Form(
    id="rapport",
    title="Rapport",
    nil_allowed=True,
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Forventet resultat"),
        Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger"),
    ),
)
TASK = cast(Addressed, SimpleNamespace(letter="", form=FORM, task=SimpleNamespace(prefill={})))
SENT = Sent(
    "\n".join(f"Linje {n} af det, vi har sendt om opgaven." for n in range(1000))[:MOST_SENT],
    ("aarshjul@by.example",),
)


def measure() -> Iterator[Measurement]:
    """Replies of thirteen mail programs; then the slowest and the largest of the bodies."""
    with Reader() as reader:
        reader.read(b"From: a@by.example\r\n\r\nx")
        mails = [reply.raw for reply in replies()]
        times = [_timed(reader, raw) for raw in mails]
        yield Measurement("reading", "one reply", median(times) * 1e3, "ms", REPLY_MS, runs=len(times))
    found = {name: _body_unhurried(shape()) for name, shape in _shapes().items()}
    slowest = max(found, key=lambda name: found[name][0])
    largest = max(found, key=lambda name: found[name][2])
    seconds, processor, _ = found[slowest]
    what = f"a body of 1 MB, the slowest of {len(found)} shapes"
    yield Measurement("reading", what, seconds, "s", BODY_S, processor, note=slowest)
    yield Measurement("reading", "its memory at most", found[largest][2], "MB", BODY_MB, note=largest)


def _shapes() -> dict[str, Callable[[], bytes]]:
    """Every shape, a sample of the stretches of two levels, and combinations that a seed chose."""
    stretches = {name: STRETCHES[name] for name in sorted(STRETCHES)[::EVERY]}
    combinations = {f"combination {seed}": partial(combined, seed) for seed in range(COMBINATIONS)}
    return {**SHAPES, **REPEATED, **stretches, **combinations}


def _timed(reader: Reader, raw: bytes) -> float:
    """Seconds from the bytes of a mail to the answers in it, those under quoted questions too."""
    started = time.perf_counter()
    _answers(reader.read(raw))
    return time.perf_counter() - started


def _answers(mail: Mail) -> None:
    """What the worker does with what was read, the store left out."""
    TaskWords(mail, [TASK], sent=SENT).replies(lambda _: "da")


def _body_unhurried(raw: bytes) -> tuple[float, float, float]:
    """As `_body`; what took long is measured again, because another process may have had the processor."""
    first = _body(raw)
    return first if first[0] < BODY_S / 2 else min(first, _body(raw), _body(raw))


def _body(raw: bytes) -> tuple[float, float, float]:
    """(seconds by the clock, of the processor, MB): in a process of its own, the comparison in this one."""
    with Reader() as reader:
        reader.read(b"From: a@by.example\r\n\r\nx")
        child = psutil.Process().children()[-1]
        before, started = _processor(child), time.perf_counter()
        mail = reader.read(raw)
        assert mail.reason not in (SLOW, BROKE)
        _answers(mail)
        wall = time.perf_counter() - started
        return wall, _processor(child) - before, _peak(child.pid) / 1e6


def _processor(child: psutil.Process) -> float:
    """Seconds that it and this process have used."""
    return sum(child.cpu_times()[:2]) + time.process_time()


def _peak(pid: int) -> int:
    """Bytes of memory the process has ever held at once."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
