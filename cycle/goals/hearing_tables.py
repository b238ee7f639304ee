"""What the secretariat writes about a hearing."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant


class HearingNote(SQLModel, table=True):
    """What the secretariat sums up of one group of a hearing's answers, at one edition; the highest counts.

    `group` names the group: "theme:overgange", "area:Skoler", "question:mangler".
    """

    __tablename__ = "hearing_note"
    __table_args__ = (sa.UniqueConstraint("occurrence_id", "group", "edition"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    group: str
    edition: int
    text: str
    by: str
    at: datetime = Field(sa_type=Instant)
