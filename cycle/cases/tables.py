"""What has been journalised: which document, in which case, by whom and when."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant


class Journalised(SQLModel, table=True):
    """One document of a case as it was taken into the municipality's own system (ESDH).

    `item` is the document's lasting key ("submission:99", "release:3"); `case_number` the case there. `at`
    is when it was filed, `marked_at` when somebody said so here.
    """

    __table_args__ = (sa.UniqueConstraint("root_id", "item"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    item: str
    case_number: str
    by: str
    at: datetime = Field(sa_type=Instant)
    marked_at: datetime = Field(sa_type=Instant)
