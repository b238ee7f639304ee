"""The ids, kinds, areas and roles that units.csv and leaders.csv beside a plan know."""

import csv
import io
from collections.abc import Collection
from pathlib import Path

from config.plan_checks import Surroundings
from config.text_files import read_table_text


def organisation_words(folder: Path, forms: Collection[str]) -> Surroundings:
    """What the plan may speak of. A file that is not there leaves its words unchecked (empty)."""
    units, leaders = _rows(folder / "units.csv"), _rows(folder / "leaders.csv")
    return Surroundings(
        forms=forms,
        unit_ids=_column(units, "unit_id"),
        kinds=_column(units, "kind"),
        areas=_column(units, "area"),
        roles=_column(leaders, "role"),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    text = read_table_text(path, path.name)
    first = text.partition("\n")[0]
    return list(csv.DictReader(io.StringIO(text), delimiter=max(";\t,", key=first.count)))


def _column(rows: list[dict[str, str]], name: str) -> frozenset[str]:
    return frozenset(value for row in rows if (value := (row.get(name) or "").strip()))
