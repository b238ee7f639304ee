"""Frames as written in a file: what is new in it, and taking it over (the first frames; law given later)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from cycle.errors import Invalid, NotAllowed, NotNow, Problem
from cycle.goals.frame_parts import FrameItem, FrameText, Writer
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.frames import (
    Place,
    add_frame,
    approve_drafts,
    check_writable,
    editions_of,
    frames_of,
    item_values,
    write_section,
)
from cycle.goals.tables import Decision


@dataclass(frozen=True)
class Approved:
    """The decision that the first frames in a file rest on; `on` is the local date of the meeting."""

    body: str
    on: date
    text: str


@dataclass(frozen=True)
class FrameChange:
    """A frame that is new (`items` are all its items), or texts in one that is there."""

    area: str
    year: int
    new: bool
    items: tuple[FrameItem, ...]


def frame_changes(session: Session, texts: Iterable[FrameText], *, root_id: str) -> list[FrameChange]:
    """What `keep_frames` would change. Raises Invalid with every text that may not be changed so.

    A text that has stood in the frame before is no news: the same file twice changes nothing, whatever
    has been written on the pages since.
    """
    wanted = list(texts)
    newest = _newest(session, root_id)
    known = _editions(session, newest.values())
    changes, problems = [], []
    for text in wanted:
        frame = newest.get((text.area, text.year))
        if frame is None:
            changes.append(FrameChange(text.area, text.year, True, text.items))
            continue
        stood = known[frame.id or 0]
        items = tuple(item for item in text.items if _is_news(item, stood.get(item.item, ())))
        problems += [problem for item in items if (problem := _problem(frame, item, stood))]
        if items:
            changes.append(FrameChange(text.area, text.year, False, items))
    if problems:
        raise Invalid(problems)
    return changes


def keep_frames(
    session: Session,
    texts: Iterable[FrameText],
    *,
    root_id: str,
    approved: Approved | None = None,
    by: str,
    now: datetime,
) -> list[FrameChange]:
    """Takes the file's frames over and gives what changed. Safe to repeat. Raises Invalid.

    New frames are approved at once when the file says by whom; else they are drafts.
    """
    changes = frame_changes(session, texts, root_id=root_id)
    newest = _newest(session, root_id)
    for change in changes:
        if change.new:
            place = Place(root_id, change.area, change.year, 1)
            add_frame(session, place, map(item_values, change.items), by=by, now=now)
            continue
        frame = newest[change.area, change.year]
        for item in change.items:
            write_section(session, frame, item.item, item.text, writer=Writer.IMPORT, by=by, now=now)
    begun = sorted({change.year for change in changes if change.new})
    if approved is not None and begun:
        decision = _decide(session, root_id, approved, by=by, now=now)
        for year in begun:
            approve_drafts(session, decision, year=year, now=now)
    return changes


def _decide(session: Session, root_id: str, approved: Approved, *, by: str, now: datetime) -> Decision:
    decision = Decision(
        root_id=root_id,
        body=approved.body,
        decided_on=approved.on,
        text=approved.text,
        adopted=True,
        by=by,
        at=now,
    )
    session.add(decision)
    session.flush()
    return decision


def _newest(session: Session, root_id: str) -> dict[tuple[str, int], Frame]:
    return {(frame.area, frame.year): frame for frame in frames_of(session, root_id)}


Stood = Mapping[str, Sequence[FrameSection]]


def _editions(session: Session, frames: Iterable[Frame]) -> dict[int, dict[str, list[FrameSection]]]:
    ids = [frame.id or 0 for frame in frames]
    found: dict[int, dict[str, list[FrameSection]]] = {frame_id: {} for frame_id in ids}
    for row in editions_of(session, ids):
        found[row.frame_id].setdefault(row.item, []).append(row)
    return found


def _is_news(item: FrameItem, stood: Sequence[FrameSection]) -> bool:
    return bool(item.text.strip()) and item.text.strip() not in [row.text.strip() for row in stood]


def _problem(frame: Frame, item: FrameItem, stood: Stood) -> Problem | None:
    where = f"{frame.area} {frame.year}"
    if item.item not in stood:
        what = f"Rammen har ikke punktet »{item.title}«."
        return Problem(where, what, "Nye punkter kommer med i næste års ramme.")
    try:
        check_writable(frame, stood[item.item][-1], Writer.IMPORT)
    except NotNow:
        what = f"Rammen er godkendt; »{item.title}« kan ikke ændres ved indlæsning."
        return Problem(where, what, "Begynd en ny udgave på rammens side, og få den godkendt.")
    except NotAllowed:
        what = f"»{item.title}« skrives af kvartalsrapporten."
        return Problem(where, what, "Lad punktet stå, som det står i rammen.")
    return None
