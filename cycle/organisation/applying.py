"""Applies a difference that has been shown: all of it in the caller's transaction, or nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.errors import ImportInvalid
from cycle.organisation.faults import Faults
from cycle.organisation.leader_difference import ChangedAddress, LeaderChange, LeadersDifference
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Address, Appointment, ImportRecord, Person, Substitute, Unit
from cycle.organisation.terms import ChangedTerm, PersonRef, TermChanges
from cycle.organisation.unit_difference import UnitChange, UnitsDifference


@dataclass(frozen=True)
class Import:
    """Which file is applied, by whom, when; `today` is the local date. `confirmed`: also if it ends much."""

    file_name: str
    data: bytes
    by: str
    now: datetime
    today: date
    confirmed: bool = False
    language: str = "da"


def hold(session: Session, roots: Iterable[str]) -> None:
    """Lets no other import into these municipalities until the transaction ends (SQLite has one writer)."""
    query = sa.select(col(Unit.id)).where(col(Unit.id).in_(tuple(roots))).order_by(col(Unit.id))
    session.execute(query.with_for_update())


def apply_units(session: Session, difference: UnitsDifference, given: Import) -> frozenset[Post]:
    """Writes the difference with history; gives the posts concerned, whose tasks have to be looked at again.

    Raises ImportInvalid when it closes more than 5 % of the units and that is not confirmed.
    """
    if difference.needs_confirmation and not given.confirmed:
        faults = Faults(given.language)
        faults.fail("closes many", count=difference.closes, total=difference.open_units)
    if difference.inserts:
        session.execute(sa.insert(Unit), [dict(values) for values in difference.inserts])
    if difference.updates:
        session.execute(sa.update(Unit), [dict(values) for values in difference.updates])
    session.expire_all()
    history.record_many(session, [_unit_history(change, given) for change in difference.changes])
    record_import(session, "units", difference.changes, given)
    return difference.posts


def apply_leaders(session: Session, difference: LeadersDifference, given: Import) -> frozenset[Post]:
    """Writes the difference with history; gives the posts concerned, whose tasks have to be looked at again.

    Raises ImportInvalid when a question is open, or when it ends more than 10 % of the appointments and
    that is not confirmed.
    """
    _check_leaders(difference, given)
    _change_people(session, difference)
    ids = _insert_people(session, difference)
    _change_addresses(session, difference.addresses, ids, given.today)
    for table, changes in ((Appointment, difference.appointments), (Substitute, difference.substitutes)):
        _change_terms(session, table, changes, ids)
    session.expire_all()
    history.record_many(session, [_leader_history(change, given) for change in difference.changes])
    record_import(session, "leaders", difference.changes, given)
    return frozenset(difference.posts)


def _check_leaders(difference: LeadersDifference, given: Import) -> None:
    faults = Faults(given.language)
    for question in difference.questions:
        faults.add(
            question.asked.value, row=question.row, name=question.name, old=question.old, new=question.new
        )
    if difference.needs_confirmation and not given.confirmed:
        faults.add("ends many", count=difference.ends, total=difference.in_force)
    if faults.problems:
        raise ImportInvalid(faults.problems)


def _change_people(session: Session, difference: LeadersDifference) -> None:
    if difference.changed_people:
        session.execute(sa.update(Person), [asdict(person) for person in difference.changed_people])


def _insert_people(session: Session, difference: LeadersDifference) -> dict[PersonRef, int]:
    people = difference.new_people
    if not people:
        return {}
    # Told apart by their keys: ids in the order of the people would be written one by one on SQLite.
    statement = sa.insert(Person).returning(col(Person.root_id), col(Person.key), col(Person.id))
    rows = session.execute(statement, [asdict(person) for person in people])
    return {(root_id, key): person_id for root_id, key, person_id in rows}


def _change_addresses(
    session: Session, changes: Iterable[ChangedAddress], ids: Mapping[PersonRef, int], today: date
) -> None:
    changes = list(changes)
    ended = [change.ends for change in changes if change.ends is not None]
    if ended:
        yesterday = today - timedelta(days=1)
        session.execute(sa.update(Address), [{"id": key, "valid_to": yesterday} for key in ended])
    added = [
        {
            "person_id": None if change.person is None else _id(change.person, ids),
            "unit_id": change.post[0] if change.post else None,
            "role": change.post[1] if change.post else None,
            "email": change.email,
            "valid_from": today,
        }
        for change in changes
        if change.email
    ]
    if added:
        session.execute(sa.insert(Address), added)


def _change_terms(
    session: Session,
    table: type[Appointment] | type[Substitute],
    changes: Mapping[Post, TermChanges],
    ids: Mapping[PersonRef, int],
) -> None:
    added = [
        {
            "unit_id": post[0],
            "role": post[1],
            "person_id": _id(term.person, ids),
            "valid_from": term.valid_from,
            "valid_to": term.valid_to,
        }
        for post, found in changes.items()
        for term in found.added
    ]
    dated = [_dates(term) for found in changes.values() for term in (*found.changed, *found.ended)]
    removed = [term.id for found in changes.values() for term in found.removed]
    if dated:
        session.execute(sa.update(table), dated)
    if removed:
        session.execute(sa.delete(table).where(col(table.id).in_(removed)))
    if added:
        session.execute(sa.insert(table), added)


def _dates(term: ChangedTerm) -> dict[str, Any]:
    return {"id": term.term.id, "valid_from": term.valid_from, "valid_to": term.valid_to}


def _id(person: PersonRef, ids: Mapping[PersonRef, int]) -> int:
    return person if isinstance(person, int) else ids[person]


def _unit_history(change: UnitChange, given: Import) -> dict[str, Any]:
    facts = {"field": change.field, "before": change.before, "after": change.after}
    return {
        "root_id": change.root_id,
        "at": given.now,
        "actor": given.by,
        "verb": f"import: {change.what.value}",
        "thing": f"unit:{change.unit_id}",
        "data": {name: value for name, value in facts.items() if value},
    }


def _leader_history(change: LeaderChange, given: Import) -> dict[str, Any]:
    dates = {"from": change.valid_from, "to": change.valid_to}
    personal = {"before": change.before, "after": change.after}
    return {
        "root_id": change.root_id,
        "at": given.now,
        "actor": given.by,
        "verb": f"import: {change.what.value}",
        "thing": f"post:{'/'.join(change.post)}",
        "data": {name: day.isoformat() for name, day in dates.items() if day},
        "personal": {name: value for name, value in personal.items() if value},
    }


class _Change(Protocol):
    """What every change has."""

    @property
    def root_id(self) -> str: ...

    @property
    def what(self) -> StrEnum: ...


def record_import(session: Session, kind: str, changes: Iterable[_Change], given: Import) -> None:
    """Notes one applied file per municipality, with how many changes of each sort; none: nothing."""
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        counts.setdefault(change.root_id, Counter())[change.what.value] += 1
    record = {
        "kind": kind,
        "file_name": given.file_name,
        "sha256": hashlib.sha256(given.data).hexdigest(),
        "by": given.by,
        "at": given.now,
    }
    rows = [{**record, "root_id": root, "counts": dict(found)} for root, found in counts.items()]
    if rows:
        session.execute(sa.insert(ImportRecord), rows)
