"""What a decision puts in force: seen before it is recorded, dated with it, taken back with it.

A strategy revision adopts its proposal, an approval of steering frames the year's drafts.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.frames import frames_of, reopen_drafts
from cycle.goals.strategies import (
    adopted_in,
    current_strategy,
    draft_of,
    reopen_proposal,
    strategy_versions,
    text_of,
)
from cycle.goals.strategy_tree import TextChange, text_changes
from cycle.goals.tables import Decision, Goal, Strategy
from cycle.goals.taking_in import cancel_taking_in
from cycle.plan.model import FlowName
from cycle.tasks.tables import Occurrence

Found = tuple[str, str]
"""What stands in the way, and what to do about it."""


@dataclass(frozen=True)
class Adopts:
    """What an adopting decision would put in force.

    `strategy` is the proposal, or where nothing is proposed the version in force, which would be adopted
    again under the number `version`. `adopted` is what was adopted in this revision before.
    """

    strategy: Strategy | None = None
    version: int = 0
    changes: Sequence[TextChange] = ()
    adopted: Strategy | None = None
    frames: Sequence[Frame] = ()

    @property
    def digest(self) -> str:
        """What was shown, in short: the same as long as nothing has changed since."""
        shown = (self.strategy.id, self.strategy.edition) if self.strategy else None
        said = [shown, self.version, sorted(each.id or 0 for each in self.frames)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def would_adopt(session: Session, occurrence: Occurrence) -> Adopts:
    """What an adopting decision on this occurrence would put in force now; nothing for most activities."""
    if occurrence.flow == FlowName.FRAME_APPROVAL:
        frames = frames_of(session, occurrence.root_id, occurrence.concerns_year)
        return Adopts(frames=[each for each in frames if each.decision_id is None])
    if occurrence.flow == FlowName.STRATEGY_REVISION:
        return _strategy(session, occurrence)
    return Adopts()


def built_on(session: Session, decision: Decision) -> list[Found]:
    """What has been made of what the decision adopted, so that it cannot be withdrawn."""
    return [*_on_strategies(session, decision), *_on_frames(session, decision)]


def take_back(session: Session, decision: Decision, *, by: str, now: datetime) -> None:
    """What the decision adopted is a proposal, or a draft, again."""
    for strategy in _strategies(session, decision):
        cancel_taking_in(session, strategy)
        reopen_proposal(session, strategy, by=by, now=now)
    reopen_drafts(session, _frames(session, decision), by=by, now=now)


def date_what_follows(session: Session, decision: Decision) -> None:
    """What the decision adopted is dated by it, also once it has been corrected."""
    for strategy in _strategies(session, decision):
        strategy.adopted_on = decision.decided_on
        session.add(strategy)
    for frame in _frames(session, decision):
        frame.approved_on = decision.decided_on
        session.add(frame)
    session.flush()


def _strategy(session: Session, occurrence: Occurrence) -> Adopts:
    draft = draft_of(session, occurrence.id or 0)
    current = current_strategy(session, occurrence.root_id, draft.strategy_id if draft else None)
    if current is None:
        return Adopts()
    known = strategy_versions(session, current.root_id, current.strategy_id)
    version = draft.version if draft else known[-1].version + 1
    changes = text_changes(text_of(current).goals, text_of(draft).goals) if draft else []
    return Adopts(draft or current, version, changes, adopted_in(session, occurrence.id or 0))


def _on_strategies(session: Session, decision: Decision) -> list[Found]:
    found: list[Found] = []
    for it in _strategies(session, decision):
        known = strategy_versions(session, it.root_id, it.strategy_id)
        in_trees = sa.select(col(Goal.year), sa.func.count()).where(col(Goal.strategy_row) == it.id)
        for year, count in session.execute(in_trees.group_by(col(Goal.year)).order_by(col(Goal.year))):
            what = f"{count} mål i måltræet for {year} følger strategiens udgave {it.version}."
            found.append((what, "Vedtag en ny udgave i stedet."))
        for later in (each for each in known if each.version > it.version):
            what = f"Strategiens udgave {later.version} bygger på udgave {it.version}."
            found.append((what, f"Skriv videre på udgave {later.version} i stedet."))
    return found


def _on_frames(session: Session, decision: Decision) -> list[Found]:
    frames = _frames(session, decision)
    if not frames:
        return []
    known = frames_of(session, decision.root_id)
    found: list[Found] = [
        (
            f"Udgave {each.version} af styringsrammen {each.year} for {each.area} bygger på den godkendte.",
            "Godkend en ny udgave i stedet.",
        )
        for frame in frames
        for each in known
        if each.area == frame.area and (each.year, each.version) > (frame.year, frame.version)
    ]
    reported = sa.select(sa.func.count(sa.distinct(col(FrameSection.frame_id)))).where(
        col(FrameSection.frame_id).in_([each.id for each in frames]),
        col(FrameSection.occurrence_id).is_not(None),
        col(FrameSection.occurrence_id) != decision.occurrence_id,
    )
    if written := session.execute(reported).scalar_one():
        what = f"Der er skrevet opfølgning i {written} af de godkendte styringsrammer."
        found.append((what, "Godkend en ny udgave i stedet."))
    return found


def _strategies(session: Session, decision: Decision) -> list[Strategy]:
    query = select(Strategy).where(Strategy.decision_id == decision.id, col(Strategy.draft).is_(False))
    return list(session.exec(query))


def _frames(session: Session, decision: Decision) -> list[Frame]:
    return list(session.exec(select(Frame).where(Frame.decision_id == decision.id)))
