"""Plain placeholders ("{navn}") in texts that people write, and what is wrong with such a text.

No template language: Jinja's sandbox lets `'%0999999999d'|format(1)` through. What stands in braces is looked
up once and put in as it is, so a name with braces in it stays a name.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum

from cycle.danish import format_count
from cycle.errors import AnswerInvalid, Problem
from cycle.messages.tables import MessageKind


class Placeholder(StrEnum):
    """What can be put into a text."""

    NAME = "navn"
    TASK = "opgave"
    UNIT = "enhed"
    DUE = "frist"
    LINK = "link"
    SENDER = "afsender"
    CONTACT = "kontakt"


class Part(StrEnum):
    """The free parts of a mail; everything else is the engine's."""

    SUBJECT = "subject"
    GREETING = "greeting"
    INTRODUCTION = "introduction"
    CLOSING = "closing"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class Texts:
    """The free parts as typed; an empty one is not there."""

    subject: str = ""
    greeting: str = ""
    introduction: str = ""
    closing: str = ""
    signature: str = ""

    def over(self, other: "Texts") -> "Texts":
        """These, and the other's where one is empty."""
        return Texts(**{part: getattr(self, part) or getattr(other, part) for part in Part})

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


LONGEST: Mapping[Part, int] = {
    Part.SUBJECT: 150,
    Part.GREETING: 150,
    Part.INTRODUCTION: 2000,
    Part.CLOSING: 2000,
    Part.SIGNATURE: 500,
}
"""Characters, as typed."""

ONE_LINE = frozenset({Part.SUBJECT, Part.GREETING})
REQUIRED: Mapping[Part, Placeholder] = {Part.SUBJECT: Placeholder.TASK}
"""Without it, mails about different tasks would look alike in the inbox."""

WITHOUT_LINK = frozenset({MessageKind.WAIVED, MessageKind.DECLINED, MessageKind.STILL_HOLDS})
"""Kinds of mail that lead to no page."""

_BRACES = re.compile(r"\{([^{}\n]*)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, once; one that has no value stays as it is."""
    return _BRACES.sub(lambda found: values.get(found[1].strip().lower(), found[0]), text)


def braced(name: str) -> str:
    """The placeholder as it is typed."""
    return "{" + name + "}"


def placeholders(kind: MessageKind, part: Part) -> Set[Placeholder]:
    """What may stand in this part of this mail. A link in the subject would be a secret in every list."""
    no_link = part in ONE_LINE or kind in WITHOUT_LINK
    return frozenset(Placeholder) - ({Placeholder.LINK} if no_link else set())


def checked(texts: Texts, kind: MessageKind) -> Texts:
    """The texts with their line ends made one, and without blanks around them.

    Raises AnswerInvalid with every fault; `where` is the part.
    """
    tidied = Texts(**{part: _tidied(getattr(texts, part)) for part in Part})
    problems = [problem for part in Part for problem in _problems(getattr(tidied, part), kind, part)]
    if problems:
        raise AnswerInvalid(problems)
    return tidied


def _tidied(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _problems(text: str, kind: MessageKind, part: Part) -> Iterator[Problem]:
    if not text:
        return
    if len(text) > LONGEST[part]:
        most = format_count(LONGEST[part])
        yield Problem(part, f"Teksten er for lang: højst {most} tegn.", "Gør den kortere.")
    if part in ONE_LINE and len(text.splitlines()) > 1:
        yield Problem(part, "Der er et linjeskift i teksten.", "Skriv den på én linje.")
    named = [found.strip().lower() for found in _BRACES.findall(text)]
    yield from _misplaced(named, kind, part)
    if re.search(r"[{}]", _BRACES.sub("", text)):
        cure = "Skriv pladsholderen med begge parenteser."
        yield Problem(part, "Der står en krøllet parentes alene.", cure)
    needed = REQUIRED.get(part)
    if needed and needed not in named:
        what = f"Pladsholderen »{braced(needed)}« mangler."
        yield Problem(part, what, "Skriv den ind, så man kan se, hvad mailen handler om.")


def _misplaced(named: list[str], kind: MessageKind, part: Part) -> Iterator[Problem]:
    may = placeholders(kind, part)
    for name in dict.fromkeys(named):
        if name in may:
            continue
        if name in set(Placeholder):
            yield Problem(part, f"Pladsholderen »{braced(name)}« kan ikke stå her.", "Tag den ud.")
            continue
        close = get_close_matches(name, sorted(may), n=1)
        cure = f"Mente du »{braced(close[0])}«?" if close else "Brug en af dem, der står på siden."
        yield Problem(part, f"Pladsholderen »{braced(name)}« findes ikke.", cure)
