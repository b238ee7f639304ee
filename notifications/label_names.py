"""What each question and each row of a form may be called in a reply."""

import re
from collections.abc import Sequence

from notifications.label_forms import LONGEST_HEAD, Beginnings, is_answer
from notifications.nil import plain
from notifications.questions import Question
from notifications.typed_values import NUMERIC

SHORTEST = 4
"""So many letters a shortened name has at least."""
_ROW_WORDS = ("", "mål ", "goal ", "ad ", "ad mål ")


def names_of(question: Question) -> set[str]:
    """What a question is called: its id and its words in both languages, without its row."""
    asked = question.field
    return {plain(name) for name in (asked.id, asked.label, asked.label_en) if name}


class Names:
    """What each question and each row may be called, looked up by plain words."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions
        self.fields: dict[str, list[Question]] = {}
        self.in_rows: dict[str, list[Question]] = {}
        self.rows: dict[str, list[Question]] = {}
        self.headings: dict[str, str] = {}
        self.short_headings: set[str] = set()
        self.wordings: list[tuple[Question, re.Pattern[str]]] = []
        self.own = {question.place: Beginnings(_own_names(question)) for question in questions}
        self.set_off = Beginnings(
            name for question in questions for name in (question.field.label, question.field.label_en)
        )
        self.rows_set_off = Beginnings(
            (short for question in questions if question.row for short in _short_rows(question)),
            before=r"(?:(?:ad|mål|goal) +){0,2}",
        )
        for question in questions:
            for name in names_of(question):
                self.fields.setdefault(name, []).append(question)
            for each in (question.field.label, *question.field.also):
                self.wordings.append((question, _wording(each)))
            if question.row:
                self._add_row(question)
        self.lettered = any(re.fullmatch(r"[a-zæøå]( ?\d+)?", row) for row in self.rows)

    def in_row(self, head: str) -> Sequence[Question]:
        """The questions that the plain words name by their row: with its own words, or alone in the row."""
        return self.in_rows.get(head) or self._bare(head)

    def shortened(self, head: str, value: str) -> Question | None:
        """The one number outside rows whose words begin so: "Sygefravær" for *Sygefravær i kvartalet*.

        None where the words name something else that takes the value, or more than one number begins so.
        """
        if len(head) < SHORTEST or head in self.fields or head in self.in_rows:
            return None
        begun = [
            each
            for each in self._questions
            if each.field.type in NUMERIC and any(n.startswith(f"{head} ") for n in names_of(each))
        ]
        if len(begun) != 1 or begun[0].row or not is_answer(begun[0], value):
            return None
        numbers = [each for each in self.rows.get(head, []) if each.field.type in NUMERIC]
        rivals = [*self._bare(head), *numbers]
        return None if any(is_answer(each, value) for each in rivals) else begun[0]

    def _bare(self, row: str) -> list[Question]:
        bare = self.rows.get(row, [])
        return bare if len(bare) == 1 else [each for each in bare if each.field.required]

    def one_in_row(self, row: str) -> Question | None:
        """The one question of the row, or the one in it that must be answered."""
        named = self._bare(plain(row))
        return named[0] if len({each.place for each in named}) == 1 else None

    def _add_row(self, question: Question) -> None:
        self.headings[plain(question.row)] = question.row
        for row in _rows(question):
            if row.startswith(("mål ", "goal ")) and row not in self.headings:
                self.headings[row] = question.row
                self.short_headings.add(row)
            self.rows.setdefault(row, []).append(question)
            for name in names_of(question):
                self.in_rows.setdefault(f"{row} {name}", []).append(question)


def parted(line: str, sign: str) -> tuple[str, str]:
    """(the plain words before the sign, without a hint in brackets; what follows); no words: no label.

    Figures in the brackets with nothing behind them may be the answer: "Forventet resultat (200.000):".
    """
    head, found, value = line.partition(sign)
    if not found or len(head) > LONGEST_HEAD:
        return "", value
    hint = r"\([^()]*\)\s*$" if value.strip() else r"\([^()\d]*\)\s*$"
    return plain(re.sub(hint, "", head)), value


def _own_names(question: Question) -> list[str]:
    asked = question.field
    return [question.words(), question.words("en"), asked.label, asked.label_en]


def _short_rows(question: Question) -> tuple[str, str]:
    return question.place[1], question.row.split(" ", 1)[0]


def _rows(question: Question) -> set[str]:
    """What a row may be called: its key, its words, and the number or letter its words begin with."""
    short = {plain(each) for each in (*_short_rows(question), question.row)} - {""}
    return {f"{word}{name}" for name in short for word in _ROW_WORDS}


def _wording(text: str) -> re.Pattern[str]:
    """One wording of a question; "…" in it stands for any words: "Hvad er … kerneopgave?"."""
    return re.compile(" .+ ".join(re.escape(plain(part)) for part in text.split("…")))
