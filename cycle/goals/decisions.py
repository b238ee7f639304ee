"""What a body decided, and the strategy version that follows from an adoption."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import AnswerInvalid, Problem
from cycle.goals.tables import Decision, Strategy
from cycle.tasks.moves import get_occurrence, wake_stages


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
    problems = [
        Problem(name, "Feltet skal udfyldes.")
        for name, value in (("body", body), ("text", text))
        if not value.strip()
    ]
    if problems:
        raise AnswerInvalid(problems)
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
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb="decide",
        thing=f"occurrence:{occurrence_id}",
        data={"decision": decision.id, "adopted": adopted},
    )
    wake_stages(session, occurrence_id, at=now)
    return decision


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
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb="keep_strategy",
            thing=f"strategy:{strategy.id}",
            data={"version": 1},
        )
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
    newest = session.exec(
        select(sa.func.max(Strategy.version)).where(
            Strategy.root_id == previous.root_id, Strategy.strategy_id == previous.strategy_id
        )
    ).one()
    strategy = Strategy(
        root_id=previous.root_id,
        strategy_id=previous.strategy_id,
        version=(newest or 0) + 1,
        title=previous.title,
        content={**previous.content, "hearing": hearing, "decision": decision.text},
        adopted_on=decision.decided_on,
        decision_id=decision.id,
        occurrence_id=decision.occurrence_id,
    )
    session.add(strategy)
    session.flush()
    history.record(
        session,
        root_id=previous.root_id,
        at=now,
        actor="engine",
        verb="adopt",
        thing=f"strategy:{strategy.id}",
        data={"version": strategy.version, "decision": decision.id},
    )
    return strategy


def _written(session: Session, decision: Decision) -> Strategy | None:
    return session.exec(select(Strategy).where(Strategy.decision_id == decision.id)).first()
