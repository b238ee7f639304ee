"""What the units owe in an activity, whether they were on time, and what they answered."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.tasks.calendars import calendar_of
from cycle.tasks.forms import FREE_FORM, Form
from cycle.tasks.listing import Entry, entries, tallies
from cycle.tasks.tables import Submission
from web import context
from web.api.models import Answers, AnswerShown, Tasks, TaskShown, TimelinessList, TimelinessShown
from web.api.paging import MOST, Cursor, Key, Limit, answered, page_of
from web.api.reader import AnswersReader, StatusReader
from web.plain import Id
from web.secretariat.reach import Reach, reach
from web.secretariat.told_answers import Private, forms_of, read_form, submissions_of, without_small

router = APIRouter(prefix="/aktiviteter/{occurrence_id}")


@router.get("/opgaver", response_model=Tasks, summary="Opgaver og deres tilstand")
def tasks(
    request: Request, reader: StatusReader, occurrence_id: Id, cursor: Cursor = "", limit: Limit = MOST
) -> Response:
    """Every post that owes something, among the units that the account may read."""
    with context.reading(request) as session:
        _, listed = _listed(session, request, reader, occurrence_id, Verb.SEE_UNIT)
    found, following = page_of(listed, _key, cursor, limit)
    return answered(request, Tasks(naeste=following, opgaver=[_task(each) for each in found]))


@router.get("/rettidighed", response_model=TimelinessList, summary="Rettidighed efter område og art")
def timeliness(
    request: Request, reader: StatusReader, occurrence_id: Id, cursor: Cursor = "", limit: Limit = MOST
) -> Response:
    """How many were on time, for each area, district and kind of unit; every post is counted once."""
    with context.reading(request) as session:
        _, listed = _listed(session, request, reader, occurrence_id, Verb.SEE_UNIT)
    groups: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in listed:
        groups[entry.area, entry.district, entry.kind].append(entry)
    found, following = page_of(list(groups), lambda place: place, cursor, limit)
    shown = [_timeliness(place, groups[place]) for place in found]
    return answered(request, TimelinessList(naeste=following, rettidighed=shown))


@router.get("/besvarelser", response_model=Answers, summary="Besvarelser (scope: answers)")
def answers(
    request: Request, reader: AnswersReader, occurrence_id: Id, cursor: Cursor = "", limit: Limit = 200
) -> Response:
    """The newest answer of each post, with what its export has: hidden goals and small numbers stay here."""
    with context.reading(request) as session:
        found, listed = _listed(session, request, reader, occurrence_id, Verb.EXPORT)
        given, following = page_of([each for each in listed if each.submission_id], _key, cursor, limit)
        shown = _answers(session, found, given)
    return answered(request, Answers(naeste=following, besvarelser=shown))


def _listed(
    session: Session, request: Request, reader: SignedIn, occurrence_id: int, verb: Verb
) -> tuple[Reach, list[Entry]]:
    """The activity and its list, where the account may do this. Raises NotFound, NotAllowed."""
    found = reach(session, reader, occurrence_id, Verb.SEE_ACTIVITY)
    paths = found.paths_for(verb)
    if not paths:
        raise NotFound(verb.value, occurrence_id)
    calendar = calendar_of(session, found.occurrence)
    today = calendar.local_date(context.now(request))
    return found, entries(session, found.occurrence, paths=paths, today=today, calendar=calendar)


def _answers(session: Session, found: Reach, given: Sequence[Entry]) -> list[AnswerShown]:
    submissions = submissions_of(session, given)
    rows = forms_of(session, found, submissions)
    forms = {id_: read_form(row) for id_, row in rows.items()}
    private = Private.of(session, found, forms.values())
    shown = []
    for entry in given:
        submission = submissions[entry.submission_id or 0]
        version = submission.form_version_id or found.occurrence.form_version_id or 0
        form = forms.get(version, FREE_FORM)
        told = without_small(private.less(submission.answers, entry), form.fields)
        shown.append(
            _answer(entry, submission, form, rows[version].version if version in rows else None, told)
        )
    return shown


def _answer(
    entry: Entry, submission: Submission, form: Form, version: int | None, told: dict[str, Any]
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
    )


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


def _timeliness(place: tuple[str, str, str], found: Sequence[Entry]) -> TimelinessShown:
    area, district, kind = place
    count = tallies(found)
    return TimelinessShown(
        omraade=area,
        distrikt=district,
        art=kind,
        forventet=len(found) - count["fritaget"],
        modtaget=count["svaret"],
        til_tiden=count["til-tiden"],
        til_tiden_efter_forlaengelse=count["til-tiden-efter-forlaengelse"],
        for_sent=count["for-sent"],
        mangler=count["mangler"],
        fritaget=count["fritaget"],
    )


def _key(entry: Entry) -> Key:
    return entry.path, entry.role, entry.subject, entry.task_id
