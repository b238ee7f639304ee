"""What a goal is measured by, and whether a value reaches its target."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from cycle.danish import format_decimal, parse_decimal
from cycle.plan.frozen import Frozen


class TargetRule(StrEnum):
    """When a value reaches the target."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    NOT_BELOW_BASELINE = "not_below_baseline"
    DONE = "done"
    RANGE = "range"


def _decimal(written: object) -> object:
    return parse_decimal(written) if isinstance(written, str) else written


Number = Annotated[
    Decimal, BeforeValidator(_decimal), WithJsonSchema({"type": ["number", "string"], "title": "Number"})
]
"""A number in Danish form ("6,2"), or a plain one."""


NEEDED: Mapping[TargetRule, tuple[str, ...]] = {
    TargetRule.AT_LEAST: ("target",),
    TargetRule.AT_MOST: ("target",),
    TargetRule.NOT_BELOW_BASELINE: ("baseline",),
    TargetRule.DONE: (),
    TargetRule.RANGE: ("low", "high"),
}
"""The numbers without which an indicator's rule says nothing."""


class Indicator(Frozen):
    """What is counted (`name`, in `unit`), where it began, and where it shall get to.

    `target` is for at_least and at_most, `low` and `high` (both inclusive) for range, `baseline` for
    not_below_baseline; of done any value from 1 on means done.
    """

    name: str
    unit: str = ""
    baseline: Number | None = None
    target: Number | None = None
    rule: TargetRule = TargetRule.AT_LEAST
    low: Number | None = None
    high: Number | None = None

    def reached(self, value: Decimal) -> bool:
        """Whether the value reaches the target; false where the target was never set."""
        low, high = self._bounds
        return (low, high) != (None, None) and (
            (low is None or value >= low) and (high is None or value <= high)
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """The numbers that its rule needs and that are not there."""
        return tuple(name for name in NEEDED[self.rule] if getattr(self, name) is None)

    @property
    def crossed(self) -> bool:
        """Whether the range ends before it begins."""
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def _bounds(self) -> tuple[Decimal | None, Decimal | None]:
        if self.rule is TargetRule.AT_MOST:
            return None, self.target
        if self.rule is TargetRule.RANGE:
            return self.low, self.high
        if self.rule is TargetRule.NOT_BELOW_BASELINE:
            return self.baseline, None
        return (Decimal(1) if self.rule is TargetRule.DONE else self.target), None

    def shown_target(self, language: str = "da") -> str:
        """The target as people read it: "højst 6,2 %"."""
        words = _WORDS[self.rule][language == "en"]
        numbers = {
            name: self.shown(value, language)
            for name in ("target", "baseline", "low", "high")
            if (value := getattr(self, name)) is not None
        }
        return words.format_map({name: "–" for name in ("target", "baseline", "low", "high")} | numbers)

    def shown(self, value: Decimal, language: str = "da") -> str:
        """A value with its unit: "6,2 %"."""
        return f"{format_decimal(value, language=language)} {self.unit}".strip()


_WORDS: Mapping[TargetRule, tuple[str, str]] = {
    TargetRule.AT_LEAST: ("mindst {target}", "at least {target}"),
    TargetRule.AT_MOST: ("højst {target}", "at most {target}"),
    TargetRule.NOT_BELOW_BASELINE: (
        "ikke under udgangspunktet {baseline}",
        "not below its start, {baseline}",
    ),
    TargetRule.DONE: ("gjort", "done"),
    TargetRule.RANGE: ("mellem {low} og {high}", "between {low} and {high}"),
}


def indicator_of(stored: Mapping[str, Any]) -> Indicator | None:
    """The indicator of a goal's row; None when it has none."""
    return Indicator.model_validate(stored) if stored else None
