"""A person's name gives way to the post when nobody needs it here any more.

Case documents are kept until they are handed to the records system (ESDH) or the archive: a person whose
documents are not all marked as journalised keeps the name, however long ago they left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.access.emails import email_key
from cycle.cases.tables import Journalised
from cycle.gatherings.tables import GatheringParticipant
from cycle.goals.tables import SealedDocument, Signature
from cycle.history import History, HistorySalt
from cycle.messages.tables import Message
from cycle.organisation.tables import Address, Appointment, Person, Substitute, Unit
from cycle.store import in_pieces
from cycle.tasks.tables import Submission

ERASED = "erased:"
"""How the key of a person without a name begins."""


@dataclass(frozen=True)
class Leaver:
    """Somebody who has left. `waits_for`: documents of theirs that are not journalised yet."""

    person_id: int
    post: str
    left_on: date
    waits_for: tuple[str, ...]


def leavers(session: Session, *, today: date, days: int) -> list[Leaver]:
    """Those who have held no post for so many days, by id; whoever has a post now or later is none."""
    last: dict[int, tuple[date, str, str]] = {}
    kept: set[int] = set()
    for table in (Appointment, Substitute):
        for person_id, unit_id, role, valid_to in session.execute(
            sa.select(col(table.person_id), col(table.unit_id), col(table.role), col(table.valid_to))
        ):
            if valid_to is None or valid_to >= today - timedelta(days=days):
                kept.add(person_id)
            elif person_id not in last or last[person_id][0] < valid_to:
                last[person_id] = (valid_to, role, unit_id)
    named = select(Person.id).where(~col(Person.key).startswith(ERASED))
    found = sorted({id_ or 0 for id_ in session.exec(named)} & last.keys() - kept)
    waiting = _unfiled(session, found)
    names = {id_: name for id_, name in session.execute(sa.select(col(Unit.id), col(Unit.name)))}
    return [
        Leaver(id_, f"tidl. {last[id_][1]}, {names[last[id_][2]]}", last[id_][0], waiting.get(id_, ()))
        for id_ in found
    ]


def forget(session: Session, those: Iterable[Leaver], *, by: str, now: datetime) -> int:
    """Puts the post in the place of the name, wherever it stands on its own; gives for how many.

    Addresses go, the texts of mails to them, and the salts of the history that hold the name or an address:
    its digests stay, so the chain can be checked as before. Signed agreements (their sealed PDF, and the text
    under the signature) are untouched where they are kept; whoever waits for filing is passed over.
    """
    done = 0
    for leaver in those:
        if not leaver.waits_for:
            _forget(session, leaver, by=by, now=now)
            done += 1
    return done


def _forget(session: Session, leaver: Leaver, *, by: str, now: datetime) -> None:
    person = session.get_one(Person, leaver.person_id)
    emails = session.exec(select(Address.email).where(Address.person_id == leaver.person_id)).all()
    run = session.connection().execute
    its = col(Message.person_id) == leaver.person_id
    run(sa.update(Message).where(its).values(address="", subject="", text="", context={}))
    run(sa.delete(Address).where(col(Address.person_id) == leaver.person_id))
    run(sa.delete(HistorySalt).where(_salts(session, person, emails)))
    signed = sa.update(Signature).where(col(Signature.by) == f"person:{leaver.person_id}")
    run(signed.values(name=leaver.post, registered=leaver.post))
    taking_part = sa.update(GatheringParticipant).where(col(GatheringParticipant.invited_address).in_(emails))
    run(taking_part.values(name=leaver.post, address="", invited_address=""))
    person.name, person.key = leaver.post, f"{ERASED}{leaver.person_id}"
    person.calendar_generation += 1
    session.add(person)
    history.record(
        session,
        root_id=person.root_id,
        at=now,
        actor=by,
        verb="forget_name",
        thing=f"person:{leaver.person_id}",
    )


def _salts(session: Session, person: Person, emails: Sequence[str]) -> sa.ColumnElement[bool]:
    """Where the history holds an address of theirs, or the name at a post of theirs: names are not unique."""
    posts = {
        f"post:{unit_id}/{role}"
        for table in (Appointment, Substitute)
        for unit_id, role in session.execute(
            sa.select(col(table.unit_id), col(table.role)).where(col(table.person_id) == person.id)
        )
    }
    theirs = sa.select(col(History.id)).where(col(History.thing).in_(posts))
    named = sa.and_(col(HistorySalt.value) == person.name, col(HistorySalt.history_id).in_(theirs))
    return sa.or_(col(HistorySalt.value).in_({*emails, *map(email_key, emails)}), named)


def _unfiled(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The keys of each person's answers and signed agreements that are not journalised."""
    found: dict[int, list[str]] = {}
    for piece in in_pieces(f"person:{id_}" for id_ in ids):
        for query, actor in _documents():
            for by, key in session.execute(query.where(actor.in_(piece))):
                found.setdefault(int(by.partition(":")[2]), []).append(key)
    filed: set[str] = set()
    for piece in in_pieces({key for each in found.values() for key in each}):
        filed |= set(session.exec(select(Journalised.item).where(col(Journalised.item).in_(piece))))
    left = {id_: tuple(key for key in each if key not in filed) for id_, each in found.items()}
    return {id_: keys for id_, keys in left.items() if keys}


def _documents() -> tuple[tuple[Any, Any], ...]:
    """Who gave which answer and signed which sealed agreement, by the keys that cases know them by."""
    key_of = sa.literal("submission:") + sa.cast(col(Submission.id), sa.Text)
    sealed = sa.and_(
        col(SealedDocument.agreement_id) == col(Signature.agreement_id),
        col(SealedDocument.version) == col(Signature.version),
    )
    numbers = (sa.cast(col(Signature.agreement_id), sa.Text), sa.cast(col(Signature.version), sa.Text))
    agreement = sa.literal("agreement:") + numbers[0] + ":" + numbers[1]
    return (
        (sa.select(col(Submission.by), key_of), col(Submission.by)),
        (sa.select(col(Signature.by), agreement).join(SealedDocument, sealed), col(Signature.by)),
    )
