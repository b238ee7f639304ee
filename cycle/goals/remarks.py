"""Remarks on the goals of an agreement: said by its parties until it is to be signed, and resolved."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.danish import format_count
from cycle.errors import AnswerInvalid, Conflict, NotFound, NotNow, Problem
from cycle.goals.remark_mail import tell_others
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement, AgreementState
from cycle.tasks.answer_values import clean_text

TALKING = (AgreementState.DRAFTING, AgreementState.NEGOTIATION, AgreementState.APPROVAL)
"""The states in which the goals are still spoken about."""
LONGEST = 4000


def remarks_of(session: Session, agreement_id: int) -> Sequence[GoalRemark]:
    """Everything that was said, oldest first."""
    query = select(GoalRemark).where(GoalRemark.agreement_id == agreement_id)
    return session.exec(query.order_by(col(GoalRemark.at), col(GoalRemark.id))).all()


def remark(
    session: Session,
    agreement: Agreement,
    *,
    code: str,
    text: str,
    by: str,
    post: str,
    now: datetime,
    once: str,
) -> GoalRemark:
    """Keeps what a party says about a goal and tells the other parties; the same act twice is one remark.

    Raises NotNow once the agreement is to be signed, AnswerInvalid without words or with too many.
    """
    before = session.exec(select(GoalRemark).where(GoalRemark.once == once)).first()
    if before is not None:
        return before
    if agreement.state not in TALKING:
        raise NotNow("agreement", agreement.id, agreement.state.value, "remark")
    words = clean_text(text)
    if not words or len(words) > LONGEST:
        what = "Bemærkningen er for lang." if words else "Der mangler en bemærkning."
        raise AnswerInvalid([Problem("text", what, f"Skriv højst {format_count(LONGEST)} tegn.")])
    assert agreement.id is not None
    made = GoalRemark(
        agreement_id=agreement.id,
        code=code,
        version=agreement.version,
        text=words,
        by=by,
        post=post,
        at=now,
        once=once,
    )
    session.add(made)
    session.flush()
    _record(session, agreement, "remark", made, by=by, now=now)
    tell_others(session, agreement, made, now=now)
    return made


def resolve(session: Session, agreement: Agreement, remark_id: int, *, by: str, now: datetime) -> None:
    """Marks a remark as resolved. Raises NotFound, Conflict when somebody has done so already."""
    found = session.get(GoalRemark, remark_id)
    if found is None or found.agreement_id != agreement.id:
        raise NotFound("remark", remark_id)
    still_open = (col(GoalRemark.id) == remark_id, col(GoalRemark.resolved_at).is_(None))
    update = sa.update(GoalRemark).where(*still_open).values(resolved_at=now, resolved_by=by)
    if session.connection().execute(update).rowcount == 0:
        raise Conflict("remark", remark_id)
    _record(session, agreement, "resolve", found, by=by, now=now)


def _record(
    session: Session, agreement: Agreement, verb: str, one: GoalRemark, *, by: str, now: datetime
) -> None:
    history.record(
        session,
        root_id=agreement.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"agreement:{agreement.id}",
        data={"remark": one.id, "goal": one.code, "version": one.version},
    )
