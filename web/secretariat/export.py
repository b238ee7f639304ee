"""An activity with all its answers as a file."""

from dataclasses import replace

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.errors import NotFound
from cycle.tasks.calendars import calendar_of
from cycle.tasks.listing import Entry, entries
from cycle.tasks.tables import Submission
from documents.answers_table import Answered, answers_table
from documents.tables import Cell, Column, Kind, Table, marked, to_csv
from web import context, render
from web.plain import Id
from web.secretariat.pages import csv_download, xlsx_download
from web.secretariat.reach import Reach, reach
from web.secretariat.told_answers import Private, forms_of, read_form, submissions_of
from web.secretariat.told_rows import rows_told
from web.secretariat.words import namer
from web.session import CurrentActor

router = APIRouter(prefix="/eksport/aktivitet")

LEADING = (
    (("Enhedsnr.", "Unit no."), Kind.TEXT, 14),
    (("Enhed", "Unit"), Kind.TEXT, 34),
    (("Art", "Kind"), Kind.TEXT, 16),
    (("Område", "Area"), Kind.TEXT, 18),
    (("Distrikt", "District"), Kind.TEXT, 18),
    (("Post", "Post"), Kind.TEXT, 14),
    (("Emne", "Subject"), Kind.TEXT, 14),
    (("Tilstand", "State"), Kind.TEXT, 16),
    (("Til tiden", "On time"), Kind.TEXT, 20),
    (("Intet at bemærke", "Nothing to report"), Kind.TEXT, 12),
    (("Frist", "Due"), Kind.DATE, 12),
    (("Oprindelig frist", "Original due date"), Kind.DATE, 12),
    (("Modtaget", "Received"), Kind.INSTANT, 17),
    (("Udgave", "Version"), Kind.WHOLE, 8),
)


@router.get("/{occurrence_id}.xlsx")
def workbook(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The list with all answers as a workbook."""
    from documents.workbook import to_xlsx  # openpyxl is loaded when a workbook is asked for

    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        return xlsx_download(to_xlsx(_table(session, request, found)), _name(found, "xlsx"))


@router.get("/{occurrence_id}.csv")
def csv(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The list with all answers as CSV."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        return csv_download(to_csv(_table(session, request, found)), _name(found, "csv"))


def _table(session: Session, request: Request, found: Reach) -> Table:
    paths = found.paths_for(Verb.EXPORT)
    if not paths:
        raise NotFound("export", found.occurrence.id)
    calendar = calendar_of(session, found.occurrence)
    today = calendar.local_date(context.now(request))
    listed = entries(session, found.occurrence, paths=paths, today=today, calendar=calendar)
    language = render.language_of(request)
    submissions = submissions_of(session, listed)
    forms = [read_form(row) for row in forms_of(session, found, submissions).values()]
    private = Private.of(session, found, forms)
    asked = rows_told(session, [entry.task_id for entry in listed], forms, language=language)
    place = 1 if language == "en" else 0
    table = answers_table(
        f"{found.occurrence.title} {found.occurrence.concerns_year}",
        [Column(words[place], kind, width) for words, kind, width in LEADING],
        forms,
        [
            replace(_answered(entry, submissions, private, language), asked=asked.get(entry.task_id, {}))
            for entry in listed
        ],
        zone=calendar.zone,
        language=language,
    )
    mark = render.file_mark(request)
    return marked(table, mark) if mark else table


def _answered(entry: Entry, submissions: dict[int, Submission], private: Private, language: str) -> Answered:
    name = namer(language)
    submission = submissions.get(entry.submission_id or 0)
    leading: list[Cell] = [
        entry.unit_id,
        entry.unit,
        entry.kind,
        entry.area,
        entry.district,
        entry.role,
        entry.subject,
        name(entry.as_read),
        name(entry.timeliness),
        entry.nil,
        entry.due_on,
        entry.original_due_on,
        entry.received_at,
        entry.version or None,
    ]
    return Answered(leading, private.less(submission.answers, entry) if submission else {})


def _name(found: Reach, ending: str) -> str:
    return f"{found.activity.id}-{found.occurrence.concerns_year}.{ending}".encode("ascii", "ignore").decode()
