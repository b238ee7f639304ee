"""Figures per unit as a file has them, with the sums of their columns."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class FigureSheet:
    """Amounts (DKK) by unit id and column, with each column's printed total where the file has one.

    Costs are positive, income negative, as in the file. `without` are units with an empty amount, `plain`
    the columns whose numbers are no amounts and are never summed.
    """

    columns: tuple[str, ...]
    amounts: dict[str, dict[str, Decimal]]
    totals: dict[str, Decimal] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    encoding: str = ""
    plain: frozenset[str] = frozenset()

    def sums(self) -> dict[str, Decimal]:
        """The sum of each column of amounts."""
        return {
            column: sum((row[column] for row in self.amounts.values() if column in row), Decimal(0))
            for column in self.columns
            if column not in self.plain
        }

    def differences(self) -> dict[str, Decimal]:
        """Printed total minus the sum of the rows, per column where they differ. Kept, not mended."""
        sums = self.sums()
        return {
            column: printed - sums[column]
            for column, printed in self.totals.items()
            if column in sums and printed != sums[column]
        }

    def unexplained(self) -> dict[str, Decimal]:
        """Those of the differences that are more than rounding: half of the last place, once per amount."""
        return {
            column: difference
            for column, difference in self.differences().items()
            if abs(difference) > self._rounding(column)
        }

    def _rounding(self, column: str) -> Decimal:
        given = [row[column].normalize() for row in self.amounts.values() if row.get(column)]
        places = (int(amount.as_tuple().exponent) for amount in given)
        return Decimal(10) ** min(places, default=0) / 2 * (len(given) + 1)

    def negative(self) -> int:
        """How many amounts are income (below zero)."""
        rows = self.amounts.values()
        return sum(amount < 0 for row in rows for name, amount in row.items() if name not in self.plain)
