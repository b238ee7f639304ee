"""What a receipt says, and the mail about a reply that could not be taken."""

from collections.abc import Iterable, Mapping
from typing import Any

from cycle.messages.tables import Inbound, InboundTask, InboundVerdict, Message
from cycle.tasks.answers import label
from cycle.tasks.forms import Form
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import Occurrence, Submission
from notifications.answers import shown_answers, shown_faults, shown_rest
from notifications.questions import questions_of
from notifications.sources import Rows

Pairs = tuple[tuple[str, str], ...]


def receipt(rows: Rows, submission: Submission, language: str) -> dict[str, Any]:
    """The answer question by question, and what a mail said besides."""
    form = rows.form_of(submission.form_version_id)
    occurrence = _occurrence(rows, submission.task_id)
    answers = [] if form is None else shown_answers(form, submission.answers, occurrence, language)
    reading = next((each for each in rows.readings if each.submission_id == submission.id), None)
    inbound = rows.inbound.get(reading.inbound_id) if reading else None
    return {
        "answers": tuple(answers),
        "received_at": submission.received_at,
        "version": submission.version,
        "nil": submission.kind is SubmissionKind.NIL,
        "after_close": submission.after_close,
        "unplaced": shown_rest(reading.unplaced if reading else "", form, occurrence, language),
        "files": _files(inbound),
    }


def reply_problem(rows: Rows, message: Message, letters: Mapping[int, str], language: str) -> dict[str, Any]:
    """What is wrong with a reply, what of it was understood, and what has no place."""
    inbound = rows.inbound[message.context["inbound"]]
    readings = [each for each in rows.readings if each.inbound_id == inbound.id]
    remarks = [
        _remark(rows, of[0] if of else message.task_id or 0, (where, what), letters, language)
        for where, what, *of in message.context.get("problems", ())
    ]
    return {
        "remarks": tuple(remarks),
        "received_at": inbound.received_at,
        "after_close": inbound.verdict is InboundVerdict.CLOSED,
        "foreign": inbound.verdict is InboundVerdict.UNKNOWN_SENDER,
        "answers": tuple(pair for each in readings for pair in _read(rows, each, letters, language)),
        "unplaced": "\n".join(
            dict.fromkeys(filter(None, (_rest(rows, each, language) for each in readings)))
        ),
        "files": _files(inbound),
        "asks_which": bool(message.context.get("asks_which")),
    }


def remarks_on(form: Form | None, faults: Iterable[tuple[str, str]], language: str) -> Pairs:
    """(question, what is wrong with its answer); no question's words for what is about the whole."""
    fields = {field.id: field for field in form.fields} if form else {}
    found = []
    for where, what in faults:
        asked = fields.get(where.partition(".")[0])
        found.append((label(asked, language) if asked else "", what))
    return tuple(found)


def _occurrence(rows: Rows, task_id: int) -> Occurrence:
    return rows.occurrences[rows.tasks[task_id].occurrence_id]


def _remark(
    rows: Rows, task_id: int, fault: tuple[str, str], letters: Mapping[int, str], language: str
) -> tuple[str, str]:
    form = rows.form_of(rows.tasks[task_id].form_version_id)
    ((where, what),) = shown_faults(form, [fault], _occurrence(rows, task_id), language)
    return _asked(rows, task_id, where, letters, language), what


def _rest(rows: Rows, reading: InboundTask, language: str) -> str:
    task = rows.tasks.get(reading.task_id)
    if task is None:
        return ""
    form = rows.form_of(task.form_version_id)
    return shown_rest(reading.unplaced, form, _occurrence(rows, reading.task_id), language)


def _asked(rows: Rows, task_id: int, where: str, letters: Mapping[int, str], language: str) -> str:
    """The question a fault is in, with the number that answers it; the task's letter for the whole task."""
    task, letter = rows.tasks[task_id], letters.get(task_id, "")
    form = rows.form_of(task.form_version_id)
    if form is not None and where:
        numbered = {each.where: each for each in questions_of(form, task.prefill, language)}
        if where in numbered:
            return f"{letter}{numbered[where].number}. {numbered[where].words(language)}"
        return _marked(letter, remarks_on(form, [(where, "")], language)[0][0])
    return letter


def _read(rows: Rows, reading: InboundTask, letters: Mapping[int, str], language: str) -> Pairs:
    """What was understood for one task; an answer that was taken has its own receipt."""
    task = rows.tasks.get(reading.task_id)
    form = rows.form_of(task.form_version_id) if task else None
    if form is None or reading.submission_id is not None:
        return ()
    letter = letters.get(reading.task_id)
    shown = shown_answers(form, reading.answers, _occurrence(rows, reading.task_id), language)
    return tuple((_marked(letter, words), value) for words, value in shown)


def _marked(letter: str | None, words: str) -> str:
    return ": ".join(filter(None, (letter, words)))


def _files(inbound: Inbound | None) -> Pairs:
    return tuple((str(each["name"]), str(each.get("why", ""))) for each in (inbound.files if inbound else ()))
