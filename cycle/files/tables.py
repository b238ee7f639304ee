"""Attachments and documents, found by their content."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from cycle.columns import Instant


class File(SQLModel, table=True):
    """Bytes under their SHA-256. `sniffed_type` is read from the bytes, never from the sender.

    Whoever names a file says what it is called there: the same bytes may have come from several senders.
    """

    sha256: str = Field(primary_key=True)
    size: int
    sniffed_type: str
    content: bytes
    created_at: datetime = Field(sa_type=Instant)
