"""Development agreements: etablering, forhandling, godkendelse, underskrift, in that order (seed 004 K)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature


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


def advance(
    session: Session, agreement: Agreement, verb: AgreementVerb, *, by: str, now: datetime, why: str = ""
) -> None:
    """Moves the agreement on. Raises NotNow when its state forbids the verb, Conflict when it moved."""
    target = AGREEMENT_MOVES.get((agreement.state, verb))
    if target is None:
        raise NotNow("agreement", agreement.id, agreement.state.value, verb.value)
    result = session.execute(
        sa.update(Agreement)
        .where(col(Agreement.id) == agreement.id, col(Agreement.state) == agreement.state)
        .values(state=target)
        .execution_options(synchronize_session=False)
    )
    if not result.rowcount:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        raise Conflict("agreement", agreement.id)
    session.refresh(agreement)
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
) -> AgreementVersion:
    """Keeps the text as the agreement's next version. Only a draft can be written."""
    if agreement.state is not AgreementState.DRAFTING:
        raise NotNow("agreement", agreement.id, agreement.state.value, "write")
    assert agreement.id is not None
    version = AgreementVersion(
        agreement_id=agreement.id,
        no=agreement.version + 1,
        content=dict(content),
        digest=content_digest(content),
        by=by,
        at=now,
    )
    agreement.version = version.no
    session.add(version)
    session.add(agreement)
    session.flush()
    return version


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
    version = present_version(session, agreement)
    signature = Signature(
        agreement_id=agreement.id or 0,
        version=version.no,
        capacity=capacity,
        name=name.strip(),
        by=by,
        identified_by=identified_by,
        digest=version.digest,
        at=now,
    )
    session.add(signature)
    session.flush()
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
    return signature


def of_occurrence(session: Session, occurrence_id: int) -> Sequence[Agreement]:
    """The occurrence's agreements, in order of unit."""
    return session.exec(
        select(Agreement).where(Agreement.occurrence_id == occurrence_id).order_by(col(Agreement.unit_id))
    ).all()


def unsigned(session: Session, occurrence_id: int) -> list[Agreement]:
    """The agreements that are not in force, in order of unit; each one's state says how far it has come."""
    return [
        each
        for each in of_occurrence(session, occurrence_id)
        if each.state not in (AgreementState.IN_FORCE, AgreementState.SUPERSEDED)
    ]


def signatures(session: Session, agreement: Agreement) -> dict[str, Signature]:
    """The signatures on the agreement's present version, by capacity."""
    rows = session.exec(
        select(Signature).where(
            Signature.agreement_id == agreement.id, Signature.version == agreement.version
        )
    )
    return {row.capacity: row for row in rows}


def present_version(session: Session, agreement: Agreement) -> AgreementVersion:
    """The newest version. Raises NotNow while nothing has been written."""
    version = session.exec(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == agreement.id, AgreementVersion.no == agreement.version
        )
    ).first()
    if version is None:
        raise NotNow("agreement", agreement.id, agreement.state.value, "read")
    return version


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in one canonical form."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
