"""The demo's "next event" stops where something happens that a person would notice."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col

from cycle.messages.tables import Message
from cycle.store import reading
from tests.support.koebenhavn import BEFORE, Year


def test_the_moment_when_mails_leave_is_an_event_of_its_own(store: Engine, tmp_path: Path) -> None:
    year = Year(store, tmp_path, BEFORE)
    year.only("kvartalsrapport-1")
    assert year.player.next(BEFORE + timedelta(days=400))
    written, sent = _mails(year)
    opened_at = year.now
    assert written and not sent, "opened before the hours in which mails leave"
    assert year.player.next(BEFORE + timedelta(days=400))
    assert _mails(year) == (written, written)
    assert year.now.date() == opened_at.date() and year.now > opened_at


def _mails(year: Year) -> tuple[int, int]:
    with reading(year.engine) as session:
        counted = sa.select(sa.func.count(), sa.func.count(col(Message.sent_at)))
        written, sent = session.execute(counted).one()
    return written, sent
