"""From rules and a deadline to dated steps: pure, and the same answer every time it is asked.

Every step leaves inside the send window (working days 07–16 local), whatever its move policy says: with
`keep` the step's date stays and the mail leaves on the next working day.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from cycle.calendar import Move, WorkingCalendar
from cycle.plan.model import ReminderKind, ReminderRule

_ORDER = {kind: place for place, kind in enumerate(ReminderKind)}
_EARLY = frozenset({ReminderKind.BEFORE, ReminderKind.ON})
_LATE = frozenset({ReminderKind.AFTER, ReminderKind.ESCALATE})


@dataclass(frozen=True)
class Step:
    """One thing a rule says for one deadline. Dates are local, instants UTC.

    `nominal_on` is what the rule gives, `on` the date after its move policy, `sends_on` the working day
    the mail leaves. It is decided from `decide_at` (06:00 local, so that openings, reminders and
    escalations of a day meet in one mail) and the mail leaves from `at` (07:00 local). Tasks with the same
    deadline share their steps, so what follows from a step is found once.
    """

    rule: ReminderRule
    ordinal: int
    nominal_on: date
    on: date
    sends_on: date
    decide_at: datetime
    at: datetime

    @cached_property
    def kind(self) -> ReminderKind:
        """What the step says."""
        return self.rule.kind

    @property
    def rule_id(self) -> str:
        """The rule's stable id."""
        return self.rule.id

    @cached_property
    def key(self) -> tuple[str, int]:
        """What the step is called within one deadline: a step with this key is decided once."""
        return self.rule.id, self.ordinal


def steps(
    rules: Iterable[ReminderRule], due_on: date, opened_on: date, calendar: WorkingCalendar
) -> list[Step]:
    """Every step of one deadline in the order they leave.

    `due_on` is the local, inclusive deadline; `opened_on` the local date the task was opened or was given
    this deadline. A step that would leave on or before the day the opening leaves is dropped: the
    opening (or the mail about the new deadline) says it. A step after the deadline never moves to
    or before it. Source of the rules: DESIGN, "Reminders".
    """
    first = calendar.move(opened_on, Move.LATER)
    found = [
        step
        for rule in rules
        for step in _of_rule(rule, due_on, opened_on, calendar)
        if rule.kind is ReminderKind.OPENS or step.sends_on > first
    ]
    return sorted(found, key=lambda step: (step.at, step.nominal_on, _ORDER[step.kind], step.ordinal))


def next_look(steps: Sequence[Step], decided: Container[tuple[str, int]]) -> datetime | None:
    """When the next undecided step wants to be decided (UTC, may be past); None when none is left."""
    return min((step.decide_at for step in steps if step.key not in decided), default=None)


def _of_rule(rule: ReminderRule, due_on: date, opened_on: date, calendar: WorkingCalendar) -> Iterable[Step]:
    is_series = rule.every and rule.kind is not ReminderKind.OPENS
    for ordinal in range(1, (rule.at_most if is_series else 1) + 1):
        nominal = _nominal(rule, ordinal, due_on, opened_on, calendar)
        if rule.kind is ReminderKind.BEFORE and nominal > due_on:
            return
        on = _moved(rule, nominal, due_on, opened_on, calendar)
        sends_on = calendar.move(on, Move.LATER)
        at, _ = calendar.send_window(sends_on)
        yield Step(rule, ordinal, nominal, on, sends_on, calendar.opening(sends_on), at)


def _moved(
    rule: ReminderRule, nominal: date, due_on: date, opened_on: date, calendar: WorkingCalendar
) -> date:
    on = calendar.move(nominal, rule.move)
    sends_on = calendar.move(on, Move.LATER)
    if rule.kind in _LATE and on <= due_on:
        return calendar.move(nominal, Move.LATER)
    if rule.kind is ReminderKind.OPENS and on < opened_on:
        return calendar.move(nominal, Move.LATER)
    if rule.kind in _EARLY and sends_on > due_on:
        return calendar.move(nominal, Move.EARLIER)
    return on


def _nominal(
    rule: ReminderRule, ordinal: int, due_on: date, opened_on: date, calendar: WorkingCalendar
) -> date:
    if rule.kind is ReminderKind.OPENS:
        return opened_on
    if rule.kind is ReminderKind.ON:
        return due_on
    distance = rule.offset + (ordinal - 1) * rule.every
    if rule.kind is ReminderKind.BEFORE:
        distance = -(rule.offset - (ordinal - 1) * rule.every)
    if rule.working_days:
        return calendar.add_working_days(due_on, distance)
    return due_on + timedelta(days=distance)
