"""The roll-up as a document: the committee's annex, or the part of one area, district or unit."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Thing, Verb
from cycle.access.sessions import SignedIn
from cycle.danish import format_datetime
from cycle.errors import NotFound
from cycle.goals.told_rollup import told_rollup
from cycle.organisation.tables import Unit
from cycle.tasks.releases import versions
from cycle.tasks.rollup import Rollup, from_json
from cycle.tasks.tables import Release
from documents.charts import png
from documents.cover import cover_values
from documents.rollup_document import Standing, rollup_values, within
from documents.rollup_facts import Facts, facts_for
from documents.typeset import typeset
from documents.word import fill
from web import context, render
from web.plain import Id
from web.secretariat.pages import docx_download, pdf_download
from web.secretariat.reach import Reach, reach_released, title_of
from web.secretariat.rollup import chosen_version
from web.session import CurrentActor

router = APIRouter()


@dataclass(frozen=True)
class Part:
    """What an account may see of a roll-up: what the document is, the date it bears, and its file name."""

    found: Reach
    rollup: Rollup
    facts: Facts
    standing: Standing
    at: datetime
    name: str


@router.get("/afrapportering/{occurrence_id}.pdf")
def pdf(
    request: Request, actor: CurrentActor, occurrence_id: Id, udgave: int | None = None, under: str = ""
) -> Response:
    """One released version, or a draft that says so on every page; whole, or of what lies under a unit."""
    part = read_part(request, actor, occurrence_id, udgave, under)
    own, language = context.settings(request).templates_dir, render.language_of(request)
    values = rollup_values(part.rollup, part.facts, part.standing, language)
    return pdf_download(
        typeset("rollup.typ", values, own=own, language=language, at=part.at), f"{part.name}.pdf"
    )


@router.get("/afrapportering/{occurrence_id}.docx")
def cover(
    request: Request, actor: CurrentActor, occurrence_id: Id, udgave: int | None = None, under: str = ""
) -> Response:
    """The committee's cover with every unit, whole or of an area, for the secretariat to finish."""
    part = read_part(request, actor, occurrence_id, udgave, under)
    own, language = context.settings(request).templates_dir, render.language_of(request)
    values = cover_values(rollup_values(part.rollup, part.facts, part.standing, language, png))
    content = fill(f"cover.{language}.docx", values, own=own, language=language)
    return docx_download(content, f"{part.name}.docx")


def read_part(
    request: Request, actor: SignedIn, occurrence_id: int, wanted: int | None, under: str = ""
) -> Part:
    """What the account may see of it. Raises NotFound, NotAllowed."""
    with context.reading(request) as session:
        found = reach_released(session, actor, occurrence_id)
        must = found.thing is Thing.RELEASED
        version = chosen_version(versions(session, occurrence_id), wanted, must=must)
        now = context.now(request)
        whole = from_json(version.content) if version else told_rollup(session, occurrence_id, now=now)
        place = _place(session, found, under)
        seen = within(within(whole, found.paths_for(Verb.SEE_UNIT)), [place.path])
        return _part(session, request, found, version, seen, place)


def _part(
    session: Session,
    request: Request,
    found: Reach,
    version: Release | None,
    seen: Rollup,
    place: Unit,
) -> Part:
    language = render.language_of(request)
    town = session.get_one(Unit, found.occurrence.root_id)
    title = title_of(found.activity, language)
    whole = place.id == town.id
    at = version.at if version else context.now(request)
    standing = Standing(
        municipality=town.name,
        title=title if whole else f"{place.name}, {title}",
        version=version.version if version else 0,
        dated=_dated(request, version, at),
        mark=render.file_mark(request),
    )
    name = _name(found, version, "" if whole else f"-{place.id}")
    return Part(found, seen, facts_for(session, town.id, seen), standing, at, name)


def _place(session: Session, found: Reach, under: str) -> Unit:
    place = session.get(Unit, under or found.occurrence.root_id)
    if place is None or not place.path.startswith(found.root_path):
        raise NotFound("unit", under)
    return place


def _dated(request: Request, version: Release | None, at: datetime) -> str:
    language, zone = render.language_of(request), context.settings(request).zone
    t = render.translator(language)
    said = t("Frigivet", "Released") if version else t("Som det stod", "As it stood")
    return f"{said} {format_datetime(at, language, zone)}."


def _name(found: Reach, version: Release | None, part: str) -> str:
    which = f"udgave-{version.version}" if version else "udkast"
    name = f"{found.activity.id}-{found.occurrence.concerns_year}-{which}{part}"
    return name.encode("ascii", "ignore").decode()
