"""Steering frames per core area, version by version, and every text that has stood in them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.goals.frame_parts import Filled, FramePart, Rhythm
from cycle.plan.model import Confidence
from cycle.store import enum_type


class Frame(SQLModel, table=True):
    """One version of a core area's steering frame for a year: a draft until a body has approved it."""

    __table_args__ = (sa.UniqueConstraint("root_id", "area", "year", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    area: str
    year: int
    version: int
    begun_at: datetime = Field(sa_type=Instant)
    by: str
    approved_on: date | None = None
    decision_id: int | None = Field(default=None, foreign_key="decision.id")


class FrameSection(SQLModel, table=True):
    """One item of a frame as it was written at `at`: the highest edition counts, the others are kept.

    `submission_id` is the answer it was taken from, `occurrence_id` the report that wrote it.
    """

    __tablename__ = "frame_section"
    __table_args__ = (sa.UniqueConstraint("frame_id", "item", "edition"),)

    id: int | None = Field(default=None, primary_key=True)
    frame_id: int = Field(foreign_key="frame.id", index=True)
    position: int
    item: str
    part: FramePart = Field(sa_type=enum_type(FramePart))
    rhythm: Rhythm = Field(sa_type=enum_type(Rhythm))
    filled: Filled = Field(default=Filled.NOT, sa_type=enum_type(Filled))
    confidence: Confidence = Field(default=Confidence.CERTAIN, sa_type=enum_type(Confidence))
    title: str
    title_en: str = ""
    owner: str = ""
    owner_en: str = ""
    text: str = ""
    edition: int = 1
    by: str
    at: datetime = Field(sa_type=Instant)
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id")
