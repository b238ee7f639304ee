"""What the units propose in a budget call, gathered for the seminar: a page and a workbook."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.errors import NotFound
from cycle.plan.model import FlowName
from cycle.tasks.proposals import Area, Confirmation, areas, confirmations, forms_used, silent
from cycle.tasks.releases import releases
from cycle.tasks.rollup import Rollup, from_json, roll_up
from cycle.tasks.tables import Release
from documents.rollup_document import within
from documents.tables import Cell, Column, Kind, Table, marked
from web import context, render
from web.plain import Id
from web.secretariat.pages import show, xlsx_download
from web.secretariat.reach import Reach, reach, title_of
from web.session import CurrentActor

router = APIRouter()

COLUMNS = (
    (("Område", "Area"), Kind.TEXT, 18),
    (("Enhedsnr.", "Unit no."), Kind.TEXT, 14),
    (("Enhed", "Unit"), Kind.TEXT, 34),
    (("Forslag", "Proposal"), Kind.TEXT, 40),
    (("Beløb om året (kr.)", "Amount a year (DKK)"), Kind.NUMBER, 20),
    (("Begrundelse", "Reason"), Kind.TEXT, 60),
)
TOTAL = ("I alt", "All")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Gathered:
    """The proposals that an account sees: of the newest released version, else as they stand."""

    found: Reach
    version: Release | None
    rollup: Rollup
    areas: list[Area]
    confirmations: list[Confirmation]


@router.get("/aktivitet/{occurrence_id}/forslag")
def proposals(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The proposals by area and unit with their sums, and how the frames were taken."""
    with context.reading(request) as session:
        it = _gather(session, request, reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY))
        return show(
            request,
            "proposals.html",
            it=it.found.occurrence,
            title=title_of(it.found.activity, render.language_of(request)),
            version=it.version,
            areas=it.areas,
            total=sum(area.total for area in it.areas),
            confirmations=it.confirmations,
            asked=len(it.rollup.lines),
            silent=silent(it.rollup.lines),
            partial=it.found.paths != (it.found.root_path,),
            export=bool(it.found.paths_for(Verb.EXPORT)),
        )


@router.get("/eksport/aktivitet/{occurrence_id}/forslag.xlsx")
def workbook(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The same as a workbook: a row for each proposal, then the sums by area and of all."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        if not found.paths_for(Verb.EXPORT):
            raise NotFound("export", occurrence_id)
        it = _gather(session, request, found)
    english = render.language_of(request) == "en"
    columns = [Column(words[english], kind, width) for words, kind, width in COLUMNS]
    name = f"{('Budgetforslag', 'Proposals')[english]} {found.occurrence.concerns_year}"
    table = Table(name, columns, list(_rows(it.areas, TOTAL[english])), context.settings(request).zone)
    mark = render.file_mark(request)
    from documents.workbook import to_xlsx  # openpyxl is loaded when a workbook is asked for

    content = to_xlsx(marked(table, mark) if mark else table)
    return xlsx_download(content, f"budgetforslag-{found.occurrence.concerns_year}.xlsx")


def _gather(session: Session, request: Request, found: Reach) -> Gathered:
    if found.activity.flow is not FlowName.BUDGET_CALL:
        raise NotFound("proposals", found.occurrence.id)
    released = releases(session, found.occurrence.id or 0)
    version = released[-1] if released else None
    whole = (
        from_json(version.content)
        if version
        else roll_up(session, found.occurrence.id or 0, now=context.now(request))
    )
    seen = within(whole, found.paths)
    forms = forms_used(session, seen.lines)
    return Gathered(found, version, seen, areas(seen.lines, forms), confirmations(seen.lines, forms))


def _rows(found: list[Area], total: str) -> Iterator[list[Cell]]:
    for area in found:
        for one in area.proposals:
            yield [area.name, one.line.unit_id, one.line.unit, one.title, one.amount, one.reason]
    for area in found:
        yield [area.name, None, None, total, area.total, None]
    yield [None, None, None, total, sum((area.total for area in found), start=_ZERO), None]
