"""Development agreements: etablering, forhandling, godkendelse, underskrift, in that order (seed 004 K).

The moves as data, and what is asked of the store. `cycle.goals.agreement_book` changes agreements.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.organisation.tables import Unit
from cycle.store import in_pieces


class AgreementVerb(StrEnum):
    """What moves an agreement on, or back to its draft."""

    PROPOSE = "propose"
    AGREE = "agree"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    DECLINE = "decline"
    COMPLETE = "complete"


S, V = AgreementState, AgreementVerb
AGREEMENT_MOVES: dict[tuple[AgreementState, AgreementVerb], AgreementState] = {
    (S.DRAFTING, V.PROPOSE): S.NEGOTIATION,
    (S.NEGOTIATION, V.AGREE): S.APPROVAL,
    (S.NEGOTIATION, V.SEND_BACK): S.DRAFTING,
    (S.APPROVAL, V.APPROVE): S.SIGNING,
    (S.APPROVAL, V.SEND_BACK): S.DRAFTING,
    (S.SIGNING, V.DECLINE): S.DRAFTING,
    (S.SIGNING, V.COMPLETE): S.IN_FORCE,
}


class Present(NamedTuple):
    """The version an agreement stands at, and the SHA-256 of what it says."""

    no: int
    digest: str


class Unsigned(NamedTuple):
    """An agreement that is not in force: whose, and how far it has come."""

    unit_id: str
    unit: str
    state: AgreementState


def of_occurrence(session: Session, occurrence_id: int) -> Sequence[Agreement]:
    """The occurrence's agreements, in order of unit."""
    return session.exec(
        select(Agreement).where(Agreement.occurrence_id == occurrence_id).order_by(col(Agreement.unit_id))
    ).all()


def of_units(session: Session, occurrence_id: int, unit_ids: Iterable[str]) -> dict[str, Agreement]:
    """The occurrence's agreements with these units, by unit."""
    found: dict[str, Agreement] = {}
    for piece in in_pieces(unit_ids):
        rows = session.exec(
            select(Agreement).where(
                Agreement.occurrence_id == occurrence_id, col(Agreement.unit_id).in_(piece)
            )
        )
        found |= {row.unit_id: row for row in rows}
    return found


def unsigned(session: Session, occurrence_id: int, *, below: Sequence[str] = ("/",)) -> list[Unsigned]:
    """The agreements that are not in force at units below these paths, in the order of the tree."""
    rows = session.execute(
        sa.select(col(Unit.id), col(Unit.name), col(Unit.path), col(Agreement.state))
        .join(Agreement, col(Agreement.unit_id) == col(Unit.id))
        .where(
            col(Agreement.occurrence_id) == occurrence_id,
            col(Agreement.state).not_in([AgreementState.IN_FORCE, AgreementState.SUPERSEDED]),
        )
        .order_by(col(Unit.path))
    )
    return [
        Unsigned(unit_id, name, state) for unit_id, name, path, state in rows if path.startswith(tuple(below))
    ]


def in_force(session: Session, occurrence_id: int, *, below: Sequence[str] = ("/",)) -> list[tuple[int, str]]:
    """(agreement, unit's name) of those in force at units below these paths, in the order of the tree."""
    rows = session.execute(
        sa.select(col(Agreement.id), col(Unit.name), col(Unit.path))
        .join(Unit, col(Agreement.unit_id) == col(Unit.id))
        .where(col(Agreement.occurrence_id) == occurrence_id, col(Agreement.state) == AgreementState.IN_FORCE)
        .order_by(col(Unit.path))
    )
    return [(agreement_id, name) for agreement_id, name, path in rows if path.startswith(tuple(below))]


def present_versions(session: Session, agreements: Iterable[Agreement]) -> dict[int, Present]:
    """The newest version of each agreement that has one, by the agreement's id."""
    columns = (col(AgreementVersion.agreement_id), col(AgreementVersion.no), col(AgreementVersion.digest))
    return {id_: Present(no, digest) for id_, no, digest in _of_versions(session, agreements, *columns)}


def present_contents(session: Session, agreements: Iterable[Agreement]) -> dict[int, dict[str, Any]]:
    """The text of the newest version of each agreement that has one, by the agreement's id."""
    columns = (col(AgreementVersion.agreement_id), col(AgreementVersion.content))
    return {id_: dict(content) for id_, content in _of_versions(session, agreements, *columns)}


def signed(session: Session, agreements: Iterable[Agreement]) -> dict[int, set[str]]:
    """The capacities that have signed the newest version of each agreement, by the agreement's id."""
    found: dict[int, set[str]] = {agreement.id or 0: set() for agreement in agreements}
    for piece in in_pieces(found):
        query = (
            sa.select(col(Signature.agreement_id), col(Signature.capacity))
            .join(Agreement, col(Agreement.id) == col(Signature.agreement_id))
            .where(col(Agreement.id).in_(piece), col(Signature.version) == col(Agreement.version))
        )
        for agreement_id, capacity in session.execute(query):
            found[agreement_id].add(capacity)
    return found


def _of_versions(session: Session, agreements: Iterable[Agreement], *columns: Any) -> Iterator[Any]:
    for piece in in_pieces(agreement.id for agreement in agreements):
        query = (
            sa.select(*columns)
            .join(Agreement, col(Agreement.id) == col(AgreementVersion.agreement_id))
            .where(col(Agreement.id).in_(piece), col(AgreementVersion.no) == col(Agreement.version))
        )
        yield from session.execute(query)


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in one canonical form."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
