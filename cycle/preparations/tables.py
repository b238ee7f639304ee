"""What the parties of a results dialogue write for each other; nothing else reads or joins this table."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant


class Preparation(SQLModel, table=True):
    """One party's part: `writer_id` wrote it for `reader_id`, both persons, about the post at `unit_id`.

    Names and addresses (as keys) are those the two had when it was saved: somebody who has got one of the
    persons' posts under another name or address since does not read it. `content` is encrypted with all of
    this bound to it (`cycle.preparations.sealing`). `edition` grows at each save, so that two tabs are
    noticed. The row is deleted at the occurrence's `erase_at`.
    """

    __table_args__ = (sa.UniqueConstraint("occurrence_id", "unit_id", "writer_id", "reader_id"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    unit_id: str = Field(foreign_key="unit.id")
    writer_id: int = Field(foreign_key="person.id")
    reader_id: int = Field(foreign_key="person.id")
    writer_name: str = ""
    writer_address: str = ""
    reader_name: str = ""
    reader_address: str = ""
    content: bytes
    edition: int = 1
    at: datetime = Field(sa_type=Instant)
