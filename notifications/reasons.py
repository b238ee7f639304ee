"""Why a person gets a mail: the post held, in which capacity, and what occasioned it."""

from collections.abc import Sequence

from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Capacity
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.tables import Task
from notifications.sources import Rows

SHOWN_UNITS = 3

POSTS = {
    ("da", Capacity.HOLDER): "Du får denne mail, fordi du er registreret som {role} for {units}.",
    ("da", Capacity.SUBSTITUTE): "Du får denne mail, fordi du er stedfortræder for {units} ({role}).",
    ("da", Capacity.SUPERIOR): "Du får denne mail, fordi du er nærmeste leder, og posten som {role} for "
    "{units} ikke er besat.",
    ("en", Capacity.HOLDER): "You get this mail because you are registered as {role} at {units}.",
    ("en", Capacity.SUBSTITUTE): "You get this mail because you stand in for {units} ({role}).",
    (
        "en",
        Capacity.SUPERIOR,
    ): "You get this mail because you are the nearest superior and the post as {role} at {units} is vacant.",
}
ABOVE = {
    "da": "Du får denne mail, fordi du er nærmeste leder for {units}.",
    "en": "You get this mail because you are the nearest superior of {units}.",
}
OCCASIONS = {
    ("da", ReminderKind.OPENS): "en opgave er åbnet",
    ("da", ReminderKind.BEFORE): "en frist nærmer sig",
    ("da", ReminderKind.ON): "en frist er i dag",
    ("da", ReminderKind.AFTER): "en frist er overskredet",
    ("da", ReminderKind.ESCALATE): "svar mangler efter fristen",
    ("en", ReminderKind.OPENS): "a task has opened",
    ("en", ReminderKind.BEFORE): "a deadline is near",
    ("en", ReminderKind.ON): "a deadline is today",
    ("en", ReminderKind.AFTER): "a deadline has passed",
    ("en", ReminderKind.ESCALATE): "answers are missing after the deadline",
}
OCCASION = {"da": "Anledning: {what}.", "en": "Occasion: {what}."}


def reasons_why(
    rows: Rows, message: Message, tasks: Sequence[Task], decisions: Sequence[ReminderDecision], language: str
) -> tuple[str, ...]:
    """The sentences under a mail, one per capacity, and for the daily mail what occasioned it."""
    language = language if language in OCCASION else "da"
    late = {d.task_id for d in decisions if d.rule_kind == ReminderKind.ESCALATE}
    if message.kind is MessageKind.EXTENSION_WISH:
        return (ABOVE[language].format(units=_names(rows, tasks, language)),)
    own = {d.task_id for d in decisions if d.rule_kind != ReminderKind.ESCALATE}
    mine = [task for task in tasks if task.id in own or message.kind is not MessageKind.DAILY]
    found = _posts(rows, message, mine, language)
    above = _names(rows, [task for task in tasks if task.id in late], language)
    if above:
        found.append(ABOVE[language].format(units=above))
    if message.kind is MessageKind.DAILY:
        kinds = sorted({ReminderKind(d.rule_kind) for d in decisions}, key=list(ReminderKind).index)
        what = _listed([OCCASIONS[language, kind] for kind in kinds], language)
        found.append(OCCASION[language].format(what=what))
    return tuple(found)


def _posts(rows: Rows, message: Message, tasks: Sequence[Task], language: str) -> list[str]:
    by_capacity: dict[tuple[Capacity, str], list[Task]] = {}
    for task in tasks:
        capacity = rows.capacity((task.unit_id, task.role), message.person_id)
        by_capacity.setdefault((capacity, task.role), []).append(task)
    return [
        POSTS[language, capacity].format(role=role, units=_names(rows, found, language))
        for (capacity, role), found in by_capacity.items()
    ]


def _names(rows: Rows, tasks: Sequence[Task], language: str) -> str:
    names = list(dict.fromkeys(rows.units[task.unit_id].name for task in tasks))
    if len(names) > SHOWN_UNITS + 1:
        rest = len(names) - SHOWN_UNITS
        more = f"{rest} other units" if language == "en" else f"{rest} andre enheder"
        names = [*names[:SHOWN_UNITS], more]
    return _listed(names, language)


def _listed(parts: Sequence[str], language: str) -> str:
    joint = " and " if language == "en" else " og "
    return joint.join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
