"""What was made of the answers: released reports, decisions, and the documents that came of them."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.cases.about import About
from cycle.cases.model import Direction, Item, ItemKind, Party
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.tables import Decision, Strategy
from cycle.goals.told_rollup import FOLLOWING_GOALS
from cycle.history import History
from cycle.tasks.tables import Release

DIRECTION = "Direktionen"


def with_something_made(session: Session) -> set[int]:
    """The activities of which `releases_of` and `decided_in` give anything: most have nothing yet."""
    rows = (col(Release.occurrence_id), col(Decision.occurrence_id), col(FrameSection.occurrence_id))
    return {id_ for id_ in session.scalars(sa.union(*map(sa.select, rows))) if id_ is not None}


def releases_of(session: Session, about: About) -> Iterator[Item]:
    """Every released version of a report, the goal accounts of it, and its cover for the body."""
    it, body = about.occurrence, about.activity.body
    columns = (col(Release.id), col(Release.version), col(Release.at))
    rows = session.execute(sa.select(*columns).where(col(Release.occurrence_id) == it.id))
    for id_, version, at in rows:
        called, key = f"{it.title} {it.concerns_year}, udgave {version}", f"release:{id_}"
        yield _released(about, ItemKind.RELEASE, id_, f"Samlet afrapportering: {called}", at)
        if about.activity.flow in FOLLOWING_GOALS:
            yield _released(about, ItemKind.ACCOUNTS, id_, f"Målregnskab: {called}", at, key)
        if body:
            yield _released(about, ItemKind.COVER, id_, f"Indstilling til {body}: {called}", at, key)


def decided_in(session: Session, about: About) -> Iterator[Item]:
    """Bodies' decisions, and the strategies and steering frames that they adopted or reports wrote on."""
    rows = session.exec(select(Decision).where(Decision.occurrence_id == about.occurrence.id)).all()
    yield from (_decision(about, row) for row in rows)
    decided = {row.id: row.at for row in rows}
    adopted = select(Strategy).where(col(Strategy.decision_id).in_(decided), col(Strategy.draft).is_(False))
    for strategy in session.exec(adopted):
        yield _strategy(about, strategy, decided[strategy.decision_id])
    yield from _frames(session, about)


def _released(about: About, kind: ItemKind, id_: int, title: str, at: datetime, answers: str = "") -> Item:
    return about.item(
        f"{kind}:{id_}",
        kind,
        id_,
        title=title,
        direction=Direction.OUTGOING if about.activity.body else Direction.INTERNAL,
        at=at,
        sender=about.municipality,
        receiver=Party(about.activity.body or DIRECTION),
        answers=answers or about.request_key,
    )


def _decision(about: About, row: Decision) -> Item:
    """A corrected decision is another document, and so is one withdrawn: what was filed stays filed."""
    edition = f":{row.edition}" if row.edition > 1 else ""
    corrected = datetime.fromisoformat(row.earlier[-1]["at"]) if row.earlier else row.at
    key, how = f"decision:{row.id}{edition}", ", rettet" if edition else ""
    if row.withdrawn_at is not None:
        key, how = f"{key}:withdrawn", ", trukket tilbage"
    return about.item(
        key,
        ItemKind.DECISION,
        row.id or 0,
        title=f"Beslutning i {row.body}: {about.occurrence.title} {about.occurrence.concerns_year}{how}",
        direction=Direction.INCOMING,
        at=row.withdrawn_at or corrected,
        sender=Party(row.body),
        receiver=about.municipality,
    )


def _strategy(about: About, strategy: Strategy, at: datetime) -> Item:
    return about.item(
        f"strategy:{strategy.id}",
        ItemKind.STRATEGY,
        strategy.id or 0,
        title=f"{strategy.title}, udgave {strategy.version}",
        direction=Direction.OUTGOING,
        at=at,
        sender=about.municipality,
        receiver=Party("Enhedernes ledere", role=about.activity.audience.role),
        answers=f"decision:{strategy.decision_id}",
    )


def _frames(session: Session, about: About) -> Iterator[Item]:
    """The frames approved here, and those that a report here wrote on, each as it stood at that instant."""
    approved = _approved(session, about)
    for frame, at, decision_id, occurrence_id in approved:
        if occurrence_id == about.occurrence.id:
            yield _frame(about, frame, at, f"frame:{frame.id}", "", f"decision:{decision_id}")
    since = {frame.id: (frame, at) for frame, at, *_ in approved}
    written = (
        sa.select(col(FrameSection.frame_id), col(FrameSection.at), sa.func.max(col(FrameSection.id)))
        .where(col(FrameSection.occurrence_id) == about.occurrence.id)
        .group_by(col(FrameSection.frame_id), col(FrameSection.at))
    )
    for frame_id, at, last in session.execute(written):
        if frame_id in since and at > since[frame_id][1]:
            after = f", efter {about.occurrence.title} {about.occurrence.concerns_year}"
            yield _frame(about, since[frame_id][0], at, f"frame:{frame_id}:{last}", after, about.request_key)


def _approved(session: Session, about: About) -> list[tuple[Frame, datetime, int, int | None]]:
    """Every frame approved or written on here, with when it was entered as approved, by which decision, of
    which activity.
    """
    written = sa.select(col(FrameSection.frame_id)).where(
        col(FrameSection.occurrence_id) == about.occurrence.id
    )
    here = sa.or_(col(Decision.occurrence_id) == about.occurrence.id, col(Frame.id).in_(written))
    entered = sa.and_(
        col(History.thing) == sa.literal("frame:") + sa.cast(col(Frame.id), sa.String),
        col(History.root_id) == about.town.id,
        col(History.verb) == "approve_frame",
    )
    query = (
        select(Frame, Decision, History.at)
        .join(Decision, col(Decision.id) == col(Frame.decision_id))
        .outerjoin(History, entered)
        .where(Frame.root_id == about.town.id, here)
    )
    return [
        (frame, at or decision.at, decision.id or 0, decision.occurrence_id)
        for frame, decision, at in session.exec(query.order_by(col(Frame.id)))
    ]


def _frame(about: About, frame: Frame, at: datetime, key: str, after: str, answers: str) -> Item:
    return about.item(
        key,
        ItemKind.FRAME,
        frame.id or 0,
        title=f"Styringsramme {frame.year}: {frame.area}, udgave {frame.version}{after}",
        direction=Direction.OUTGOING,
        at=at,
        sender=about.municipality,
        receiver=Party(frame.area),
        answers=answers,
    )
