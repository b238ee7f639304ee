"""What is done to a meeting on its page: call, move and cancel it, its participants, minutes and homework.

Whatever sends mail is shown before with who gets it (POST …/vis), then done (POST without `vis`).
"""

from datetime import datetime, time
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.danish import format_count
from cycle.errors import AnswerInvalid, Problem
from cycle.files import store as files
from cycle.files.taken import why_not
from cycle.gatherings.calling import Details, call, cancel, check_details, invite_named, mailings
from cycle.gatherings.changing import check_move
from cycle.gatherings.homework import give_homework
from cycle.gatherings.reading import participants_of
from cycle.gatherings.recording import hold
from cycle.gatherings.states import Attendance, GatheringVerb
from cycle.gatherings.tables import Gathering
from cycle.tasks.answer_sentences import sentences
from cycle.tasks.calendars import calendar_of_root
from notifications.mime import AddressRefused, wire_address
from web import context
from web.plain import Id, readable
from web.secretariat.meeting_preview import sample
from web.secretariat.meetings import reach_meeting
from web.secretariat.pages import show
from web.secretariat.typed import clock_time, needed, text_of, whole_date, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/moeder/{meeting_id}")

LONGEST_MINUTES = 20_000
MOST_ITEMS = 40


@router.post("/indkald/vis")
def preview_call(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Who would be told what if the meeting became so; nothing is done."""
    with context.reading(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        check_move(gathering, GatheringVerb.CALL)
        wanted = _details(session, gathering, sent)
        check_details(wanted, now=context.now(request))
        return _preview(session, request, gathering, wanted, sent)


@router.post("/indkald")
def do_call(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Calls the meeting, or changes it, and tells everyone concerned."""
    with context.writing(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        wanted = _details(session, gathering, sent)
        seen, now = _seen(sent), context.now(request)
        call(session, gathering, wanted, seen=seen, by=actor.by, now=now)
    return _back(meeting_id, "indkaldt")


@router.post("/aflys/vis")
def preview_cancel(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Who would be told that the meeting is off; nothing is done."""
    with context.reading(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        needed(sent, "why", "Begrundelsen")
        check_move(gathering, GatheringVerb.CANCEL)
        return _preview(session, request, gathering, None, sent)


@router.post("/aflys")
def do_cancel(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Cancels the meeting and tells whoever was invited."""
    with context.writing(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        why = needed(sent, "why", "Begrundelsen")
        cancel(session, gathering, why=why, seen=_seen(sent), by=actor.by, now=context.now(request))
    return _back(meeting_id, "aflyst")


@router.post("/deltager")
def add(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Adds a person by name and address, who is invited with the next call."""
    with context.writing(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        name, address = needed(sent, "name", "Navnet"), _address(sent)
        now = context.now(request)
        invite_named(session, gathering, name, address, seen=_seen(sent), by=actor.by, now=now)
    return _back(meeting_id, "tilfoejet")


@router.post("/referat")
def record(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """The meeting was held: attendance, minutes, a file with them."""
    now = context.now(request)
    with context.writing(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        hold(
            session,
            gathering,
            attendance=_attendance(session, gathering, sent),
            minutes=_minutes(sent),
            minutes_file=_kept(session, sent.get("file"), now),
            seen=_seen(sent),
            by=actor.by,
            now=now,
        )
    return _back(meeting_id, "referat")


@router.post("/hjemmeopgave")
def homework(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Gives the chosen posts something to do; it becomes their task."""
    with context.writing(request) as session:
        gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
        give_homework(
            session,
            gathering,
            text=text_of(sent, "text"),
            due_on=whole_date(sent, "due_on", "Fristen"),
            keys={str(key) for key in sent.getlist("who")},
            seen=_seen(sent),
            by=actor.by,
            now=context.now(request),
        )
    return _back(meeting_id, "hjemmeopgave")


def _address(sent: FormData) -> str:
    address = text_of(sent, "email")
    if address:
        try:
            wire_address(address)
        except AddressRefused as refused:
            raise AnswerInvalid([Problem("email", str(refused), "Ret adressen.")]) from refused
    return address


def _minutes(sent: FormData) -> str:
    minutes = readable(sent.get("minutes"))
    if len(minutes) > LONGEST_MINUTES:
        what = f"Teksten er for lang: højst {format_count(LONGEST_MINUTES)} tegn."
        raise AnswerInvalid([Problem("minutes", what, "Vedhæft referatet som fil i stedet.")])
    return minutes


def _details(session: Session, gathering: Gathering, sent: FormData) -> Details:
    calendar = calendar_of_root(session, gathering.root_id)
    day = whole_date(sent, "day", "Dagen")

    def at(clock: time) -> datetime:
        return calendar.instant(day, clock)

    items = [line.strip() for line in text_of(sent, "agenda").splitlines() if line.strip()]
    if len(items) > MOST_ITEMS:
        raise AnswerInvalid([Problem("agenda", f"Dagsordenen har over {MOST_ITEMS} punkter.", "Saml dem.")])
    return Details(
        title=" ".join(text_of(sent, "title").split()),
        place=" ".join(text_of(sent, "place").split()),
        link=link_of(text_of(sent, "link")),
        starts_at=at(clock_time(sent, "begins", "Begyndelsen")),
        ends_at=at(clock_time(sent, "ends", "Slutningen")),
        agenda=tuple(items),
    )


def link_of(text: str) -> str:
    """The address of a video meeting. Raises AnswerInvalid when it is no https address."""
    if text and not text.startswith("https://"):
        raise AnswerInvalid([Problem("link", "Linket begynder ikke med https://.", "Kopiér hele linket.")])
    return "".join(text.split())


def _preview(
    session: Session, request: Request, gathering: Gathering, wanted: Details | None, sent: FormData
) -> Response:
    found = mailings(session, gathering, wanted, now=context.now(request))
    told = [each for each in found if each.told and each.address]
    fields = [(name, str(value)) for name, value in sent.multi_items() if name != "csrf"]
    return show(
        request,
        "meeting_preview.html",
        it=gathering,
        wanted=wanted,
        changed=wanted is not None and wanted != Details.of(gathering),
        told=told,
        silent=[each for each in found if each not in told],
        mail=sample(session, request, gathering, wanted, told[0], text_of(sent, "why")) if told else None,
        fields=fields,
    )


def _attendance(session: Session, gathering: Gathering, sent: FormData) -> dict[str, Attendance]:
    known = {each.value: each for each in Attendance}
    named = {each.key: str(sent.get(f"attended.{each.key}", "")) for each in _people(session, gathering)}
    return {key: known[value] for key, value in named.items() if value in known}


def _people(session: Session, gathering: Gathering) -> Any:
    return participants_of(session, gathering.id or 0)


def _kept(session: Session, upload: object, now: datetime) -> dict[str, Any] | None:
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    content, name = upload.file.read(), files.plain_name(upload.filename)
    if why := why_not(name, content):
        raise AnswerInvalid([Problem("file", *sentences(why, {"name": name}, "da"))])
    kept = files.keep(session, content, now=now)
    return {"sha256": kept.sha256, "name": name, "size": kept.size}


def _seen(sent: FormData) -> int:
    return whole_number(sent, "edition", "Udgaven")


def _back(meeting_id: int, done: str) -> Response:
    return RedirectResponse(f"/moeder/{meeting_id}?gjort={done}", status_code=303)
