"""What a body decided. A body needs no account: the secretariat records it, corrects it, withdraws it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle.danish import format_date
from cycle.errors import AnswerInvalid, Conflict, NotFound, NotNow, Problem
from cycle.goals.adopting import built_on, date_what_follows, take_back
from cycle.goals.tables import Decision
from cycle.tasks.calendars import calendar_of
from cycle.tasks.moves import get_occurrence, wake_stages
from cycle.tasks.records import record_occurrence
from cycle.tasks.tables import Occurrence


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

    `decided_on` is the local date of the meeting. The same decision again is the one that is there. Raises
    AnswerInvalid without a body or a text, for a day to come or before the activity opened.
    """
    occurrence = _locked(session, occurrence_id)
    check_decision(session, occurrence, body=body, decided_on=decided_on, text=text, now=now)
    said: dict[str, Any] = {
        "body": body.strip(),
        "decided_on": decided_on,
        "text": text.strip(),
        "adopted": adopted,
    }
    if (known := recorded_as(session, occurrence_id, said)) is not None:
        return known
    decision = Decision(
        root_id=occurrence.root_id,
        occurrence_id=occurrence_id,
        **said,
        by=by,
        at=now,
    )
    session.add(decision)
    session.flush()
    data = {"decision": decision.id, "adopted": adopted}
    record_occurrence(session, occurrence, "decide", by=by, now=now, data=data)
    wake_stages(session, occurrence_id, at=now)
    return decision


def correct_decision(
    session: Session,
    decision_id: int,
    *,
    seen: int,
    body: str,
    decided_on: date,
    text: str,
    why: str,
    by: str,
    now: datetime,
) -> bool:
    """Puts another body, date or wording in a decision's place; False when that stands there already.

    What it said before is kept with the reason, and what rests on it is dated anew. `seen` is the edition
    that whoever corrects has read. Raises AnswerInvalid as `record_decision` and without a reason, NotNow
    for a withdrawn one, Conflict when somebody else was first.
    """
    decision, occurrence = _to_change(session, decision_id, seen, "correct")
    check_decision(session, occurrence, body=body, decided_on=decided_on, text=text, now=now)
    before = {"body": decision.body, "decided_on": decision.decided_on.isoformat(), "text": decision.text}
    after = {"body": body.strip(), "decided_on": decided_on.isoformat(), "text": text.strip()}
    if after == before:
        return False
    _check_filled(why=why)
    change = {"by": by, "at": now.isoformat(), "why": why.strip()}
    decision.earlier = [*decision.earlier, before | change]
    decision.body, decision.decided_on, decision.text = after["body"], decided_on, after["text"]
    decision.edition += 1
    session.add(decision)
    date_what_follows(session, decision)
    data = {"decision": decision.id, "edition": decision.edition}
    record_occurrence(session, occurrence, "correct_decision", by=by, now=now, why=why, data=data)
    return True


def withdraw_decision(
    session: Session, decision_id: int, *, seen: int, why: str, by: str, now: datetime
) -> None:
    """Takes back a decision that should not have been recorded; what it adopted is a proposal again.

    Raises AnswerInvalid without a reason or when something has been built on it, saying what; NotNow when
    it is withdrawn, Conflict when somebody else has corrected it.
    """
    decision, occurrence = _to_change(session, decision_id, seen, "withdraw")
    _check_filled(why=why)
    if found := built_on(session, decision):
        raise AnswerInvalid([Problem("decision", what, cure) for what, cure in found])
    take_back(session, decision, by=by, now=now)
    decision.withdrawn_at, decision.withdrawn_by, decision.withdrawn_why = now, by, why.strip()
    session.add(decision)
    data = {"decision": decision.id}
    record_occurrence(session, occurrence, "withdraw_decision", by=by, now=now, why=why, data=data)
    wake_stages(session, occurrence.id or 0, at=now)


def check_decision(
    session: Session, occurrence: Occurrence, *, body: str, decided_on: date, text: str, now: datetime
) -> None:
    """Whether this can be what a body decided on the occurrence. Raises AnswerInvalid."""
    _check_filled(body=body, text=text)
    calendar = calendar_of(session, occurrence)
    today, opened = calendar.local_date(now), calendar.local_date(occurrence.opens_at)
    if decided_on > today:
        what = f"Mødet {format_date(decided_on)} er ikke holdt endnu; i dag er det {format_date(today)}."
        raise AnswerInvalid([Problem("decided_on", what, "Skriv den dag, mødet blev holdt.")])
    if decided_on < opened:
        what = f"Mødedatoen {format_date(decided_on)} ligger før aktiviteten åbnede, {format_date(opened)}."
        raise AnswerInvalid([Problem("decided_on", what, "Skriv den dag, mødet blev holdt.")])


def get_decision(session: Session, decision_id: int) -> Decision:
    """A decision on an occurrence. Raises NotFound, also for one that came with an imported strategy."""
    found = session.get(Decision, decision_id)
    if found is None or found.occurrence_id is None:
        raise NotFound("decision", decision_id)
    return found


def last_decisions(session: Session, occurrence_ids: Sequence[int]) -> dict[int, Decision]:
    """The newest decision that stands in each of the occurrences that have one."""
    query = select(Decision).where(
        col(Decision.occurrence_id).in_(occurrence_ids), col(Decision.withdrawn_at).is_(None)
    )
    rows = session.exec(query.order_by(col(Decision.decided_on), col(Decision.id)))
    return {row.occurrence_id or 0: row for row in rows}


def decisions_of(session: Session, occurrence_id: int) -> list[Decision]:
    """The decisions recorded for an occurrence, oldest first, withdrawn ones too."""
    return list(
        session.exec(
            select(Decision).where(Decision.occurrence_id == occurrence_id).order_by(col(Decision.id))
        )
    )


def recorded_as(session: Session, occurrence_id: int, said: Mapping[str, object]) -> Decision | None:
    """The decision that stands and says just this: body, decided_on, text and adopted."""
    found = (each for each in decisions_of(session, occurrence_id) if each.withdrawn_at is None)
    return next((each for each in found if all(getattr(each, name) == said[name] for name in said)), None)


def adopting_decision(session: Session, occurrence_id: int) -> Decision | None:
    """The newest decision that adopts what the occurrence is about. Nobody withdraws it until the commit."""
    query = select(Decision).where(
        Decision.occurrence_id == occurrence_id,
        col(Decision.adopted).is_(True),
        col(Decision.withdrawn_at).is_(None),
    )
    return session.exec(query.order_by(col(Decision.id).desc()).limit(1).with_for_update()).first()


def _locked(session: Session, occurrence_id: int) -> Occurrence:
    """The occurrence; two who record, correct or withdraw on it do so one after the other."""
    occurrence = get_occurrence(session, occurrence_id)
    session.exec(select(Occurrence.id).where(Occurrence.id == occurrence_id).with_for_update()).one()
    return occurrence


def _to_change(session: Session, decision_id: int, seen: int, verb: str) -> tuple[Decision, Occurrence]:
    occurrence = _locked(session, get_decision(session, decision_id).occurrence_id or 0)
    query = select(Decision).where(Decision.id == decision_id).with_for_update()
    decision = session.exec(query.execution_options(populate_existing=True)).one()
    if decision.withdrawn_at is not None:
        raise NotNow("decision", decision_id, "withdrawn", verb)
    if decision.edition != seen:
        raise Conflict("decision", decision_id, str(decision.edition))
    return decision, occurrence


def _check_filled(**texts: str) -> None:
    empty = [name for name, text in texts.items() if not text.strip()]
    if empty:
        raise AnswerInvalid([Problem(name, "Feltet skal udfyldes.") for name in empty])
