"""What to do about the steps of one task that are due: pure, each step decided once and with its reason.

Who is told decides three things beside the plan's steps:

*An opening caught up.* Whenever a waiting task is looked at and its recipient can be reached but has not
been told of it (a new holder, a substitute who steps in, a post that had nobody, a holder whose address
came later), the opening is sent to that person under the opening rule's next ordinal, unless another
mail about the task goes to them now. The ledger stays append-only: the earlier row keeps its verdict.

*An opening again.* A task opened once more (a review with new answers) has a new `opened_at`; the openings
decided before it do not count, and the next ordinal is used.

*Escalation* goes one level up, to the nearest superior who is not the person already asked (who stands in
for a vacant post is not told about themselves).
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from cycle.organisation.directory import Recipient
from cycle.organisation.tables import AddressHealth
from cycle.plan.model import ReminderKind, ReminderRule
from cycle.reminders import wording
from cycle.reminders.steps import Step
from cycle.reminders.tables import Decided

_EARLY = frozenset({ReminderKind.BEFORE, ReminderKind.ON})


class Standing(StrEnum):
    """What the reminders need to know of a task's state."""

    WAITING = "waiting"
    ANSWERED = "answered"
    NOT_OWED = "not_owed"
    CLOSED = "closed"


@dataclass(slots=True)
class Facts:
    """A task as the reminders see it. Dates are local. Not frozen, which would be most of its cost.

    `steps` stand in the order of time. `decided` holds the keys of the steps decided for this deadline,
    and of the opening when this opening has been decided. `openings` counts the opening rows the ledger
    has, `told` names the persons who have been written to about the task since it was opened.
    """

    standing: Standing
    due_on: date
    steps: Sequence[Step]
    decided: AbstractSet[tuple[str, int]] = frozenset()
    recipient: Recipient | None = None
    superior: Recipient | None = None
    openings: int = 0
    told: AbstractSet[int] = frozenset()
    answered_on: date | None = None


class Decision(NamedTuple):
    """One row of the ledger. `mail` verdicts (`SENT`) still need a message, which completes `reason`."""

    rule: ReminderRule
    ordinal: int
    nominal_on: date
    verdict: Decided
    what: str
    reason: str = ""
    to: Recipient | None = None


def decide(facts: Facts, *, now: datetime, mail_on: date) -> list[Decision]:
    """Decides every step that is due at `now` and undecided.

    `mail_on` is the local day on which a mail queued now leaves at the earliest. Of the steps to the post
    only the newest is sent, of those to the superior likewise; the others are overtaken. A step before
    the deadline is no longer sent after it.
    """
    come = takewhile(lambda step: step.decide_at <= now, facts.steps)
    due = [step for step in come if step.key not in facts.decided]
    if facts.standing is not Standing.WAITING:
        return [_withheld(facts, step, *_over(facts)) for step in due]
    to_post = [step for step in due if step.kind is not ReminderKind.ESCALATE]
    upwards = [step for step in due if step.kind is ReminderKind.ESCALATE]
    passed = [step for step in to_post if step.kind in _EARLY and mail_on > facts.due_on]
    current = [step for step in to_post if step not in passed]
    newest = current[-1] if current else None
    decisions = [_overtaken(facts, step, newest) for step in passed]
    decisions += [_overtaken(facts, step, newest) for step in current[:-1]]
    if newest is not None:
        decisions.append(_to_post(facts, newest))
    elif catching_up(facts):
        decisions.append(_caught_up(facts, mail_on))
    if upwards:
        decisions += [_overtaken(facts, step, upwards[-1]) for step in upwards[:-1]]
        decisions.append(_upwards(facts, upwards[-1]))
    return decisions


def catching_up(facts: Facts) -> bool:
    """Whether the task's recipient can be reached and has not been told of the task yet."""
    opening = _opening(facts)
    return (
        facts.standing is Standing.WAITING
        and opening is not None
        and opening.key in facts.decided
        and facts.recipient is not None
        and facts.recipient.person_id not in facts.told
        and _unreachable(facts.recipient) is None
    )


def _opening(facts: Facts) -> Step | None:
    return next((step for step in facts.steps if step.kind is ReminderKind.OPENS), None)


def _over(facts: Facts) -> tuple[Decided, str]:
    if facts.standing is Standing.ANSWERED:
        return Decided.ANSWERED, wording.answered(facts.answered_on)
    if facts.standing is Standing.NOT_OWED:
        return Decided.NOT_OWED, wording.NOT_OWED
    return Decided.CLOSED, wording.CLOSED


def _to_post(facts: Facts, step: Step) -> Decision:
    if facts.recipient is None:
        return _withheld(facts, step, Decided.NOBODY, wording.NOBODY)
    return _mail(facts, step, facts.recipient)


def _upwards(facts: Facts, step: Step) -> Decision:
    if facts.superior is None:
        return _withheld(facts, step, Decided.NO_SUPERIOR, wording.NO_SUPERIOR)
    return _mail(facts, step, facts.superior)


def _mail(facts: Facts, step: Step, to: Recipient) -> Decision:
    unreachable = _unreachable(to)
    if unreachable is not None:
        return _withheld(facts, step, *unreachable, to=to)
    return _row(facts, step, Decided.SENT, to=to)


def _caught_up(facts: Facts, mail_on: date) -> Decision:
    opening = _opening(facts)
    assert opening is not None
    ordinal = facts.openings + 1
    what = wording.opening_title(ordinal=ordinal, told_before=bool(facts.told))
    return Decision(opening.rule, ordinal, mail_on, Decided.SENT, what, to=facts.recipient)


def _unreachable(person: Recipient) -> tuple[Decided, str] | None:
    if not person.address:
        return Decided.NO_ADDRESS, wording.NO_ADDRESS
    if person.health is AddressHealth.DEAD:
        return Decided.ADDRESS_DEAD, wording.ADDRESS_DEAD
    return None


def _overtaken(facts: Facts, step: Step, by: Step | None) -> Decision:
    if by is None:
        return _withheld(facts, step, Decided.OVERTAKEN, wording.PASSED)
    why = wording.overtaken(by, facts.due_on, same_day=step.sends_on == by.sends_on)
    return _withheld(facts, step, Decided.OVERTAKEN, why)


def _withheld(
    facts: Facts, step: Step, verdict: Decided, why: str, *, to: Recipient | None = None
) -> Decision:
    row = _row(facts, step, verdict, to=to)
    return row._replace(reason=wording.not_sent(row.what, why))


def _row(facts: Facts, step: Step, verdict: Decided, *, to: Recipient | None) -> Decision:
    if step.kind is not ReminderKind.OPENS:
        what = wording.title(step, facts.due_on)
        return Decision(step.rule, step.ordinal, step.nominal_on, verdict, what, to=to)
    ordinal = facts.openings + 1
    what = wording.opening_title(ordinal=ordinal, told_before=False)
    return Decision(step.rule, ordinal, step.nominal_on, verdict, what, to=to)
