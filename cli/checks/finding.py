"""What one check of `doctor` found, in the operator's language."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from cli.checks.wording import SENTENCES, TITLES
from cli.wording import english


class Level(StrEnum):
    """`OK`; `NOTE`: works, but look at it; `BAD`: does not work, or mail or answers are at risk."""

    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, how it stands, and what to do about it."""

    check: str
    level: Level
    what: str
    cure: str = ""

    @property
    def title(self) -> str:
        """What was looked at, in words."""
        return TITLES[self.check][english()]

    def as_json(self) -> dict[str, str]:
        """For `--json`."""
        return {key: str(value) for key, value in asdict(self).items()}


def found(level: Level, sentence: str, **values: object) -> Finding:
    """The finding that `sentence` ("check.result") stands for."""
    texts = SENTENCES[sentence]
    what, cure = (texts[2], texts[3]) if english() else (texts[0], texts[1])
    return Finding(sentence.partition(".")[0], level, what.format(**values), cure.format(**values))


def ok(sentence: str, **values: object) -> Finding:
    """It works."""
    return found(Level.OK, sentence, **values)


def note(sentence: str, **values: object) -> Finding:
    """It works, but look at it."""
    return found(Level.NOTE, sentence, **values)


def bad(sentence: str, **values: object) -> Finding:
    """It does not work."""
    return found(Level.BAD, sentence, **values)
