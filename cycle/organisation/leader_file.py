"""The leaders and substitutes of a file, every fault that the file itself shows found at once."""

import re
from dataclasses import dataclass
from datetime import date

from cycle.access.emails import email_key
from cycle.errors import ImportInvalid, Problem
from cycle.organisation.cells import Cells
from cycle.organisation.chosen_columns import AS_NAMED, Chosen
from cycle.organisation.columns import LEADERS
from cycle.organisation.faults import Faults
from cycle.organisation.reading import FileRows, read_rows

SUBSTITUTE_ROLES = frozenset({"stedfortræder", "substitute", "vikar"})
LANGUAGES = {
    "": "da",
    "da": "da",
    "dansk": "da",
    "danish": "da",
    "en": "en",
    "engelsk": "en",
    "english": "en",
}
_PERSONAL_NUMBER = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{2}-?\d{4}")


@dataclass(frozen=True)
class LeaderRow:
    """One row: who holds a post or stands in for it. `role` empty: the unit's head. No name: vacant."""

    number: int
    unit_id: str
    role: str
    name: str
    email: str | None = None
    person_id: str = ""
    shared_email: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    language: str = "da"
    is_substitute: bool = False

    @property
    def is_vacant(self) -> bool:
        """Whether the row only says that the post has nobody."""
        return not self.name

    def overlaps(self, other: "LeaderRow") -> bool:
        """Whether the two rows' periods have a day in common."""
        return _starts(self) <= _ends(other) and _starts(other) <= _ends(self)

    def is_same_person(self, other: "LeaderRow") -> bool:
        """Whether two rows of one post name the same person: by id, else address, else name."""
        if self.person_id or other.person_id:
            return self.person_id == other.person_id
        if self.email or other.email:
            return email_key(self.email or "") == email_key(other.email or "")
        return self.name == other.name


@dataclass(frozen=True)
class LeaderFile:
    """The rows of a file of leaders, how the file was read, and what the file itself shows to be wrong."""

    rows: tuple[LeaderRow, ...]
    how: FileRows
    problems: tuple[Problem, ...] = ()


def read_leaders(data: bytes, *, language: str = "da") -> LeaderFile:
    """Reads a CSV or XLSX file of leaders. Raises ImportInvalid with every fault, each with its row."""
    file = look_into_leaders(data, language=language)
    if file.problems:
        raise ImportInvalid(list(file.problems))
    return file


def look_into_leaders(data: bytes, *, language: str = "da", chosen: Chosen = AS_NAMED) -> LeaderFile:
    """As `read_leaders`, but faults of single rows are kept in `problems`.

    `leaders_difference` raises them together with those that only the store can show.
    """
    faults = Faults(language)
    how = read_rows(data, LEADERS, faults, chosen)
    rows = tuple(_row(cells, faults) for cells in how.rows)
    _check_people(rows, faults)
    return LeaderFile(rows, how, tuple(faults.problems))


def _row(cells: Cells, faults: Faults) -> LeaderRow:
    if not cells.text("unit_id"):
        cells.fault(faults, "missing value", "unit_id")
    role = cells.text("role").lower()
    row = LeaderRow(
        number=cells.number,
        unit_id=cells.identity("unit_id"),
        role="" if role in SUBSTITUTE_ROLES else role,
        name=cells.text("name"),
        email=cells.email("email", faults),
        person_id=cells.identity("person_id"),
        shared_email=cells.email("shared_email", faults),
        valid_from=cells.day("valid_from", faults),
        valid_to=cells.day("valid_to", faults),
        language=_language(cells, faults),
        is_substitute=role in SUBSTITUTE_ROLES,
    )
    if row.is_vacant and (row.email or row.person_id):
        cells.fault(faults, "missing value", "name")
    if _PERSONAL_NUMBER.fullmatch(row.person_id):
        cells.fault(faults, "personal number", "person_id")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        faults.add("dates backwards", row=cells.number)
    return row


def _language(cells: Cells, faults: Faults) -> str:
    text = cells.text("language").lower()
    if text not in LANGUAGES:
        faults.add("bad language", row=cells.number, value=text)
    return LANGUAGES.get(text, "da")


def _check_people(rows: tuple[LeaderRow, ...], faults: Faults) -> None:
    """One person has one name and one address; one address has one person."""
    by_person: dict[str, LeaderRow] = {}
    by_address: dict[str, LeaderRow] = {}
    for row in rows:
        if row.person_id:
            first = by_person.setdefault(row.person_id, row)
            for mine, other in ((row.name, first.name), (row.email or "", first.email or "")):
                if mine.lower() != other.lower():
                    faults.add("one person, two facts", row=row.number, other=first.number, value=other)
        if row.email:
            first = by_address.setdefault(email_key(row.email), row)
            if (first.name.lower(), first.person_id) != (row.name.lower(), row.person_id):
                faults.add("one address, two names", row=row.number, value=row.email, other=first.name)


def _starts(row: LeaderRow) -> date:
    return row.valid_from or date.min


def _ends(row: LeaderRow) -> date:
    return row.valid_to or date.max
