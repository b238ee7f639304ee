"""The steering frames: every core area's versions, one of them beside another, and the yearly part's text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.danish import format_count
from cycle.errors import AnswerInvalid, CycleError, NotFound, Problem
from cycle.goals.frame_parts import FramePart, Rhythm, Writer
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.frames import (
    begin_next,
    check_writable,
    editions_of,
    frames_of,
    get_frame,
    sections_of,
    write_section,
)
from cycle.goals.tables import Decision
from cycle.organisation.tables import Unit
from cycle.tasks.ledger import actor_names
from documents.frame_document import TEMPLATE, frame_values
from documents.typeset import typeset
from documents.zipped import file_name
from web import context, render
from web.difference import Piece, difference
from web.plain import Id, readable
from web.secretariat.pages import pdf_download, show
from web.secretariat.typed import whole_number
from web.session import CheckedForm, CurrentActor, require

router = APIRouter()

LONGEST = 20_000


@dataclass(frozen=True)
class ItemShown:
    """One item: as it stands, as it stood in the frame beside it, what differs, what stood before."""

    section: FrameSection
    beside: FrameSection | None
    pieces: Sequence[Piece]
    earlier: Sequence[FrameSection]
    may_write: bool


@router.get("/rammer")
def frames(request: Request, actor: CurrentActor) -> Response:
    """Every core area's frames, year by year."""
    with context.reading(request) as session:
        found = [frame for root in _roots(actor) for frame in frames_of(session, root) if _sees(actor, frame)]
        by_area = {area: list(those) for area, those in groupby(found, key=lambda frame: frame.area)}
        decisions = _decisions(session, found)
        return show(request, "frames.html", by_area=by_area, decisions=decisions)


@router.get("/ramme/{frame_id}.pdf")
def paper(request: Request, actor: CurrentActor, frame_id: Id) -> Response:
    """One version as a document."""
    language, settings = render.language_of(request), context.settings(request)
    with context.reading(request) as session:
        it = _reach(session, actor, frame_id)
        values = frame_values(
            it,
            sections_of(session, [frame_id]).get(frame_id, []),
            _decisions(session, [it]).get(it.decision_id or 0),
            municipality=session.get_one(Unit, it.root_id).name,
            zone=settings.zone,
            language=language,
            mark=render.file_mark(request),
        )
    content = typeset(
        TEMPLATE, values, own=settings.templates_dir, language=language, at=context.now(request)
    )
    return pdf_download(content, f"{file_name('styringsramme', it.area)}-{it.year}-{it.version}.pdf")


@router.get("/ramme/{frame_id}")
def frame(
    request: Request, actor: CurrentActor, frame_id: Id, med: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """One version, beside another one of the same area: the one before, unless another is asked for."""
    with context.reading(request) as session:
        it = _reach(session, actor, frame_id)
        versions = [
            each for each in frames_of(session, it.root_id) if each.area == it.area and _sees(actor, each)
        ]
        other = _other(versions, it, med)
        may = allowed(actor.grants, Verb.EDIT_FRAME, Thing.ORDINARY, f"/{it.root_id}/")
        return show(
            request,
            "frame.html",
            it=it,
            other=other,
            versions=versions,
            decision=_decisions(session, [it]).get(it.decision_id or 0),
            parts=(parts := _parts(session, it, other, may)),
            names=actor_names(session, _writers(parts)),
            may_begin=may and it is versions[-1] and it.decision_id is not None,
        )


@router.post("/ramme/{frame_id}/tekst")
def write(request: Request, actor: CurrentActor, frame_id: Id, sent: CheckedForm) -> Response:
    """A new text of the yearly part, while the frame is a draft."""
    with context.writing(request) as session:
        it = _reach(session, actor, frame_id)
        require(actor, Verb.EDIT_FRAME, f"/{it.root_id}/")
        item = readable(sent.get("item"))
        write_section(
            session,
            it,
            item,
            _text(sent.get("text")),
            writer=Writer.OFFICE,
            by=actor.by,
            now=context.now(request),
            seen=whole_number(sent, "edition", "Udgaven"),
        )
    return RedirectResponse(f"/ramme/{frame_id}#{item}", status_code=303)


@router.post("/ramme/{frame_id}/udgave")
def begin(request: Request, actor: CurrentActor, frame_id: Id, sent: CheckedForm) -> Response:
    """Begins the next version of an approved frame, to be approved again."""
    with context.writing(request) as session:
        it = _reach(session, actor, frame_id)
        require(actor, Verb.EDIT_FRAME, f"/{it.root_id}/")
        draft = begin_next(session, it, by=actor.by, now=context.now(request))
    return RedirectResponse(f"/ramme/{draft.id}", status_code=303)


def _roots(actor: SignedIn) -> list[str]:
    return sorted({grant.root_id for grant in actor.grants})


def _sees(actor: SignedIn, frame: Frame) -> bool:
    """Drafts are seen by whoever sees activities, approved frames by the committee too."""
    thing = Thing.ORDINARY if frame.decision_id is None else Thing.RELEASED
    return allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{frame.root_id}/")


def _reach(session: Session, actor: SignedIn, frame_id: int) -> Frame:
    """The frame, when the account may see it. Raises NotFound, as for one that is not there."""
    found = get_frame(session, frame_id)
    if not _sees(actor, found):
        raise NotFound("frame", frame_id)
    return found


def _other(versions: Sequence[Frame], it: Frame, wanted: int | None) -> Frame | None:
    if wanted is not None:
        return next((each for each in versions if each.id == wanted and each is not it), None)
    place = versions.index(it)
    return versions[place - 1] if place else None


def _decisions(session: Session, frames: Iterable[Frame]) -> dict[int, Decision]:
    ids = {frame.decision_id for frame in frames if frame.decision_id}
    rows = session.exec(select(Decision).where(col(Decision.id).in_(ids)))
    return {row.id or 0: row for row in rows}


def _parts(
    session: Session, it: Frame, other: Frame | None, may: bool
) -> list[tuple[FramePart, list[ItemShown]]]:
    ids = [each.id or 0 for each in (it, other) if each is not None]
    stood: dict[tuple[int, str], list[FrameSection]] = {}
    for row in editions_of(session, ids):
        stood.setdefault((row.frame_id, row.item), []).append(row)
    own = sorted((rows for (frame_id, _), rows in stood.items() if frame_id == it.id), key=_position)
    shown = [
        _item(it, rows, stood.get((other.id or 0, rows[-1].item)) if other else None, may) for rows in own
    ]
    return [(part, list(items)) for part, items in groupby(shown, key=lambda item: item.section.part)]


def _writers(parts: Sequence[tuple[FramePart, Sequence[ItemShown]]]) -> Iterator[str]:
    """Who has written what the page shows."""
    for _, items in parts:
        for item in items:
            yield from (row.by for row in (item.section, *item.earlier))


def _position(rows: Sequence[FrameSection]) -> int:
    return rows[-1].position


def _item(
    it: Frame, rows: Sequence[FrameSection], beside: Sequence[FrameSection] | None, may: bool
) -> ItemShown:
    now, before = rows[-1], beside[-1] if beside else None
    earlier = [row for row in reversed(rows[:-1]) if row.text]
    return ItemShown(now, before, _pieces(now, before), earlier, may and _open(it, now))


def _pieces(now: FrameSection, before: FrameSection | None) -> Sequence[Piece]:
    """What changed. The quarters' texts begin anew each year: nothing of the last year's was struck out."""
    marked = before is not None and before.text and now.text and now.rhythm is not Rhythm.QUARTERLY
    return difference(before.text, now.text) if before is not None and marked else ()


def _open(it: Frame, section: FrameSection) -> bool:
    try:
        check_writable(it, section, Writer.OFFICE)
    except CycleError:
        return False
    return True


def _text(value: Any) -> str:
    text = readable(value)
    if len(text) > LONGEST:
        what = f"Teksten er for lang: højst {format_count(LONGEST)} tegn."
        raise AnswerInvalid([Problem("text", what, "Gør den kortere, eller henvis til et bilag.")])
    return text
