"""What a plan says of the figures that come with an activity, as data."""

from enum import StrEnum

from pydantic import Field

from cycle.plan.frozen import Frozen, Slug


class Sign(StrEnum):
    """How costs stand in a file of figures; income has the other sign."""

    PLUS = "plus"
    MINUS = "minus"


class FieldFigures(Frozen):
    """The columns of the file whose figures stand beside one question of the form.

    They are amounts in DKK; with `unit` ("%", "elever") plain numbers that it is written behind.
    """

    field: Slug
    columns: tuple[str, ...] = Field(min_length=1)
    unit: str = Field(default="", max_length=30)


class FigureRules(Frozen):
    """Which figures come with the request, how they are written, when overspending has to be explained.

    `beside` puts them at the questions they belong to; the others stand above the form. `budget` and
    `expected` name columns: in a budget call a unit that is expected to spend more than `above` percent
    over its budget owes the form `form` within `days` working days of the opening; without `above` none
    does.
    """

    costs: Sign = Sign.PLUS
    beside: tuple[FieldFigures, ...] = ()
    budget: str = ""
    expected: str = ""
    above: float | None = Field(default=None, ge=0, le=1000)
    form: Slug | None = None
    days: int = Field(default=10, ge=1, le=60)
