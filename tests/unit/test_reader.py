"""Mails read in a process of their own: what breaks it is told, and the next mail is read all the same."""

import time
from collections.abc import Iterator

import psutil
import pytest

from cycle.bounded_process import Limits
from cycle.messages.verdicts import InboundVerdict as V
from notifications.reading.mail import Attached
from notifications.reading.ours import Ours
from notifications.reading.read import read_mail
from notifications.reading.reader import BROKE, SLOW, Reader
from tests.support.nasty_mails import SHAPES

HEAD = b"From: Mette <mette@by.example>\r\nTo: svar+abc@svar.by.example\r\nMessage-ID: <1@by.example>\r\n"
PLAIN = HEAD + "Subject: SV: Rapport\r\n\r\nStatus: gul, Ærø følger\r\n".encode()
FILED = HEAD + (
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSe bilag\r\n'
    b'--b\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    b"AP+A\r\n--b--\r\n"
)
BIG = HEAD + b'Content-Type: application/pdf; name="a.pdf"\r\n\r\n' + b"x" * 15_000_000


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if "child.py" in " ".join(each.cmdline())]


def test_a_mail_reads_the_same_in_the_process_as_here() -> None:
    with Reader(Ours("aarshjul@by.example", "by.example")) as reader:
        assert reader.read(PLAIN) == read_mail(PLAIN)
        filed = reader.read(FILED)
        assert filed.files == (Attached("a.pdf", "application/pdf", b"\x00\xff\x80"),)
        assert reader.read(PLAIN.replace(b"mette@", b"aarshjul@")).verdict is V.OWN


def test_a_mail_that_takes_too_long_is_in_quarantine_and_the_next_one_is_read() -> None:
    with Reader(limits=Limits(seconds=0.001)) as reader:
        found = reader.read(PLAIN)
        assert (found.verdict, found.reason, found.sender) == (V.HOSTILE, SLOW, "mette@by.example")
    with Reader() as reader:
        assert reader.read(PLAIN).verdict is None


def test_a_mail_that_takes_too_much_memory_is_in_quarantine_and_the_next_one_is_read() -> None:
    with Reader(limits=Limits(seconds=20, memory=100 * 1024**2)) as reader:
        assert reader.read(PLAIN).verdict is None
        found = reader.read(BIG)
        assert (found.verdict, found.reason, found.message_id) == (V.HOSTILE, BROKE, "<1@by.example>")
        assert reader.read(PLAIN).own_text == "Status: gul, Ærø følger"


def test_a_process_that_dies_between_two_mails_costs_one_of_them() -> None:
    with Reader() as reader:
        reader.read(PLAIN)
        (child,) = children()
        child.kill()
        child.wait()
        assert reader.read(PLAIN).verdict is V.HOSTILE
        assert reader.read(PLAIN).verdict is None


def test_one_process_reads_all_mails_and_is_gone_at_the_end() -> None:
    with Reader() as reader:
        pids = set()
        for _ in range(3):
            reader.read(PLAIN)
            pids |= {
                each.pid for each in psutil.Process().children() if "child.py" in " ".join(each.cmdline())
            }
        assert len(pids) == 1
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


@pytest.mark.parametrize("shape", SHAPES)
def test_a_body_of_a_megabyte_of_any_shape_is_read_within_bounds(shape: str, reader: Reader) -> None:
    """The bench holds it to one second; a busy machine gets half as much again."""
    reader.read(PLAIN)
    (child,) = children()
    before, started = sum(child.cpu_times()[:2]), time.perf_counter()
    found = reader.read(SHAPES[shape]())
    took = min(time.perf_counter() - started, sum(child.cpu_times()[:2]) - before)
    assert found.reason not in (SLOW, BROKE)
    assert took < 1.5
    assert child.memory_info().rss < 200_000_000
