"""Numbers that are far from last period's, or from the key figure beside them: worth a second look, never
refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from cycle.tasks.forms import Field, FieldType

NUMBERS = frozenset({FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT})
FAR = Decimal("0.5")
"""Half more or half less than last time, or the other sign, is a jump. Stated on the page and in the docs."""


@dataclass(frozen=True)
class Jump:
    """A number at a place of the form ("tal", "maal.A.tal") that was `before` last time. `share`: whole per
    cent more (or less, when negative); None where last time was nothing. `figure`: what the number before is
    called, where it is no answer but the key figure beside the question."""

    where: str
    field: Field
    before: Decimal
    now: Decimal
    figure: str = ""

    @property
    def share(self) -> int | None:
        """By how many per cent of last time's it has changed."""
        return round((self.now - self.before) / abs(self.before) * 100) if self.before else None


def jumps(
    fields: Sequence[Field],
    answers: Mapping[str, Any],
    last: Mapping[str, Any],
    figures: Sequence[Mapping[str, Any]] = (),
) -> list[Jump]:
    """The canonical answers' numbers that are far from last period's, in the order of the form.

    Where nothing was answered last time, the one of the unit's key `figures` counts that stands at the
    question and is counted as the answer is ("%", "elever"). Amounts have none: beside an expected deviation
    stands a budget. Where neither is there, nothing is compared.
    """
    known = {each.where for each in _numbers(fields, last, "")}
    against = [each for each in _numbers(fields, answers, "") if each.where not in known]
    found = [*_jumps(fields, answers, last, ""), *_from_figures(against, figures)]
    order = {each.where: index for index, each in enumerate(_numbers(fields, answers, ""))}
    return sorted(found, key=lambda each: order[each.where])


class _Number(NamedTuple):
    """A number that was answered, at a place of the form."""

    where: str
    field: Field
    value: Decimal


def _numbers(fields: Sequence[Field], answers: Mapping[str, Any], before: str) -> Iterator[_Number]:
    for field in fields:
        value = answers.get(field.id)
        if field.type in NUMBERS and (number := _decimal(value)) is not None:
            yield _Number(f"{before}{field.id}", field, number)
        elif field.type is FieldType.REPEAT:
            for row in _rows(value):
                yield from _numbers(field.fields, row, f"{before}{field.id}.{row.get('row')}.")


def _from_figures(numbers: Sequence[_Number], figures: Sequence[Mapping[str, Any]]) -> Iterator[Jump]:
    for where, field, now in numbers:
        unit = "%" if field.type is FieldType.PERCENT else field.unit
        fitting = [each for each in figures if each.get("field") == where and each.get("unit") == unit]
        before = _decimal(fitting[0].get("amount")) if len(fitting) == 1 and unit else None
        if before is not None and _is_far(before, now):
            yield Jump(where, field, before, now, str(fitting[0].get("label", "")))


def _is_far(before: Decimal, now: Decimal) -> bool:
    return abs(now - before) > abs(before) * FAR


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
    if first is not None and second is not None and _is_far(first, second):
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
