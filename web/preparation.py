"""What the two parties of a results dialogue write for each other before it: one page, reached in two ways.

The leader comes by the link of the task (`web/leader/preparation.py`), the superior signed in
(`web/superior/preparation.py`). Who they are decides, never a role: see `cycle.preparations.parties`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.errors import Conflict, NotFound, NotNow, Problem
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.snapshot import UnitRow
from cycle.preparations.parties import Parties, parties_of
from cycle.preparations.parts import is_prepared, read_parts, write_part
from cycle.tasks.answer_values import blank
from cycle.tasks.answers import label, read_draft, typed_answers
from cycle.tasks.calendars import calendar_of
from cycle.tasks.cycles import PREPARATION
from cycle.tasks.forms import Form
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task
from web import context, faults, preparation_faults, render
from web.forms import form_of
from web.questions import Beside, guidance_of, questions
from web.shown import shown_answers
from web.typed import Sender, typed_form


@dataclass(frozen=True)
class Desk:
    """One party's side of a preparation, open today."""

    occurrence: Occurrence
    unit: UnitRow
    form: Form
    parties: Parties
    person_id: int
    other: Recipient
    erased_on: date

    @property
    def is_superior(self) -> bool:
        """Whether the person is the superior of the two."""
        return self.person_id == self.parties.superior.person_id


Opener = Callable[[Session], Desk]
"""Finds whoever sends the request, and opens their side."""


def prepares_with(
    directory: Directory, task: Task, occurrence: Occurrence, person_id: int | None, *, now: datetime
) -> Recipient | None:
    """The other party, when there is something to prepare for this task and the person may."""
    if not _has_preparation(task, occurrence) or not is_prepared(occurrence, now=now) or person_id is None:
        return None
    parties = parties_of(directory, task.unit_id, task.role)
    return parties.other(person_id) if parties else None


def open_desk(session: Session, request: Request, task: Task, person_id: int | None) -> Desk:
    """The person's side. Raises NotFound where nothing is prepared, Refused for whoever is no party."""
    occurrence = session.get_one(Occurrence, task.occurrence_id)
    if not _has_preparation(task, occurrence):
        raise NotFound("preparation", task.id)
    calendar, now = calendar_of(session, occurrence), context.now(request)
    directory = Directory.for_post(session, task.unit_id, calendar.local_date(now))
    parties = parties_of(directory, task.unit_id, task.role)
    other = parties.other(person_id) if parties and person_id is not None else None
    if parties is None or person_id is None or other is None:
        raise faults.Refused(preparation_faults.NOT_A_PARTY)
    assert occurrence.erase_at is not None
    if occurrence.erased_at is not None or now >= occurrence.erase_at:
        raise faults.Refused(preparation_faults.ERASED)
    form = form_of(session, occurrence.stage_forms[PREPARATION])
    erased_on = calendar.local_date(occurrence.erase_at)
    return Desk(occurrence, directory.units[task.unit_id], form, parties, person_id, other, erased_on)


def show(
    session: Session,
    request: Request,
    desk: Desk,
    address: str,
    *,
    typed: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    notice: str = "",
    status: int = 200,
) -> Response:
    """The page: what the other has written, and the person's own part to be written on."""
    language = render.language_of(request)
    secret, now = context.settings(request).secret, context.now(request)
    own, theirs = read_parts(session, secret, desk.occurrence, desk.parties, desk.person_id, now=now)
    beside = Beside({}, {problem.where: problem for problem in problems}, {}, language)
    stored = typed_answers(desk.form.fields, own.answers)
    return render.page(
        request,
        "preparation.html",
        status=status,
        desk=desk,
        address=address,
        back=address.removesuffix("/forberedelse"),
        own=own,
        theirs=theirs,
        shown=[each for each in shown_answers(desk.form, theirs.answers, {}, language) if each.text],
        asked=questions(desk.form, stored if typed is None else typed, beside),
        guidance=guidance_of(desk.form, language),
        problems=problems,
        notice=notice,
    )


def save(session: Session, request: Request, desk: Desk, sent: FormData) -> None:
    """Keeps the person's own part. Raises Unfit, Conflict, NotNow."""
    typed = _typed(desk, sent)
    answers, problems = read_draft(desk.form, typed, rows={}, language=render.language_of(request))
    wrong = [problem for problem in problems if not blank(typed.get(problem.where))]
    if wrong:
        raise Unfit(wrong)
    write_part(
        session,
        context.settings(request).secret,
        desk.occurrence,
        desk.parties,
        desk.person_id,
        answers=answers,
        edition=_edition(sent),
        now=context.now(request),
    )


class Unfit(Exception):
    """Something has to be corrected; nothing was kept."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("something has to be corrected")
        self.problems = problems


def answer(request: Request, sent: FormData, address: str, open_: Opener) -> Response:
    """What a POST does: keeps the part and leads away, or shows the page again with all that was typed."""
    try:
        with context.writing(request) as session:
            desk = open_(session)
            _name_fields(request, desk)
            save(session, request, desk, sent)
    except Unfit as error:
        return _again(request, sent, address, open_, problems=error.problems, status=422)
    except NotNow as error:
        raise faults.Refused(faults.NOT_NOW) from error
    except Conflict:
        return _again(request, sent, address, open_, notice="overtaken", status=409)
    return RedirectResponse(f"{address}?gemt=1", status_code=303)


def _again(request: Request, sent: FormData, address: str, open_: Opener, **shown: Any) -> Response:
    with context.reading(request) as session:
        desk = open_(session)
        return show(session, request, desk, address, typed=_typed(desk, sent), **shown)


def _has_preparation(task: Task, occurrence: Occurrence) -> bool:
    return task.kind is TaskKind.ANSWER and PREPARATION in occurrence.stage_forms


def _typed(desk: Desk, sent: FormData) -> dict[str, Any]:
    return typed_form(desk.form, Sender(sent, {}, keep=lambda _: {}, recognise=lambda _: None))


def _edition(sent: FormData) -> int:
    text = str(sent.get("edition", ""))
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _name_fields(request: Request, desk: Desk) -> None:
    """Error pages show what was sent under the questions' own words, to its sender alone."""
    language = render.language_of(request)
    request.state.labels = {field.id: label(field, language) for field in desk.form.fields}
