"""Which task of a mail about several an answer is for: every task that can be answered has a letter.

A letter follows from what the message speaks of, in an order that never changes (the kind of step, the
deadline it spoke of, the activity), so that a mail written again after a crash and the reply to it agree.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cycle.messages.tables import Message, MessageKind
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.states import BY_MAIL
from cycle.tasks.tables import Task
from notifications.nil import is_nil
from notifications.questions import MOST_LINES

_QUOTE = re.compile(r"[>\s]*")
_MARKED = re.compile(
    r"(?:[*•–-]\s?)?(?P<letter>[A-Za-z]{1,2}|[A-Z]{1,2} )(?P<number>\d{1,3})\s?(?:[.):]\s?|$)(?P<rest>.*)"
)
_HEADED = re.compile(r"(?:[*•–-]\s?)?(?P<letter>[A-Za-z]{1,2})\s?[.):]\s?(?P<rest>.*)")


def letter_of(index: int) -> str:
    """A, B, … Z, AA, AB, … as the columns of a spreadsheet."""
    text = ""
    index += 1
    while index:
        index, place = divmod(index - 1, 26)
        text = chr(ord("A") + place) + text
    return text


def answerable(
    message: Message, decisions: Sequence[ReminderDecision], tasks: Mapping[int, Task]
) -> list[int]:
    """The tasks of the message that a reply may answer, in the order of their letters.

    Also those that were left out of the mail because they had been answered by then: their letter is not
    given to another.
    """
    if message.kind is MessageKind.DAILY:
        asked = [each for each in decisions if each.rule_kind != ReminderKind.ESCALATE]
        ids = [each.task_id for each in sorted(asked, key=lambda each: _order(each, tasks))]
    else:
        ids = list(message.context.get("tasks") or [message.task_id])
    takes_mail = (task_id for task_id in ids if task_id in tasks and tasks[task_id].kind in BY_MAIL)
    return list(dict.fromkeys(takes_mail))


def fingerprint(tasks: Sequence[Task]) -> int:
    """A number that is another one when a task's links are revoked, or other tasks have the letters."""
    return zlib.crc32(",".join(f"{task.id}:{task.link_generation}" for task in tasks).encode())


def _order(decision: ReminderDecision, tasks: Mapping[int, Task]) -> tuple[int, str, int, int]:
    late = decision.deadline < decision.decided_at.date()
    rank = 0 if decision.rule_kind == ReminderKind.OPENS else 2 if late else 1
    occurrence_id = tasks[decision.task_id].occurrence_id if decision.task_id in tasks else 0
    return rank, decision.deadline.isoformat(), occurrence_id, decision.task_id


@dataclass(frozen=True)
class Sections:
    """A reply's lines by the letter of the task they speak of; `before` stands before the first letter."""

    by_letter: Mapping[str, str]
    before: str


def sections(text: str, letters: Sequence[str]) -> Sections:
    """Cuts a reply at its letters: "A1: gul" and "A: Intet at bemærke" begin what is said of task A.

    A letter with a number may be small. A letter alone counts when it heads a line; where others have
    numbers, only above its answers or before "intet at bemærke", because "A) … B) …" may be a list of the
    author's own. The letters are gone from what is returned, the numbers stand.
    """
    known = set(letters)
    lines = text.splitlines()
    numbered = any(_marked(line, known) for line in lines[:MOST_LINES])
    found: dict[str, list[str]] = {}
    before: list[str] = []
    current = before
    for line in lines[:MOST_LINES]:
        begins = _marked(line, known) or _headed(line, known, numbered)
        if begins is not None:
            letter, line = begins
            current = found.setdefault(letter, [])
        current.append(line)
    current += lines[MOST_LINES:]
    by_letter = {letter: "\n".join(lines).strip() for letter, lines in found.items()}
    return Sections(by_letter, "\n".join(before).strip())


def _marked(line: str, known: set[str]) -> tuple[str, str] | None:
    quote, words = _unquoted(line)
    match = _MARKED.fullmatch(words)
    if match is None or match["letter"].strip().upper() not in known:
        return None
    return match["letter"].strip().upper(), f"{quote}{match['number']}. {match['rest']}"


def _headed(line: str, known: set[str], numbered: bool) -> tuple[str, str] | None:
    quote, words = _unquoted(line)
    match = _HEADED.fullmatch(words)
    if match is None or match["letter"].upper() not in known:
        return None
    if numbered and match["rest"].strip() and not is_nil(match["rest"]):
        return None
    return match["letter"].upper(), quote + match["rest"]


def _unquoted(line: str) -> tuple[str, str]:
    """(the signs by which the line is quoted, its words)."""
    quote = _QUOTE.match(line)
    end = quote.end() if quote else 0
    return line[:end], line[end:]
