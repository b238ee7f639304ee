"""Accounts and sessions. Leaders have neither: they hold a derived link."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.access.roles import Role, TokenScope
from cycle.columns import Instant
from cycle.store import enum_type


class Account(SQLModel, table=True):
    """Someone who signs in. `email` is lower case. `password_hash` is argon2id."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str
    language: str = "da"
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    failed_attempts: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=Instant)


class Grant(SQLModel, table=True):
    """A role an account has, over one unit and everything below it."""

    __table_args__ = (sa.UniqueConstraint("account_id", "role", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    role: Role = Field(sa_type=enum_type(Role))
    unit_id: str = Field(foreign_key="unit.id")


class AccountSession(SQLModel, table=True):
    """A signed-in browser. The cookie's value is kept only as a SHA-256 digest."""

    __tablename__ = "account_session"

    digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class AccessToken(SQLModel, table=True):
    """What a program signs in with (`cycle.access.tokens`). The token is kept only as a SHA-256 digest.

    It acts as its account, within `scope` alone; `name` says which program it was made for.
    """

    __tablename__ = "access_token"

    digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    name: str = Field(unique=True)
    scope: TokenScope = Field(sa_type=enum_type(TokenScope))
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
