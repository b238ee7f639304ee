"""Reading, writing and erasing the two parts of a preparation. Only a party gets further than the door."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.rules import Thing
from cycle.errors import Conflict, NotAllowed, NotNow
from cycle.preparations.parties import Known, Parties
from cycle.preparations.sealing import seal, unseal
from cycle.preparations.tables import Preparation
from cycle.tasks.records import record_occurrence
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence

WRITTEN_IN = (OccurrenceState.OPEN, OccurrenceState.CLOSED)


@dataclass(frozen=True)
class Part:
    """What one party has written; edition 0 and no answers when that is nothing yet.

    It is not shown when whoever looks has got another name or address since it was saved (`moved`), or its
    writer another name than `by` (`renamed`). `unseen`: its reader, then called `to`, has got another name or
    address, and sees it when it is saved again.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    edition: int = 0
    at: datetime | None = None
    by: str = ""
    to: str = ""
    moved: bool = False
    renamed: bool = False
    unseen: bool = False


def is_prepared(occurrence: Occurrence, *, now: datetime) -> bool:
    """Whether the occurrence has preparations that are open and not erased."""
    to_come = occurrence.erase_at is not None and now < occurrence.erase_at
    return to_come and occurrence.erased_at is None and occurrence.state in WRITTEN_IN


def read_parts(
    session: Session,
    secret: bytes,
    occurrence: Occurrence,
    parties: Parties,
    person_id: int,
    *,
    now: datetime,
) -> tuple[Part, Part]:
    """(the person's own part, the other party's).

    Raises NotAllowed for anybody else, NotNow when it is over, Invalid when the key is another one.
    """
    other = _admit(occurrence, parties, person_id, now=now)
    mine, others = parties.known(person_id), parties.known(other)
    own = theirs = Part()
    row = _find(session, occurrence, parties, person_id, other)
    if row is not None:
        writer, reader = _between(row)
        own = _part(secret, row, moved=not writer.is_still(mine), unseen=not reader.is_still(others))
    row = _find(session, occurrence, parties, other, person_id)
    if row is not None:
        writer, reader = _between(row)
        renamed = not writer.has_the_name(others.name)
        theirs = _part(secret, row, moved=not reader.is_still(mine), renamed=renamed)
    return own, theirs


def _part(
    secret: bytes, row: Preparation, *, moved: bool, renamed: bool = False, unseen: bool = False
) -> Part:
    answers = {} if moved or renamed else unseal(secret, _where(row), row.content)
    return Part(answers, row.edition, row.at, row.writer_name, row.reader_name, moved, renamed, unseen)


def write_part(
    session: Session,
    secret: bytes,
    occurrence: Occurrence,
    parties: Parties,
    person_id: int,
    *,
    answers: Mapping[str, Any],
    edition: int,
    now: datetime,
) -> None:
    """Keeps the person's own part; the same answers twice are one.

    `edition` is the one the writer started from. Raises NotAllowed for anybody but a party, NotNow when it is
    over, Conflict when another tab has saved since. There is no history row: that somebody prepared is the
    parties' own, too.
    """
    occurrence = session.get_one(Occurrence, occurrence.id, with_for_update=True, populate_existing=True)
    other = _admit(occurrence, parties, person_id, now=now)
    between = parties.known(person_id), parties.known(other)
    row = _find(session, occurrence, parties, person_id, other)
    if row is None:
        row = Preparation(
            occurrence_id=occurrence.id or 0,
            unit_id=parties.unit_id,
            writer_id=person_id,
            reader_id=other,
            content=b"",
            edition=0,
            at=now,
        )
    elif _between(row) == between and unseal(secret, _where(row), row.content) == dict(answers):
        return
    if row.edition != edition:
        raise Conflict("preparation", occurrence.id, f"edition {row.edition}")
    row.edition, row.at = row.edition + 1, now
    (row.writer_name, row.writer_address), (row.reader_name, row.reader_address) = between
    row.content = seal(secret, _where(row), answers)
    session.add(row)
    session.flush()


def erase(session: Session, occurrence_id: int, *, now: datetime) -> bool:
    """Erases every preparation of the occurrence when its date has come; gives whether this call did it.

    History says that they were erased, and nothing about how many there were. Safe to repeat.
    """
    marked = session.connection().execute(
        sa.update(Occurrence)
        .where(
            col(Occurrence.id) == occurrence_id,
            col(Occurrence.erase_at) <= now,
            col(Occurrence.erased_at).is_(None),
        )
        .values(erased_at=now)
    )
    if marked.rowcount == 0:
        return False
    session.execute(sa.delete(Preparation).where(col(Preparation.occurrence_id) == occurrence_id))
    occurrence = session.get_one(Occurrence, occurrence_id)
    record_occurrence(session, occurrence, "erase", by="engine", now=now)
    return True


def _admit(occurrence: Occurrence, parties: Parties, person_id: int, *, now: datetime) -> int:
    """The other party's id. Raises NotAllowed, NotNow."""
    other = parties.other(person_id)
    if other is None:
        raise NotAllowed("see_preparation", f"{Thing.PARTIES} occurrence {occurrence.id}")
    if not is_prepared(occurrence, now=now):
        raise NotNow("preparation", occurrence.id, occurrence.state.value, "prepare")
    return other.person_id


def _find(
    session: Session, occurrence: Occurrence, parties: Parties, writer_id: int, reader_id: int
) -> Preparation | None:
    return session.exec(
        select(Preparation).where(
            Preparation.occurrence_id == occurrence.id,
            Preparation.unit_id == parties.unit_id,
            Preparation.writer_id == writer_id,
            Preparation.reader_id == reader_id,
        )
    ).first()


def _where(row: Preparation) -> str:
    ids = (row.occurrence_id, row.unit_id, row.writer_id, row.reader_id)
    return json.dumps([*ids, *_between(row)], ensure_ascii=False)


def _between(row: Preparation) -> tuple[Known, Known]:
    return Known(row.writer_name, row.writer_address), Known(row.reader_name, row.reader_address)
