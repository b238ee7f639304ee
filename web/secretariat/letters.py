"""Letters and agreements of an activity: one unit's budget letter, and all of them as a zip."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Verb, within
from cycle.errors import NotFound
from cycle.files.tables import File
from cycle.goals.tables import Agreement, SealedDocument
from cycle.organisation.tables import Unit
from cycle.tasks.figures import figures_of
from documents.budget_letter import TEMPLATE, has_letters, letter_values, letterhead
from documents.typeset import Typesetter
from documents.zipped import file_name, zipped
from web import context, render
from web.plain import Id
from web.secretariat.pages import pdf_download, zip_download
from web.secretariat.reach import Reach, reach
from web.session import CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}")


@router.get("/budgetbrev/{unit_id}.pdf")
def letter(request: Request, actor: CurrentActor, occurrence_id: Id, unit_id: str) -> Response:
    """The budget call's letter to one unit; before the opening a draft."""
    with context.reading(request) as session:
        found = _letters_of(session, reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY))
        units = [unit for unit in _units(session, found) if unit.id == unit_id]
        if not units:
            raise NotFound("unit", unit_id)
        [(name, content)] = _set(session, request, found, units)
    return pdf_download(content, name)


@router.get("/budgetbreve.zip")
def letters(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The letters to all units that the account sees."""
    with context.reading(request) as session:
        found = _letters_of(session, reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY))
        content = zipped(_set(session, request, found, _units(session, found)))
    return zip_download(content, f"budgetbreve-{found.occurrence.concerns_year}.zip")


@router.get("/aftaler.zip")
def agreements(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The sealed agreements of all units that the account sees."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        content = zipped(_sealed(session, found))
    return zip_download(content, f"udviklingsaftaler-{found.occurrence.concerns_year}.zip")


def _letters_of(session: Session, found: Reach) -> Reach:
    if not has_letters(found.occurrence):
        raise NotFound("letter", found.occurrence.id)
    return found


def _units(session: Session, found: Reach) -> Sequence[Unit]:
    """The units with figures that the account sees, in the order of the organisation."""
    ids = figures_of(session, found.occurrence.id or 0)
    query = select(Unit).where(Unit.root_id == found.occurrence.root_id, within(col(Unit.path), found.paths))
    return [unit for unit in session.exec(query.order_by(col(Unit.path))) if unit.id in ids]


def _set(
    session: Session, request: Request, found: Reach, units: Sequence[Unit]
) -> Iterator[tuple[str, bytes]]:
    """(file name, PDF) of each unit's letter, one after the other."""
    occurrence, language = found.occurrence, render.language_of(request)
    now, mark = context.now(request), render.file_mark(request)
    town = session.get_one(Unit, occurrence.root_id).name
    figures = figures_of(session, occurrence.id or 0)
    at: datetime = occurrence.opened_at or now
    with Typesetter(context.settings(request).templates_dir, language=language) as setter:
        for unit in units:
            head = letterhead(occurrence, town, unit.name, now=now, language=language, mark=mark)
            values = letter_values(occurrence, figures[unit.id], head, language)
            yield f"{file_name('budgetbrev', unit.id, unit.name)}.pdf", setter.set(TEMPLATE, values, at=at)


def _sealed(session: Session, found: Reach) -> Iterator[tuple[str, bytes]]:
    """(file name, PDF) of each agreement's newest sealed document, one after the other."""
    query = (
        select(SealedDocument.file, Unit.id, Unit.name)
        .join(Agreement, col(Agreement.id) == col(SealedDocument.agreement_id))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(
            Agreement.occurrence_id == found.occurrence.id,
            SealedDocument.version == Agreement.in_force_version,
            within(col(Unit.path), found.paths),
        )
        .order_by(col(Unit.path))
    )
    for digest, unit_id, name in session.exec(query).all():
        yield f"{file_name('udviklingsaftale', unit_id, name)}.pdf", session.get_one(File, digest).content
        session.expunge_all()
