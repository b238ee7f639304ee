"""What a mail says of answers. Mails are copied and forwarded: what is sensitive stays on the page."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, Form
from cycle.tasks.tables import Occurrence

HIDDEN = {"da": "Modtaget. Svaret vises ikke i mails.", "en": "Received. The answer is not shown in mails."}
HIDDEN_FAULT = {
    "da": "Svaret kunne ikke bruges. Det vises ikke i mails; se det på siden.",
    "en": "The answer could not be used. It is not shown in mails; see it on the page.",
}


def shown_answers(
    form: Form, answers: Mapping[str, Any], occurrence: Occurrence, language: str
) -> Iterator[tuple[str, str]]:
    """(question, answer as people read it) for each question that was answered, in the form's order.

    Of a sensitive field, and of everything in a confidential activity, it says only that it was received.
    """
    everything = _is_confidential(occurrence.activity)
    for field in form.fields:
        if answers.get(field.id) is None:
            continue
        if everything or _is_hidden(field):
            yield label(field, language), HIDDEN["en" if language == "en" else "da"]
        else:
            yield label(field, language), show_answer(_open(field), answers[field.id], language)


def shown_faults(
    form: Form | None, faults: Iterable[tuple[str, str]], occurrence: Occurrence, language: str
) -> Iterator[tuple[str, str]]:
    """(place, sentence) of what was wrong with an answer; one that may repeat what is hidden is left out."""
    fields = {field.id: field for field in form.fields} if form else {}
    everything = _is_confidential(occurrence.activity)
    for where, what in faults:
        asked = fields.get(where.partition(".")[0])
        hidden = asked is not None and (everything or asked.sensitive or asked != _open(asked))
        yield where, HIDDEN_FAULT["en" if language == "en" else "da"] if hidden else what


def shown_rest(text: str, form: Form | None, occurrence: Occurrence, language: str) -> str:
    """What a reply said besides answers; not where it may hold what is hidden."""
    open_form = form is not None and not any(_is_hidden(each) or each != _open(each) for each in form.fields)
    hidden = _is_confidential(occurrence.activity) or not open_form
    return HIDDEN["en" if language == "en" else "da"] if text and hidden else text


def _is_hidden(field: Field) -> bool:
    return field.sensitive or (bool(field.fields) and not _open(field).fields)


def _open(field: Field) -> Field:
    """The field without the sensitive columns of its rows."""
    kept = tuple(each for each in field.fields if not each.sensitive)
    return field if len(kept) == len(field.fields) else field.model_copy(update={"fields": kept})


@lru_cache(maxsize=256)
def _is_confidential(activity: str) -> bool:
    return bool(json.loads(activity).get("confidential"))
