"""Accounts and sessions. Leaders have neither: they hold a derived link."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.access.roles import Role, SignInWay, TokenScope
from cycle.columns import Instant
from cycle.store import enum_type


class Account(SQLModel, table=True):
    """Someone who signs in. `email` is lower case. `password_hash` is argon2id, empty: no password is right.

    `subject` names who comes by the municipality's own login: its issuer, "|", its own name of the person.
    """

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str
    subject: str | None = Field(default=None, unique=True)
    language: str = "da"
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    failed_attempts: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=Instant)


class Grant(SQLModel, table=True):
    """A role an account has, over one unit and everything below it. `from_login`: that login gave it."""

    __table_args__ = (sa.UniqueConstraint("account_id", "role", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    role: Role = Field(sa_type=enum_type(Role))
    unit_id: str = Field(foreign_key="unit.id")
    from_login: bool = False


class AccountSession(SQLModel, table=True):
    """A signed-in browser. The cookie's value is kept only as a SHA-256 digest. `way`: how it signed in.

    `acting`: the one role that is not put aside. `viewed_account` or `viewed_person`: as whom the pages are
    seen until `viewing_until`, and nothing is changed.
    """

    __tablename__ = "account_session"

    digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    csrf: str
    way: SignInWay = Field(default=SignInWay.PASSWORD, sa_type=enum_type(SignInWay))
    acting: Role | None = Field(default=None, sa_type=enum_type(Role))
    viewed_account: int | None = Field(default=None, foreign_key="account.id")
    viewed_person: int | None = Field(default=None, foreign_key="person.id")
    viewing_until: datetime | None = Field(default=None, sa_type=Instant)
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


class SignInCode(SQLModel, table=True):
    """A code that was asked for by mail. The code itself is derived (`cycle.access.codes`), never stored.

    `handle` is the SHA-256 digest of what the browser that asked holds. `mailbox` and `came_from` are keyed
    digests of the typed address and of the network address, for limits alone. `address` is empty when the
    typed one belongs to nobody here: then no code is right.
    """

    __tablename__ = "sign_in_code"

    id: int | None = Field(default=None, primary_key=True)
    handle: str = Field(unique=True)
    nonce: str
    address: str = ""
    mailbox: str = Field(index=True)
    came_from: str = Field(index=True)
    created_at: datetime = Field(sa_type=Instant, index=True)
    expires_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class PersonSession(SQLModel, table=True):
    """A browser that gave the code mailed to `address` (lower case): its owner's own tasks are open to it.

    Who that is, and what they may, is looked up at every request.
    """

    __tablename__ = "person_session"

    digest: str = Field(primary_key=True)
    address: str = Field(index=True)
    csrf: str
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class SecondFactor(SQLModel, table=True):
    """The app that makes an account's codes. Its key is derived from `nonce` (`cycle.access.second_factor`).

    It counts once `confirmed_at` is set. `last_step` is the half minute whose code was used last: none at or
    before it is good again.
    """

    __tablename__ = "second_factor"

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    nonce: str
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_step: int = 0


class RecoveryCode(SQLModel, table=True):
    """A code for who has lost the app, good once. Kept only as a SHA-256 digest."""

    __tablename__ = "recovery_code"

    digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
