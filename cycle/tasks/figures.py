"""Figures per unit from a file: read, checked against the printed total, kept for an occurrence."""

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.danish import format_amount, parse_decimal
from cycle.errors import ImportInvalid, Problem
from cycle.organisation.tables import Unit
from cycle.tasks.tables import Figure, Occurrence

TOTAL_IDS = frozenset({"", "i alt", "ialt", "total", "sum"})


@dataclass(frozen=True)
class FigureSheet:
    """Amounts (DKK) by unit id and column, with each column's printed total where the file has one."""

    columns: tuple[str, ...]
    amounts: dict[str, dict[str, Decimal]]
    totals: dict[str, Decimal] = field(default_factory=dict)

    def differences(self) -> dict[str, Decimal]:
        """Printed total minus the sum of the rows, per column where they differ. Kept, not mended."""
        found = {}
        for column, printed in self.totals.items():
            total = sum((row[column] for row in self.amounts.values()), Decimal(0))
            if total != printed:
                found[column] = printed - total
        return found


def read_figures(text: str) -> FigureSheet:
    """Reads `unit_id;name;amount…` with Danish numbers and an optional last row "I alt".

    Columns called unit_id/enhed and name/navn identify; every other column is an amount in DKK. Raises
    ImportInvalid with every wrong row.
    """
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_separator(text)))
    rows = [row for row in rows if row and not row[0].startswith("#") and any(cell.strip() for cell in row)]
    if not rows:
        raise ImportInvalid([Problem("row 1", "Filen er tom.", "Vælg en fil med enheder og beløb.")])
    header = [cell.strip() for cell in rows[0]]
    lowered = [cell.lower() for cell in header]
    if not {"unit_id", "enhed", "enheds-id"} & set(lowered):
        raise ImportInvalid(
            [
                Problem(
                    "row 1",
                    f"Der er ingen kolonne «unit_id»; filen har: {', '.join(header)}.",
                    "Kald kolonnen med enhedens id unit_id.",
                )
            ]
        )
    id_at = next(i for i, name in enumerate(lowered) if name in ("unit_id", "enhed", "enheds-id"))
    amount_at = [i for i, name in enumerate(lowered) if i != id_at and name not in ("name", "navn")]
    return _collect(rows[1:], header, id_at, amount_at)


def keep_figures(session: Session, occurrence: Occurrence, sheet: FigureSheet) -> int:
    """Replaces the occurrence's figures by the sheet's. Raises ImportInvalid for units not known."""
    known = set(
        session.execute(sa.select(col(Unit.id)).where(col(Unit.root_id) == occurrence.root_id)).scalars()
    )
    unknown = sorted(set(sheet.amounts) - known)
    if unknown:
        raise ImportInvalid(
            [
                Problem(unit_id, f"Enheden {unit_id} findes ikke.", "Ret det, eller indlæs enhederne.")
                for unit_id in unknown
            ]
        )
    session.execute(sa.delete(Figure).where(col(Figure.occurrence_id) == occurrence.id))
    rows = [
        {
            "occurrence_id": occurrence.id,
            "unit_id": unit_id,
            "code": column,
            "label": column,
            "amount": str(amount),
        }
        for unit_id, amounts in sheet.amounts.items()
        for column, amount in amounts.items()
    ]
    if rows:
        session.execute(sa.insert(Figure), rows)
    return len(rows)


def figures_of(session: Session, occurrence_id: int) -> dict[str, list[dict[str, str]]]:
    """Each unit's figures as shown with its task: label, canonical amount and the amount in Danish."""
    found: dict[str, list[dict[str, str]]] = {}
    rows = session.execute(
        sa.select(Figure.unit_id, Figure.label, Figure.amount)  # type: ignore[call-overload]  # columns
        .where(col(Figure.occurrence_id) == occurrence_id)
        .order_by(col(Figure.id))
    )
    for unit_id, label, amount in rows:
        entry = {"label": label, "amount": amount, "shown": format_amount(Decimal(amount))}
        found.setdefault(unit_id, []).append(entry)
    return found


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return max(";\t,", key=first.count)


def _collect(rows: list[list[str]], header: list[str], id_at: int, amount_at: list[int]) -> FigureSheet:
    problems: list[Problem] = []
    amounts: dict[str, dict[str, Decimal]] = {}
    totals: dict[str, Decimal] = {}
    for number, row in enumerate(rows, start=2):
        cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
        is_total = any(cell.lower() in TOTAL_IDS - {""} for cell in cells[:2])
        values = _values(cells, header, amount_at, f"row {number}", problems)
        if is_total:
            totals = values
        elif not cells[id_at]:
            problems.append(Problem(f"row {number}", "Rækken har intet enheds-id.", "Udfyld unit_id."))
        elif cells[id_at] in amounts:
            problems.append(Problem(f"row {number}", f"Enheden {cells[id_at]} står to gange."))
        else:
            amounts[cells[id_at]] = values
    if problems:
        raise ImportInvalid(problems)
    return FigureSheet(tuple(header[i] for i in amount_at), amounts, totals)


def _values(
    cells: list[str], header: list[str], amount_at: list[int], where: str, problems: list[Problem]
) -> dict[str, Decimal]:
    values = {}
    for at in amount_at:
        try:
            values[header[at]] = parse_decimal(cells[at])
        except ValueError as error:
            problems.append(Problem(where, f"{header[at]}: {error}"))
    return values
