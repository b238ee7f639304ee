"""A unit as a file has it."""

from dataclasses import dataclass
from datetime import date

from cycle.organisation.tables import Ownership

MUNICIPALITY = "kommune"


@dataclass(frozen=True)
class UnitRow:
    """One unit as the file has it. `number` is its row, 0 for a municipality the flat file only names."""

    number: int
    id: str
    parent_id: str | None
    name: str
    kind: str
    area: str = ""
    ownership: Ownership = Ownership.NONE
    district: str = ""
    postal_code: str = ""
    opened_on: date | None = None
    closed_on: date | None = None
    path: str = ""

    @property
    def root_id(self) -> str:
        """The municipality the unit is in."""
        return self.path.split("/")[1]
