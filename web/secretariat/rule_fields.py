"""The fields of an activity's reminders: numbers, a mark that removes one, and those of a new one."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import FormData

from cycle.calendar import Move
from cycle.errors import AnswerInvalid, Problem
from cycle.plan.model import ReminderKind, ReminderRule
from cycle.tasks.rules import BOUNDS
from web.secretariat.typed import text_of

WITH_NUMBERS = frozenset({ReminderKind.BEFORE, ReminderKind.AFTER, ReminderKind.ESCALATE})
ADDABLE = (ReminderKind.BEFORE, ReminderKind.ON, ReminderKind.AFTER, ReminderKind.ESCALATE)
REMOVABLE = frozenset(ADDABLE)
"""The opening is how anybody hears of a task at all: it stays, and there is one."""

BEFOREHAND = frozenset({ReminderKind.BEFORE, ReminderKind.ON})
NEW_NUMBERS = {"offset": 5, "every": 0, "at_most": 1}
"""What the new rule's fields say at first."""

WORKING, CALENDAR = "arbejdsdage", "dage"


def new_id(seen: str) -> str:
    """The id of the rule that is added to the revision seen. No other rule of the activity ever had it, so
    no earlier decision is taken for one of its steps."""
    return f"tilfoejet-{seen}"


def typed_rules(those: Sequence[ReminderRule], sent: FormData, seen: str) -> list[ReminderRule]:
    """The rules as they were sent: with their numbers, without the removed, with the new one.

    Raises AnswerInvalid with what is no number, and for a kind of rule that there is not.
    """
    kept = [rule for rule in those if not is_removed(rule, sent)]
    added = _added(sent, new_id(seen))
    return [_typed(rule, sent) for rule in kept] + ([_typed(added, sent)] if added else [])


def is_removed(rule: ReminderRule, sent: FormData) -> bool:
    """Whether the rule is marked to go."""
    return rule.kind in REMOVABLE and sent.get(f"{rule.id}.fjern") == "1"


def shown_fields(those: Sequence[ReminderRule], sent: FormData | None, seen: str) -> Mapping[str, str]:
    """What stands in the fields: what was typed, else the rules' own numbers."""
    fresh = new_id(seen)
    shown = {f"{rule.id}.{name}": str(getattr(rule, name)) for rule in those for name in BOUNDS}
    shown |= {f"{rule.id}.unit": WORKING if rule.working_days else CALENDAR for rule in those}
    shown |= {f"{rule.id}.fjern": "" for rule in those}
    shown |= {f"{fresh}.{name}": str(number) for name, number in NEW_NUMBERS.items()}
    shown |= {f"{fresh}.unit": WORKING, f"{fresh}.kind": ""}
    return {**shown, **({name: text_of(sent, name) for name in shown if name in sent} if sent else {})}


def _added(sent: FormData, rule_id: str) -> ReminderRule | None:
    kind = text_of(sent, f"{rule_id}.kind")
    if not kind:
        return None
    if kind not in ADDABLE:
        raise AnswerInvalid(
            [Problem(f"{rule_id}.kind", "Den slags påmindelse findes ikke.", "Vælg en fra listen.")]
        )
    early = ReminderKind(kind) in BEFOREHAND
    return ReminderRule(id=rule_id, kind=ReminderKind(kind), move=Move.EARLIER if early else Move.LATER)


def _typed(rule: ReminderRule, sent: FormData) -> ReminderRule:
    """One rule with the numbers of its fields; a rule without fields stays as it is."""
    if rule.kind not in WITH_NUMBERS or f"{rule.id}.offset" not in sent:
        return rule
    numbers = {name: _number(rule, name, sent) for name in BOUNDS}
    return rule.model_copy(update={**numbers, "working_days": sent.get(f"{rule.id}.unit") == WORKING})


def _number(rule: ReminderRule, name: str, sent: FormData) -> int:
    text = text_of(sent, f"{rule.id}.{name}")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise AnswerInvalid([Problem(f"{rule.id}.{name}", "Det er ikke et helt tal.", "Skriv fx 5.")])
    return int(text)
