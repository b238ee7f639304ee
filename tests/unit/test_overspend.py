"""Overspending is measured against the unit's own budget, whichever sign costs have in the file."""

from decimal import Decimal

import pytest

from cycle.plan.figure_rules import FigureRules, Sign
from cycle.tasks.figure_file import read_figures
from cycle.tasks.overspend import overspend, overspending

PLUS = FigureRules(budget="Korrigeret budget", expected="Forventet regnskab", above=4, form="merforbrug")
MINUS = PLUS.model_copy(update={"costs": Sign.MINUS})


def figures(budget: str, expected: str) -> list[dict[str, str]]:
    rows = {"Korrigeret budget": budget, "Forventet regnskab": expected, "Heraf løn": "1"}
    return [{"label": label, "amount": amount} for label, amount in rows.items()]


@pytest.mark.parametrize(
    ("rules", "budget", "expected", "amount", "percent"),
    [
        (PLUS, "1000000", "1050000", "50000", "5"),
        (PLUS, "1000000", "1040000", None, None),  # exactly at the limit
        (PLUS, "1000000", "900000", None, None),
        (MINUS, "-1000000", "-1050000", "50000", "5"),
        (MINUS, "-1000000", "-900000", None, None),
        (PLUS, "-200000", "-180000", "20000", "10"),  # a unit with more income than costs earns less
        (PLUS, "0", "1", "1", None),  # no budget at all: any overspending is above it
    ],
)
def test_the_limit_is_a_share_of_the_budget(
    rules: FigureRules, budget: str, expected: str, amount: str | None, percent: str | None
) -> None:
    found = overspend(rules, figures(budget, expected))
    assert (found.amount if found else None) == (Decimal(amount) if amount else None)
    assert (found.percent if found else None) == (Decimal(percent) if percent else None)


def test_without_a_limit_nobody_overspends_and_headings_are_compared_as_people_write_them() -> None:
    data = "unit_id;KORRIGERET  BUDGET;Forventet regnskab\nS1;1.000,0;1.100,0\nS2;1.000,0;1.000,0\n"
    sheet = read_figures(data.encode())
    assert [unit for unit, _ in overspending(PLUS, sheet)] == ["S1"]
    assert overspending(FigureRules(), sheet) == []
