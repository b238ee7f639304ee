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
from notifications.small_talk import is_small_talk

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
_LONE = re.compile(
    r"(?:[*•–-]\s?)?(?P<called>(?i:opgave|ad\.?|task|svar|til|for|vedr\.?)\s+)?(?:(?P<letter>[A-Za-z]{1,2})"
    r"(?:\s?(?P<colon>:)\s*|\s?[.)](?:\s+|$))|(?P<capital>[A-Z]{1,2})(?:\s*[–—-]+>?\s+|\s+(?=[^\W\d_])|\s*$))"
    r"(?P<rest>.*)"
)
_FIRST = re.compile(r"\W*1(?:\s?[.):=–-]|\s|$)")
_FIRST_POINT = re.compile(r"^(?P<quote>[>\s]*)1\. ")
_PRONOUNS = frozenset({"I"})
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
class Unclear:
    """A line that may begin what is said of the task `named`, or go on with what is said of `within`."""

    line: str
    named: str
    within: str


@dataclass(frozen=True)
class Sections:
    """A reply's lines by the letter of the task they speak of; `before` stands before the first letter.

    `unknown` are lines under a letter that the mail did not have, with the letter, and those that belong to
    one of two tasks, which `unclear` names.
    """

    by_letter: Mapping[str, str]
    before: str
    unknown: str = ""
    unclear: tuple[Unclear, ...] = ()


def sections(text: str, letters: Sequence[str], texts: Collection[str] | None = None) -> Sections:
    """Cuts a reply at its letters: "A1: gul", "Opgave A" and "A: Intet at bemærke" begin what is said of A.

    A letter with a number may be small. A letter alone counts when it heads a line; where others have
    numbers, only above its answers or before "intet at bemærke", because "A) … B) …" may be a list of the
    author's own. The letters are gone from what is returned, the numbers stand. A capital letter that the
    mail did not have ends what is said of the task before. Behind the end of a sentence another task's letter
    begins what is said of it ("A: intet at bemærke. B: vi mangler to").

    `texts` are the letters of forms of one text, for the author's own words: their letter with a colon counts
    beside numbered ones too, once. Any other letter alone is unclear there, and what it heads is nobody's.
    """
    known = set(letters)
    lines = [part for line in text.splitlines()[:MOST_LINES] for part in _parted(line, known)]
    cutting = _Cutting(lines, known, texts)
    for at in range(len(lines)):
        cutting.take(at)
    return cutting.sections(text.splitlines()[MOST_LINES:])


class _Cutting:
    """Line by line; what stands under no letter yet is under the empty one."""

    def __init__(self, lines: Sequence[str], known: Collection[str], texts: Collection[str] | None) -> None:
        self._lines, self._known, self._texts = lines, known, texts
        self._numbers = {found[0] for line in lines if (found := _marked(line)) and found[0] in known}
        self._parts: dict[str, list[str]] = {}
        self._before, self._unknown = list[str](), list[str]()
        self._current, self._letter = self._before, ""
        self._unclear: list[Unclear] = []
        heads = [] if texts is None else [head for line in lines if (head := self._lone(line))]
        named = [letter for letter, _, _ in heads]
        self._are_sure = len(named) == len(set(named)) and self._numbers.isdisjoint(named)

    def take(self, at: int) -> None:
        """The next line, which may begin what is said of another task."""
        line = self._lines[at]
        begins = self._begins(line)
        lone = self._lone(line) if self._texts is not None else None
        if begins is None and lone is not None and self._is_heading(at, lone):
            begins = lone[0], lone[1]
        if begins is not None and begins[0] in self._known:
            self._letter = begins[0]
            self._current = self._parts.setdefault(begins[0], [])
            self._current.append(self._numbered(*begins))
            return
        if lone is not None and lone[0] != self._letter:
            self._unclear.append(Unclear(line.strip(), lone[0], self._letter))
            self._current = self._unknown
        elif begins is not None and self._parts and _is_letter(line, begins[0]):
            self._current = self._unknown
        self._current.append(line)

    def sections(self, rest: Sequence[str]) -> Sections:
        """What was cut; `rest` goes on with the last."""
        self._current += rest
        by_letter = {letter: "\n".join(lines).strip() for letter, lines in self._parts.items()}
        before, unknown = ("\n".join(each).strip() for each in (self._before, self._unknown))
        return Sections(by_letter, before, unknown, tuple(self._unclear))

    def _numbered(self, letter: str, words: str) -> str:
        """The words; of one text the number that stood at its letter is its question's, not a list's."""
        return _FIRST_POINT.sub(r"\g<quote>1: ", words) if letter in (self._texts or ()) else words

    def _begins(self, line: str) -> tuple[str, str] | None:
        return _marked(line) or _headed(line, bool(self._numbers))

    def _lone(self, line: str) -> tuple[str, str, bool] | None:
        """(a known letter, what it heads, whether the letter is a sure one) where it stands unnumbered."""
        begins = self._begins(line)
        match = _LONE.fullmatch(without_emphasis(line).strip())
        if match is None or (begins is not None and begins[0] in self._known):
            return None
        letter = (match["letter"] or match["capital"]).upper()
        if letter not in self._known or (letter in _PRONOUNS and not match["colon"]):
            return None
        capital = match["capital"] or match["letter"].isupper() or match["called"]
        return letter, match["rest"], bool(match["colon"] and capital)

    def _is_heading(self, at: int, lone: tuple[str, str, bool]) -> bool:
        """Whether the letter begins its task's words: "B: vi mangler to" of one text, "B" above "1: grøn"."""
        letter, rest, sure = lone
        if rest.strip():
            is_meant = letter in (self._texts or ()) or is_small_talk(rest)
            return sure and self._are_sure and is_meant
        following = next((line for line in self._lines[at + 1 :] if line.strip()), "")
        return _FIRST.match(following) is not None


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
