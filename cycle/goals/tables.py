"""Goals, development agreements and their signatures, strategies and decisions of bodies."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.store import enum_type


class GoalLevel(StrEnum):
    """The levels of the goal tree, from the top: seed 004 A and B, then the three of J."""

    THEME = "theme"
    POLITICAL = "political"
    COMMON = "common"
    AREA = "area"
    UNIT = "unit"


class GoalOrigin(StrEnum):
    """Who a goal comes from: politicians, an area, or the unit itself."""

    POLITICAL = "political"
    AREA = "area"
    OWN = "own"


class GoalType(StrEnum):
    """What a goal is about: what is put in, what comes out, or what it leads to (seed 000, "Inputmål")."""

    INPUT = "input"
    OUTPUT = "output"
    OUTCOME = "outcome"


class AgreementState(StrEnum):
    """Etablering, forhandling, godkendelse og underskrift (seed 004 K), in force; superseded by a later one
    that all have signed, when its period begins."""

    DRAFTING = "drafting"
    NEGOTIATION = "negotiation"
    APPROVAL = "approval"
    SIGNING = "signing"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class Goal(SQLModel, table=True):
    """A goal in one year. `key` is the same goal in every year; `parent_key` is the goal it serves.

    A theme stands at the top ("" above it); a goal common to all has neither area nor unit. `code` is its
    slot in an agreement (A … I), or its number in the strategy (4, 4.2). `first_year` and `last_year` are
    those it was set for, null for no bound. `follows` is the key of the goal it takes over from, where that
    had another one. `strategy_row` is the strategy version it stands in. `indicator` is an `Indicator` as
    JSON, or empty. `inferred`: its place in the tree is a guess. `also_in_force` is for a goal that
    was set when agreements of the year had been made without it: whether they take it too (None: none had).
    """

    __table_args__ = (
        sa.UniqueConstraint("root_id", "year", "key"),
        sa.Index("ix_goal_level", "root_id", "year", "level"),
        sa.Index(
            "ix_goal_follows",
            "follows",
            sqlite_where=sa.text("follows <> ''"),
            postgresql_where=sa.text("follows <> ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    year: int
    key: str
    parent_key: str = ""
    level: GoalLevel = Field(sa_type=enum_type(GoalLevel))
    area: str = ""
    unit_id: str = Field(default="", index=True)
    code: str
    title: str
    description: str = ""
    source: str = ""
    origin: GoalOrigin = Field(sa_type=enum_type(GoalOrigin))
    goal_type: GoalType | None = Field(default=None, sa_type=enum_type(GoalType))
    background_intention: str = ""
    background_knowledge: str = ""
    obligations: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    signs: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    evidence: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    indicator: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    follow_up_method: str = ""
    follow_up_by: str = ""
    first_year: int | None = None
    last_year: int | None = None
    follows: str = ""
    hide_small: bool = False
    inferred: bool = False
    also_in_force: bool | None = None
    strategy_row: int | None = Field(default=None, foreign_key="strategy.id", index=True)


class GoalScheme(SQLModel, table=True):
    """How agreements are made of goals in one year: the levels and how far each kind of unit has come.

    `content` is a `cycle.goals.scheme.Scheme` as JSON (seed 004 H and J).
    """

    __tablename__ = "goal_scheme"
    __table_args__ = (sa.UniqueConstraint("root_id", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    year: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class GoalStatus(SQLModel, table=True):
    """How a unit stands on a goal in one occurrence, taken from its answer when the occurrence closes.

    `value` is the indicator's value as a plain decimal, "" when none was given; `evidence_file` is a
    `File`, `evidence_name` what the unit called it. The indexes hold all that is counted, and all that a
    page shows, so that neither reads a row.
    """

    __tablename__ = "goal_status"
    __table_args__ = (
        sa.UniqueConstraint("goal_id", "unit_id", "occurrence_id"),
        sa.Index("ix_goal_status_counted", "goal_id", "occurrence_id", "status", "value", "unit_id"),
        sa.Index("ix_goal_status_shown", "unit_id", "occurrence_id", "goal_id", "status", "value"),
    )

    id: int | None = Field(default=None, primary_key=True)
    goal_id: int = Field(foreign_key="goal.id")
    unit_id: str = Field(foreign_key="unit.id")
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    status: str = ""
    value: str = ""
    comment: str = ""
    evidence_file: str | None = Field(default=None, foreign_key="file.sha256")
    evidence_name: str = ""
    submission_id: int | None = Field(default=None, foreign_key="submission.id")


class GoalTally(SQLModel, table=True):
    """How the units at and below `place` (a path) stood on a goal when a report was last counted.

    `own`: on all the units' own goals that hang under the goal. `lights` and `given` (values as written)
    count the units behind each.
    """

    __tablename__ = "goal_tally"
    __table_args__ = (sa.UniqueConstraint("occurrence_id", "place", "goal_id", "own"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    place: str
    goal_id: int = Field(foreign_key="goal.id")
    own: bool
    asked: int
    lights: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)
    given: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)


class Agreement(SQLModel, table=True):
    """One unit's development agreement, made of the goals of `year`, for a period of local dates.

    `in_force_version` is the version that all have signed, 0 before that; it holds until a later one has
    been signed by all. `goals_changed_at` marks one whose given goals have changed: it is to be signed anew.
    """

    __table_args__ = (sa.UniqueConstraint("unit_id", "year", "occurrence_id"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    unit_id: str = Field(foreign_key="unit.id", index=True)
    year: int
    period_from: date
    period_to: date
    state: AgreementState = Field(default=AgreementState.DRAFTING, sa_type=enum_type(AgreementState))
    version: int = 0
    in_force_version: int = 0
    goals_changed_at: datetime | None = Field(default=None, sa_type=Instant)


class AgreementVersion(SQLModel, table=True):
    """The text of an agreement as it stood: immutable; `digest` is the SHA-256 of what is signed.

    `steps` are the ids of the plan's steps it takes, by the unit's kind and ownership when it was written.
    """

    __tablename__ = "agreement_version"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "no"),)

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    no: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    steps: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    digest: str
    by: str
    at: datetime = Field(sa_type=Instant)


class Signature(SQLModel, table=True):
    """Who signed which version, in which capacity (`stood_in`: as the post's substitute), when, how known.

    `name` is as they wrote it, `registered` as the list of leaders had it then.
    """

    __table_args__ = (sa.UniqueConstraint("agreement_id", "version", "capacity"),)

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    version: int
    capacity: str
    name: str
    by: str
    registered: str = ""
    stood_in: bool = False
    identified_by: str
    digest: str
    at: datetime = Field(sa_type=Instant)


class SealedDocument(SQLModel, table=True):
    """The sealed PDF of one agreement in one version: made once, when the last signature was given.

    `name` is what the file is called, `level` is that of the seal (B-B, B-T, B-LTA), `fingerprint` the
    SHA-256 of its certificate.
    """

    __tablename__ = "sealed_document"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    version: int
    file: str = Field(foreign_key="file.sha256")
    name: str
    level: str
    fingerprint: str
    at: datetime = Field(sa_type=Instant)


class Strategy(SQLModel, table=True):
    """One version of a strategy. Version 1 is the current one at the start; a revision adopts the next.

    `content` is what `cycle.goals.strategies.StrategyText` holds; `hearing` what was answered and gathered
    before it was adopted. A `draft` is the next version as proposed: `edition` counts how often it was
    written. `first_year` is the first year whose goal tree it is for, null for no bound.
    """

    __table_args__ = (sa.UniqueConstraint("root_id", "strategy_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    strategy_id: str
    version: int
    title: str
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    hearing: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    draft: bool = False
    edition: int = 1
    first_year: int | None = None
    adopted_on: date | None = None
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id")


class Decision(SQLModel, table=True):
    """What a body decided, recorded by the secretariat. A body needs no account.

    A correction raises `edition`; `earlier` holds what stood there before, the oldest first, each with who
    corrected it, when and why. `withdrawn_at` marks one that was recorded by mistake: it counts no more.
    """

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id", index=True)
    body: str
    decided_on: date
    text: str
    adopted: bool
    by: str
    at: datetime = Field(sa_type=Instant)
    edition: int = 1
    earlier: list[dict[str, str]] = Field(default_factory=list, sa_type=sa.JSON)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: str = ""
    withdrawn_why: str = ""
