"""The sealed documents of agreements: which are missing, and keeping one once."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from cycle import history
from cycle.files import store as files
from cycle.files.tables import File
from cycle.goals.tables import Agreement, AgreementVersion, SealedDocument, Signature
from cycle.organisation.tables import Unit
from cycle.store import is_sqlite

_DONE = sa.exists().where(
    col(SealedDocument.agreement_id) == col(Agreement.id),
    col(SealedDocument.version) == col(Agreement.in_force_version),
)


def unsealed(session: Session, occurrence_id: int) -> Sequence[Agreement]:
    """The occurrence's agreements in force that have no sealed document yet, in order of unit."""
    query = select(Agreement).where(
        Agreement.occurrence_id == occurrence_id, col(Agreement.in_force_version) > 0, ~_DONE
    )
    return session.exec(query.order_by(col(Agreement.unit_id))).all()


def long_unsealed(session: Session, root_id: str, before: datetime) -> Sequence[str]:
    """The units whose agreement is in force, signed by the last before `before`, and has no document yet."""
    signed = (
        sa.select(sa.func.max(col(Signature.at)))
        .where(
            col(Signature.agreement_id) == col(Agreement.id),
            col(Signature.version) == col(Agreement.in_force_version),
        )
        .scalar_subquery()
    )
    query = (
        select(Unit.name)
        .join(Agreement, col(Agreement.unit_id) == col(Unit.id))
        .where(Agreement.root_id == root_id, col(Agreement.in_force_version) > 0, ~_DONE, signed < before)
    )
    return session.exec(query.order_by(col(Unit.name))).all()


def signed_version(
    session: Session, agreement: Agreement, no: int
) -> tuple[AgreementVersion, Sequence[Signature]]:
    """The agreement's text in that version, and the signatures under it in the order they were given."""
    version = session.exec(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == agreement.id, AgreementVersion.no == no
        )
    ).one()
    signatures = session.exec(
        select(Signature)
        .where(Signature.agreement_id == agreement.id, Signature.version == no)
        .order_by(col(Signature.at), col(Signature.id))
    ).all()
    return version, signatures


def keep_document(
    session: Session,
    agreement: Agreement,
    content: bytes,
    *,
    name: str,
    level: str,
    fingerprint: str,
    now: datetime,
) -> bool:
    """Keeps the sealed PDF of the version in force; False when another run has kept one already."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    file = files.keep(session, content, now=now)
    what = {"agreement_id": agreement.id, "version": agreement.in_force_version, "file": file.sha256}
    row = {**what, "name": files.plain_name(name), "level": level, "fingerprint": fingerprint, "at": now}
    new = insert(SealedDocument).values(row).on_conflict_do_nothing().returning(col(SealedDocument.id))
    if session.connection().execute(new).scalar_one_or_none() is None:
        return False
    history.record(
        session,
        root_id=agreement.root_id,
        at=now,
        actor="engine",
        verb="seal",
        thing=f"agreement:{agreement.id}",
        data={"version": agreement.in_force_version, "sha256": file.sha256, "level": level},
    )
    return True


def document_of(session: Session, agreement_id: int) -> tuple[SealedDocument, File] | None:
    """The newest sealed document of the agreement, if there is one."""
    found = session.exec(
        select(SealedDocument)
        .where(SealedDocument.agreement_id == agreement_id)
        .order_by(col(SealedDocument.version).desc())
        .limit(1)
    ).first()
    return None if found is None else (found, files.read(session, found.file))
