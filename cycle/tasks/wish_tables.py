"""Wishes for a later deadline: what a leader asked for, and what came of it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.store import enum_type
from cycle.tasks.states import WishState

OPEN = sa.text("state = 'asked'")


class ExtensionWish(SQLModel, table=True):
    """A post's wish for a later due date of one task. There is one open wish of a task at most.

    `due_on` is the deadline it was asked about, `wished_on` the one asked for (local, inclusive). `why` is
    what was said with the decision; `extension_id` what a granted wish came to, perhaps of another date.
    """

    __tablename__ = "extension_wish"
    __table_args__ = (
        sa.Index("ux_extension_wish_open", "task_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    due_on: date
    wished_on: date
    reason: str
    by: str
    at: datetime = Field(sa_type=Instant)
    state: WishState = Field(default=WishState.ASKED, sa_type=enum_type(WishState))
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    why: str = ""
    extension_id: int | None = Field(default=None, foreign_key="extension.id")
