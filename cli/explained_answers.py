"""What a form makes of the answers that were read in a mail: taken, or why not."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.mail_words import word
from cli.wording import english
from cycle.errors import Problem
from cycle.tasks.answers import read_draft, show_answer
from cycle.tasks.forms import Form
from notifications.questions import questions_of
from notifications.replies import Reply


def explained(form: Form, reply: Reply) -> dict[str, Any]:
    """What programs are told: `answers` as typed, `taken` as they would be stored, and what is `refused`.

    `outcome` is what becomes of the mail when its sender may answer: "nil", "no_answer", "answer" or
    "draft". The rows of a task's goals are not known here, only those of the form itself.
    """
    language = "en" if english() else "da"
    checked = not reply.nil and not reply.talk
    taken, faults = read_draft(form, reply.raw, rows={}, language=language) if checked else ({}, [])
    asked = {doubt.where for doubt in reply.doubts}
    refused = [*reply.doubts, *(fault for fault in faults if fault.where not in asked)]
    refused = refused or _general(form, reply)
    return {
        "outcome": _outcome(reply, refused),
        "nil": reply.nil,
        "answers": dict(reply.raw),
        "taken": taken,
        "shown": {f.id: show_answer(f, taken[f.id], language) for f in form.fields if f.id in taken},
        "refused": [{"where": each.where, "what": each.what, "cure": each.cure} for each in refused],
        "questions": {each.where: each.words(language) for each in questions_of(form, {}, language)},
        "unplaced": reply.unplaced,
    }


def _general(form: Form, reply: Reply) -> list[Problem]:
    if reply.nil and not form.nil_allowed:
        return [Problem("", word("nil refused"))]
    return [Problem("", word("nothing read"))] if not (reply.nil or reply.talk or reply.raw) else []


def _outcome(reply: Reply, refused: list[Problem]) -> str:
    if reply.talk:
        return "no_answer"
    if refused:
        return "draft"
    return "nil" if reply.nil else "answer"


def answer_lines(answers: Mapping[str, Any]) -> Iterator[str]:
    """What people are told."""
    yield f"  {word('as ' + answers['outcome'])}"
    for field, value in answers["shown"].items():
        yield f"  {word('taken')} {field}: {value}"
    for fault in answers["refused"]:
        typed = answers["answers"].get(fault["where"])
        said = f" {typed!r}" if isinstance(typed, str) else ""
        words = answers["questions"].get(fault["where"], "")
        what = f"{fault['what']} {fault['cure']}".strip()
        where = f" {fault['where']} ({words})" if words else ""
        yield f"  {word('refused')}{where}{said}: {what}"
    if answers["unplaced"]:
        yield f"  {word('unplaced')}: {answers['unplaced']!r}"
