"""The proposals in a budget call's answers, gathered for the seminar: by area and unit, with their sums."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, select

from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.rollup import Line, Outcome
from cycle.tasks.tables import FormVersion

WORDS = (FieldType.TEXT, FieldType.LONG_TEXT)


@dataclass(frozen=True)
class Proposal:
    """One proposal: a row of a repeated group that asks for an amount. `amount` is DKK a year."""

    line: Line
    title: str
    amount: Decimal | None
    reason: str


@dataclass(frozen=True)
class Unit:
    """One unit's proposals and their sum."""

    line: Line
    proposals: tuple[Proposal, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the amounts, in DKK."""
        return total(self.proposals)


@dataclass(frozen=True)
class Area:
    """The units of one area that propose something, in the order of the organisation."""

    name: str
    units: tuple[Unit, ...]

    @property
    def proposals(self) -> list[Proposal]:
        """All of the area's."""
        return [one for unit in self.units for one in unit.proposals]

    @property
    def total(self) -> Decimal:
        """The sum of the amounts, in DKK."""
        return total(self.proposals)


@dataclass(frozen=True)
class Confirmation:
    """One question with choices: how many chose what, and what those who did not confirm wrote."""

    field: Field
    counts: Mapping[str, int]


def total(proposals: Iterable[Proposal]) -> Decimal:
    """The sum of the proposals' amounts, in DKK: costs positive, savings negative."""
    return sum((one.amount for one in proposals if one.amount is not None), Decimal(0))


def areas(lines: Sequence[Line], forms: Mapping[int, Form]) -> list[Area]:
    """Every proposal by area and unit; units without one are left out."""
    units = [unit for line in lines if (unit := Unit(line, tuple(_of(line, forms)))).proposals]
    by_area = sorted(units, key=lambda unit: unit.line.area)
    return [Area(name, tuple(those)) for name, those in groupby(by_area, key=lambda unit: unit.line.area)]


def confirmations(lines: Iterable[Line], forms: Mapping[int, Form]) -> list[Confirmation]:
    """How the frames were taken: the answers to every question with choices."""
    fields = {one.id: one for form in forms.values() for one in form.fields if one.type is FieldType.CHOICE}
    given = [line.answers for line in lines]
    return [
        Confirmation(one, Counter(answers[one.id] for answers in given if answers.get(one.id)))
        for one in fields.values()
    ]


def silent(lines: Iterable[Line]) -> list[Line]:
    """The units that have not answered."""
    return [line for line in lines if line.outcome in (Outcome.MISSING, Outcome.WAITING, Outcome.RETURNED)]


def forms_used(session: Session, lines: Iterable[Line]) -> dict[int, Form]:
    """The forms that the lines were answered in, by version id."""
    used = {line.form_version_id for line in lines} - {None}
    rows = session.exec(select(FormVersion).where(col(FormVersion.id).in_(used)))
    return {row.id or 0: Form.model_validate_json(row.spec) for row in rows}


def _of(line: Line, forms: Mapping[int, Form]) -> Iterator[Proposal]:
    form = forms.get(line.form_version_id or 0)
    for group in form.fields if form else ():
        asked = next((one for one in group.fields if one.type is FieldType.AMOUNT), None)
        if group.type is FieldType.REPEAT and asked is not None:
            for row in line.answers.get(group.id) or ():
                yield _proposal(line, group, asked, row)


def _proposal(line: Line, group: Field, asked: Field, row: Mapping[str, Any]) -> Proposal:
    """The row's first words are its title, what else was written its reason."""
    told = [str(row[one.id]) for one in group.fields if one.type in WORDS and row.get(one.id)]
    amount = row.get(asked.id)
    value = Decimal(str(amount)) if amount not in (None, "") else None
    return Proposal(line, told[0] if told else str(row["row"]), value, "\n".join(told[1:]))
