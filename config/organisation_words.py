"""The ids, kinds, areas and roles that units.csv and leaders.csv beside a plan know."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.plan_checks import Surroundings
from config.text_files import read_table_text
from cycle.errors import PlanInvalid, Problem
from cycle.tasks.forms import Form


@dataclass(frozen=True)
class OrganisationFiles:
    """The files of units and of leaders; None leaves a plan's words unchecked."""

    units: Path | None
    leaders: Path | None

    @classmethod
    def beside(cls, folder: Path) -> "OrganisationFiles":
        """The usual names in the plan's folder."""
        return cls(folder / "units.csv", folder / "leaders.csv")


NO_FILES = OrganisationFiles(None, None)


def organisation_words(files: OrganisationFiles, forms: Mapping[str, Form | None]) -> Surroundings:
    """What the plan may speak of. A file that is not there leaves its words unchecked (empty).

    Raises PlanInvalid when a file is there but cannot be read.
    """
    units, leaders = _rows(files.units), _rows(files.leaders)
    return Surroundings(
        forms=forms,
        unit_ids=_column(units, "unit_id"),
        kinds=_column(units, "kind"),
        areas=_column(units, "area"),
        roles=_column(leaders, "role"),
        kind_of={_cell(row, "unit_id"): _cell(row, "kind") for row in units},
    )


def _rows(path: Path | None) -> list[dict[str, str]]:
    if path is None or not path.exists():
        return []
    text = "\n".join(read_table_text(path, path.name).splitlines())
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(";\t,", key=first.count))
    try:
        return list(reader)
    except csv.Error as error:
        where = f"{path.name}:{reader.line_num + 1}"
        raise PlanInvalid(
            [Problem(where, "Linjen kan ikke læses som CSV.", "Gem filen som CSV igen.")]
        ) from error


def _column(rows: list[dict[str, str]], name: str) -> frozenset[str]:
    return frozenset(value for row in rows if (value := _cell(row, name)))


def _cell(row: dict[str, str], name: str) -> str:
    return (row.get(name) or "").strip()
