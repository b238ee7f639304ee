"""What goes along with a mail about tasks: posts handed over, deadlines for the calendar, the feed's page."""

from collections.abc import Sequence
from typing import Any

from cycle.messages.tables import Message, MessageKind
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.tables import Task
from notifications.deadlines import deadline_of, to_ics
from notifications.handover import posts_of
from notifications.letters import Item
from notifications.office import Office
from notifications.sources import Rows
from notifications.titles import title_of

NEW_DATE = frozenset(
    {MessageKind.EXTENDED, MessageKind.DEADLINE_CHANGED, MessageKind.RETURNED, MessageKind.WAIVED}
)
"""Kinds of mail that move a deadline in the receiver's calendar, or take it away."""


def goes_along(
    rows: Rows,
    office: Office,
    message: Message,
    current: Sequence[ReminderDecision],
    tasks: Sequence[Task],
    items: Sequence[Item],
    language: str,
) -> dict[str, Any]:
    """Those fields of the letter: `current` decides for the daily mail, `tasks` for another."""
    if message.kind in NEW_DATE:
        return {"deadlines": _deadlines(rows, office, message, tasks, language)}
    if message.kind is not MessageKind.DAILY:
        return {}
    before = rows.handed.before
    told = [each for each in current if each.rule_kind == ReminderKind.OPENS or each.id in before]
    new = {each.task_id: rows.tasks[each.task_id] for each in told}
    named = {id_: (task, rows.units[task.unit_id].name) for id_, task in new.items()}
    pages = [item.url for item in items if item.url]
    return {
        "handed": posts_of(rows.handed, named, told, language),
        "deadlines": _deadlines(rows, office, message, list(new.values()), language),
        "calendar_url": f"{pages[0]}/kalender" if pages else "",
    }


def _deadlines(rows: Rows, office: Office, message: Message, tasks: Sequence[Task], language: str) -> str:
    found = [
        deadline_of(
            task,
            occurrence,
            rows.units[task.unit_id].name,
            title=title_of(task, occurrence, language),
            language=language,
            cancelled=message.kind is MessageKind.WAIVED,
        )
        for task in tasks
        for occurrence in [rows.occurrences[task.occurrence_id]]
    ]
    return to_ics(found, organiser=office.organiser, language=language) if found else ""
