"""Which task of a mail about several an answer is for: every task that can be answered has a letter.

A letter follows from what the message speaks of, in an order that never changes (the kind of step, the
deadline it spoke of, the activity), so that a mail written again after a crash and the reply to it agree.
"""

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cycle.messages.tables import Message, MessageKind
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.answer_values import LIGHT_WORDS
from cycle.tasks.states import BY_MAIL
from cycle.tasks.tables import Task
from notifications.label_forms import without_emphasis
from notifications.nil import is_nil
from notifications.questions import MOST_LINES

_QUOTE = re.compile(r"[>\s]*")
_BEFORE = r"(?:[*•–-]\s?)?(?:(?i:opgave|ad\.?|task|svar)\s+)?"
_MARKED = re.compile(
    rf"{_BEFORE}(?P<letter>[A-Za-z]{{1,2}}|[A-Z]{{1,2}} )(?P<number>\d{{1,3}})"
    r"(?P<sign>\s?(?:[.):]\s?|$)|\s*[–—-]+>?\s+|\s*[=\t]\s*|\s+)(?P<rest>.*)"
)
_HEADED = re.compile(
    rf"{_BEFORE}(?:(?P<letter>[A-Za-z]{{1,2}})\s?[.):]\s?|(?P<dashed>[A-Z]{{1,2}})\s+[–—-]+>?\s+)(?P<rest>.*)"
)
_SPACED = re.compile(rf"{_BEFORE}(?P<letter>[A-Z]{{1,2}})\s+(?P<rest>[^\W\d_].*)")
_NAMED = re.compile(r"(?i:opgave|ad\.?|task)\s+(?P<letter>[A-Za-z]{1,2})\s*")
_INSIDE = re.compile(
    r"(?P<end>[.,;!]|\b(?i:grøn|gul|rød|bemærke|bemærkninger))\s+(?:og )?"
    r"(?=(?P<letter>[A-Z]{1,2}\s?:\s|[A-Za-z]{1,2}\d{1,3}\s?[.):]\s))"
)
LONGEST_PARTED = 2_000
"""Signs of a line in which several letters are looked for."""

_LIGHT = re.compile(r"(\w+)\s*(?:$|[,.:;!(–—-])")
_AMOUNT = re.compile(r"[-+−÷]?\d[\d.,]*(?:\s?(?:t\.?kr|tkr|kr|mio|mia|%|pct)\.?){0,2}\s*")
"""What stands behind a letter and a number, and a blank alone: "A1 grøn", "A2 0"."""


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
    """A reply's lines by the letter of the task they speak of; `before` stands before the first letter.

    `unknown` are lines under a letter that the mail did not have, with the letter.
    """

    by_letter: Mapping[str, str]
    before: str
    unknown: str = ""


def sections(text: str, letters: Sequence[str]) -> Sections:
    """Cuts a reply at its letters: "A1: gul", "Opgave A" and "A: Intet at bemærke" begin what is said of A.

    A letter with a number may be small. A letter alone counts when it heads a line; where others have
    numbers, only above its answers or before "intet at bemærke", because "A) … B) …" may be a list of the
    author's own. The letters are gone from what is returned, the numbers stand. A capital letter that the
    mail did not have ends what is said of the task before. Behind the end of a sentence another task's letter
    begins what is said of it ("A: intet at bemærke. B: vi mangler to").
    """
    known = set(letters)
    lines = [part for line in text.splitlines()[:MOST_LINES] for part in _parted(line, known)]
    lines += text.splitlines()[MOST_LINES:]
    numbered = any((found := _marked(line)) and found[0] in known for line in lines[:MOST_LINES])
    parts: dict[str, list[str]] = {}
    before: list[str] = []
    unknown: list[str] = []
    current = before
    for line in lines[:MOST_LINES]:
        begins = _marked(line) or _headed(line, numbered)
        if begins is not None and begins[0] in known:
            current = parts.setdefault(begins[0], [])
            current.append(begins[1])
            continue
        if begins is not None and parts and _is_letter(line, begins[0]):
            current = unknown
        current.append(line)
    current += lines[MOST_LINES:]
    by_letter = {letter: "\n".join(lines).strip() for letter, lines in parts.items()}
    return Sections(by_letter, "\n".join(before).strip(), "\n".join(unknown).strip())


def _parted(line: str, known: Collection[str]) -> list[str]:
    """The line, cut where another task's letter follows the end of what is said of the first."""
    begins = _marked(line) or _headed(line, numbered=False)
    if begins is None or begins[0] not in known or len(line) > LONGEST_PARTED:
        return [line]
    quote, _ = _unquoted(line)
    cuts = [match for match in _INSIDE.finditer(line) if _letter_in(match["letter"]) in known]
    starts = [0, *(match.end() for match in cuts)]
    ends = [*(match.end("end") for match in cuts), len(line)]
    parts = [line[start:end].rstrip(" ,;") for start, end in zip(starts, ends, strict=True)]
    return [parts[0], *(quote + part for part in parts[1:])]


def _letter_in(label: str) -> str:
    """ "B" of "B: " and of "b1: "."""
    return label.rstrip(" .):0123456789").upper()


def _is_letter(line: str, letter: str) -> bool:
    """Whether an unknown letter is one: a single capital letter, in the author's own words."""
    quote, words = _unquoted(line)
    return (
        len(letter) == 1
        and not quote.strip()
        and re.search(rf"\b{letter}(?! ?[^\W\d_]| \d)", words) is not None
    )


def _marked(line: str) -> tuple[str, str] | None:
    """(the letter, the line without it) of "A1: gul", "A1 - gul" and "A1 gul"."""
    quote, words = _unquoted(without_emphasis(line))
    match = _MARKED.fullmatch(words)
    if match is None:
        return None
    sign, rest = match["sign"], match["rest"]
    if sign and not sign.strip() and "\t" not in sign and not _AMOUNT.fullmatch(rest):
        light = _LIGHT.match(rest)
        if light is None or light[1].casefold() not in LIGHT_WORDS:
            return None
    sure = not sign.strip() or sign.strip() in (".", ")", ":")
    between = ". " if sure else sign
    return match["letter"].strip().upper(), f"{quote}{match['number']}{between}{rest}"


def _headed(line: str, numbered: bool) -> tuple[str, str] | None:
    quote, words = _unquoted(without_emphasis(line))
    if match := _NAMED.fullmatch(words):
        return match["letter"].upper(), quote
    if (match := _SPACED.fullmatch(words)) and is_nil(match["rest"]):
        return match["letter"], quote + match["rest"]
    match = _HEADED.fullmatch(words)
    if match is None or (numbered and match["rest"].strip() and not is_nil(match["rest"])):
        return None
    return (match["letter"] or match["dashed"]).upper(), quote + match["rest"]


def _unquoted(line: str) -> tuple[str, str]:
    """(the signs by which the line is quoted, its words)."""
    quote = _QUOTE.match(line)
    end = quote.end() if quote else 0
    return line[:end], line[end:]
