"""The greeting a mail begins with. Only greeting and names are cut; what is said after them stays."""

import re
from collections.abc import Sequence

LONGEST = 300
"""Signs of a first line that may hold a greeting; a longer one is text."""

_GREETS = re.compile(
    r"(?:kære|hej ?hej|hejsa|hej|goddag|god ?(?:morgen|formiddag|eftermiddag|aften|dag)|dear|hi|hello)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[,.!;]+(?=\s|$)|\s[–-](?=\s|$)")
_NAME = re.compile(r"[A-ZÆØÅÉ][^\W\d_]*(?:[.'’-][^\W\d_]*){0,3}")
_ADDRESSED_LIST = """
alle allesammen sammen jer dig i du og & igen både samt til kære med hr fru team sekretariat
sekretariatet styringssekretariat styringssekretariatet forvaltning forvaltningen økonomi kolleger
kollegaer venner folkens folks årshjul årshjulet there all both everyone"""
_ADDRESSED = frozenset(_ADDRESSED_LIST.split())
_ANSWERS_LIST = "grøn gul rød ja nej ok okay intet ingen ingenting alt status"
_ANSWERS = frozenset(_ANSWERS_LIST.split())
"""Words that a name never is, though they may stand where a name does: "Hej Gul"."""
_MATTER = re.compile(
    r"\w{2,}(?:mangel|forbrug|fravær|skud|else|skab|skader?|problem(?:er)?|lukning(?:er)?|stigning|nedgang|fald|"
    r"sager?|besparelser?|nedskæring(?:er)?|renovering|vikarer)",
    re.IGNORECASE,
)
"""What is written with a capital letter like a name, and is none: "Hej Lærermangel!"."""

_CLOSES = re.compile(r"(?<!\b[A-ZÆØÅ])(?<!\bhr)(?<!\bfr)[.!;]+\s+(?=\S)", re.IGNORECASE)
"""The end of a greeting with a sentence behind it, of which each word may look like a name."""

MOST_NAMES = 9
_BARE = frozenset(("hej", "hejsa", "hej hej", "hejhej"))
"""Greetings that no sentence begins with, so that what follows without a comma is not theirs."""


def without_salutation(lines: Sequence[str]) -> list[str]:
    """The lines without the greeting in the first: "Hej Anne, vi mangler to" says "vi mangler to".

    Where greeting and sentence cannot be told apart ("Kære forældre skrev de") the line stays whole.
    """
    if not lines:
        return []
    first = lines[0].strip()
    said = _after_greeting(first) if len(first) <= LONGEST else first
    return [said, *lines[1:]] if said else list(lines[1:])


def is_salutation(line: str) -> bool:
    """Whether the line is a greeting and names, and nothing else."""
    return len(line) <= LONGEST and not _after_greeting(line.strip())


def _after_greeting(line: str) -> str:
    greeting = _GREETS.match(line)
    if greeting is None:
        return line
    behind = line[greeting.end() :]
    closes = _CLOSES.search(behind)
    if closes is not None and _is_names(behind[: closes.start()]):
        return behind[closes.end() :].strip()
    if _is_names(behind):
        return ""
    end = _ENDS.search(behind)
    if end is not None and _is_names(behind[: end.start()]):
        return behind[end.end() :].strip()
    plainly = greeting[0].lower() in _BARE and re.match(r"\s+[^\W\d_A-ZÆØÅ]", behind) is not None
    return behind.strip() if plainly and not _is_addressed(behind.split()[0]) else line


def _is_names(text: str) -> bool:
    words = [word for word in re.split(r"[\s,.!;/–-]+", text) if word]
    return len(words) <= MOST_NAMES and all(map(_is_addressed, words))


def _is_addressed(word: str) -> bool:
    small = word.casefold()
    if small in _ADDRESSED:
        return True
    return small not in _ANSWERS and _NAME.fullmatch(word) is not None and not _MATTER.fullmatch(word)
