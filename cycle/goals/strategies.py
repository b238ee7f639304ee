"""A strategy's versions: the first as imported, a draft of the next, what a decision makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict, NotFound, NotNow
from cycle.goals.tables import Decision, Strategy
from cycle.goals.tree import GoalText


@dataclass(frozen=True)
class Approval:
    """The decision that an imported strategy rests on; `on` is the local date of the meeting."""

    body: str
    on: date
    text: str


@dataclass(frozen=True)
class StrategyText:
    """What one version says: its goals from the top of the tree, and what else stands in it (`facts`)."""

    strategy_id: str
    title: str
    facts: Mapping[str, Any]
    goals: tuple[GoalText, ...]
    approval: Approval | None = field(default=None, compare=False)

    def content(self) -> dict[str, Any]:
        """As kept in `Strategy.content`."""
        return {"facts": dict(self.facts), "goals": [goal.columns() for goal in self.goals]}


def text_of(strategy: Strategy) -> StrategyText:
    """What the version says."""
    goals = tuple(GoalText.from_columns(goal) for goal in strategy.content["goals"])
    return StrategyText(strategy.strategy_id, strategy.title, strategy.content["facts"], goals)


def says(strategy: Strategy, text: StrategyText) -> bool:
    """Whether the version says just that."""
    return (strategy.title, strategy.content) == (text.title, text.content())


def get_strategy(session: Session, row_id: int) -> Strategy:
    """The version. Raises NotFound."""
    found = session.get(Strategy, row_id)
    if found is None:
        raise NotFound("strategy", row_id)
    return found


def strategy_versions(session: Session, root_id: str, strategy_id: str | None = None) -> Sequence[Strategy]:
    """Every version of every strategy (of one), the oldest first, drafts too; the hearings are not read."""
    query = select(Strategy).where(Strategy.root_id == root_id)
    if strategy_id is not None:
        query = query.where(Strategy.strategy_id == strategy_id)
    query = query.options(defer(col(Strategy.hearing)))  # type: ignore[arg-type]  # a column
    return session.exec(query.order_by(col(Strategy.strategy_id), col(Strategy.version))).all()


def current_strategy(session: Session, root_id: str, strategy_id: str | None = None) -> Strategy | None:
    """The newest version in force; without an id, of the strategy that the municipality imported first."""
    known = strategy_versions(session, root_id, strategy_id)
    if not known:
        return None
    first = strategy_id or min(known, key=lambda each: each.id or 0).strategy_id
    in_force = [each for each in known if each.strategy_id == first and not each.draft]
    return in_force[-1] if in_force else None


def draft_of(session: Session, occurrence_id: int) -> Strategy | None:
    """The version that is proposed in this revision, while it is a draft."""
    query = select(Strategy).where(Strategy.occurrence_id == occurrence_id, col(Strategy.draft).is_(True))
    return session.exec(query).first()


def adopted_in(session: Session, occurrence_id: int) -> Strategy | None:
    """The newest version that was adopted in this revision."""
    query = select(Strategy).where(Strategy.occurrence_id == occurrence_id, col(Strategy.draft).is_(False))
    return session.exec(query.order_by(col(Strategy.version).desc()).limit(1)).first()


def keep_first_version(
    session: Session, text: StrategyText, *, root_id: str, by: str, now: datetime
) -> Strategy:
    """Loads a strategy as version 1; gives the newest stored one when there is one already."""
    stored = current_strategy(session, root_id, text.strategy_id)
    if stored is not None:
        return stored
    decision = _given(session, text.approval, root_id, by=by, now=now)
    strategy = Strategy(
        root_id=root_id,
        strategy_id=text.strategy_id,
        version=1,
        title=text.title,
        content=text.content(),
        adopted_on=decision.decided_on if decision else None,
        decision_id=decision.id if decision else None,
    )
    session.add(strategy)
    session.flush()
    _record(session, strategy, "keep_strategy", by=by, now=now)
    return strategy


def begin_draft(
    session: Session, previous: Strategy, *, occurrence_id: int, first_year: int, by: str, now: datetime
) -> Strategy:
    """The next version as a copy of `previous`, to be written on.

    There is one draft of a strategy: what an earlier revision left undecided goes on in this one.
    """
    _lock(session, previous)
    known = strategy_versions(session, previous.root_id, previous.strategy_id)
    left = next((each for each in known if each.draft), None)
    if left is not None:
        left.occurrence_id, left.first_year = occurrence_id, first_year
        session.add(left)
        session.flush()
        return left
    draft = Strategy(
        root_id=previous.root_id,
        strategy_id=previous.strategy_id,
        version=known[-1].version + 1,
        title=previous.title,
        content=previous.content,
        draft=True,
        first_year=first_year,
        occurrence_id=occurrence_id,
    )
    session.add(draft)
    session.flush()
    _record(session, draft, "begin", by=by, now=now)
    return draft


def write_draft(
    session: Session, draft: Strategy, text: StrategyText, *, seen: int, by: str, now: datetime
) -> bool:
    """Puts `text` in the place of what is proposed; False when that stands there already.

    `seen` is the edition that whoever writes has read. Raises NotNow once it is adopted, Conflict when
    somebody else wrote first.
    """
    _lock(session, draft)
    if not draft.draft:
        raise NotNow("strategy", draft.id, "adopted", "edit")
    if draft.edition != seen:
        raise Conflict("strategy", draft.id, str(draft.edition))
    if says(draft, text):
        return False
    draft.title, draft.content, draft.edition = text.title, text.content(), draft.edition + 1
    session.add(draft)
    _record(session, draft, "edit", by=by, now=now)
    session.flush()
    return True


def last_written(session: Session, strategy: Strategy) -> history.History | None:
    """Who wrote last on the version, and when."""
    query = select(history.History).where(history.History.thing == f"strategy:{strategy.id}")
    return session.exec(query.order_by(col(history.History.id).desc()).limit(1)).first()


def is_written(session: Session, decision: Decision) -> bool:
    """Whether the strategy version that follows from the decision is in force."""
    return _written(session, decision) is not None


def adopt_next_version(
    session: Session, decision: Decision, *, hearing: dict[str, Any], first_year: int, now: datetime
) -> Strategy | None:
    """What was proposed becomes the next version on the strength of the decision; once per decision.

    Where nothing was proposed the present version is adopted again as it is. None without a strategy.
    """
    existing = _written(session, decision)
    if existing is not None:
        return existing
    occurrence_id = decision.occurrence_id or 0
    draft = draft_of(session, occurrence_id)
    previous = draft or current_strategy(session, decision.root_id)
    if previous is None:
        return None
    adopted = draft or begin_draft(
        session, previous, occurrence_id=occurrence_id, first_year=first_year, by="engine", now=now
    )
    adopted.draft, adopted.hearing = False, hearing
    adopted.adopted_on, adopted.decision_id = decision.decided_on, decision.id
    session.add(adopted)
    session.flush()
    _record(session, adopted, "adopt", by="engine", now=now, decision=decision.id)
    return adopted


def reopen_proposal(session: Session, strategy: Strategy, *, by: str, now: datetime) -> None:
    """The version is a proposal again: what adopted it has been withdrawn."""
    _lock(session, strategy)
    strategy.draft, strategy.hearing = True, {}
    strategy.adopted_on = strategy.decision_id = None
    session.add(strategy)
    session.flush()
    _record(session, strategy, "reopen", by=by, now=now)


def _given(
    session: Session, approval: Approval | None, root_id: str, *, by: str, now: datetime
) -> Decision | None:
    if approval is None:
        return None
    decision = Decision(
        root_id=root_id,
        body=approval.body,
        decided_on=approval.on,
        text=approval.text,
        adopted=True,
        by=by,
        at=now,
    )
    session.add(decision)
    session.flush()
    return decision


def _lock(session: Session, strategy: Strategy) -> None:
    """Whoever changes a version waits for whoever is changing it."""
    session.flush()
    query = sa.select(col(Strategy.id)).where(col(Strategy.id) == strategy.id).with_for_update()
    session.execute(query).one()
    session.refresh(strategy)


def _record(
    session: Session, strategy: Strategy, verb: str, *, by: str, now: datetime, **data: int | None
) -> None:
    history.record(
        session,
        root_id=strategy.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"strategy:{strategy.id}",
        data={"version": strategy.version, "edition": strategy.edition, **data},
    )


def _written(session: Session, decision: Decision) -> Strategy | None:
    return session.exec(select(Strategy).where(Strategy.decision_id == decision.id)).first()
