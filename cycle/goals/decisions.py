"""What a body decided. A body needs no account: the secretariat records it."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from cycle.errors import AnswerInvalid, Problem
from cycle.goals.tables import Decision
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
