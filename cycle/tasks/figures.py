"""Figures per unit, kept for an occurrence and shown with its request: a budget call's frame, key figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.danish import format_amount, format_date, format_decimal
from cycle.errors import ImportInvalid, Problem
from cycle.history import History
from cycle.organisation.columns import heading_key
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Unit
from cycle.plan.figure_rules import FieldFigures, Sign
from cycle.plan.model import Activity, FlowName
from cycle.tasks.calendars import calendar_of
from cycle.tasks.figure_sheet import FigureSheet
from cycle.tasks.overspend import column_problems, rules_of
from cycle.tasks.records import record_occurrence
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Figure, Occurrence, Task

KEEP = "keep_figures"
SHOWN_WITH = (TaskKind.ANSWER, TaskKind.DRAFT)
"""The tasks of the units themselves, which the figures come with."""


@dataclass(frozen=True)
class Fit:
    """How a sheet fits the units that will be asked. `missing`: asked, without a figure; `outside`: with a
    figure, not asked; `unknown`: not a unit of the municipality.
    """

    missing: tuple[str, ...]
    outside: tuple[str, ...]
    unknown: tuple[str, ...]


def fit(session: Session, occurrence: Occurrence, sheet: FigureSheet, *, now: datetime) -> Fit:
    """Holds a sheet against the audience as it is on the day the occurrence opens (today, when later)."""
    on = calendar_of(session, occurrence).local_date(max(now, occurrence.opens_at))
    directory = Directory.without_people(session, occurrence.root_id, on)
    activity = Activity.model_validate_json(occurrence.activity)
    asked = [unit_id for unit_id, _ in directory.posts(activity.audience)]
    known = set(directory.units)
    return Fit(
        missing=tuple(unit_id for unit_id in asked if unit_id not in sheet.amounts),
        outside=tuple(sorted((set(sheet.amounts) & known) - set(asked))),
        unknown=tuple(sorted(set(sheet.amounts) - known)),
    )


def keep_figures(
    session: Session, occurrence: Occurrence, sheet: FigureSheet, *, by: str, now: datetime
) -> int:
    """Replaces the occurrence's figures by the sheet's; gives how many amounts that is.

    A budget call's stand as they were sent out; key figures may be put right while answers are taken.
    Raises ImportInvalid for units and columns not known, and when it is too late.
    """
    _refuse_sent(session, occurrence)
    _refuse_unfit(session, occurrence, sheet)
    session.execute(sa.delete(Figure).where(col(Figure.occurrence_id) == occurrence.id))
    rows = [
        {"occurrence_id": occurrence.id, "unit_id": unit, "code": name, "label": name, "amount": str(amount)}
        for unit, amounts in sheet.amounts.items()
        for name, amount in amounts.items()
    ]
    if rows:
        session.execute(sa.insert(Figure), rows)
    _renew_tasks(session, occurrence)
    data = {
        "units": len(sheet.amounts),
        "costs": rules_of(occurrence).costs.value,
        "totals": {column: str(amount) for column, amount in sheet.totals.items()},
        "sums": {column: str(total) for column, total in sheet.sums().items()},
        "differences": {column: str(amount) for column, amount in sheet.differences().items()},
    }
    record_occurrence(session, occurrence, KEEP, by=by, now=now, data=data)
    return len(rows)


@dataclass(frozen=True)
class Kept:
    """What was noted when an occurrence's figures were imported last. Amounts in DKK by column.

    `totals` are the file's own, `differences` what they have more than the rows; `costs` is how they stand.
    """

    at: datetime
    by: str
    units: int
    costs: Sign
    sums: dict[str, Decimal]
    totals: dict[str, Decimal]
    differences: dict[str, Decimal]


def kept_figures(session: Session, occurrence_id: int) -> Kept | None:
    """The newest import of figures, from the history; None when there has been none."""
    row = session.exec(
        select(History)
        .where(History.thing == f"occurrence:{occurrence_id}", History.verb == KEEP)
        .order_by(col(History.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    sums, totals, differences = (
        {column: Decimal(amount) for column, amount in row.data.get(key, {}).items()}
        for key in ("sums", "totals", "differences")
    )
    costs = Sign(row.data.get("costs", Sign.PLUS))
    return Kept(row.at, row.actor, int(row.data["units"]), costs, sums, totals, differences)


def wants_figures(occurrence: Occurrence) -> bool:
    """Whether the plan lets figures come with the activity: a budget call has them always."""
    is_call = occurrence.flow == FlowName.BUDGET_CALL.value
    return is_call or Activity.model_validate_json(occurrence.activity).figures is not None


def still_taken(occurrence: Occurrence) -> bool:
    """Whether figures may be kept now: a budget call's until they go out, key figures until the close."""
    if occurrence.flow == FlowName.BUDGET_CALL.value:
        return occurrence.state is OccurrenceState.PLANNED
    return occurrence.state in (OccurrenceState.PLANNED, OccurrenceState.OPEN)


def plain_columns(occurrence: Occurrence) -> tuple[str, ...]:
    """The columns whose numbers are no amounts."""
    return tuple(name for each in rules_of(occurrence).beside if each.unit for name in each.columns)


def figures_of(
    session: Session, occurrence_id: int, unit_id: str | None = None
) -> dict[str, list[dict[str, str]]]:
    """Each unit's figures (or one's) as shown with its task: label, canonical amount, amount in Danish.

    `field` is the question that the plan puts it beside, `unit` what is counted where it is not DKK.
    """
    occurrence = session.get(Occurrence, occurrence_id)
    beside = _places(rules_of(occurrence).beside) if occurrence else {}
    found: dict[str, list[dict[str, str]]] = {}
    query = sa.select(col(Figure.unit_id), col(Figure.label), col(Figure.amount))
    query = query.where(col(Figure.occurrence_id) == occurrence_id).order_by(col(Figure.id))
    if unit_id is not None:
        query = query.where(col(Figure.unit_id) == unit_id)
    for unit_id, label, amount in session.execute(query):
        found.setdefault(unit_id, []).append(_entry(label, amount, beside.get(heading_key(label))))
    return found


def units_with_figures(session: Session, occurrence_id: int) -> set[str]:
    """The ids of the units of which a figure is kept."""
    return set(session.exec(select(Figure.unit_id).where(Figure.occurrence_id == occurrence_id).distinct()))


def _places(beside: Iterable[FieldFigures]) -> dict[str, FieldFigures]:
    return {heading_key(name): each for each in beside for name in each.columns}


def _entry(label: str, amount: str, place: FieldFigures | None) -> dict[str, str]:
    entry = {"label": label, "amount": amount, "shown": format_amount(Decimal(amount))}
    if place is None:
        return entry
    if not place.unit:
        return {**entry, "field": place.field}
    shown = f"{format_decimal(Decimal(amount))} {place.unit}"
    return {**entry, "field": place.field, "unit": place.unit, "shown": shown}


def _refuse_sent(session: Session, occurrence: Occurrence) -> None:
    if still_taken(occurrence):
        return
    is_call = occurrence.flow == FlowName.BUDGET_CALL.value
    today = calendar_of(session, occurrence).local_date(occurrence.opened_at or occurrence.opens_at)
    what = f"Åbnede {format_date(today)}; enhederne har fået deres beløb."
    if not is_call:
        what = "Aktiviteten er lukket; svarene er givet ud fra de tal, der står."
    if occurrence.state is OccurrenceState.CANCELLED:
        what = f"Aktiviteten er aflyst: {occurrence.note}."
    cure = "Skriv til de enheder, der har fået et forkert beløb, fra aktivitetens side."
    if not is_call:
        cure = "Skriv til de enheder, der har fået et forkert tal, fra aktivitetens side."
    raise ImportInvalid([Problem(occurrence.title, what, cure)])


def _refuse_unfit(session: Session, occurrence: Occurrence, sheet: FigureSheet) -> None:
    units = sa.select(col(Unit.id)).where(col(Unit.root_id) == occurrence.root_id)
    unknown = sorted(set(sheet.amounts) - set(session.execute(units).scalars()))
    problems = [
        Problem(unit_id, f"Enheden {unit_id} findes ikke.", "Ret id'et, eller indlæs enhederne.")
        for unit_id in unknown
    ]
    if problems := [*problems, *column_problems(occurrence, sheet)]:
        raise ImportInvalid(problems)


def _renew_tasks(session: Session, occurrence: Occurrence) -> None:
    """Tasks that are there show the new figures: of key figures that were put right, and of an opening that
    was interrupted, of which nobody has been told. Who has to explain overspending is found anew.
    """
    of_it = col(Task.occurrence_id) == occurrence.id
    session.execute(sa.delete(Task).where(of_it, col(Task.kind) == TaskKind.FOLLOW_UP))
    figures = figures_of(session, occurrence.id or 0)
    for task in session.exec(select(Task).where(of_it, col(Task.kind).in_(SHOWN_WITH))):
        task.prefill = {**task.prefill, "figures": figures.get(task.unit_id, [])}
        session.add(task)
    session.flush()
