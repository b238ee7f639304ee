"""The texts of mails that the secretariat has written in place of the standard ones."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.messages.tables import MessageKind
from cycle.store import enum_type


class MailText(SQLModel, table=True):
    """One immutable version of a mail's free parts, for one kind and language; the highest is in force.

    `activity_id` is the plan's id of the one activity it is for, empty for the whole municipality. An empty
    part is no text of its own: the municipality's is used, else the standard one. Placeholders ("{navn}")
    stand in the texts as typed. `version` counts from 1.
    """

    __tablename__ = "mail_text"
    __table_args__ = (sa.UniqueConstraint("root_id", "kind", "language", "activity_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id")
    kind: MessageKind = Field(sa_type=enum_type(MessageKind))
    language: str
    activity_id: str = ""
    version: int
    subject: str = ""
    greeting: str = ""
    introduction: str = ""
    closing: str = ""
    signature: str = ""
    by: str
    at: datetime = Field(sa_type=Instant)
    why: str
