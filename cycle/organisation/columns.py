"""The columns of the files of units, leaders and what each may be called in Danish and English."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cycle.organisation.faults import Faults


@dataclass(frozen=True)
class Column:
    """One column. `names` are the headings it is known by, the Danish first; `limit` is in characters."""

    id: str
    names: tuple[str, ...]
    required: bool = False
    limit: int = 200


UNITS: tuple[Column, ...] = (
    Column(
        "unit_id", ("enheds-id", "unit_id", "enhed", "id", "enhedsnummer", "institutionsnummer"), True, 64
    ),
    Column("parent_id", ("overordnet", "parent_id", "overordnet enhed", "parent", "hører under"), limit=64),
    Column("name", ("navn", "name", "enhedsnavn"), required=True),
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
        "unit_id", ("enhed", "unit_id", "enheds-id", "id", "enhedsnummer", "institutionsnummer"), True, 64
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


def recognised(headings: Iterable[str], columns: Sequence[Column]) -> int:
    """How many of the headings are known."""
    known = {heading_key(name) for column in columns for name in column.names}
    return sum(heading_key(heading) in known for heading in headings)


def find_columns(
    headings: Sequence[str], columns: Sequence[Column], faults: Faults, *, row: int
) -> Mapping[str, int]:
    """Where each column stands in the headings, which are row `row` of the file.

    Raises ImportInvalid naming what was found and what was expected.
    """
    meant = {heading_key(name): column for column in columns for name in column.names}
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        column = meant.get(heading_key(heading))
        if column is None:
            continue
        if column.id in places:
            first = headings[places[column.id]]
            faults.add("double column", row=row, first=first, second=heading, column=column.names[0])
        places.setdefault(column.id, place)
    found = ", ".join(heading for heading in headings if heading) or "–"
    for column in columns:
        if column.required and column.id not in places:
            names = ", ".join(column.names)
            faults.add("missing column", row=row, column=column.names[0], found=found, names=names)
    faults.raise_if_any()
    return places
