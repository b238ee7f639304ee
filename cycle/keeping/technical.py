"""Technical data and how long it is kept: what nobody decides by, and no case consists of.

Each kind says what it is and which rows are over; reporting counts them, applying erases them. The history
says how many of what, never whose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.tables import AccessToken, AccountSession
from cycle.health.tables import SelfCheck
from cycle.messages.tables import Inbound
from cycle.organisation.import_drafts import KEPT_FOR
from cycle.organisation.tables import Address, AddressHealth, ImportDraft
from cycle.runs.tables import Run, RunState


class Kind(StrEnum):
    """A kind of technical data."""

    SESSIONS = "sessions"
    TOKENS = "tokens"
    RAW_MAIL = "raw_mail"
    ADDRESS_HEALTH = "address_health"
    RUNS = "runs"
    SELF_CHECKS = "self_checks"
    IMPORT_DRAFTS = "import_drafts"


GONE = {"raw": b"", "sender": "", "content": "", "files": [], "own_text": "", "text": ""}
"""What is left of a received mail's words."""


@dataclass(frozen=True)
class Periods:
    """How many days technical data and received mails are kept after they have done their work."""

    technical: int
    mails: int


def over(now: datetime, today: date, periods: Periods) -> Mapping[Kind, sa.Select[Any]]:
    """How many rows of each kind are over, as queries; `today` is the local date of `now`."""
    return {
        kind: sa.select(sa.func.count()).select_from(table).where(condition)
        for kind, (table, condition) in _conditions(now, today, periods).items()
    }


def count(session: Session, *, now: datetime, today: date, periods: Periods) -> dict[Kind, int]:
    """How many rows of each kind would be erased."""
    return {
        kind: int(session.execute(query).scalar_one()) for kind, query in over(now, today, periods).items()
    }


def erase(session: Session, *, now: datetime, today: date, periods: Periods) -> dict[Kind, int]:
    """Erases what is over; gives how many rows of each kind.

    Of a received mail the row stays without its text and sender: by it the same mail is known when it comes
    again, and the answer it gave has its origin. Of an address that is no longer used its health goes.
    """
    done = {}
    for kind, (table, condition) in _conditions(now, today, periods).items():
        statement: sa.Update | sa.Delete = sa.delete(table).where(condition)
        if kind is Kind.RAW_MAIL:
            statement = sa.update(table).where(condition).values(**GONE)
        if kind is Kind.ADDRESS_HEALTH:
            healthy = {"health": AddressHealth.OK, "health_reason": ""}
            statement = sa.update(table).where(condition).values(**healthy)
        done[kind] = session.connection().execute(statement).rowcount
    session.expire_all()
    return done


def _conditions(
    now: datetime, today: date, periods: Periods
) -> dict[Kind, tuple[type, sa.ColumnElement[bool]]]:
    since, mails = now - timedelta(days=periods.technical), now - timedelta(days=periods.mails)
    finished = col(Run.state).in_((RunState.DONE, RunState.FAILED))
    ended_token = sa.or_(col(AccessToken.expires_at) <= since, col(AccessToken.revoked_at) <= since)
    ill = sa.or_(col(Address.health) != AddressHealth.OK, col(Address.health_reason) != "")
    unused = col(Address.valid_to) < today - timedelta(days=periods.technical)
    return {
        Kind.SESSIONS: (AccountSession, col(AccountSession.expires_at) <= now),
        Kind.TOKENS: (AccessToken, ended_token),
        Kind.RAW_MAIL: (
            Inbound,
            sa.and_(col(Inbound.handled_at) <= mails, sa.func.length(col(Inbound.raw)) > 0),
        ),
        Kind.ADDRESS_HEALTH: (Address, sa.and_(unused, ill)),
        Kind.RUNS: (Run, sa.and_(finished, col(Run.ended_at) <= since)),
        Kind.SELF_CHECKS: (SelfCheck, col(SelfCheck.checked_at) <= since),
        Kind.IMPORT_DRAFTS: (ImportDraft, col(ImportDraft.at) <= now - KEPT_FOR),
    }
