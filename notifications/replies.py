"""Which answers to a form the words of a reply are. What can be meant in two ways is asked, never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cycle.errors import Problem
from cycle.tasks.forms import FieldType, Form
from notifications.inline_answers import inline_answers
from notifications.labelled_lines import Labelled, Place, labelled
from notifications.nil import is_nil, plain
from notifications.reading.words import own_words
from notifications.questions import Question, is_one_text, questions_of

TWICE = {
    "da": "Mailen har to forskellige svar på »{words}«.",
    "en": "The mail has two different answers to “{words}”.",
}


@dataclass(frozen=True)
class Reply:
    """The answers in a reply, as typed: text by field, and by group, row and field.

    `nil`: it says only that there is nothing to report. `unplaced` is text that belongs to no question;
    `doubts` are what can be meant in two ways: with any, the reply is no answer yet.
    """

    nil: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    unplaced: str = ""
    doubts: tuple[Problem, ...] = ()


def read_reply(
    form: Form,
    text: str,
    *,
    whole: str = "",
    rows: Mapping[str, Any] | None = None,
    language: str = "da",
) -> Reply:
    """Reads the author's own words into the form; `whole` is the mail with what it quotes, where answers
    may stand under the questions. `rows` is the task's prefill.

    "Intet at bemærke" alone is a nil return. A form that asks for one text takes all of the words. Else a
    line begins an answer with the question's number ("2. 14,5 mio."), its words or id and a colon
    ("Status: gul"), its row and its words ("1.2 Status: grøn"), or in any wording the form knows, with a
    question mark (seed 001).
    """
    if is_nil(text):
        return Reply(nil=True)
    questions = questions_of(form, rows or {}, language)
    if is_one_text(form):
        return Reply(raw={form.fields[0].id: _without_label(questions[0], text)} if text.strip() else {})
    under = inline_answers(questions, whole)
    own = labelled(questions, own_words(under.above) if under.found else text, language)
    if not own.found and not under.found and len(questions) == 1:
        return Reply(raw=_nested({questions[0].place: text}) if text.strip() else {})
    return _together(questions, own, under.found, language)


def place_for_rest(form: Form) -> str | None:
    """The question whose draft takes text that was not placed: the first long text, if any."""
    return next((f.id for f in form.fields if f.type is FieldType.LONG_TEXT), None)


def _together(
    questions: Sequence[Question], own: Labelled, under: Mapping[Place, str], language: str
) -> Reply:
    """What stands above the quoted mail and what stands in it; the same question may not have two answers."""
    doubts = list(own.doubts)
    words = {question.place: question for question in questions}
    for place in own.found.keys() & under.keys():
        if plain(own.found[place]) != plain(under[place]):
            asked = words[place]
            what = TWICE["en" if language == "en" else "da"].format(words=asked.words(language))
            doubts.append(Problem(asked.where, what))
    return Reply(raw=_nested({**under, **own.found}), unplaced=own.unplaced, doubts=tuple(doubts))


def _nested(found: Mapping[Place, str]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for place, value in found.items():
        inner = raw
        for name in place[:-1]:
            inner = inner.setdefault(name, {})
        inner[place[-1]] = value
    return raw


def _without_label(asked: Question, text: str) -> str:
    first, _, rest = text.partition("\n")
    name, colon, value = first.partition(":")
    names = {plain(each) for each in (asked.field.id, asked.field.label, asked.field.label_en) if each}
    return f"{value}\n{rest}".strip() if colon and plain(name) in names else text.strip()
