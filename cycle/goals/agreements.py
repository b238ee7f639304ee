"""Development agreements: etablering, forhandling, godkendelse, underskrift, in that order (seed 004 K)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.store import in_pieces, table_of


class AgreementVerb(StrEnum):
    """What moves an agreement on, or back to its draft."""

    PROPOSE = "propose"
    AGREE = "agree"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    COMPLETE = "complete"


S, V = AgreementState, AgreementVerb
AGREEMENT_MOVES: dict[tuple[AgreementState, AgreementVerb], AgreementState] = {
    (S.DRAFTING, V.PROPOSE): S.NEGOTIATION,
    (S.NEGOTIATION, V.AGREE): S.APPROVAL,
    (S.NEGOTIATION, V.SEND_BACK): S.DRAFTING,
    (S.APPROVAL, V.APPROVE): S.SIGNING,
    (S.APPROVAL, V.SEND_BACK): S.DRAFTING,
    (S.SIGNING, V.COMPLETE): S.IN_FORCE,
}


class Present(NamedTuple):
    """The version an agreement stands at, and the SHA-256 of what it says."""

    no: int
    digest: str


_agreement = table_of(Agreement)
_MOVE = sa.update(_agreement).where(
    _agreement.c.id == sa.bindparam("its_id"), _agreement.c.state == sa.bindparam("its_state")
)
_COUNT = sa.update(_agreement).where(_agreement.c.id == sa.bindparam("its_id"))
_WRITE = sa.insert(table_of(AgreementVersion))
_SIGN = sa.insert(table_of(Signature)).returning(table_of(Signature).c.id)
_ID: sa.BindParameter[int] = sa.bindparam("agreement_id")
_VERSION: sa.BindParameter[int] = sa.bindparam("version")
_PRESENT = sa.select(col(AgreementVersion.no), col(AgreementVersion.digest)).where(
    col(AgreementVersion.agreement_id) == _ID, col(AgreementVersion.no) == _VERSION
)
_SIGNATURES = sa.select(Signature).where(
    col(Signature.agreement_id) == _ID, col(Signature.version) == _VERSION
)


def advance(
    session: Session, agreement: Agreement, verb: AgreementVerb, *, by: str, now: datetime, why: str = ""
) -> None:
    """Moves the agreement on. Raises NotNow when its state forbids the verb, Conflict when it moved."""
    target = AGREEMENT_MOVES.get((agreement.state, verb))
    if target is None:
        raise NotNow("agreement", agreement.id, agreement.state.value, verb.value)
    seen = {"its_id": agreement.id, "its_state": agreement.state}
    if session.connection().execute(_MOVE, {**seen, "state": target}).rowcount == 0:
        raise Conflict("agreement", agreement.id)
    set_committed_value(agreement, "state", target)
    history.record(
        session,
        root_id=agreement.root_id,
        at=now,
        actor=by,
        verb=verb.value,
        thing=f"agreement:{agreement.id}",
        why=why,
        data={"state": target.value, "version": agreement.version},
    )


def write_version(
    session: Session, agreement: Agreement, content: Mapping[str, Any], *, by: str, now: datetime
) -> Present:
    """Keeps the text as the agreement's next version. Only a draft can be written: else raises NotNow."""
    if agreement.state is not AgreementState.DRAFTING:
        raise NotNow("agreement", agreement.id, agreement.state.value, "write")
    present_now = Present(agreement.version + 1, content_digest(content))
    row = {
        "agreement_id": agreement.id,
        **present_now._asdict(),
        "content": dict(content),
        "by": by,
        "at": now,
    }
    session.connection().execute(_WRITE, row)
    session.connection().execute(_COUNT, {"its_id": agreement.id, "version": present_now.no})
    set_committed_value(agreement, "version", present_now.no)
    return present_now


def sign(
    session: Session,
    agreement: Agreement,
    *,
    capacity: str,
    order: Sequence[str],
    name: str,
    by: str,
    identified_by: str,
    now: datetime,
) -> Signature:
    """Signs the agreement's present version as `capacity`; `order` lists the capacities in turn.

    The last signature puts the agreement in force. Raises NotNow out of turn or outside signing,
    AnswerInvalid without a name. A capacity that has signed this version gets its signature back.
    """
    given = signatures(session, agreement)
    if capacity in given:
        return given[capacity]
    first_missing = next((each for each in order if each not in given), None)
    if agreement.state is not AgreementState.SIGNING or capacity != first_missing:
        raise NotNow("agreement", agreement.id, agreement.state.value, f"sign as {capacity}")
    if not name.strip():
        raise AnswerInvalid([Problem("name", "Der mangler et navn.", "Skriv dit fulde navn.")])
    version = present(session, agreement)
    facts = {
        "agreement_id": agreement.id,
        "version": version.no,
        "capacity": capacity,
        "name": name.strip(),
        "by": by,
        "identified_by": identified_by,
        "digest": version.digest,
        "at": now,
    }
    signature_id = session.connection().execute(_SIGN, facts).scalar_one()
    history.record(
        session,
        root_id=agreement.root_id,
        at=now,
        actor=by,
        verb="sign",
        thing=f"agreement:{agreement.id}",
        data={"version": version.no, "capacity": capacity, "digest": version.digest},
        personal={"name": name.strip()},
    )
    if capacity == order[-1]:
        advance(session, agreement, AgreementVerb.COMPLETE, by=by, now=now)
    return session.get_one(Signature, signature_id)


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


def unsigned(session: Session, occurrence_id: int) -> list[Agreement]:
    """The agreements that are not in force, in order of unit; each one's state says how far it has come."""
    return [
        each
        for each in of_occurrence(session, occurrence_id)
        if each.state not in (AgreementState.IN_FORCE, AgreementState.SUPERSEDED)
    ]


def signatures(session: Session, agreement: Agreement) -> dict[str, Signature]:
    """The signatures on the agreement's present version, by capacity."""
    rows = session.execute(
        _SIGNATURES, {"agreement_id": agreement.id, "version": agreement.version}
    ).scalars()
    return {row.capacity: row for row in rows}


def present(session: Session, agreement: Agreement) -> Present:
    """Which version is the newest. Raises NotNow while nothing has been written."""
    asked = {"agreement_id": agreement.id, "version": agreement.version}
    row = session.execute(_PRESENT, asked).first()
    if row is None:
        raise NotNow("agreement", agreement.id, agreement.state.value, "read")
    return Present(row.no, row.digest)


def present_content(session: Session, agreement: Agreement) -> dict[str, Any]:
    """The text of the newest version; empty while nothing has been written."""
    query = select(AgreementVersion.content).where(
        AgreementVersion.agreement_id == agreement.id, AgreementVersion.no == agreement.version
    )
    return dict(session.exec(query).first() or {})


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in one canonical form."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
