"""Who is expected to overspend by more than the plan allows, and the follow-up such a unit owes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.danish import format_amount, format_decimal
from cycle.errors import Problem
from cycle.organisation.columns import heading_key
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Unit
from cycle.plan.figure_rules import FigureRules, Sign
from cycle.plan.model import Activity
from cycle.tasks.calendars import calendar_of
from cycle.tasks.figure_sheet import FigureSheet
from cycle.tasks.opening import NewTask, existing_posts, open_tasks
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task

OVERSPEND = "merforbrug"
"""The subject of the follow-up, and its form's place among the occurrence's forms."""

Figures = Mapping[str, Iterable[Mapping[str, str]]]


@dataclass(frozen=True)
class Overspend:
    """A unit's expected overspending in DKK; `percent` of its budget, None when it has none."""

    budget: Decimal
    expected: Decimal
    amount: Decimal
    percent: Decimal | None


def rules_of(occurrence: Occurrence) -> FigureRules:
    """The plan's rules for the occurrence's figures."""
    return Activity.model_validate_json(occurrence.activity).figures or FigureRules()


def column_problems(occurrence: Occurrence, sheet: FigureSheet) -> Iterator[Problem]:
    """The columns that the plan speaks of and the file lacks."""
    rules, found = rules_of(occurrence), {heading_key(column) for column in sheet.columns}
    beside = (column for each in rules.beside for column in each.columns)
    for column in dict.fromkeys(filter(None, (rules.budget, rules.expected, *beside))):
        if heading_key(column) not in found:
            columns = ", ".join(f"»{name}«" for name in sheet.columns)
            what = f"Planen taler om kolonnen »{column}«, som filen ikke har."
            yield Problem(
                "filen", what, f"Ret overskriften i filen eller »figures« i planen; filen har {columns}."
            )


def overspend(rules: FigureRules, figures: Iterable[Mapping[str, str]]) -> Overspend | None:
    """The unit's overspending when it is above the plan's limit.

    With costs as plus, spending more than the budget is a greater number; with costs as minus a smaller.
    """
    by_column = {heading_key(each["label"]): Decimal(each["amount"]) for each in figures}
    budget, expected = (by_column.get(heading_key(name)) for name in (rules.budget, rules.expected))
    if rules.above is None or budget is None or expected is None:
        return None
    amount = expected - budget if rules.costs is Sign.PLUS else budget - expected
    if amount <= 0:
        return None
    percent = amount * 100 / abs(budget) if budget else None
    if percent is not None and percent <= Decimal(str(rules.above)):
        return None
    return Overspend(budget, expected, amount, percent)


def overspending(rules: FigureRules, sheet: FigureSheet) -> list[tuple[str, Overspend]]:
    """The units of a sheet that overspend above the limit, in the sheet's order."""
    found = []
    for unit, amounts in sheet.amounts.items():
        figures = [{"label": column, "amount": str(amount)} for column, amount in amounts.items()]
        if (over := overspend(rules, figures)) is not None:
            found.append((unit, over))
    return found


def open_follow_ups(session: Session, occurrence: Occurrence, figures: Figures, *, now: datetime) -> int:
    """One follow-up for each unit of the audience that overspends; safe to repeat. Gives how many are new.

    It is owed by the post that is asked about the budget, with a date and reminders of its own.
    """
    activity = Activity.model_validate_json(occurrence.activity)
    rules = activity.figures
    if rules is None or rules.above is None:
        return 0
    calendar = calendar_of(session, occurrence)
    today = calendar.local_date(now)
    due_on = calendar.add_working_days(today, rules.days)
    directory = Directory.load(session, occurrence.root_id, today)
    known = existing_posts(session, occurrence.id or 0)
    wanted = [
        NewTask(
            unit_id=unit,
            role=role,
            due_on=due_on,
            subject=OVERSPEND,
            kind=TaskKind.FOLLOW_UP,
            title="Opfølgning på merforbrug",
            form_version_id=occurrence.stage_forms.get(OVERSPEND),
            prefill={"figures": _shown(rules, found)},
        )
        for unit, role in directory.posts(activity.audience)
        if (unit, role, OVERSPEND) not in known
        and (found := overspend(rules, figures.get(unit, ()))) is not None
    ]
    return open_tasks(session, occurrence, wanted, now=now)


class FollowUp(NamedTuple):
    """A unit's follow-up as the activity lists it."""

    task_id: int
    unit: str
    state: TaskState
    due_on: date
    figures: list[dict[str, str]]


def follow_ups(session: Session, occurrence_id: int, *, paths: Sequence[str]) -> list[FollowUp]:
    """The follow-ups of an occurrence below these unit paths, in the order of the organisation."""
    rows = session.execute(
        sa.select(col(Task.id), col(Unit.name), col(Task.state), col(Task.due_on), col(Task.prefill))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            col(Task.occurrence_id) == occurrence_id,
            col(Task.kind) == TaskKind.FOLLOW_UP,
            within(col(Unit.path), paths),
        )
        .order_by(col(Unit.path))
    )
    return [
        FollowUp(id_, unit, state, due_on, prefill.get("figures", []))
        for id_, unit, state, due_on, prefill in rows
    ]


def _shown(rules: FigureRules, found: Overspend) -> list[dict[str, str]]:
    """The figures of the unit's follow-up, as `cycle.tasks.figures.figures_of` gives them."""
    share = f" ({format_decimal(found.percent, 1)} %)" if found.percent is not None else ""
    rows = (
        (rules.budget, found.budget),
        (rules.expected, found.expected),
        (f"Merforbrug{share}", found.amount),
    )
    return [{"label": label, "amount": str(amount), "shown": format_amount(amount)} for label, amount in rows]
