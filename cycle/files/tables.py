"""Attachments and documents, found by their content."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from cycle.columns import Instant


class File(SQLModel, table=True):
    """Bytes under their SHA-256. `sniffed_type` is read from the bytes, never from the sender."""

    sha256: str = Field(primary_key=True)
    size: int
    name: str
    sniffed_type: str
    content: bytes
    created_at: datetime = Field(sa_type=Instant)
