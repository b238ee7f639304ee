"""Reads a file of figures per unit (CSV or XLSX), sums it and holds the sum against the printed total."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from enum import StrEnum

from cycle.danish import format_decimal, parse_decimal
from cycle.organisation.columns import UNITS, Column, find_columns, heading_key, places_of
from cycle.organisation.csv_text import decode, split
from cycle.organisation.faults import Faults
from cycle.organisation.reading import MEGABYTE, ROW_LIMIT, SIZE_LIMIT
from cycle.organisation.spreadsheet import cell_name, column_name, formulas_without_values, read_sheets
from cycle.tasks.figure_sentences import SENTENCES
from cycle.tasks.figure_sheet import FigureSheet

ID = UNITS[0]
_NAMES = ("navn", "name", "enhedsnavn", "enhed", "unit", "post")
NAME = Column("name", _NAMES, loose=_NAMES)
HEADING_WITHIN = 20
"""So many rows may stand above the headings: a title, a date, a remark."""

LARGEST = Decimal(10) ** 15
_TOTAL = re.compile(r"\b(i ?alt|total|sum)\b", re.IGNORECASE)
_SAYS_THOUSAND = re.compile(r"\b(1[. ]?000|t\.?|tusinde?)\s*kr|\btkr\b|\bt\.kr", re.IGNORECASE)
_SAYS_MILLION = re.compile(r"\bmio\b|\bmillion", re.IGNORECASE)
_PERCENTAGE = re.compile(r"(%|\bprocent|\bpct\.?)$", re.IGNORECASE)
_ENGLISH = re.compile(
    r"(?:(?:kr\.?|dkk) ?)?(-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?)(?: ?(?:kr\.?|dkk))?", re.IGNORECASE
)


class Money(StrEnum):
    """What one in the file is worth."""

    KR = "kr"
    THOUSAND = "tkr"
    MILLION = "mio"


WORTH = {Money.KR: Decimal(1), Money.THOUSAND: Decimal(1000), Money.MILLION: Decimal(1_000_000)}


def read_figures(
    data: bytes,
    *,
    money: Money | None = None,
    only: Sequence[str] = (),
    plain: Iterable[str] = (),
    language: str = "da",
) -> FigureSheet:
    """Reads a row per unit: its id, its name, and amounts with Danish numbers; a last row "I alt" is a sum.

    `money` says what one in the file is worth; None means DKK, and is refused when a heading says
    otherwise. `only` names the columns to take; else all but percentages and plain text are taken
    (`unused` are the others). Columns named in `plain` hold numbers that are no amounts: per cent, pupils.
    Raises ImportInvalid with every fault.
    """
    faults = Faults(language, SENTENCES)
    if len(data) > SIZE_LIMIT:
        faults.fail("too big", size=round(len(data) / MEGABYTE, 1), limit=SIZE_LIMIT // MEGABYTE)
    rows, encoding = _rows(data, only, faults)
    head = _head_of(rows)
    if head is None:
        faults.fail("no unit column")
    sheet = _Sheet(rows, head, money, only, frozenset(map(heading_key, plain)), faults).read(encoding)
    faults.raise_if_any()
    return sheet


def _head_of(rows: list[list[str]]) -> int | None:
    return next((n for n, row in enumerate(rows[:HEADING_WITHIN]) if places_of(row, (ID,))), None)


def _rows(data: bytes, only: Sequence[str], faults: Faults) -> tuple[list[list[str]], str]:
    """The rows, blank and commented ones kept as empty so that row numbers agree."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        faults.fail("old excel")
    if data.startswith(b"PK\x03\x04"):
        sheets = read_sheets(data, ROW_LIMIT, faults, amounts=True)
        for rows, formulas in zip(sheets, formulas_without_values(data, faults), strict=True):
            if (head := _head_of(rows)) is not None:
                _check_formulas(rows[head], {cell for cell in formulas if cell[0] > head}, only, faults)
                return rows, "XLSX"
        return [], "XLSX"
    text, encoding = decode(data, faults)
    lines = ["" if line.startswith("#") else line for line in text.split("\n")]
    rows, _ = split("\n".join(lines), (ID, NAME), faults)
    if len(rows) > ROW_LIMIT:
        faults.fail("too many rows", limit=ROW_LIMIT)
    return rows, encoding


def _check_formulas(
    headings: Sequence[str], formulas: Set[tuple[int, int]], only: Sequence[str], faults: Faults
) -> None:
    """Raises ImportInvalid when a column to be read holds formulas without values."""
    wanted = {heading_key(name) for name in (*only, *ID.names)}
    for at, heading in enumerate(headings):
        rows = sorted(row for row, place in formulas if place == at)
        if rows and heading and (not only or heading_key(heading) in wanted):
            values = {"cell": cell_name(rows[0], at), "count": len(rows)}
            faults.add_cell("no values", rows[0] + 1, " ".join(heading.split()), values)
    faults.raise_if_any()


class _Sheet:
    """The rows below the headings, read column by column."""

    def __init__(
        self,
        rows: list[list[str]],
        head: int,
        money: Money | None,
        only: Sequence[str],
        plain: Set[str],
        faults: Faults,
    ) -> None:
        self._faults, self._worth = faults, WORTH[money or Money.KR]
        self._headings = [" ".join(cell.split()) for cell in rows[head]]
        self._plain = frozenset(at for at, text in enumerate(self._headings) if heading_key(text) in plain)
        width = len(self._headings)
        below = [(n, [cell.strip() for cell in row]) for n, row in enumerate(rows[head + 1 :], head + 2)]
        self._rows = [(n, row + [""] * (width - len(row))) for n, row in below if any(row)]
        places = find_columns(self._headings, (ID, NAME), faults, row=head + 1)
        self._id_at, self._name_at = places[ID.id], places.get(NAME.id)
        others = [
            at for at, text in enumerate(self._headings) if text and at not in (self._id_at, self._name_at)
        ]
        wanted = {heading_key(name) for name in only}
        self._amounts_at = [
            at
            for at in others
            if (heading_key(self._headings[at]) in wanted if wanted else self._is_amount(at))
        ]
        others = [at for at in others if at not in self._amounts_at]
        self._unused = tuple(self._headings[at] for at in others)
        self._check_wanted(only)
        self._check_double(head + 1)
        self._check_nameless(width if wanted else 0)
        for at in () if wanted else others:
            self._check_english(at)
        if not self._amounts_at and not faults.problems:
            faults.add("no amounts")
        if money is None:
            self._check_headings()

    def read(self, encoding: str) -> FigureSheet:
        amounts: dict[str, dict[str, Decimal]] = {}
        totals: dict[str, Decimal] = {}
        numbers: dict[str, int] = {}
        total_in = 0
        for number, row in self._rows:
            unit_id = row[self._id_at]
            if self._is_total(row):
                if total_in:
                    self._faults.add("two totals", row=number, other=total_in)
                totals, total_in = self._values(number, row), number
            elif not unit_id:
                self._faults.add_cell("missing value", number, self._headings[self._id_at], {})
            elif unit_id in numbers:
                self._faults.add("double id", row=number, value=unit_id, other=numbers[unit_id])
            else:
                numbers[unit_id] = number
                amounts[unit_id] = self._values(number, row)
        columns = tuple(self._headings[at] for at in self._amounts_at)
        without = tuple(unit_id for unit_id, values in amounts.items() if len(values) < len(columns))
        given = {unit_id: values for unit_id, values in amounts.items() if values}
        plain = frozenset(self._headings[at] for at in self._plain)
        return FigureSheet(columns, given, totals, without, self._unused, encoding, plain)

    def _check_wanted(self, only: Sequence[str]) -> None:
        found = {heading_key(text) for text in self._headings}
        for name in only:
            if heading_key(name) not in found:
                headings = tuple(filter(None, self._headings))
                self._faults.add("missing column", column=name, found=headings, names=headings)

    def _check_double(self, row: int) -> None:
        """Notes columns to be taken that nobody could tell apart: in the letter, in the plan, in the sums."""
        standing: dict[str, list[int]] = {}
        for at in self._amounts_at:
            standing.setdefault(heading_key(self._headings[at]), []).append(at)
        for places in standing.values():
            if len(places) > 1:
                names = ", ".join(column_name(at) for at in places)
                self._faults.add(
                    "double heading",
                    row=row,
                    column=self._headings[places[0]],
                    count=len(places),
                    names=names,
                )

    def _check_nameless(self, beginning: int) -> None:
        """Notes amounts with nothing above them in columns from `beginning` on, once for each column."""
        width = max((len(row) for _, row in self._rows), default=0)
        named = {at for at, text in enumerate(self._headings) if text}
        for at in sorted(set(range(beginning, width)) - named):
            cells = ((number, row[at]) for number, row in self._rows if at < len(row))
            first = next((cell for cell in cells if _number(cell[1]) is not None), None)
            if first is not None:
                self._faults.add("no heading", row=first[0], column=column_name(at), value=first[1])

    def _is_total(self, row: Sequence[str]) -> bool:
        unit_id = row[self._id_at]
        name = row[self._name_at] if self._name_at is not None else ""
        return bool(_TOTAL.search(unit_id) or (not unit_id and _TOTAL.search(name)))

    def _is_amount(self, at: int) -> bool:
        """Whether the column holds numbers, and not percentages or text alone."""
        if at in self._plain:
            return True
        filled = [row[at] for _, row in self._rows if row[at]]
        return any(_number(text) is not None for text in filled if not _PERCENTAGE.search(text))

    def _check_english(self, at: int) -> None:
        """Notes a column that nobody can read because its numbers are written the English way."""
        matches = ((number, _ENGLISH.fullmatch(row[at])) for number, row in self._rows)
        english = [(number, match) for number, match in matches if match]
        if english:
            number, match = english[0]
            danish = format_decimal(Decimal(match[1].replace(",", "")))
            values = {"value": match[0], "danish": danish, "count": len(english)}
            self._faults.add_cell("english numbers", number, self._headings[at], values)

    def _values(self, number: int, row: Sequence[str]) -> dict[str, Decimal]:
        found = {}
        for at in self._amounts_at:
            if row[at] and (value := self._value(number, at, row[at])) is not None:
                found[self._headings[at]] = value
        return found

    def _value(self, number: int, at: int, text: str) -> Decimal | None:
        column, worth = self._headings[at], self._worth
        if at in self._plain:
            text, worth = _PERCENTAGE.sub("", text).strip(), Decimal(1)
        elif _PERCENTAGE.search(text):
            self._faults.add_cell("percentage", number, column, {"value": text})
            return None
        try:
            value = parse_decimal(text) * worth
        except ValueError as error:
            self._faults.add_cell("not amount", number, column, {"why": error, "value": text})
            return None
        if abs(value) >= LARGEST:
            self._faults.add_cell("too large", number, column, {"value": text})
        elif value != round(value, 2):
            self._faults.add_cell("too fine", number, column, {"value": text})
        return value

    def _check_headings(self) -> None:
        said: Mapping[Money, re.Pattern[str]] = {
            Money.THOUSAND: _SAYS_THOUSAND,
            Money.MILLION: _SAYS_MILLION,
        }
        for at in sorted(set(self._amounts_at) - self._plain):
            for money, pattern in said.items():
                if pattern.search(self._headings[at]):
                    self._faults.add("says unit", column=self._headings[at], unit=money.value)


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except ValueError:
        return None
