"""Numbers that are far from last period's: worth a second look, never refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cycle.tasks.forms import Field, FieldType

NUMBERS = frozenset({FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT})
FAR = Decimal("0.5")
"""Half more or half less than last time, or the other sign, is a jump. Stated on the page and in the docs."""


@dataclass(frozen=True)
class Jump:
    """A number at a place of the form ("tal", "maal.A.tal") that was `before` last time. `share`: whole per
    cent more (or less, when negative); None where last time was nothing."""

    where: str
    field: Field
    before: Decimal
    now: Decimal

    @property
    def share(self) -> int | None:
        """By how many per cent of last time's it has changed."""
        return round((self.now - self.before) / abs(self.before) * 100) if self.before else None


def jumps(fields: Sequence[Field], answers: Mapping[str, Any], last: Mapping[str, Any]) -> list[Jump]:
    """The canonical answers' numbers that are far from last period's, in the order of the form.

    Where nothing was answered last time there is nothing to compare with.
    """
    return list(_jumps(fields, answers, last, ""))


def _jumps(
    fields: Sequence[Field], answers: Mapping[str, Any], last: Mapping[str, Any], before: str
) -> Iterator[Jump]:
    for field in fields:
        now, then = answers.get(field.id), last.get(field.id)
        if field.type in NUMBERS:
            yield from _of_number(field, f"{before}{field.id}", now, then)
        elif field.type is FieldType.REPEAT:
            rows = {str(row.get("row")): row for row in _rows(then)}
            for row in _rows(now):
                key = str(row.get("row"))
                yield from _jumps(field.fields, row, rows.get(key, {}), f"{before}{field.id}.{key}.")


def _of_number(field: Field, where: str, now: Any, then: Any) -> Iterator[Jump]:
    first, second = _decimal(then), _decimal(now)
    if first is not None and second is not None and abs(second - first) > abs(first) * FAR:
        yield Jump(where, field, first, second)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _decimal(value: Any) -> Decimal | None:
    """The number as it is stored; None for what an older form had here, or nothing."""
    try:
        found = Decimal(value) if isinstance(value, str) and value else None
    except InvalidOperation:
        return None
    return found if found is None or found.is_finite() else None
