"""Files that wait to be applied, and what a municipality has said that its headings mean."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import NotFound
from cycle.files.store import plain_name
from cycle.organisation.chosen_columns import AS_NAMED, Chosen
from cycle.organisation.columns import LEADERS, UNITS, Column
from cycle.organisation.people import Choice, Choices
from cycle.organisation.tables import ColumnChoice, ImportDraft, ImportRecord, Unit
from cycle.organisation.unit_row import UnitRow

KEPT_FOR = timedelta(days=7)


class ListKind(StrEnum):
    """What a list is of."""

    UNITS = "units"
    LEADERS = "leaders"


COLUMNS: Mapping[ListKind, Sequence[Column]] = {ListKind.UNITS: UNITS, ListKind.LEADERS: LEADERS}


def keep_draft(
    session: Session, root_id: str, kind: ListKind, name: str, content: bytes, *, by: str, now: datetime
) -> ImportDraft:
    """Keeps an uploaded file with the headings as they were chosen last; old drafts go."""
    session.execute(sa.delete(ImportDraft).where(col(ImportDraft.at) < now - KEPT_FOR))
    known = session.get(ColumnChoice, (root_id, kind.value))
    draft = ImportDraft(
        root_id=root_id,
        kind=kind.value,
        file_name=plain_name(name),
        content=content,
        headings=dict(known.headings) if known else {},
        by=by,
        at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def get_draft(session: Session, roots: Sequence[str], draft_id: int) -> ImportDraft:
    """A draft of one of the municipalities. Raises NotFound."""
    draft = session.get(ImportDraft, draft_id)
    if draft is None or draft.root_id not in roots:
        raise NotFound("import", draft_id)
    return draft


def drafts_of(session: Session, roots: Sequence[str]) -> Sequence[ImportDraft]:
    """The files that wait, the newest first."""
    waiting = select(ImportDraft).where(col(ImportDraft.root_id).in_(roots))
    return session.exec(waiting.order_by(col(ImportDraft.id).desc())).all()


def records_of(session: Session, roots: Sequence[str], *, limit: int = 20) -> Sequence[ImportRecord]:
    """The files that were applied, the newest first."""
    applied = select(ImportRecord).where(col(ImportRecord.root_id).in_(roots))
    return session.exec(applied.order_by(col(ImportRecord.id).desc()).limit(limit)).all()


def choose_headings(
    session: Session, draft: ImportDraft, headings: Mapping[str, str], *, by: str, now: datetime
) -> None:
    """What the draft's headings mean, remembered for the municipality's next file of the kind."""
    draft.headings = dict(headings)
    session.add(draft)
    known = session.get(ColumnChoice, (draft.root_id, draft.kind))
    known = known or ColumnChoice(root_id=draft.root_id, kind=draft.kind, by=by, at=now)
    known.headings = {**known.headings, **headings}
    known.by, known.at = by, now
    session.add(known)


def chosen_of(draft: ImportDraft) -> Chosen:
    """What the draft's headings mean."""
    return Chosen.of(draft.headings)


def answers_of(draft: ImportDraft) -> Choices:
    """Who is who, as far as somebody has said so."""
    return Choices(by_row={int(row): Choice(said) for row, said in draft.people.items()})


def town_of(session: Session, root_id: str) -> UnitRow:
    """The municipality as a row of a file would have it."""
    unit = session.get_one(Unit, root_id)
    same = {name: getattr(unit, name) for name in UnitRow.__dataclass_fields__ if name not in ("number",)}
    return UnitRow(number=0, **same)


def remembered(session: Session, kind: ListKind) -> tuple[Chosen, UnitRow | None]:
    """What headings mean, and the municipality, where there is only one: for a command that names none."""
    towns = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))).all()
    if len(towns) != 1:
        return AS_NAMED, None
    known = session.get(ColumnChoice, (towns[0], kind.value))
    return Chosen.of(known.headings) if known else AS_NAMED, town_of(session, towns[0])
