"""Goals, development agreements and their signatures, strategies and decisions of bodies."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.store import enum_type


class GoalLevel(StrEnum):
    """The three levels of seed 004 J."""

    COMMON = "common"
    AREA = "area"
    UNIT = "unit"


class AgreementState(StrEnum):
    """Etablering, forhandling, godkendelse og underskrift (seed 004 K), then in force.

    `SUPERSEDED` is for one that a later agreement replaces (DESIGN, "States"); nothing moves one there yet.
    """

    DRAFTING = "drafting"
    NEGOTIATION = "negotiation"
    APPROVAL = "approval"
    SIGNING = "signing"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class Goal(SQLModel, table=True):
    """A goal of one year: common to all, of one area, or of one unit. `code` is its slot (A … I)."""

    __table_args__ = (sa.UniqueConstraint("root_id", "year", "level", "area", "unit_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    year: int
    level: GoalLevel = Field(sa_type=enum_type(GoalLevel))
    area: str = ""
    unit_id: str = ""
    code: str
    title: str
    description: str = ""
    source: str = ""
    strategy_version: int | None = None


class GoalStatus(SQLModel, table=True):
    """How a unit stands on a goal in one occurrence, taken from its answer when the occurrence closes."""

    __tablename__ = "goal_status"
    __table_args__ = (sa.UniqueConstraint("goal_id", "unit_id", "occurrence_id"),)

    id: int | None = Field(default=None, primary_key=True)
    goal_id: int = Field(foreign_key="goal.id", index=True)
    unit_id: str = Field(foreign_key="unit.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    status: str = ""
    comment: str = ""
    submission_id: int | None = Field(default=None, foreign_key="submission.id")


class Agreement(SQLModel, table=True):
    """One unit's development agreement for one year."""

    __table_args__ = (sa.UniqueConstraint("unit_id", "year", "occurrence_id"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    unit_id: str = Field(foreign_key="unit.id", index=True)
    year: int
    state: AgreementState = Field(default=AgreementState.DRAFTING, sa_type=enum_type(AgreementState))
    version: int = 0


class AgreementVersion(SQLModel, table=True):
    """The text of an agreement as it stood: immutable; `digest` is the SHA-256 of what is signed."""

    __tablename__ = "agreement_version"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "no"),)

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    no: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    digest: str
    by: str
    at: datetime


class Signature(SQLModel, table=True):
    """Who signed which version, in which capacity, when, and how they were known."""

    __table_args__ = (sa.UniqueConstraint("agreement_id", "version", "capacity"),)

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    version: int
    capacity: str
    name: str
    by: str
    identified_by: str
    digest: str
    at: datetime


class Strategy(SQLModel, table=True):
    """One version of a strategy. Version 1 is the current one at the start; a revision adopts the next."""

    __table_args__ = (sa.UniqueConstraint("root_id", "strategy_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    strategy_id: str
    version: int
    title: str
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    adopted_on: date | None = None
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id")


class Decision(SQLModel, table=True):
    """What a body decided, recorded by the secretariat. A body needs no account."""

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id", index=True)
    body: str
    decided_on: date
    text: str
    adopted: bool
    by: str
    at: datetime
