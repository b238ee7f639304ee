"""A sheet of figures as it is shown before it is kept: sums, signs, and the units it does not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cli.import_view import SHOWN
from cli.wording import english
from cli.year_words import tell
from cycle.danish import format_amount, format_decimal
from cycle.errors import Problem
from cycle.plan.model import FlowName
from cycle.tasks.figure_sheet import FigureSheet
from cycle.tasks.figures import Fit
from cycle.tasks.overspend import column_problems, overspending, rules_of
from cycle.tasks.tables import Occurrence


@dataclass(frozen=True)
class FiguresView:
    """What is said about a sheet before it is kept."""

    occurrence: Occurrence
    sheet: FigureSheet
    fit: Fit

    def lines(self) -> list[str]:
        """For people."""
        sheet, about = self.sheet, self.occurrence
        columns = ", ".join(f"»{name}«" for name in sheet.columns)
        lines = [
            tell(
                "figures read",
                encoding=sheet.encoding,
                units=len(sheet.amounts),
                columns=columns,
                title=about.title,
                year=about.concerns_year,
            )
        ]
        if sheet.unused:
            lines.append(tell("unused", columns=", ".join(sheet.unused)))
        rules = rules_of(about)
        lines.append(tell(f"sign {rules.costs.value}", count=sheet.negative()))
        lines += [self._sum(column) for column in sheet.sums()]
        lines += _listed(self._lacking(), self.fit.missing) + _listed("units empty", sheet.without)
        if rules.above is not None:
            over = [unit for unit, _ in overspending(rules, sheet)]
            percent = format_decimal(Decimal(str(rules.above)), language="en" if english() else "da")
            lines += _listed("overspending", over, above=percent)
        lines += [f"{problem.what} {problem.cure}" for problem in column_problems(about, sheet)]
        return lines + _listed("units outside", self.fit.outside) + _listed("units unknown", self.fit.unknown)

    def notices(self) -> list[str]:
        """What must not be overlooked: columns that are not what the file says they come to."""
        return _differing("notice of sum", self.sheet.differences())

    def refusals(self, file: str) -> list[Problem]:
        """Why the sheet of this file is not kept unless it is said to be meant."""
        told = _differing("sum wrong", self.sheet.unexplained())
        return [Problem(file, what, tell("mend sum")) for what in told]

    def data(self) -> dict[str, Any]:
        """For scripts: amounts as decimal strings in DKK."""
        sheet = self.sheet
        return {
            "occurrence": self.occurrence.id,
            "activity": self.occurrence.activity_id,
            "columns": list(sheet.columns),
            "unused": list(sheet.unused),
            "units": len(sheet.amounts),
            "negative": sheet.negative(),
            "sums": _plain(sheet.sums()),
            "totals": _plain(sheet.totals),
            "differences": _plain(sheet.differences()),
            "empty": list(sheet.without),
            "costs": rules_of(self.occurrence).costs.value,
            "overspending": {
                unit: str(found.amount) for unit, found in overspending(rules_of(self.occurrence), sheet)
            },
            **{name: list(units) for name, units in vars(self.fit).items()},
        }

    def _lacking(self) -> str:
        """A budget call waits for its amounts; a request goes out without its key figures."""
        waits = self.occurrence.flow == FlowName.BUDGET_CALL.value
        return "units missing" if waits else "units without"

    def _sum(self, column: str) -> str:
        total, printed = self.sheet.sums()[column], self.sheet.totals.get(column)
        if printed is None:
            return tell("sum alone", column=column, total=_shown(total))
        difference = self.sheet.differences().get(column)
        if difference is None:
            return tell("sum fits", column=column, total=_shown(total))
        return tell(
            "sum differs",
            column=column,
            total=_shown(total),
            printed=_shown(printed),
            difference=_shown(difference),
        )


def _differing(key: str, differences: Mapping[str, Decimal]) -> list[str]:
    return [
        tell(key, column=column, difference=_shown(abs(difference)))
        for column, difference in differences.items()
    ]


def _listed(key: str, units: Sequence[str], **facts: str) -> list[str]:
    if not units:
        return []
    more = " …" if len(units) > SHOWN else ""
    return [tell(key, count=len(units), **facts), f"  {', '.join(units[:SHOWN])}{more}"]


def _plain(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {column: str(amount) for column, amount in amounts.items()}


def _shown(amount: Decimal) -> str:
    return format_amount(amount, "en" if english() else "da")
