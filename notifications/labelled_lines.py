"""Lines that begin with a question's name or number, and what follows them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cycle.danish import MONTHS, MONTHS_EN
from cycle.errors import Problem
from cycle.tasks.forms import FieldType
from notifications.nil import plain
from notifications.questions import FREE_TEXT, MOST_LINES, Question

Place = tuple[str, ...]

LONGEST_HEAD = 300
"""Signs before the colon of a line that may be a label: nobody's question is longer."""

SEVERAL_LINES = (*FREE_TEXT, FieldType.TRAFFIC_LIGHT)
"""Kinds of answer that go on over several lines; the others are one line, and what follows is not theirs."""

WHICH_ROW = {
    "da": "»{line}« kan høre til flere mål eller rækker. Skriv spørgsmålets nummer foran.",
    "en": "“{line}” may belong to several goals or rows. Write the question's number before it.",
}
WHICH_QUESTION = {
    "da": "»{line}« kan være svar på spørgsmål {number} eller en del af svaret før. Skriv spørgsmålets navn.",
    "en": "“{line}” may answer question {number} or belong to the answer before. Write the question's name.",
}
CONTRADICTS = {
    "da": "»{line}« har nummeret på ét spørgsmål og navnet på et andet.",
    "en": "“{line}” has the number of one question and the name of another.",
}
ANSWERED_TWICE = {
    "da": "Mailen har to forskellige svar på »{words}«.",
    "en": "The mail has two different answers to “{words}”.",
}

_BULLET = re.compile(r"^[\s*•–-]+")
_NUMBER = re.compile(
    r"(?:spørgsmål |question |sp\. ?)?(\d{1,3})\s*(?:[.)](?:\s+|$)|:\s*|$)(.*)", re.IGNORECASE
)
_MONTH = re.compile(
    rf"(?:{'|'.join((*MONTHS, *MONTHS_EN))}|(?:{'|'.join(name[:3] for name in MONTHS)})\.?)\b", re.IGNORECASE
)


@dataclass
class Labelled:
    """The text of each answer by the question's place, what stands outside them, and what is in doubt."""

    found: dict[Place, str] = field(default_factory=dict)
    unplaced: str = ""
    doubts: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Start:
    """A line that begins an answer; `by_number` when only the number says so."""

    question: Question
    value: str
    by_number: bool = False


class _Doubt(Exception):
    """The line may be meant in two ways."""

    def __init__(self, sentences: Mapping[str, str], where: str = "", **facts: object) -> None:
        super().__init__(where)
        self.sentences, self.where, self.facts = sentences, where, facts


def labelled(questions: Sequence[Question], text: str, language: str = "da") -> Labelled:
    """Reads the lines one by one."""
    return _Reading(questions, "en" if language == "en" else "da").of(text)


def names_of(question: Question) -> set[str]:
    """What a question is called: its id and its words in both languages, without its row."""
    asked = question.field
    return {plain(name) for name in (asked.id, asked.label, asked.label_en) if name}


class _Names:
    """What each question and each row may be called, looked up by plain words."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.fields: dict[str, list[Question]] = {}
        self.in_rows: dict[str, list[Question]] = {}
        self.rows: dict[str, list[Question]] = {}
        self.headings: dict[str, str] = {}
        self.wordings: list[tuple[Question, re.Pattern[str]]] = []
        for question in questions:
            for name in names_of(question):
                self.fields.setdefault(name, []).append(question)
            for each in (question.field.label, *question.field.also):
                self.wordings.append((question, _wording(each)))
            if question.row:
                self._add_row(question)

    def _add_row(self, question: Question) -> None:
        self.headings[plain(question.row)] = question.row
        for row in _rows(question):
            self.rows.setdefault(row, []).append(question)
            for name in names_of(question):
                self.in_rows.setdefault(f"{row} {name}", []).append(question)


class _Reading:
    def __init__(self, questions: Sequence[Question], language: str) -> None:
        self._by_number = {question.number: question for question in questions}
        self._names = _Names(questions)
        self._questions, self._language = questions, language
        self._answers: dict[Place, list[list[str]]] = {}
        self._rest: list[str] = []
        self._doubts: list[Problem] = []
        self._row = ""
        self._open: _Start | None = None

    def of(self, text: str) -> Labelled:
        lines = text.splitlines()
        for line in lines[:MOST_LINES]:
            try:
                self._line(line)
            except _Doubt as doubt:
                what = doubt.sentences[self._language].format(line=line.strip()[:80], **doubt.facts)
                self._doubts.append(Problem(doubt.where, what))
                self._keep(line)
        self._rest += lines[MOST_LINES:]
        return Labelled(self._joined(), "\n".join(self._rest).strip(), self._doubts)

    def _line(self, line: str) -> None:
        start = self._start(_BULLET.sub("", line))
        if start is None:
            self._keep(line)
            return
        self._open = start
        self._row = start.question.row
        self._answers.setdefault(start.question.place, []).append([start.value.strip()])

    def _keep(self, line: str) -> None:
        """A line that begins nothing goes on with the answer before it, or stands for itself."""
        asked = self._open
        if asked is None:
            self._rest.append(line.strip())
            return
        current = self._answers[asked.question.place][-1]
        if asked.question.field.type in SEVERAL_LINES or not any(current):
            current.append(line.strip())
        elif line.strip():
            self._rest.append(line.strip())

    def _start(self, line: str) -> _Start | None:
        row = self._row_heading(line)
        if row is not None:
            self._open, self._row = None, row
            return None
        return self._numbered(line) or self._in_row(line) or self._named(line) or self._asked(line)

    def _row_heading(self, line: str) -> str | None:
        """A line that is a row's own name: what follows is about that row."""
        return self._names.headings.get(plain(line)) if len(line) <= LONGEST_HEAD else None

    def _numbered(self, line: str) -> _Start | None:
        match = _NUMBER.fullmatch(line.strip())
        question = self._by_number.get(int(match[1])) if match else None
        if match is None or question is None or _MONTH.match(match[2]):
            return None
        if not match[2].strip() and line.strip().isdecimal():
            return None
        named = self._name_in(question, match[2])
        if named is not None:
            return _Start(question, named)
        other, colon, _ = match[2][:LONGEST_HEAD].partition(":")
        others = self._names.fields.get(plain(other), []) if colon else []
        if any(each.field.id != question.field.id for each in others):
            raise _Doubt(CONTRADICTS, question.where)
        self._refuse_list(question)
        return _Start(question, match[2], by_number=True)

    def _refuse_list(self, question: Question) -> None:
        """A number inside a text may be the author's own list: "Bemærkninger: … 1. Vi har … 2. Vi har …"."""
        before = self._open
        if before is None or before.question.field.type not in FREE_TEXT:
            return
        if not before.by_number or question.number <= before.question.number:
            raise _Doubt(WHICH_QUESTION, before.question.where, number=question.number)

    def _name_in(self, question: Question, text: str) -> str | None:
        """What follows the question's own words, when the text begins with them."""
        asked = question.field
        for name in sorted(
            {question.words(), question.words("en"), asked.label, asked.label_en} - {""},
            key=len,
            reverse=True,
        ):
            pattern = rf"{re.escape(name)}\s*(?:\([^()]*\))?\s*(?:[:–-]|$)\s*"
            match = re.match(pattern, text[: LONGEST_HEAD + len(name)], re.IGNORECASE)
            if match:
                return text[match.end() :]
        return None

    def _in_row(self, line: str) -> _Start | None:
        """ "1.2 Status: grøn", and "1.2: grøn" where the row has one question that must be answered."""
        head, value = _parted(line, ":")
        named = self._names.in_rows.get(head, [])
        if not named:
            bare = self._names.rows.get(head, [])
            named = bare if len(bare) == 1 else [q for q in bare if q.field.required]
        if len({q.place for q in named}) > 1:
            raise _Doubt(WHICH_ROW)
        return _Start(named[0], value) if named else None

    def _named(self, line: str) -> _Start | None:
        head, value = _parted(line, ":")
        return self._one_of(self._names.fields.get(head, []), value)

    def _asked(self, line: str) -> _Start | None:
        """ "Hvad er jeres kerneopgave? At …" in any wording that the form knows."""
        head, value = _parted(line, "?")
        found = [q for q, wording in self._names.wordings if head and wording.fullmatch(head)]
        return self._one_of(list(dict.fromkeys(found)), re.sub(r"^\s*(\([^()]*\))?\s*:?", "", value))

    def _one_of(self, found: Sequence[Question], value: str) -> _Start | None:
        if len(found) > 1:
            found = [q for q in found if q.row == self._row] if self._row else found
        if len(found) > 1:
            self._open = None
            raise _Doubt(WHICH_ROW)
        return _Start(found[0], value) if found else None

    def _joined(self) -> dict[Place, str]:
        found: dict[Place, str] = {}
        for place, given in self._answers.items():
            texts = [text for lines in given if (text := "\n".join(lines).strip())]
            if len({plain(text) for text in texts}) > 1:
                asked = next(q for q in self._questions if q.place == place)
                words = asked.words(self._language)
                what = ANSWERED_TWICE[self._language].format(words=words)
                self._doubts.append(Problem(asked.where, what))
                self._rest += texts
            elif texts:
                found[place] = texts[0]
        return found


def _parted(line: str, sign: str) -> tuple[str, str]:
    """(the plain words before the sign, without a hint in brackets; what follows); no words: no label."""
    head, found, value = line.partition(sign)
    if not found or len(head) > LONGEST_HEAD:
        return "", value
    return plain(re.sub(r"\([^()]*\)\s*$", "", head)), value


def _rows(question: Question) -> set[str]:
    """What a row may be called: its key, its words, and the number or letter its words begin with."""
    key = plain(question.place[1])
    first = plain(question.row.split(" ", 1)[0])
    return {
        each for name in {key, plain(question.row), first} for each in (name, f"mål {name}", f"goal {name}")
    }


def _wording(text: str) -> re.Pattern[str]:
    """One wording of a question; "…" in it stands for any words: "Hvad er … kerneopgave?"."""
    return re.compile(" .+ ".join(re.escape(plain(part)) for part in text.split("…")))
