"""Invented leaders: when they answer, and what. Nothing here is about a real person or institution.

Everything follows from a seed and the task's own key, so a year played twice is the same year.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Any

from cycle.calendar import WorkingCalendar
from cycle.goals.statuses import VALUE_FIELD
from cycle.tasks.answer_model import row_fields
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.measures import (
    AT_LEAST,
    AT_MOST,
    BASELINE_FIELD,
    BETWEEN,
    DONE,
    INDICATOR_FIELD,
    MEASURED,
    NOT_BELOW,
    RULE_FIELD,
    TARGET_FIELD,
    UNIT_FIELD,
    UNIT_GOALS,
    UPPER_FIELD,
)

SHARES = (25, 9, 12, 20, 12, 13)
"""Percent who answer before the first reminder, then between one contact and the next; the rest never."""

ACTING_WEEKDAYS = (0, 2, 4)
"""People act on Mondays, Wednesdays and Fridays where they can, so that a year is played in less time."""

REMARKS = (
    "Vi følger planen og har ikke bemærkninger ud over det nævnte.",
    "Indsatsen er i gang, og de første resultater ventes efter sommerferien.",
    "Vi har flyttet timer fra administration til undervisning og følger virkningen tæt.",
    "Forældrerådet er inddraget og bakker op om de valgte indsatser.",
    "Der er ansat en ny afdelingsleder, og arbejdet med målet er genoptaget.",
    "Vi samarbejder med nabo-enhederne om fælles kompetenceudvikling.",
)
CONCERNS = (
    "Sygefraværet er højere end forventet. Vi holder omsorgssamtaler efter fem dages fravær.",
    "Vikarudgifterne presser budgettet. Vi har indført fælles vikardækning med nabo-enheden.",
    "To stillinger har stået ubesatte siden nytår. De er genopslået.",
    "Målet nås ikke i år. Vi har aftalt en ny plan med vores nærmeste leder.",
)
SAYINGS: Mapping[str, Sequence[str]] = {
    "titel": (
        "Flere forældre deltager i årets møder",
        "Alle børn har en fast voksen i overgangen",
        "Færre skift mellem voksne i løbet af dagen",
        "Fælles sprog om trivsel på tværs af teams",
        "Flere timer læses med to voksne",
        "Børnene er med til at vælge aktiviteter",
    ),
    "kilder": ("Trivselsmålingen", "Registreringen af fremmøde"),
    "opfoelgning": ("På personalemødet hvert kvartal",),
    "ansvarlig": ("Afdelingslederen", "Den pædagogiske leder"),
    "navn": ("Opdigtet underskriver",),
    "udtalelse": ("Bestyrelsen er hørt og bakker op om aftalens mål.",),
}
"""What is written in fields with these ids."""
MEASURES = (
    ("Andel af forældre, der deltager", "%", "62", AT_LEAST, "70"),
    ("Andel af børn, der trives", "%", "84", NOT_BELOW, None),
    ("Timer om ugen med to voksne", "timer", "9.5", AT_LEAST, "12"),
    ("Skift mellem voksne om dagen", "skift", "6", AT_MOST, "4"),
    ("Møder med forældrerådet", "møder", None, BETWEEN, "4"),
    ("Planen er vedtaget", None, None, DONE, None),
)
"""How a unit's own goal may be measured: what, in what, the figure now, the rule and the target."""
UPPER = "6"
RARE = 0.15
"""So many of the questions that are seldom needed are answered."""


def rng(*key: object) -> Random:
    """A generator that always gives the same numbers for the same key."""
    return Random(":".join(str(part) for part in key))  # noqa: S311 - a played year, not a secret


def answer_on(
    key: str, *, contacts: Sequence[date], opened_on: date, last_on: date, calendar: WorkingCalendar
) -> date | None:
    """The local date on which this task is answered; None when it never is.

    `contacts` are the dates of the mails after the opening, in order; `last_on` the last day taken.
    """
    dice = rng("when", key)
    share = dice.uniform(0, 100)
    at = next((n for n, total in enumerate(accumulate(SHARES)) if share < total), None)
    if at is None:
        return None
    edges = [opened_on, *sorted(day for day in contacts if opened_on < day <= last_on), last_on]
    at = min(at, len(edges) - 2)
    first, last = edges[at], max(edges[at + 1], edges[at])
    working = [d for d in _days(first, last) if calendar.is_working_day(d)]
    days = [d for d in working if d.weekday() in ACTING_WEEKDAYS] or working or [last]
    return dice.choice(days)


def acting_day(first: date, calendar: WorkingCalendar) -> date:
    """The first working day from `first` on that people act on."""
    day = first
    while not (calendar.is_working_day(day) and day.weekday() in ACTING_WEEKDAYS):
        day = date.fromordinal(day.toordinal() + 1)
    return day


def answers_for(form: Form, prefill: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Canonical answers to every field asked, as `cycle.tasks.answers.read_answers` would give them."""
    dice = rng("what", key)
    given: dict[str, Any] = {}
    for field in with_choices(form, prefill).fields:
        if _asked(field, given):
            value = _value(field, prefill, dice)
            if value is not None:
                given[field.id] = value
    return given


def is_nil(form: Form, key: str) -> bool:
    """Whether this leader has nothing to report (about one in twelve where the form allows it)."""
    return form.nil_allowed and rng("nil", key).random() < 1 / 12


def _asked(field: Field, given: Mapping[str, Any]) -> bool:
    if not field.only_when:
        return True
    other, _, wanted = field.only_when.partition("=")
    value = given.get(other)
    return ("true" if value is True else str(value)) == wanted


def _value(field: Field, prefill: Mapping[str, Any], dice: Random) -> Any:
    if field.type is FieldType.REPEAT:
        return [_row(field, row, dice) for row in prefill.get(field.rows_from, ())]
    if not field.required and dice.random() < 0.5:
        return None
    if field.type is FieldType.CONFIRM:
        return True
    if field.type is FieldType.CHOICE:
        return _choice(field, dice)
    if field.type is FieldType.TRAFFIC_LIGHT:
        return _light(dice)
    if field.type is FieldType.FILE:
        return None
    if field.type is FieldType.DATE:
        return date(2027, 9, dice.randint(1, 28)).isoformat()
    return _written(field, dice)


def _written(field: Field, dice: Random) -> str:
    if field.type in (FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT):
        return _number(field, dice)
    return dice.choice(SAYINGS.get(field.id, REMARKS))[: field.max_length]


def _row(field: Field, row: Mapping[str, Any], dice: Random) -> dict[str, Any]:
    given: dict[str, Any] = {}
    own = _own_measure(dice) if field.rows_from == UNIT_GOALS else {}
    for inner in row_fields(field, row):
        if _asked(inner, given):
            value = _in_row(inner, row, own, dice)
            if value is not None:
                given[inner.id] = value
    return {"row": row["row"], **given}


def _in_row(inner: Field, row: Mapping[str, Any], own: Mapping[str, str | None], dice: Random) -> Any:
    if inner.id == VALUE_FIELD:
        return _measured(row, dice)
    if inner.id in MEASURED:
        return own.get(inner.id)
    return None if inner.more and dice.random() > RARE else _value(inner, {}, dice)


def _own_measure(dice: Random) -> Mapping[str, str | None]:
    """What a unit measures its own goal by; two in three are measured."""
    if dice.random() < 1 / 3:
        return {}
    name, unit, baseline, rule, target = dice.choice(MEASURES)
    return {
        INDICATOR_FIELD: name,
        UNIT_FIELD: unit,
        BASELINE_FIELD: baseline,
        RULE_FIELD: rule,
        TARGET_FIELD: target,
        UPPER_FIELD: UPPER if rule == BETWEEN else None,
    }


def _measured(row: Mapping[str, Any], dice: Random) -> str | None:
    """A value near the target of the row's indicator; one in eight gives none."""
    indicator = row["indicator"]
    known = [indicator.get(name) for name in ("target", "baseline", "high", "low")]
    near = next((Decimal(str(number)) for number in known if number is not None), Decimal(1))
    if dice.random() < 1 / 8:
        return None
    return str((near * Decimal(str(dice.uniform(0.9, 1.05)))).quantize(Decimal("0.1")))


def _choice(field: Field, dice: Random) -> str | None:
    """The first choice is the usual one; one in twenty takes another. None where there is none."""
    values = [choice.value for choice in field.choices]
    if not values:
        return None
    return values[0] if dice.random() < 0.95 else dice.choice(values)


def _light(dice: Random) -> dict[str, str]:
    light = dice.choices(("grøn", "gul", "rød"), weights=(70, 23, 7))[0]
    return {"light": light, "comment": "" if light == "grøn" else dice.choice(CONCERNS)}


def _number(field: Field, dice: Random) -> str:
    low, high = _usual(field)
    low = max(low, field.minimum) if field.minimum is not None else low
    high = max(low, min(high, field.maximum)) if field.maximum is not None else high
    if field.type is FieldType.AMOUNT:
        return str(Decimal(dice.randint(int(low), int(high)) // 1000 * 1000).quantize(Decimal("1.00")))
    return str(Decimal(str(round(dice.uniform(low, high), 1))))


def _usual(field: Field) -> tuple[float, float]:
    """Between what a leader's number is likely to lie."""
    if field.type is FieldType.AMOUNT:
        return (-400_000.0 if (field.minimum or 0.0) < 0 else 0.0), 400_000.0
    if field.type is FieldType.PERCENT:
        return (2.0, 9.0) if "fravær" in field.label.lower() else (78.0, 100.0)
    return 1.0, 12.0


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
