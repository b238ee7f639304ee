"""Steering frames: a new year's draft, its texts, its approval. Every text that stood is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict, NotAllowed, NotFound, NotNow
from cycle.goals.frame_parts import MAY_WRITE, FrameItem, Rhythm, Writer
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.tables import Decision

EDIT = "edit"


class Place(NamedTuple):
    """Which version of which frame."""

    root_id: str
    area: str
    year: int
    version: int


def get_frame(session: Session, frame_id: int) -> Frame:
    """The frame. Raises NotFound."""
    frame = session.get(Frame, frame_id)
    if frame is None:
        raise NotFound("frame", frame_id)
    return frame


def frames_of(session: Session, root_id: str, year: int | None = None) -> list[Frame]:
    """Every version of every frame (of a year), by area, year and version."""
    query = select(Frame).where(Frame.root_id == root_id)
    if year is not None:
        query = query.where(Frame.year == year)
    return list(session.exec(query.order_by(col(Frame.area), col(Frame.year), col(Frame.version))))


def newest_by_area(frames: Iterable[Frame]) -> dict[str, Frame]:
    """The highest version of the latest year per area; frames come in that order."""
    return {frame.area: frame for frame in frames}


def sections_of(
    session: Session, frame_ids: Iterable[int], *, until: datetime | None = None
) -> dict[int, list[FrameSection]]:
    """The sections that count, or counted at the instant `until`, in their order, by frame."""
    found: dict[int, dict[str, FrameSection]] = {}
    for row in editions_of(session, frame_ids):
        if until is None or row.at <= until:
            found.setdefault(row.frame_id, {})[row.item] = row
    return {
        frame_id: sorted(items.values(), key=lambda row: row.position) for frame_id, items in found.items()
    }


def editions_of(session: Session, frame_ids: Iterable[int]) -> Sequence[FrameSection]:
    """Every text that stands or stood in the frames, oldest edition first."""
    query = select(FrameSection).where(col(FrameSection.frame_id).in_(list(frame_ids)))
    return session.exec(query.order_by(col(FrameSection.edition), col(FrameSection.position))).all()


def begin_year(
    session: Session, root_id: str, year: int, areas: Iterable[str], *, by: str, now: datetime
) -> int:
    """A draft for every area that has an earlier frame and none for `year`; gives how many were begun.

    The quarterly part begins empty: it is the new year's. Safe to repeat.
    """
    before = [frame for frame in frames_of(session, root_id) if frame.year <= year]
    newest = newest_by_area(before)
    wanted = [newest[area] for area in areas if area in newest and newest[area].year < year]
    for last in wanted:
        _copy(session, last, year=year, version=1, by=by, now=now)
    return len(wanted)


def begin_next(session: Session, frame: Frame, *, by: str, now: datetime) -> Frame:
    """A draft of the year's next version. Raises NotNow while the newest version is a draft itself."""
    _lock(session, frame)
    newest = newest_by_area(frames_of(session, frame.root_id, frame.year))[frame.area]
    if newest.decision_id is None:
        raise NotNow("frame", newest.id, "draft", "begin")
    return _copy(session, newest, year=newest.year, version=newest.version + 1, by=by, now=now)


def write_section(
    session: Session,
    frame: Frame,
    item: str,
    text: str,
    *,
    writer: Writer,
    by: str,
    now: datetime,
    seen: int | None = None,
    submission_id: int | None = None,
    occurrence_id: int | None = None,
) -> bool:
    """Writes a new edition of one item; False when that text stands there already.

    `seen` is the edition that whoever writes has read. Raises NotAllowed when the part's owner does not
    write this way, NotNow when the yearly part is approved, Conflict when someone else was first.
    """
    _lock(session, frame)
    section = next(
        (row for row in sections_of(session, [frame.id or 0])[frame.id or 0] if row.item == item), None
    )
    if section is None:
        raise NotFound("frame_section", item)
    check_writable(frame, section, writer)
    if seen is not None and seen != section.edition:
        raise Conflict("frame_section", f"{frame.id}:{item}")
    if section.text == text.strip():
        return False
    row = FrameSection(
        **{**item_values(section), "text": text.strip()},
        frame_id=section.frame_id,
        position=section.position,
        edition=section.edition + 1,
        by=by,
        at=now,
        submission_id=submission_id,
        occurrence_id=occurrence_id,
    )
    session.add(row)
    data = {"item": item, "edition": row.edition, "occurrence": occurrence_id}
    record(session, frame, "write_frame", by=by, now=now, data=data)
    session.flush()
    return True


def check_writable(frame: Frame, section: FrameSection, writer: Writer) -> None:
    """Whether a text may be changed this way (seed 004 G). Raises NotAllowed, NotNow."""
    first_text = writer is Writer.IMPORT and not section.text
    if writer not in MAY_WRITE[section.rhythm] and not first_text:
        raise NotAllowed(EDIT, f"frame {frame.id}, {section.item}")
    if section.rhythm is Rhythm.YEARLY and frame.decision_id is not None:
        raise NotNow("frame", frame.id, "approved", EDIT)


def add_frame(
    session: Session, place: Place, items: Iterable[Mapping[str, Any]], *, by: str, now: datetime
) -> Frame:
    """A draft with these items in their order."""
    frame = Frame(**place._asdict(), begun_at=now, by=by)
    session.add(frame)
    session.flush()
    session.add_all(
        FrameSection(frame_id=frame.id or 0, position=position, **item, by=by, at=now)
        for position, item in enumerate(items, start=1)
    )
    record(session, frame, "begin_frame", by=by, now=now, data={"year": place.year, "version": place.version})
    session.flush()
    return frame


def approve_drafts(session: Session, decision: Decision, *, year: int, now: datetime) -> int:
    """Approves the year's drafts that were begun before the decision; gives how many. Safe to repeat."""
    drafts = (
        col(Frame.root_id) == decision.root_id,
        col(Frame.year) == year,
        col(Frame.decision_id).is_(None),
        col(Frame.begun_at) <= decision.at,
    )
    approved = {"decision_id": decision.id, "approved_on": decision.decided_on}
    session.flush()
    ids = (
        session.execute(sa.update(Frame).where(*drafts).values(approved).returning(col(Frame.id)))
        .scalars()
        .all()
    )
    for frame in session.exec(
        select(Frame).where(col(Frame.id).in_(ids)).execution_options(populate_existing=True)
    ):
        record(session, frame, "approve_frame", by="engine", now=now, data={"decision": decision.id})
    return len(ids)


def reopen_drafts(session: Session, frames: Iterable[Frame], *, by: str, now: datetime) -> None:
    """The frames are drafts again: what approved them has been withdrawn."""
    for frame in frames:
        decision, frame.decision_id, frame.approved_on = frame.decision_id, None, None
        session.add(frame)
        record(session, frame, "reopen_frame", by=by, now=now, data={"decision": decision})
    session.flush()


def item_values(section: FrameSection | FrameItem) -> dict[str, Any]:
    """The columns that say which item it is, and its text."""
    return {field.name: getattr(section, field.name) for field in fields(FrameItem)}


def record(
    session: Session, frame: Frame, verb: str, *, by: str, now: datetime, data: Mapping[str, Any]
) -> None:
    """The history row of a change to a frame."""
    thing = f"frame:{frame.id}"
    history.record(session, root_id=frame.root_id, at=now, actor=by, verb=verb, thing=thing, data=data)


def _copy(session: Session, last: Frame, *, year: int, version: int, by: str, now: datetime) -> Frame:
    items = [item_values(row) for row in sections_of(session, [last.id or 0]).get(last.id or 0, [])]
    if year != last.year:
        items = [{**item, "text": ""} if item["rhythm"] is Rhythm.QUARTERLY else item for item in items]
    place = Place(last.root_id, last.area, year, version)
    return add_frame(session, place, items, by=by, now=now)


def _lock(session: Session, frame: Frame) -> None:
    """Whoever changes a frame waits for whoever is changing it."""
    session.flush()
    session.exec(
        select(Frame).where(Frame.id == frame.id).with_for_update().execution_options(populate_existing=True)
    ).one()
