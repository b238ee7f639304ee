"""Mails made to break the reader lie in quarantine, and those behind them are read."""

from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import load_settings
from cycle.messages.tables import Inbound, InboundVerdict, Message
from cycle.store import transaction
from cycle.tasks.tables import Submission, Task
from flows.collect import collect
from flows.runtime import RunContext
from tests.support import municipality, replies
from tests.support.municipality import ROOT, instant

NOON = instant(2027, 4, 6)
HEAD = b"From: x@by.example\r\nTo: svar+abc@svar.by.example\r\nMessage-ID: <%d@by.example>\r\n"
POISON = [
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 2_000,
    b"Content-Type: message/rfc822\r\n\r\n" * 100,
    b"X-Fold: a\r\n" + b" b\r\n" * 60_000 + b"\r\nx",
    b"Content-Type: text/html\r\n\r\n" + b"<br>" * 100_000,
]


def test_poison_is_kept_in_quarantine_and_the_answer_behind_it_is_taken(engine: Engine, tmp_path: Path):
    settings = load_settings(
        data_dir=tmp_path, secret_key="k" * 40, reply_domain="svar.by.example", inbox_dir=tmp_path / "ind"
    )
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=1)
        occurrence = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
        municipality.add_tasks(session, town, occurrence)
        task = session.exec(select(Task).order_by(col(Task.id))).first()
        assert task is not None
        session.expunge(task)
    for number, poison in enumerate(POISON):
        replies.put(settings, HEAD % number + poison, NOON)
    answer = replies.write(settings, town, task, "Intet at bemærke")
    replies.put(settings, answer, NOON.replace(minute=1))
    context = RunContext.direct(engine, NOON.replace(minute=5), settings, ROOT)
    collect(context)
    assert context.counts == {"hostile": len(POISON), "answer": 1}
    with transaction(engine) as session:
        kept = session.exec(select(Inbound).where(Inbound.verdict == InboundVerdict.HOSTILE)).all()
        assert all(row.reason and len(row.raw) > 2_000 for row in kept)
        assert len(session.exec(select(Submission)).all()) == 1
        assert len(session.exec(select(Message)).all()) == 1, "a receipt; nobody answers poison"
