"""What a body decided, and the strategy version that follows from an adoption."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import AnswerInvalid, Problem
from cycle.goals.tables import Decision, Strategy
from cycle.tasks.moves import get_occurrence, wake_stages
from cycle.tasks.records import record_occurrence


def record_decision(
    session: Session,
    *,
    occurrence_id: int,
    body: str,
    decided_on: date,
    adopted: bool,
    text: str,
    by: str,
    now: datetime,
) -> Decision:
    """Records a body's decision on an occurrence and asks its flow to go on.

    `decided_on` is the local date of the meeting. Raises AnswerInvalid without a body or a text.
    """
    _check_filled(body=body, text=text)
    occurrence = get_occurrence(session, occurrence_id)
    decision = Decision(
        root_id=occurrence.root_id,
        occurrence_id=occurrence_id,
        body=body.strip(),
        decided_on=decided_on,
        text=text.strip(),
        adopted=adopted,
        by=by,
        at=now,
    )
    session.add(decision)
    session.flush()
    data = {"decision": decision.id, "adopted": adopted}
    record_occurrence(session, occurrence, "decide", by=by, now=now, data=data)
    wake_stages(session, occurrence_id, at=now)
    return decision


def _check_filled(**texts: str) -> None:
    empty = [name for name, text in texts.items() if not text.strip()]
    if empty:
        raise AnswerInvalid([Problem(name, "Feltet skal udfyldes.") for name in empty])


def decisions_of(session: Session, occurrence_id: int) -> list[Decision]:
    """The decisions recorded for an occurrence, oldest first."""
    return list(
        session.exec(
            select(Decision).where(Decision.occurrence_id == occurrence_id).order_by(col(Decision.id))
        )
    )


def current_strategy(session: Session, root_id: str, strategy_id: str | None = None) -> Strategy | None:
    """The newest version of the municipality's strategy (of the only one, when no id is given)."""
    query = select(Strategy).where(Strategy.root_id == root_id)
    if strategy_id is not None:
        query = query.where(Strategy.strategy_id == strategy_id)
    return session.exec(query.order_by(col(Strategy.version).desc()).limit(1)).first()


def keep_first_version(
    session: Session,
    *,
    root_id: str,
    strategy_id: str,
    title: str,
    content: dict[str, Any],
    by: str,
    now: datetime,
) -> Strategy:
    """Loads a strategy as version 1; gives the stored one when there is one already."""
    strategy = current_strategy(session, root_id, strategy_id)
    if strategy is None:
        strategy = Strategy(root_id=root_id, strategy_id=strategy_id, version=1, title=title, content=content)
        session.add(strategy)
        session.flush()
        _record(session, strategy, "keep_strategy", by=by, now=now, data={"version": 1})
    return strategy


def is_written(session: Session, decision: Decision) -> bool:
    """Whether the strategy version that follows from the decision has been written."""
    return _written(session, decision) is not None


def adopt_next_version(
    session: Session,
    previous: Strategy,
    decision: Decision,
    *,
    hearing: dict[str, Any],
    now: datetime,
) -> Strategy:
    """Writes the version after `previous` on the strength of the decision; once per decision."""
    existing = _written(session, decision)
    if existing is not None:
        return existing
    strategy = Strategy(
        root_id=previous.root_id,
        strategy_id=previous.strategy_id,
        version=_newest_version(session, previous) + 1,
        title=previous.title,
        content={**previous.content, "hearing": hearing, "decision": decision.text},
        adopted_on=decision.decided_on,
        decision_id=decision.id,
        occurrence_id=decision.occurrence_id,
    )
    session.add(strategy)
    session.flush()
    data = {"version": strategy.version, "decision": decision.id}
    _record(session, strategy, "adopt", by="engine", now=now, data=data)
    return strategy


def _newest_version(session: Session, strategy: Strategy) -> int:
    newest = sa.select(sa.func.max(col(Strategy.version))).where(
        col(Strategy.root_id) == strategy.root_id, col(Strategy.strategy_id) == strategy.strategy_id
    )
    return int(session.execute(newest).scalar_one() or 0)


def _record(
    session: Session, strategy: Strategy, verb: str, *, by: str, now: datetime, data: dict[str, Any]
) -> None:
    history.record(
        session,
        root_id=strategy.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"strategy:{strategy.id}",
        data=data,
    )


def _written(session: Session, decision: Decision) -> Strategy | None:
    return session.exec(select(Strategy).where(Strategy.decision_id == decision.id)).first()
