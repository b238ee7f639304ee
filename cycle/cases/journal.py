"""Marking documents as journalised: once each, corrected when the case number was wrong."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from cycle import history
from cycle.cases.tables import Journalised
from cycle.errors import AnswerInvalid, Problem
from cycle.store import in_pieces, is_sqlite

LONGEST = 60


def marks(session: Session, root_id: str, items: Iterable[str]) -> Mapping[str, Journalised]:
    """Those of the documents that are marked, by key."""
    found: dict[str, Journalised] = {}
    for piece in in_pieces(items):
        query = select(Journalised).where(Journalised.root_id == root_id, col(Journalised.item).in_(piece))
        found |= {row.item: row for row in session.exec(query)}
    return found


def journalise(
    session: Session,
    root_id: str,
    items: Iterable[str],
    *,
    case_number: str,
    by: str,
    now: datetime,
    filed_at: datetime | None = None,
    token: str = "",
) -> int:
    """Marks the documents with the case they went into; gives how many are new or have another case now.

    `filed_at` is when they were filed, if that was before `now`; `token` is what a program came in by, which
    the history names beside the account. A mark keeps its date; only its case number
    can be corrected, and the history has both. Raises AnswerInvalid without a case number, or when they
    were filed in the future.
    """
    number, at = checked_number(case_number), _checked_day(filed_at or now, now)
    wanted = list(dict.fromkeys(items))
    known = marks(session, root_id, wanted)
    new = [item for item in wanted if item not in known]
    moved = [row for row in known.values() if row.case_number != number]
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    for piece in in_pieces(new, 100):
        rows = [
            {"root_id": root_id, "item": one, "case_number": number, "by": by, "at": at, "marked_at": now}
            for one in piece
        ]
        session.execute(insert(Journalised).values(rows).on_conflict_do_nothing())
    before = sorted({row.case_number for row in moved})
    if moved:
        ids = [row.id for row in moved]
        session.execute(sa.update(Journalised).where(col(Journalised.id).in_(ids)).values(case_number=number))
    if new or moved:
        told = {"at": at.isoformat()} | ({"token": token} if token else {})
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb="journalise",
            thing=f"case:{number}",
            data={"new": new, "moved": [row.item for row in moved], "from": before, **told},
        )
    session.flush()
    return len(new) + len(moved)


def marked_in(session: Session, root_id: str, *, by: str, marked_at: datetime) -> list[str]:
    """What somebody marked in one act: all at the same instant."""
    query = select(Journalised.item).where(
        Journalised.root_id == root_id, Journalised.by == by, Journalised.marked_at == marked_at
    )
    return list(session.exec(query.order_by(col(Journalised.id))))


def withdraw(session: Session, root_id: str, items: Iterable[str], *, by: str, now: datetime) -> int:
    """Takes marks away again; gives how many there were. The history has what they said."""
    found = marks(session, root_id, items)
    for piece in in_pieces(found):
        its = sa.and_(col(Journalised.root_id) == root_id, col(Journalised.item).in_(piece))
        session.execute(sa.delete(Journalised).where(its))
    by_number: dict[str, list[str]] = {}
    for row in found.values():
        by_number.setdefault(row.case_number, []).append(row.item)
    for number, taken in sorted(by_number.items()):
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb="withdraw_mark",
            thing=f"case:{number}",
            data={"items": taken},
        )
    session.flush()
    return len(found)


def _checked_day(at: datetime, now: datetime) -> datetime:
    if at > now:
        what = "Datoen er ikke kommet endnu."
        raise AnswerInvalid([Problem("dato", what, "Skriv den dag, dokumenterne blev journaliseret.")])
    return at


def checked_number(text: str) -> str:
    """The case number as it is kept. Raises AnswerInvalid when there is none, or it cannot be one."""
    number = " ".join(text.split())
    if not number:
        raise AnswerInvalid(
            [Problem("case_number", "Sagsnummeret mangler.", "Skriv sagens nummer i ESDH-systemet.")]
        )
    if not number.isprintable():
        what = "Sagsnummeret indeholder usynlige styretegn."
        raise AnswerInvalid([Problem("case_number", what, "Skriv nummeret igen.")])
    if len(number) > LONGEST:
        what = f"Sagsnummeret er for langt: højst {LONGEST} tegn."
        raise AnswerInvalid([Problem("case_number", what, "Skriv nummeret alene.")])
    return number
