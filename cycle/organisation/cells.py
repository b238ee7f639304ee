"""One row of an imported file, and how its cells are understood."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cycle.access.emails import clean_email, email_fault
from cycle.organisation.days import parse_day
from cycle.organisation.faults import Faults

_EXCEL_ERROR = re.compile(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|I/T|REFERENCE!|NAVN\?|VÆRDI!)")


@dataclass(frozen=True)
class Cells:
    """One row: its number in the file (counted from 1), the text under each known column, and what the
    file calls those columns.
    """

    number: int
    values: Mapping[str, str]
    headings: Mapping[str, str]

    def fault(self, faults: Faults, key: str, column: str, **values: object) -> None:
        """Notes a fault of one cell, under the heading the file has for it."""
        faults.add_cell(key, self.number, self.headings.get(column, column), values)

    def text(self, column: str) -> str:
        """The text under a column on one line, blanks collapsed; empty when there is none."""
        return " ".join(unicodedata.normalize("NFC", self.values.get(column, "")).split())

    def day(self, column: str, faults: Faults) -> date | None:
        """The date under a column; a fault is noted and None given when it is not one."""
        text = self.text(column)
        if not text:
            return None
        found = parse_day(text)
        if found is None:
            self.fault(faults, "bad date", column, value=text)
        return found

    def email(self, column: str, faults: Faults) -> str | None:
        """The address under a column; a fault is noted and None given when it is not one."""
        text = clean_email(self.values.get(column, ""))
        if not text:
            return None
        if fault := email_fault(text):
            self.fault(faults, f"email {fault}", column, value=" ".join(text.split()))
            return None
        return text

    def identity(self, column: str) -> str:
        """An id: a number that a spreadsheet wrote with decimals ("101001.0") is the whole number."""
        text = self.text(column)
        return text[:-2] if re.fullmatch(r"\d+[.,]0", text) else text

    def check(self, limits: Mapping[str, int], faults: Faults) -> None:
        """Notes cells that no column may hold: control characters, Excel's errors, endless text."""
        for column, value in self.values.items():
            if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in value):
                self.fault(faults, "control characters", column)
            elif len(value) > limits[column]:
                faults.add(
                    "too long", row=self.number, column=column, length=len(value), limit=limits[column]
                )
            elif _EXCEL_ERROR.fullmatch(value.strip()):
                self.fault(faults, "excel error", column, value=value.strip())
