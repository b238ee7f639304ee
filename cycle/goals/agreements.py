"""Development agreements: etablering, forhandling, godkendelse, underskrift, in that order (seed 004 K).

The moves as data, and what is asked of the store. `cycle.goals.agreement_book` changes agreements.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cycle.access.rules import within
from cycle.goals.exempt import is_exempt
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.organisation.tables import Unit
from cycle.plan.period import Dates
from cycle.store import in_pieces
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence

_STANDS_AT = col(Agreement.version)


class AgreementVerb(StrEnum):
    """What moves an agreement on, or back to its draft."""

    PROPOSE = "propose"
    AGREE = "agree"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    DECLINE = "decline"
    COMPLETE = "complete"
    RENEW = "renew"
    RESTORE = "restore"
    SUPERSEDE = "supersede"


S, V = AgreementState, AgreementVerb
AGREEMENT_MOVES: dict[tuple[AgreementState, AgreementVerb], AgreementState] = {
    (S.DRAFTING, V.PROPOSE): S.NEGOTIATION,
    (S.NEGOTIATION, V.AGREE): S.APPROVAL,
    (S.NEGOTIATION, V.SEND_BACK): S.DRAFTING,
    (S.APPROVAL, V.APPROVE): S.SIGNING,
    (S.APPROVAL, V.SEND_BACK): S.DRAFTING,
    (S.SIGNING, V.DECLINE): S.DRAFTING,
    (S.SIGNING, V.COMPLETE): S.IN_FORCE,
    (S.NEGOTIATION, V.RENEW): S.NEGOTIATION,
    (S.APPROVAL, V.RENEW): S.APPROVAL,
    (S.SIGNING, V.RENEW): S.SIGNING,
    (S.IN_FORCE, V.RENEW): S.SIGNING,
    (S.NEGOTIATION, V.RESTORE): S.IN_FORCE,
    (S.APPROVAL, V.RESTORE): S.IN_FORCE,
    (S.SIGNING, V.RESTORE): S.IN_FORCE,
    **{(state, V.SUPERSEDE): S.SUPERSEDED for state in S if state is not S.SUPERSEDED},
}
"""Renewed: a given goal has changed, and the agreement goes on with a new version of its text. Restored: it
was on its way to be signed anew, and its goals are again what they are in the version that all have signed.

Superseded wherever it stands: one that had been in force may be on its way to be signed anew.
"""


class Present(NamedTuple):
    """The version an agreement stands at, the SHA-256 of what it says, and the ids of the steps it takes.

    `last` is the newest that was ever written: it is a later one when the agreement has been restored.
    """

    no: int
    digest: str
    steps: Sequence[str]
    last: int


class Unsigned(NamedTuple):
    """An agreement that somebody has yet to sign: whose, and how far it has come.

    `in_force` is the version that holds meanwhile, 0 when none does.
    """

    id: int
    unit_id: str
    unit: str
    state: AgreementState
    in_force: int


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


def unsigned(
    session: Session, occurrence_id: int, *, below: Sequence[str] = ("/",), most: int | None = None
) -> list[Unsigned]:
    """The agreements not signed by all at units below these paths, in the order of the tree.

    A unit that is exempt from making one is not among them. `most`: so many of each state at most.
    """
    place = sa.func.row_number().over(partition_by=col(Agreement.state), order_by=col(Unit.path))
    its = (col(Agreement.id), col(Unit.id), col(Unit.name), col(Agreement.state))
    query = _at_units(occurrence_id, below, *its, col(Agreement.in_force_version)).where(*_UNSIGNED)
    if most is not None:
        first = _at_units(occurrence_id, below, col(Agreement.id), place.label("place")).where(*_UNSIGNED)
        named = first.subquery().c
        query = query.where(col(Agreement.id).in_(sa.select(named.id).where(named.place <= most)))
    return [Unsigned(*row) for row in session.execute(query.order_by(col(Unit.path)))]


def count_unsigned(
    session: Session, occurrence_id: int, *, below: Sequence[str] = ("/",)
) -> dict[AgreementState, int]:
    """How many of them there are in each state that some are in, in the order of the states."""
    state = col(Agreement.state)
    query = _at_units(occurrence_id, below, state, sa.func.count()).where(*_UNSIGNED).group_by(state)
    found: dict[AgreementState, int] = {each: number for each, number in session.execute(query)}
    return {each: found[each] for each in AgreementState if each in found}


def in_force(
    session: Session, occurrence_id: int, *, below: Sequence[str] = ("/",), most: int | None = None
) -> list[tuple[int, str]]:
    """(agreement, unit's name) of those in force at units below these paths, in the order of the tree: all,
    or so many of the first.
    """
    query = _at_units(occurrence_id, below, col(Agreement.id), col(Unit.name)).where(_IN_FORCE)
    rows = session.execute(query.order_by(col(Unit.path)).limit(most))
    return [(agreement_id, name) for agreement_id, name in rows]


def count_in_force(session: Session, occurrence_id: int, *, below: Sequence[str] = ("/",)) -> int:
    """How many of them there are."""
    return session.scalar(_at_units(occurrence_id, below, sa.func.count()).where(_IN_FORCE)) or 0


_IN_FORCE = col(Agreement.in_force_version) > 0
_UNSIGNED = (col(Agreement.state).not_in([AgreementState.IN_FORCE, AgreementState.SUPERSEDED]), ~is_exempt())


def _at_units(occurrence_id: int, below: Sequence[str], *columns: Any) -> sa.Select[Any]:
    """These columns of the occurrence's agreements with units below the paths."""
    query = sa.select(*columns).select_from(Agreement).join(Unit, col(Unit.id) == col(Agreement.unit_id))
    return query.where(col(Agreement.occurrence_id) == occurrence_id, within(col(Unit.path), below))


def running(session: Session, occurrence: Occurrence, period: Dates) -> set[str]:
    """The units that need none for the period: another agreement runs into it, or is being made."""
    query = (
        select(Agreement.unit_id)
        .join(Occurrence, col(Occurrence.id) == col(Agreement.occurrence_id))
        .where(
            Agreement.root_id == occurrence.root_id,
            Agreement.occurrence_id != occurrence.id,
            col(Agreement.period_from) <= period.ends,
            col(Agreement.period_to) >= period.begins,
            sa.or_(
                col(Agreement.in_force_version) > 0,
                sa.and_(col(Occurrence.state) == OccurrenceState.OPEN, ~is_exempt()),
            ),
        )
    )
    return set(session.exec(query))


def overtaken(session: Session, occurrence_id: int) -> list[tuple[Agreement, date]]:
    """Agreements that all had signed and whose units have signed a later one in this occurrence, each with
    the local date on which that one begins; in order of unit."""
    later = aliased(Agreement)
    begins, newer = col(later.period_from), col(later.id)
    query = (
        sa.select(Agreement, begins)
        .join(later, col(later.unit_id) == col(Agreement.unit_id))
        .where(
            col(later.occurrence_id) == occurrence_id,
            col(later.in_force_version) > 0,
            col(Agreement.in_force_version) > 0,
            col(Agreement.state) != AgreementState.SUPERSEDED,
            sa.tuple_(col(Agreement.period_from), col(Agreement.id)) < sa.tuple_(begins, newer),
        )
    )
    rows = session.execute(query.order_by(col(Agreement.unit_id), col(Agreement.id)))
    return [(agreement, day) for agreement, day in rows]


def successor(session: Session, agreement: Agreement) -> Agreement | None:
    """The agreement that took over from one that is superseded."""
    if agreement.state is not AgreementState.SUPERSEDED:
        return None
    later = select(Agreement).where(
        Agreement.unit_id == agreement.unit_id,
        col(Agreement.in_force_version) > 0,
        sa.tuple_(col(Agreement.period_from), col(Agreement.id)) > (agreement.period_from, agreement.id),
    )
    return session.exec(later.order_by(col(Agreement.period_from), col(Agreement.id)).limit(1)).first()


def version_of(session: Session, agreement: Agreement, no: int) -> AgreementVersion | None:
    """The agreement's text in that version; None when there is no such version."""
    query = select(AgreementVersion).where(
        AgreementVersion.agreement_id == agreement.id, AgreementVersion.no == no
    )
    return session.exec(query).first()


def present_versions(session: Session, agreements: Iterable[Agreement]) -> dict[int, Present]:
    """The version that each agreement stands at, of those that have one, by the agreement's id."""
    its, every = AgreementVersion, aliased(AgreementVersion)
    last = sa.select(sa.func.max(every.no)).where(col(every.agreement_id) == col(its.agreement_id))
    columns = (col(its.agreement_id), col(its.no), col(its.digest), col(its.steps))
    found = _of_versions(session, agreements, *columns, last.correlate(its).scalar_subquery())
    return {id_: Present(*row) for id_, *row in found}


def present_contents(session: Session, agreements: Iterable[Agreement]) -> dict[int, dict[str, Any]]:
    """The text that each agreement stands at, of those that have one, by the agreement's id."""
    columns = (col(AgreementVersion.agreement_id), col(AgreementVersion.content))
    return {id_: dict(content) for id_, content in _of_versions(session, agreements, *columns)}


def signed_versions(session: Session, agreements: Iterable[Agreement]) -> dict[int, AgreementVersion]:
    """What all have signed, of those on their way to be signed anew, by the agreement's id."""
    anew = [
        each for each in agreements if each.in_force_version and (each.state, V.RESTORE) in AGREEMENT_MOVES
    ]
    rows = _of_versions(session, anew, AgreementVersion, at=col(Agreement.in_force_version))
    return {version.agreement_id: version for (version,) in rows}


def signed(session: Session, agreements: Iterable[Agreement]) -> dict[int, set[str]]:
    """The capacities that have signed the version each agreement stands at, by the agreement's id."""
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


def _of_versions(
    session: Session, agreements: Iterable[Agreement], *columns: Any, at: Any = _STANDS_AT
) -> Iterator[Any]:
    for piece in in_pieces(agreement.id for agreement in agreements):
        query = (
            sa.select(*columns)
            .join(Agreement, col(Agreement.id) == col(AgreementVersion.agreement_id))
            .where(col(Agreement.id).in_(piece), col(AgreementVersion.no) == at)
        )
        yield from session.execute(query)


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in one canonical form."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
