"""What a person wrote in a reply, and which answers to a form that is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cycle.tasks.forms import Field, FieldType, Form
from notifications.reading.words import own_words as own_words

NIL_PHRASES = frozenset(
    {
        "intet at bemærke",
        "intet at bemaerke",
        "ingenting at bemærke",
        "ikke noget at bemærke",
        "ingen bemærkninger",
        "ingen bemaerkninger",
        "ingen kommentarer",
        "nothing to report",
        "no comments",
        "no remarks",
    }
)
FREE_TEXT = (FieldType.TEXT, FieldType.LONG_TEXT)


@dataclass(frozen=True)
class Reply:
    """The answers in a reply, as typed. `nil`: it says only that there is nothing to report.

    `unplaced` is text that stands before the first label of a form with several questions.
    """

    nil: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    unplaced: str = ""


def read_reply(form: Form, text: str) -> Reply:
    """Which answers the words are (`text` from `own_words`).

    "Intet at bemærke" alone is a nil return. A form with one question takes the whole text. Else each
    line that begins with a question's label or id and a colon begins an answer: "Status: gul, vi er bagud".
    So does a question with its question mark, in any wording the form knows (seed 001).
    """
    if is_nil(text):
        return Reply(nil=True)
    asked = [f for f in form.fields if f.type not in (FieldType.FILE, FieldType.REPEAT)]
    if len(form.fields) == 1 and form.fields[0].type in FREE_TEXT:
        return Reply(raw={form.fields[0].id: _without_label(form.fields[0], text)})
    found, unplaced = _labelled(asked, text)
    if not found and len(asked) == 1 and len(form.fields) == 1:
        return Reply(raw={asked[0].id: text})
    return Reply(raw=found, unplaced=unplaced)


def is_nil(text: str) -> bool:
    """Whether the words say only that there is nothing to report."""
    return _plain(text) in NIL_PHRASES


def place_for_rest(form: Form) -> str | None:
    """The question whose draft takes text that was not placed: the first long text, if any."""
    return next((f.id for f in form.fields if f.type is FieldType.LONG_TEXT), None)


def _labelled(asked: Sequence[Field], text: str) -> tuple[dict[str, str], str]:
    labels = {name: field.id for field in asked for name in _names(field)}
    wordings = [(_wording(words), field.id) for field in asked for words in (field.label, *field.also)]
    found: dict[str, list[str]] = {}
    before: list[str] = []
    current = before
    for line in text.splitlines():
        name, colon, value = re.sub(r"^[\s*•–-]+", "", line).partition(":")
        field_id = labels.get(_plain(name)) if colon else None
        if field_id is None and "?" in line:
            question, _, value = line.partition("?")
            field_id = next((id_ for form, id_ in wordings if form.fullmatch(_plain(question))), None)
        if field_id is not None:
            current = found.setdefault(field_id, [])
            line = value
        current.append(line.strip())
    return {name: "\n".join(lines).strip() for name, lines in found.items()}, "\n".join(before).strip()


def _without_label(asked: Field, text: str) -> str:
    first, _, rest = text.partition("\n")
    name, colon, value = first.partition(":")
    return f"{value}\n{rest}".strip() if colon and _plain(name) in _names(asked) else text


def _names(asked: Field) -> set[str]:
    return {_plain(name) for name in (asked.id, asked.label, asked.label_en) if name}


def _wording(text: str) -> re.Pattern[str]:
    """One wording of a question; "…" in it stands for any words: "Hvad er … kerneopgave?"."""
    return re.compile(" .+ ".join(re.escape(_plain(part)) for part in text.split("…")))


def _plain(text: str) -> str:
    letters = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return " ".join(letters.split())
