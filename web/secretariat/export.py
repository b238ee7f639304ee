"""An activity with all its answers as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.errors import NotFound
from cycle.goals.by_unit import asked_goals
from cycle.goals.small_numbers import Places, hidden_places, without_hidden
from cycle.tasks.calendars import calendar_of
from cycle.tasks.forms import Form
from cycle.tasks.listing import Entry, entries
from cycle.tasks.tables import FormVersion, Submission
from documents.answers_table import Answered, answers_table
from documents.tables import Cell, Column, Kind, Table, marked, to_csv
from web import context, render
from web.plain import Id
from web.secretariat.pages import csv_download, xlsx_download
from web.secretariat.reach import Reach, reach
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
    submissions = _submissions(session, listed)
    forms = _forms(session, found, submissions)
    private = _Private.of(session, found, forms)
    place = 1 if language == "en" else 0
    table = answers_table(
        f"{found.occurrence.title} {found.occurrence.concerns_year}",
        [Column(words[place], kind, width) for words, kind, width in LEADING],
        forms,
        [_answered(entry, submissions, private, language) for entry in listed],
        zone=calendar.zone,
        language=language,
    )
    mark = render.file_mark(request)
    return marked(table, mark) if mark else table


@dataclass(frozen=True)
class _Private:
    """The goals of which no unit's own status leaves in a file, and the fields whose rows are goals."""

    hidden: Places
    groups: frozenset[str]
    asked: Mapping[int, Mapping[str, str]]

    @classmethod
    def of(cls, session: Session, found: Reach, forms: Sequence[Form]) -> "_Private":
        occurrence = found.occurrence
        groups = frozenset(field.id for form in forms for field in form.fields if field.rows_from == "goals")
        hidden = hidden_places(session, occurrence.root_id, occurrence.concerns_year)
        return cls(hidden, groups, asked_goals(session, found.occurrence.id or 0) if hidden else {})

    def less(self, answers: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
        """The answers without what is hidden."""
        place = {"area": entry.area, "unit_id": entry.unit_id}
        asked = self.asked.get(entry.task_id)
        return without_hidden(answers, self.hidden, groups=self.groups, asked=asked, **place)


def _answered(entry: Entry, submissions: dict[int, Submission], private: _Private, language: str) -> Answered:
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


def _submissions(session: Session, listed: list[Entry]) -> dict[int, Submission]:
    ids = [entry.submission_id for entry in listed if entry.submission_id]
    found: dict[int, Submission] = {}
    for start in range(0, len(ids), 500):
        rows = session.exec(select(Submission).where(col(Submission.id).in_(ids[start : start + 500])))
        found |= {row.id or 0: row for row in rows}
    return found


def _forms(session: Session, found: Reach, submissions: dict[int, Submission]) -> list[Form]:
    used = {submission.form_version_id for submission in submissions.values()}
    used.add(found.occurrence.form_version_id)
    rows = session.exec(
        select(FormVersion)
        .where(col(FormVersion.id).in_([id_ for id_ in used if id_]))
        .order_by(col(FormVersion.version).desc(), col(FormVersion.id).desc())
    )
    return [Form.model_validate_json(row.spec) for row in rows]


def _name(found: Reach, ending: str) -> str:
    return f"{found.activity.id}-{found.occurrence.concerns_year}.{ending}".encode("ascii", "ignore").decode()
