"""The budget call's letter to one unit: its amounts, their sum, and how they are signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cycle.danish import format_amount, format_date
from cycle.organisation.columns import heading_key
from cycle.plan.figure_rules import FigureRules, Sign
from cycle.plan.model import Activity, FlowName
from cycle.tasks.tables import Occurrence

TEMPLATE = "budget_letter.typ"
PART_OF = ("heraf", "deraf", "of which")
"""How the heading of an amount begins that is part of another one."""

SIGNS: Mapping[Sign, tuple[str, str]] = {
    Sign.PLUS: (
        "Udgifter står med plus, indtægter med minus.",
        "Costs are positive, income is negative.",
    ),
    Sign.MINUS: (
        "Udgifter står med minus, indtægter med plus.",
        "Costs are negative, income is positive.",
    ),
}


@dataclass(frozen=True)
class Letterhead:
    """Who writes to whom, and what the document is. `mark` stands on every page of a demo's."""

    municipality: str
    unit: str
    role: str
    dated: str
    draft: bool = False
    mark: str = ""


def letter_values(
    occurrence: Occurrence, figures: Sequence[Mapping[str, str]], head: Letterhead, language: str
) -> dict[str, Any]:
    """Everything a template may show. `figures` are those of `cycle.tasks.figures.figures_of`."""
    activity = Activity.model_validate_json(occurrence.activity)
    rules, english = activity.figures or FigureRules(), language == "en"
    counted = [not one.get("unit") and _is_counted(one["label"], rules) for one in figures]
    title = (activity.title_en if english else "") or occurrence.title
    return {
        "municipality": head.municipality,
        "mark": head.mark,
        "draft": head.draft,
        "title": f"{title} {occurrence.concerns_year}",
        "unit": head.unit,
        "receiver": f"{head.role}, {head.unit}",
        "dated": head.dated,
        "due": format_date(occurrence.due_on, language),
        "text": activity.text,
        "figures": [
            {"label": one["label"], "amount": _amount(one, language), "counted": counts}
            for one, counts in zip(figures, counted, strict=True)
        ],
        "total": _total(figures, counted, language),
        "signs": SIGNS[rules.costs][english],
        "aside": not all(counted),
    }


def letterhead(
    occurrence: Occurrence, municipality: str, unit: str, *, now: datetime, language: str, mark: str = ""
) -> Letterhead:
    """The letter as it was sent when the activity opened; before that it is a draft of the day."""
    activity = Activity.model_validate_json(occurrence.activity)
    sent = occurrence.opened_at
    words = ("Sent", "As it stands") if language == "en" else ("Sendt", "Som det står")
    dated = f"{words[sent is None]} {format_date((sent or now).date(), language)}."
    return Letterhead(municipality, unit, activity.audience.role, dated, sent is None, mark)


def has_letters(occurrence: Occurrence) -> bool:
    """Whether the activity writes to units about their figures."""
    return occurrence.flow == FlowName.BUDGET_CALL.value


def _is_counted(label: str, rules: FigureRules) -> bool:
    """Whether an amount belongs to the sum: no "heraf", and not the expectation set beside the budget."""
    if label.strip().casefold().startswith(PART_OF):
        return False
    return not rules.expected or heading_key(label) != heading_key(rules.expected)


def _total(figures: Iterable[Mapping[str, str]], counted: Iterable[bool], language: str) -> str:
    amounts = [Decimal(one["amount"]) for one, counts in zip(figures, counted, strict=True) if counts]
    return format_amount(sum(amounts, Decimal(0)), language) if amounts else ""


def _amount(figure: Mapping[str, str], language: str) -> str:
    return figure["shown"] if figure.get("unit") else format_amount(Decimal(figure["amount"]), language)
