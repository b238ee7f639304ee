"""The daily self-check: what it found, and whether that was told."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.store import enum_type


class ReportState(StrEnum):
    """quiet | telling -> told | untold -> telling.

    `QUIET`: there was nothing to tell, or nobody is to be told. A report that was being told when its
    process died stays `TELLING`: telling it again could make two.
    """

    QUIET = "quiet"
    TELLING = "telling"
    TOLD = "told"
    UNTOLD = "untold"


class SelfCheck(SQLModel, table=True):
    """One day's self-check; the local date is the key, so that there are never two.

    `found` are faults with their count and a few ids; `attempts` how often telling was tried, `error` what
    became of the last one. All instants are real time.
    """

    __tablename__ = "self_check"

    on: date = Field(primary_key=True)
    checked_at: datetime = Field(sa_type=Instant)
    found: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    state: ReportState = Field(sa_type=enum_type(ReportState))
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""
