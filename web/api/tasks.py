"""What the units owe in an activity, whether they were on time, and what they answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.tasks.calendars import calendar_of
from cycle.tasks.fates import Asked, Fate, count_fates
from cycle.tasks.forms import FREE_FORM, Form
from cycle.tasks.list_pages import PLACE, TaskKey, task_keys
from cycle.tasks.listing import Entry, entries_of, tallies
from cycle.tasks.tables import Submission
from web import context
from web.api.models import Answers, AnswerShown, Tasks, TaskShown, TimelinessList, TimelinessShown
from web.api.paging import MOST, Cursor, Limit, answered, page_of
from web.api.reader import AnswersReader, StatusReader
from web.plain import Id
from web.secretariat.reach import Reach, reach
from web.secretariat.told_answers import Private, forms_of, read_form, submissions_of, without_small
from web.secretariat.told_rows import Rows, rows_told

router = APIRouter(prefix="/aktiviteter/{occurrence_id}")


@router.get("/opgaver", response_model=Tasks, summary="Opgaver og deres tilstand")
def tasks(
    request: Request, reader: StatusReader, occurrence_id: Id, cursor: Cursor = "", limit: Limit = MOST
) -> Response:
    """Every post that owes something, among the units that the account may read."""
    with context.reading(request) as session:
        _, asked = _asked(session, request, reader, occurrence_id, Verb.SEE_UNIT)
        found, following = page_of(task_keys(session, asked), lambda key: key, cursor, limit)
        shown = [_task(each) for each in _entries(session, asked, found)]
    return answered(request, Tasks(naeste=following, opgaver=shown))


@router.get("/rettidighed", response_model=TimelinessList, summary="Rettidighed efter område og art")
def timeliness(
    request: Request, reader: StatusReader, occurrence_id: Id, cursor: Cursor = "", limit: Limit = MOST
) -> Response:
    """How many were on time, for each area, district and kind of unit; every post is counted once."""
    groups: dict[tuple[str, str, str], list[tuple[Fate, int]]] = defaultdict(list)
    with context.reading(request) as session:
        _, asked = _asked(session, request, reader, occurrence_id, Verb.SEE_UNIT)
        for area, district, kind, fate, number in count_fates(session, asked, *PLACE):
            groups[area, district, kind].append((fate, number))
    found, following = page_of(list(groups), lambda place: place, cursor, limit)
    shown = [_timeliness(place, groups[place]) for place in found]
    return answered(request, TimelinessList(naeste=following, rettidighed=shown))


@router.get("/besvarelser", response_model=Answers, summary="Besvarelser (scope: answers)")
def answers(
    request: Request, reader: AnswersReader, occurrence_id: Id, cursor: Cursor = "", limit: Limit = 200
) -> Response:
    """The newest answer of each post, with what its export has: hidden goals and small numbers stay here."""
    with context.reading(request) as session:
        found, asked = _asked(session, request, reader, occurrence_id, Verb.EXPORT)
        keys, following = page_of(task_keys(session, asked, answered=True), lambda key: key, cursor, limit)
        shown = _answers(session, found, _entries(session, asked, keys))
    return answered(request, Answers(naeste=following, besvarelser=shown))


def _asked(
    session: Session, request: Request, reader: SignedIn, occurrence_id: int, verb: Verb
) -> tuple[Reach, Asked]:
    """The activity, and what of it the account may do this to. Raises NotFound, NotAllowed."""
    found = reach(session, reader, occurrence_id, Verb.SEE_ACTIVITY)
    paths = found.paths_for(verb)
    if not paths:
        raise NotFound(verb.value, occurrence_id)
    calendar = calendar_of(session, found.occurrence)
    return found, Asked(found.occurrence, paths, calendar.local_date(context.now(request)), calendar)


def _entries(session: Session, asked: Asked, keys: Sequence[TaskKey]) -> list[Entry]:
    """The entries with these keys, in their order."""
    ids = [key.task_id for key in keys]
    found = entries_of(session, asked.occurrence, ids, today=asked.today, calendar=asked.calendar)
    known = {entry.task_id: entry for entry in found}
    return [known[task_id] for task_id in ids]


def _answers(session: Session, found: Reach, given: Sequence[Entry]) -> list[AnswerShown]:
    submissions = submissions_of(session, given)
    rows = forms_of(session, found, submissions)
    forms = {id_: read_form(row) for id_, row in rows.items()}
    private = Private.of(session, found, forms.values(), given=given)
    asked = rows_told(session, [entry.task_id for entry in given], forms.values(), language="da")
    shown = []
    for entry in given:
        submission = submissions[entry.submission_id or 0]
        version = submission.form_version_id or found.occurrence.form_version_id or 0
        form = forms.get(version, FREE_FORM)
        told = without_small(private.less(submission.answers, entry), form.fields)
        number = rows[version].version if version in rows else None
        shown.append(_answer(entry, submission, form, number, told, asked.get(entry.task_id, {})))
    return shown


def _answer(
    entry: Entry, submission: Submission, form: Form, version: int | None, told: dict[str, Any], asked: Rows
) -> AnswerShown:
    return AnswerShown(
        opgave=entry.task_id,
        enhed=entry.unit_id,
        post=entry.role,
        emne=entry.subject,
        udgave=submission.version,
        slags=submission.kind,
        modtaget=submission.received_at,
        efter_lukning=submission.after_close,
        kanal=submission.channel,
        skema=form.id,
        skemaudgave=version,
        svar=told,
        raekker=_rows(told, asked),
    )


def _rows(told: Mapping[str, Any], asked: Rows) -> dict[str, dict[str, str]]:
    """What the rows of the answers that are told are about."""
    return {
        group: {
            row: f"{row}. {about[row].title}" if about[row].title else about[row].label
            for row in (str(each["row"]) for each in told[group])
            if row in about
        }
        for group, about in asked.items()
        if group in told
    }


def _task(entry: Entry) -> TaskShown:
    return TaskShown(
        id=entry.task_id,
        enhed=entry.unit_id,
        enhedsnavn=entry.unit,
        art=entry.kind,
        omraade=entry.area,
        distrikt=entry.district,
        post=entry.role,
        emne=entry.subject,
        tilstand=entry.as_read,
        frist=entry.due_on,
        oprindelig_frist=entry.original_due_on,
        til_tiden=entry.timeliness,
        modtaget=entry.received_at,
        intet_at_bemaerke=entry.nil,
        afventer_godkendelse=entry.awaits_approval,
        udgave=entry.version,
    )


def _timeliness(place: tuple[str, str, str], found: Sequence[tuple[Fate, int]]) -> TimelinessShown:
    area, district, kind = place
    count = tallies(found)
    return TimelinessShown(
        omraade=area,
        distrikt=district,
        art=kind,
        forventet=count["alle"] - count["fritaget"],
        modtaget=count["svaret"],
        til_tiden=count["til-tiden"],
        til_tiden_efter_forlaengelse=count["til-tiden-efter-forlaengelse"],
        for_sent=count["for-sent"],
        mangler=count["mangler"],
        fritaget=count["fritaget"],
    )
