"""The columns of the files of units, leaders and what each may be called in Danish and English."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from cycle.organisation.faults import Faults


@dataclass(frozen=True)
class Column:
    """One column. `names` are the headings it is known by, the Danish first; `limit` is in characters.

    `loose` are those of the names that say it only where none of the others stands: beside a column of
    numbers, "Enhed" is the name.
    """

    id: str
    names: tuple[str, ...]
    required: bool = False
    limit: int = 200
    loose: tuple[str, ...] = ()

    def keys(self, *, loose: bool) -> frozenset[str]:
        """The loose names, or the others, as they are compared."""
        return frozenset(heading_key(name) for name in self.names if (name in self.loose) is loose)


NUMBERS = (
    "enhedsnummer",
    "enhedsnr.",
    "enhed nr.",
    "institutionsnummer",
    "institutionsnr.",
    "unit number",
    "unit no.",
)
"""What the column of the units' ids is called in lists; in ours, too."""

ENGLISH = frozenset(
    {
        *("unit_id", "unit", "unit number", "unit no.", "parent_id", "parent", "name", "kind", "area"),
        *("ownership", "postal_code", "district", "municipality", "opened_on", "valid_from", "closed_on"),
        *("valid_to", "from", "to", "role", "person_id", "shared_email", "shared mailbox", "language"),
    }
)
"""The names that are told on an English page, and on no Danish one."""

UNITS: tuple[Column, ...] = (
    Column(
        "unit_id",
        ("enheds-id", "unit_id", "enhed", "unit", "id", *NUMBERS),
        True,
        64,
        loose=("enhed", "unit"),
    ),
    Column("parent_id", ("overordnet", "parent_id", "overordnet enhed", "parent", "hører under"), limit=64),
    Column("name", ("navn", "name", "enhedsnavn", "enhed", "unit"), required=True, loose=("enhed", "unit")),
    Column("kind", ("art", "kind", "type", "enhedstype"), required=True),
    Column("area", ("område", "area")),
    Column("ownership", ("ejerform", "ownership")),
    Column("postal_code", ("postnr", "postal_code", "postnummer"), limit=20),
    Column("district", ("distrikt", "district")),
    Column("municipality", ("kommune", "municipality")),
    Column("opened_on", ("åbner", "opened_on", "fra", "valid_from", "gyldig fra", "startdato")),
    Column("closed_on", ("lukker", "closed_on", "til", "valid_to", "gyldig til", "slutdato")),
)

LEADERS: tuple[Column, ...] = (
    Column(
        "unit_id",
        ("enhed", "unit", "unit_id", "enheds-id", "id", *NUMBERS),
        True,
        loose=("enhed", "unit"),
    ),
    Column("role", ("rolle", "role", "stilling", "funktion")),
    Column("name", ("navn", "name", "leder", "ledernavn"), required=True),
    Column("email", ("e-mail", "email", "mail", "e-mailadresse", "mailadresse", "e-post"), True, 254),
    Column("person_id", ("person-id", "person_id", "medarbejdernummer", "medarbejdernr"), limit=64),
    Column(
        "shared_email", ("fællespostkasse", "shared_email", "enhedens e-mail", "shared mailbox"), limit=254
    ),
    Column("valid_from", ("fra", "valid_from", "gyldig fra", "startdato", "tiltrådt", "from")),
    Column("valid_to", ("til", "valid_to", "gyldig til", "slutdato", "fratrådt", "to")),
    Column("language", ("sprog", "language"), limit=20),
)


def heading_key(text: str) -> str:
    """What spellings of one heading have in common: "E-mail", "e_mail" and "Email " are one."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text).casefold())


def names_in(column: Column, faults: Faults) -> tuple[str, ...]:
    """What the column may be called in the reader's language; a file may use any of its names."""
    own = tuple(name for name in column.names if (name in ENGLISH) is faults.is_english)
    return own or column.names


def recognised(headings: Iterable[str], columns: Sequence[Column]) -> int:
    """How many of the headings are known."""
    known = {heading_key(name) for column in columns for name in column.names}
    return sum(heading_key(heading) in known for heading in headings)


def places_of(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, list[int]]:
    """Where each column stands in the headings; in several places when it is there more than once."""
    keys = [heading_key(heading) for heading in headings]
    firm = {column.id: _standing(keys, column.keys(loose=False)) for column in columns}
    found = {name: places for name, places in firm.items() if places}
    for key in dict.fromkeys(keys):
        meant = (column for column in columns if column.id not in found and key in column.keys(loose=True))
        if (column := next(meant, None)) is not None:
            found[column.id] = _standing(keys, {key})
    return found


def find_columns(
    headings: Sequence[str], columns: Sequence[Column], faults: Faults, *, row: int
) -> Mapping[str, int]:
    """Where each column stands in the headings, which are row `row` of the file.

    Raises ImportInvalid naming what was found and what was expected.
    """
    places = places_of(headings, columns)
    found = tuple(heading for heading in headings if heading)
    for column in columns:
        standing = [headings[place] for place in places.get(column.id, ())]
        names = names_in(column, faults)
        for other in standing[1:]:
            faults.add("double column", row=row, first=standing[0], second=other, column=names[0])
        if column.required and column.id not in places:
            faults.add("missing column", row=row, column=names[0], found=found, names=names)
    faults.raise_if_any()
    return {name: standing[0] for name, standing in places.items()}


def _standing(keys: Sequence[str], names: Set[str]) -> list[int]:
    return [place for place, key in enumerate(keys) if key in names]
