"""The secretariat's own texts in a mail: which hold for it, and their placeholders filled."""

from collections.abc import Mapping, Sequence

from cycle.danish import format_date
from cycle.messages.placeholders import Part, Placeholder, Texts, fill
from cycle.messages.tables import Message
from cycle.messages.texts import TextKey, chosen
from cycle.tasks.tables import Task
from notifications.letters import Letter
from notifications.sources import Rows

_SEVERAL = {
    "da": {Placeholder.TASK: "{} opgaver", Placeholder.UNIT: "{} enheder"},
    "en": {Placeholder.TASK: "{} tasks", Placeholder.UNIT: "{} units"},
}


def texts_for(rows: Rows, message: Message, language: str, tasks: Sequence[Task]) -> Texts:
    """The texts of this mail; those of an activity when it is about that one alone."""
    activities = [rows.occurrences[task.occurrence_id].activity_id for task in tasks]
    return chosen(rows.texts, TextKey(message.root_id, message.kind, language), activities)


def filled(letter: Letter) -> Texts:
    """The letter's own texts as they are read."""
    if not letter.texts:
        return letter.texts
    values = values_of(letter)
    return Texts(**{part: fill(getattr(letter.texts, part), values) for part in Part})


def values_of(letter: Letter) -> Mapping[str, str]:
    """What stands for each placeholder in this letter; several tasks or units are counted."""
    items = letter.own or letter.items
    several = _SEVERAL["en" if letter.language == "en" else "da"]
    units = {item.unit for item in items}
    return {
        Placeholder.NAME: letter.to_name,
        Placeholder.TASK: letter.one_title or several[Placeholder.TASK].format(len(items)),
        Placeholder.UNIT: units.pop() if len(units) == 1 else several[Placeholder.UNIT].format(len(units)),
        Placeholder.DUE: format_date(letter.first.due_on, letter.language),
        Placeholder.LINK: letter.first.url or letter.overview_url,
        Placeholder.SENDER: letter.sender_name,
        Placeholder.CONTACT: letter.contact,
    }
