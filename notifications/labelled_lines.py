"""Lines that begin with a question's name or number, and what follows them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cycle.danish import MONTHS, MONTHS_EN
from cycle.errors import Problem
from cycle.tasks.forms import FieldType
from notifications.doubts import (
    ANSWERED_TWICE,
    CONTRADICTS,
    UNKNOWN_LETTER,
    WHICH_QUESTION,
    WHICH_ROW,
    WHICH_SIGN,
    LineDoubt,
)
from notifications.label_brackets import value_with_brackets
from notifications.label_forms import (
    LONGEST_HEAD,
    Mark,
    Sign,
    fits,
    is_answer,
    may_be_minus,
    numbered,
    without_emphasis,
)
from notifications.label_names import Names, parted
from notifications.nil import plain
from notifications.questions import FREE_TEXT, MOST_LINES, Question

Place = tuple[str, ...]

SEVERAL_LINES = (*FREE_TEXT, FieldType.TRAFFIC_LIGHT)
"""Kinds of answer that go on over several lines; the others are one line, and what follows is not theirs."""

_BLANKS = re.compile(r"[ \u00a0]{9,}")
_BULLET = re.compile(r"^[\s*•–-]+")
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
    """A line that begins an answer; `by_number` when only the number says so. `sign` sets the label off."""

    question: Question
    value: str
    by_number: bool = False
    sign: Sign = Sign.SURE


def labelled(questions: Sequence[Question], text: str, language: str = "da", *, below: str = "") -> Labelled:
    """Reads the lines one by one. `below` is text that goes on with no answer of `text`."""
    return _Reading(questions, "en" if language == "en" else "da").of(text, below)


class _Reading:
    def __init__(self, questions: Sequence[Question], language: str) -> None:
        self._by_number = {question.number: question for question in questions}
        self._names = Names(questions)
        self._questions, self._language = questions, language
        self._answers: dict[Place, list[list[str]]] = {}
        self._lines, self._rest = list[str](), list[str]()
        self._doubts: list[Problem] = []
        self._row, self._at = "", 0
        self._open: _Start | None = None

    def of(self, text: str, below: str) -> Labelled:
        above = text.splitlines()
        self._lines = lines = above + below.splitlines()
        for self._at, line in enumerate(lines[:MOST_LINES]):
            self._open = None if self._at == len(above) else self._open
            try:
                self._line(line)
            except LineDoubt as doubt:
                what = doubt.sentences[self._language].format(line=line.strip()[:80], **doubt.facts)
                self._doubts.append(Problem(doubt.where, what))
                self._open = self._open if doubt.in_text else None
                self._keep(line)
        self._rest += lines[MOST_LINES:]
        return Labelled(self._joined(), "\n".join(self._rest).strip(), self._doubts)

    def _line(self, line: str) -> None:
        bare = _BULLET.sub("", without_emphasis(_BLANKS.sub(" ", line)))
        row = self._row_heading(bare)
        if row is not None:
            self._open, self._row = None, row
            return
        start = self._start(bare)
        if start is None:
            self._keep(line)
            return
        value = value_with_brackets(start.question, bare, start.value)
        self._open = start
        self._row = start.question.row
        self._answers.setdefault(start.question.place, []).append([value.strip()])

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
        return (
            self._numbered(line)
            or self._in_row(line)
            or self._named(line)
            or self._asked(line)
            or self._set_off(line)
            or self._in_row_set_off(line)
        )

    def _row_heading(self, line: str) -> str | None:
        """A line that is a row's own name: what follows is about that row."""
        name = plain(line) if len(line) <= LONGEST_HEAD else ""
        if name in self._names.short_headings and not self._begins_paragraph():
            return None
        return self._names.headings.get(name)

    def _numbered(self, line: str) -> _Start | None:
        mark = numbered(line)
        question = self._by_number.get(int(mark.name)) if mark else None
        if mark is None or question is None or _MONTH.match(mark.value) or line.strip().isdecimal():
            return None
        if mark.letter and not self._takes_letter(question, mark):
            return None
        named = self._after_name(question, mark.value)
        if named is not None:
            return _Start(question, named)
        self._refuse_other_name(question, mark)
        if mark.sign is not Sign.SURE and not self._fits(question, mark):
            self._refuse_same_style(question, mark, by_number=True)
            return None
        self._refuse_list(question)
        return _Start(question, mark.value, by_number=True, sign=mark.sign)

    def _refuse_same_style(self, question: Question, mark: Mark, *, by_number: bool) -> None:
        """ "1 grøn", and then "2 ved ikke": no comment on the first, and not surely an answer."""
        before = self._open
        if before is None or before.sign is Sign.SURE or before.by_number is not by_number:
            return
        if question.place != before.question.place and (before.sign is mark.sign or not by_number):
            raise LineDoubt(WHICH_QUESTION, question.where, number=question.number)

    def _takes_letter(self, question: Question, mark: Mark) -> bool:
        """ "A1: grøn" in a mail about one task, whose letter it would have been; no other letter is known."""
        if mark.letter == "A" or self._names.lettered:
            return not self._names.lettered
        if question.field.type not in FREE_TEXT and is_answer(question, mark.value):
            raise LineDoubt(UNKNOWN_LETTER, question.where)
        return False

    def _fits(self, question: Question, mark: Mark) -> bool:
        if may_be_minus(question, mark):
            raise LineDoubt(WHICH_SIGN, question.where)
        return fits(question, mark)

    def _refuse_other_name(self, question: Question, mark: Mark) -> None:
        other, colon, _ = mark.value[:LONGEST_HEAD].partition(":")
        others = self._names.fields.get(plain(other), []) if colon else []
        if any(each.field.id != question.field.id for each in others):
            raise LineDoubt(CONTRADICTS, question.where)

    def _refuse_list(self, question: Question) -> None:
        """A number inside a text may be the author's own list: "Bemærkninger: … 1. Vi har … 2. Vi har …"."""
        before = self._open
        if before is None or before.question.field.type not in FREE_TEXT:
            return
        if not before.by_number or question.number <= before.question.number:
            raise LineDoubt(WHICH_QUESTION, before.question.where, in_text=True, number=question.number)

    def _after_name(self, question: Question, text: str) -> str | None:
        """What follows the question's own words, when the text begins with them."""
        mark = self._names.own[question.place].at(text)
        if mark is None:
            return None
        if may_be_minus(question, mark):
            raise LineDoubt(WHICH_SIGN, question.where)
        unsure = mark.sign is Sign.BLANK and not fits(question, mark)
        return None if unsure else mark.value

    def _in_row(self, line: str) -> _Start | None:
        """ "1.2 Status: grøn", and "1.2: grøn" where the row has one question that must be answered."""
        head, value = parted(line, ":")
        short = None if self._row else self._names.shortened(head, value)
        if short is not None:
            return self._unsure(_Start(short, value), Sign.SURE)
        named = self._names.in_row(head)
        if len({q.place for q in named}) > 1:
            raise LineDoubt(WHICH_ROW)
        return _Start(named[0], value) if named else None

    def _named(self, line: str) -> _Start | None:
        head, value = parted(line, ":")
        return self._one_of(self._names.fields.get(head, []), value)

    def _asked(self, line: str) -> _Start | None:
        """ "Hvad er jeres kerneopgave? At …" in any wording that the form knows."""
        head, value = parted(line, "?")
        found = [q for q, wording in self._names.wordings if head and wording.fullmatch(head)]
        return self._one_of(list(dict.fromkeys(found)), re.sub(r"^\s*(\([^()]*\))?\s*:?", "", value))

    def _set_off(self, line: str) -> _Start | None:
        """ "Status – gul, vi er bagud", "Status<tab>grøn", and "Status" on a line of its own."""
        mark = self._names.set_off.at(line)
        named = self._names.fields.get(plain(mark.name), []) if mark else []
        if mark is None or not named:
            return None
        question = next((each for each in named if each.row == self._row), named[0])
        if mark.sign is Sign.ALONE:
            begins = self._stands_above(question)
        else:
            begins = mark.sign is Sign.SURE or self._fits(question, mark)
        if not begins:
            self._refuse_same_style(question, mark, by_number=False)
            return None
        start = self._one_of(named, mark.value)
        return self._unsure(start, mark.sign) if start and mark.sign in (Sign.DASH, Sign.BLANK) else start

    def _stands_above(self, question: Question) -> bool:
        """Whether a line that is a question's name is a heading: what follows answers it."""
        if question.field.type not in FREE_TEXT:
            following = (line for line in self._lines[self._at + 1 : MOST_LINES] if line.strip())
            return is_answer(question, without_emphasis(next(following, "")))
        return self._begins_paragraph()

    def _begins_paragraph(self) -> bool:
        """Whether the line does not go on with a text: none is open, or an empty line stands before it."""
        in_text = self._open is not None and self._open.question.field.type in SEVERAL_LINES
        return not in_text or not self._lines[self._at - 1].strip()

    def _in_row_set_off(self, line: str) -> _Start | None:
        """ "1.2 grøn", "Mål A – gul: vi er bagud" and "1.2 Status grøn"."""
        mark = self._names.rows_set_off.at(line)
        asked = self._names.one_in_row(mark.name) if mark else None
        if mark is None or mark.sign is Sign.ALONE:
            return None
        inner = self._names.set_off.at(mark.value)
        named = self._names.in_rows.get(plain(f"{mark.name} {inner.name}"), []) if inner else []
        if inner and len(named) == 1 and (inner.sign is Sign.SURE or self._fits(named[0], inner)):
            return self._unsure(_Start(named[0], inner.value), mark.sign)
        if asked is None or not self._fits(asked, mark):
            return None
        return self._unsure(_Start(asked, mark.value), mark.sign)

    def _unsure(self, start: _Start, sign: Sign) -> _Start:
        """A name without a colon in the middle of a text may be a part of it."""
        before = self._open
        if before is not None and before.question.field.type in FREE_TEXT and before.sign is Sign.SURE:
            raise LineDoubt(WHICH_QUESTION, before.question.where, in_text=True, number=start.question.number)
        return replace(start, sign=sign)

    def _one_of(self, found: Sequence[Question], value: str) -> _Start | None:
        if len(found) > 1:
            found = [q for q in found if q.row == self._row] if self._row else found
        if len(found) > 1:
            self._open = None
            raise LineDoubt(WHICH_ROW)
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
