"""The wheel as a calendar, for the intranet."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.overview import cycles_of, planned_in
from cycle.tasks.states import OccurrenceState
from documents.deadlines import Deadline, to_ics
from web import context, render
from web.api.activities import Of
from web.api.paging import unless_known
from web.api.reader import StatusReader
from web.secretariat.reach import activity_of, roots_for, title_of

router = APIRouter()
ICS = "text/calendar"


@router.get(
    "/kalender.ics",
    response_class=Response,
    responses={200: {"content": {ICS: {"schema": {"type": "string"}}}}},
    summary="Åbninger og frister som kalender (iCalendar)",
)
def feed(request: Request, reader: StatusReader, cycle_id: Of = 0) -> Response:
    """The openings and deadlines on the wheels that the account sees. Nothing about who has answered."""
    language, base = render.language_of(request), context.settings(request).base_url
    deadlines = []
    with context.reading(request) as session:
        for cycle in cycles_of(session, roots_for(reader, Verb.SEE_WHEEL)):
            if cycle_id not in (0, cycle.id):
                continue
            calendar = calendar_of_cycle(session, cycle.id or 0)
            deadlines += [
                Deadline(
                    key=f"occurrence-{each.id}",
                    title=title_of(activity_of(each), language),
                    opens_on=calendar.local_date(each.opens_at),
                    due_on=each.due_on,
                    told=render.file_mark(request),
                    cancelled=each.state is OccurrenceState.CANCELLED,
                )
                for each in planned_in(session, cycle.id or 0)
            ]
    host = urlsplit(base).hostname or "localhost"
    today = context.now(request).replace(hour=0, minute=0, second=0, microsecond=0)
    name = "Annual cycle" if language == "en" else "Styringsårshjul"
    content = to_ics(name, deadlines, host=host, now=today, language=language)
    return unless_known(request, content, f"{ICS}; charset=utf-8")
