"""Which answers to a form the words of a reply are. What can be meant in two ways is asked, never guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cycle.errors import Problem
from cycle.tasks.forms import FieldType, Form
from notifications.doubts import ANSWERED_TWICE, SEVERAL_ON_A_LINE
from notifications.inline_answers import inline_answers
from notifications.label_forms import is_answer
from notifications.labelled_lines import SEVERAL_LINES, Labelled, Place, labelled
from notifications.nil import LONGEST, is_nil, plain
from notifications.one_text import above_answers, leads_on, one_text
from notifications.part_answers import doubt_of
from notifications.questions import Question, is_one_text, questions_of
from notifications.reading.quotes import split_quoted
from notifications.reading.words import own_words
from notifications.small_talk import is_small_talk
from notifications.typed_values import NUMERIC, Doubtful, typed_value
from notifications.unseen import UNKNOWN, like_quoted, unseen_words
from notifications.words_beside import doubt_beside, scale_in_text


@dataclass(frozen=True)
class Reply:
    """The answers in a reply, as typed: text by field, and by group, row and field.

    `nil`: it says only that there is nothing to report. `unplaced` is text that belongs to no question;
    `doubts` are what can be meant in two ways: with any, the reply is no answer yet. `talk`: it says only
    that the mail was received, or that an answer will come; a person may still choose to read `raw`.
    `others` is text that may be another task's: it is told, and lies in no draft of this one.
    """

    nil: bool = False
    talk: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    unplaced: str = ""
    doubts: tuple[Problem, ...] = ()
    others: str = ""

    @property
    def left(self) -> str:
        """All that was not understood."""
        return "\n".join(filter(None, (self.unplaced, self.others)))


def read_reply(
    form: Form,
    text: str,
    *,
    whole: str = "",
    above: str | None = None,
    below: Sequence[str] = (),
    rows: Mapping[str, Any] | None = None,
    language: str = "da",
) -> Reply:
    """Reads the author's own words into the form; `whole` is the mail with what it quotes, where answers
    may stand under the questions; then `above` are the author's words
    before it, and `below` what stands below their farewell. `rows` is the task's prefill.

    "Intet at bemærke" alone is a nil return. A form that asks for one text takes all of the words. Else a
    line begins an answer with the question's number ("2. 14,5 mio."), its words or id and a colon
    ("Status: gul"), its row and its words ("1.2 Status: grøn"), or in any wording the form knows, with a
    question mark (seed 001).
    """
    first, quoted = split_quoted(whole)
    if is_answered_inline(form, whole, rows=rows):
        text = own_words(first) if above is None else above
    reply = read_parts(form, text, quoted, rows=rows or {}, below=below, language=language)
    questions = questions_of(form, rows or {}, language)
    taken = [*inline_answers(questions, quoted).values()]
    unseen = unseen_words(whole, UNKNOWN, [each.line("", language) for each in questions], taken)
    doubt = like_quoted(unseen, language) if unseen else None
    return with_unseen(form, reply, text, unseen, doubt, whole=whole) if doubt else reply


def with_unseen(form: Form, reply: Reply, own: str, unseen: str, doubt: Problem, *, whole: str) -> Reply:
    """The reply with words that look quoted and may be its author's: asked about, and kept as a draft.

    `whole` is all of the mail's text: what stands first there comes first.
    """
    said = own if reply.nil or reply.talk else ""
    doubted = replace(reply, nil=False, talk=False, doubts=(*reply.doubts, doubt))
    if is_one_text(form):
        place = form.fields[0].id
        both = sorted(
            (said or str(reply.raw.get(place, "")), unseen), key=lambda words: whole.find(words[:40])
        )
        return replace(doubted, raw={place: "\n\n".join(filter(None, both))})
    return replace(doubted, unplaced="\n".join(filter(None, (said, reply.unplaced, unseen))))


def is_answered_inline(form: Form, whole: str, *, rows: Mapping[str, Any] | None = None) -> bool:
    """Whether answers stand under our questions in what the mail quotes; `whole` is all of its text."""
    return bool(inline_answers(questions_of(form, rows or {}), split_quoted(whole)[1]))


def read_parts(
    form: Form,
    own: str,
    quoted: str,
    *,
    rows: Mapping[str, Any],
    below: Sequence[str] = (),
    language: str = "da",
    chosen: bool = False,
) -> Reply:
    """As `read_reply`, for the author's words (`own`) and the quoted mail apart from each other.

    What stands below the author's farewell and name (the end of `own` that is one of `below`) answers only a
    question that it names: it goes on with no answer, for it is mostly the unknown line of a card.

    `chosen`: a person says that the mail answers the form, so nobody is asked whether a machine wrote it.
    """
    if is_one_text(form):
        return _read_one_text(form, own, quoted, rows=rows, language=language, chosen=chosen)
    ends = [own.rfind(each) for each in below if each and own.endswith(each)]
    reply = _read_parts(form, own, quoted, rows=rows, language=language, signed=min(ends, default=len(own)))
    if not reply.raw or reply.doubts:
        return reply
    doubt = None if chosen else doubt_beside(reply.unplaced, language)
    doubt = doubt or _changed(form, reply, rows, language)
    questions = questions_of(form, rows, language)
    if doubt is None and inline_answers(questions, quoted):
        doubt = _above(questions, own[: min(ends, default=len(own))], language)
    return replace(reply, doubts=(doubt,)) if doubt else reply


def _changed(form: Form, reply: Reply, rows: Mapping[str, Any], language: str) -> Problem | None:
    """The doubt where a text that answers one question gives the scale of another's number."""
    asked = questions_of(form, rows)
    if not any(each.field.type in NUMERIC and _at(reply.raw, each.place) for each in asked):
        return None
    said = (_at(reply.raw, each.place) for each in asked if each.field.type in SEVERAL_LINES)
    return scale_in_text(said, language)


def _at(raw: Mapping[str, Any], place: Place) -> str:
    inner: Any = raw
    for name in place:
        inner = inner.get(name, {})
    return inner or ""


def _above(questions: Sequence[Question], own: str, language: str) -> Problem | None:
    """The doubt where words above the answers under the questions may correct them."""
    left = own if is_nil(own) else labelled(questions, own, language).unplaced
    return above_answers(left, language)


def _read_one_text(
    form: Form, own: str, quoted: str, *, rows: Mapping[str, Any], language: str, chosen: bool
) -> Reply:
    """All words as one answer, or what stands under the question."""
    asked, *_ = questions = questions_of(form, rows, language)
    under = inline_answers(questions, quoted).get(asked.place, "")
    found = one_text(asked, _without_letter(own, questions), under, language)
    doubt = found.doubt or doubt_of(found.words, language, chosen=chosen, named=found.named)
    if found.doubt is None and is_nil(found.words):
        return Reply(nil=True)
    return Reply(
        raw={asked.field.id: found.words} if found.words else {},
        talk=found.doubt is None and is_small_talk(found.words),
        unplaced=found.beside,
        doubts=(doubt,) if doubt else (),
    )


def _read_parts(
    form: Form, own: str, quoted: str, *, rows: Mapping[str, Any], language: str, signed: int
) -> Reply:
    questions = questions_of(form, rows, language)
    under = inline_answers(questions, quoted)
    above, below = _without_letter(own[:signed].rstrip(), questions), own[signed:]
    own = "\n\n".join(filter(None, (above, below)))
    if under and leads_on(own):
        above = below = ""
    if is_nil(own) and not under:
        return Reply(nil=True)
    found = _found(questions, above, below, bool(under), language)
    return replace(_together(questions, found, under, language), talk=not under and is_small_talk(own))


def _found(questions: Sequence[Question], above: str, below: str, is_inline: bool, language: str) -> Labelled:
    found = labelled(questions, above, language, below=below)
    if not found.found and not is_inline and not found.doubts and len(questions) == 1 and above.strip():
        return Labelled(found={questions[0].place: above}, unplaced=below)
    return found


_LETTER = re.compile(r"\s*(?:(?:opgave|ad\.?|task) )?A ?[:.)–-][ \t]*(.*)", re.IGNORECASE | re.DOTALL)


def _without_letter(own: str, questions: Sequence[Question]) -> str:
    """Without the letter the task would have among several: "A: Intet at bemærke", "A:" as a heading."""
    match = _LETTER.fullmatch(own[:LONGEST])
    if match is None or any(question.row for question in questions):
        return own
    rest = own[match.start(1) :]
    return rest if is_nil(rest) or rest.startswith("\n") else own


def place_for_rest(form: Form) -> str | None:
    """The question whose draft takes text that was not placed: the first long text, if any."""
    return next((f.id for f in form.fields if f.type is FieldType.LONG_TEXT), None)


def _together(
    questions: Sequence[Question], own: Labelled, under: Mapping[Place, str], language: str
) -> Reply:
    """What stands above the quoted mail and what stands in it; the same question may not have two answers."""
    doubts = list(own.doubts)
    words = {question.place: question for question in questions}
    both = {
        place for place in own.found.keys() & under.keys() if plain(own.found[place]) != plain(under[place])
    }
    for asked in (words[place] for place in sorted(both)):
        what = ANSWERED_TWICE["en" if language == "en" else "da"].format(words=asked.words(language))
        doubts.append(Problem(asked.where, what))
    found = {place: text for place, text in {**under, **own.found}.items() if place not in both}
    read, left = _values(words, found, doubts, language)
    return Reply(
        raw=_nested(read), unplaced="\n".join(filter(None, (own.unplaced, *left))), doubts=tuple(doubts)
    )


def _values(
    words: Mapping[Place, Question], found: Mapping[Place, str], doubts: list[Problem], language: str
) -> tuple[dict[Place, str], list[str]]:
    """(the answers as the form reads them, those that may mean two things); the doubts are added."""
    read: dict[Place, str] = {}
    left = []
    for place, text in found.items():
        asked = words[place]
        try:
            if _holds_another(asked, text, words.values()):
                raise Doubtful(SEVERAL_ON_A_LINE, text)
            read[place] = typed_value(asked, text)
        except Doubtful as doubtful:
            doubts.append(Problem(asked.where, doubtful.said(language)))
            left.append(f"{asked.words(language)}: {text}")
    return read, left


LONGEST_COMMENT = 2_000
"""Signs behind a colour in which another answer is looked for."""


def _holds_another(asked: Question, text: str, questions: Iterable[Question]) -> bool:
    """Whether a colour's comment is the next answers: "grøn. Forventet resultat: 0", "grøn, 2 0"."""
    if asked.field.type is not FieldType.TRAFFIC_LIGHT:
        return False
    comment = text[:LONGEST_COMMENT]
    others = {each.number: each for each in questions if each.place != asked.place}
    for number, value in re.findall(r"[\s,;.](\d{1,3})(?:[:)]| (?=[\d-]))\s*([^,;\s]+)", comment):
        if int(number) in others and is_answer(others[int(number)], value):
            return True
    labels = {each.field.label for each in others.values()} - {asked.field.label}
    return any(re.search(rf"(?<!\w){re.escape(each)}\s*:", comment, re.IGNORECASE) for each in labels)


def _nested(found: Mapping[Place, str]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for place, value in found.items():
        inner = raw
        for name in place[:-1]:
            inner = inner.setdefault(name, {})
        inner[place[-1]] = value
    return raw
