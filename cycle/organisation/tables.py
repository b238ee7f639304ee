"""Units, persons, appointments, substitutes and addresses, each with dates; bodies and their meetings."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.store import enum_type


class Ownership(StrEnum):
    """Whether the municipality or a foundation runs the unit."""

    MUNICIPAL = "kommunal"
    SELF_GOVERNING = "selvejende"
    NONE = ""


class AddressHealth(StrEnum):
    """What the mail system knows about an address."""

    OK = "ok"
    DOUBTFUL = "doubtful"
    DEAD = "dead"


class Unit(SQLModel, table=True):
    """A node of the organisation tree. `id` is the id of the source file and the unit's identity.

    `path` is the chain of ids from the root, with slashes at both ends ("/KBH/KBH-BU/101001/"), so that
    everything below a unit is `path LIKE unit.path || '%'`. A municipality is a root (`parent_id` null).
    `opened_on` is its first day, `closed_on` its last, inclusive; null is open-ended.
    """

    id: str = Field(primary_key=True)
    parent_id: str | None = Field(default=None, foreign_key="unit.id", index=True)
    root_id: str = Field(index=True)
    path: str = Field(index=True)
    name: str
    kind: str
    area: str = ""
    ownership: Ownership = Field(default=Ownership.NONE, sa_type=enum_type(Ownership))
    district: str = ""
    postal_code: str = ""
    opened_on: date | None = None
    closed_on: date | None = None


class Person(SQLModel, table=True):
    """A human being. `key` is "id:" and the file's `person_id`, else the address, else "unit/role/name".

    `calendar_generation` is part of the address of their calendar feed: raising it revokes.
    """

    __table_args__ = (sa.UniqueConstraint("root_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    key: str
    name: str
    language: str = "da"
    calendar_generation: int = 1


class Address(SQLModel, table=True):
    """An e-mail address of a person, or (a shared mailbox) of a post: unit and role.

    The newest row with `valid_to` null is the one in use.
    """

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    unit_id: str | None = Field(default=None, foreign_key="unit.id", index=True)
    role: str | None = None
    email: str = Field(index=True)
    health: AddressHealth = Field(default=AddressHealth.OK, sa_type=enum_type(AddressHealth))
    health_reason: str = ""
    valid_from: date
    valid_to: date | None = None


class Appointment(SQLModel, table=True):
    """Who holds a post (unit, role) from `valid_from` to `valid_to`, both inclusive."""

    id: int | None = Field(default=None, primary_key=True)
    unit_id: str = Field(foreign_key="unit.id", index=True)
    role: str
    person_id: int = Field(foreign_key="person.id", index=True)
    valid_from: date
    valid_to: date | None = None


class Substitute(SQLModel, table=True):
    """Who acts for a post while its holder is away, both dates inclusive. Gets the post's mail instead."""

    id: int | None = Field(default=None, primary_key=True)
    unit_id: str = Field(foreign_key="unit.id", index=True)
    role: str
    person_id: int = Field(foreign_key="person.id", index=True)
    valid_from: date
    valid_to: date | None = None


class Meeting(SQLModel, table=True):
    """A meeting of a body (BUU, BR …), imported from CSV or ICS. Windows can be relative to it."""

    __table_args__ = (sa.UniqueConstraint("root_id", "body", "held_on"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    body: str
    held_on: date
    agenda_deadline_on: date | None = None
    title: str = ""


class ImportRecord(SQLModel, table=True):
    """One applied import: what file, by whom, when, how many changes of each kind."""

    __tablename__ = "import_record"

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(index=True)
    kind: str
    file_name: str
    sha256: str
    counts: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)
    by: str
    at: datetime = Field(sa_type=Instant)


class FetchedOrganisation(SQLModel, table=True):
    """What OS2mo last said of one municipality, as the CSV lists an import reads, until it is applied.

    `changes` is how many of them wait for somebody. `failing_since` and `error`: it could not be fetched.
    """

    __tablename__ = "fetched_organisation"

    root_id: str = Field(primary_key=True, foreign_key="unit.id")
    units: str = ""
    leaders: str = ""
    changes: int = 0
    fetched_at: datetime | None = Field(default=None, sa_type=Instant)
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""


class ColumnChoice(SQLModel, table=True):
    """What the headings of a municipality's own lists mean (`cycle.organisation.chosen_columns`).

    `kind` is "units" or "leaders"; `headings` are those of the file last read so.
    """

    __tablename__ = "column_choice"

    root_id: str = Field(primary_key=True, foreign_key="unit.id")
    kind: str = Field(primary_key=True)
    headings: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    by: str
    at: datetime = Field(sa_type=Instant)


class ImportDraft(SQLModel, table=True):
    """An uploaded file that has not been applied; gone when it is, or after `KEPT_FOR` days.

    `people` are the answers to the questions whether two persons are one, by row ("same", "new").
    """

    __tablename__ = "import_draft"

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    kind: str
    file_name: str
    content: bytes
    headings: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    people: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    by: str
    at: datetime = Field(sa_type=Instant)
