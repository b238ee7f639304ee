"""Deciding what is due to be said about which task, a chunk of tasks in one transaction.

An answered task keeps its `next_reminder_at`: at its next step's time one look decides that step
*answered* and the hint becomes null, so that the ledger can say why nobody was written to, at the cost of
one look per task. The later steps of that deadline are never decided; the page says why (`cycle.tasks.told`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.columns import among
from cycle.messages.daily import Slot, daily_slots
from cycle.messages.outbox import mailbox
from cycle.reminders import ledger, wording
from cycle.reminders.decide import Decision, Facts, Standing, decide
from cycle.reminders.steps import next_look
from cycle.reminders.tables import Decided
from cycle.tasks.reminder_facts import TASK, Reader, Row, read_rows, rows_query

CHUNK = 1000
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
DUE = rows_query(TASK.c.next_reminder_at <= _NOW, order=TASK.c.next_reminder_at)
_LOOK = sa.update(TASK).where(among(TASK.c.id, "ids")).values(next_reminder_at=sa.bindparam("at"))


class _Decided(NamedTuple):
    row: Row
    decision: Decision


def decide_due(session: Session, reader: Reader, root_id: str, *, limit: int = CHUNK) -> Counter[str] | None:
    """Decides all that is due for up to `limit` tasks of a municipality; None when no task is due.

    Gives how many tasks were looked at ("tasks"), daily mails opened ("mails") and decisions of each
    verdict. On PostgreSQL tasks that another worker is looking at are left out.
    """
    rows = read_rows(session, DUE, root_id=root_id, now=reader.now, limit=limit)
    if not rows:
        return None
    now, calendar = reader.now, reader.calendar
    mail_on = calendar.local_date(calendar.next_send(now))
    facts = reader.facts(session, rows)
    made: list[_Decided] = []
    looks: dict[datetime | None, list[int]] = defaultdict(list)
    for row, fact in zip(rows, facts, strict=True):
        decisions = decide(fact, now=now, mail_on=mail_on)
        made += [_Decided(row, decision) for decision in decisions]
        looks[look_at(fact, decisions)].append(row.id)
    slots = _slots(session, root_id, made, calendar, now)
    counts = _write(session, made, slots, now=now, today=calendar.local_date(now))
    set_looks(session, looks)
    counts.update(tasks=len(rows), mails=sum(slot.opened for slot in slots.values()))
    return counts


def look_at(facts: Facts, decisions: Sequence[Decision] = ()) -> datetime | None:
    """When to look at the task again, after these decisions; None when nothing more can come."""
    if facts.standing is not Standing.WAITING:
        return None
    now_decided = {(d.rule.id, 1 if d.rule.kind == "opens" else d.ordinal) for d in decisions}
    return next_look(facts.steps, facts.decided | now_decided)


def set_looks(session: Session, looks: dict[datetime | None, list[int]]) -> None:
    """Writes `next_reminder_at` of many tasks, one statement per instant."""
    for at, ids in looks.items():
        session.connection().execute(_LOOK, {"ids": ids, "at": at})


def _slots(
    session: Session, root_id: str, made: Iterable[_Decided], calendar: WorkingCalendar, now: datetime
) -> dict[str, Slot]:
    people: dict[str, int] = {}
    for one in made:
        to = one.decision.to
        if one.decision.verdict is Decided.SENT and to is not None and to.address:
            address = mailbox(to.address)
            people[address] = min(to.person_id, people.get(address, to.person_id))
    if not people:
        return {}
    return daily_slots(session, root_id=root_id, people=people, calendar=calendar, now=now)


def _write(
    session: Session, made: Sequence[_Decided], slots: dict[str, Slot], *, now: datetime, today: date
) -> Counter[str]:
    counts: Counter[str] = Counter()
    rows = []
    fresh = {address for address, slot in slots.items() if slot.opened}
    for one in made:
        row = _row(one, slots, fresh, now=now, today=today)
        counts[row["verdict"].value] += 1
        rows.append(row)
    ledger.write(session, rows)
    return counts


def _row(
    one: _Decided, slots: dict[str, Slot], fresh: set[str], *, now: datetime, today: date
) -> dict[str, Any]:
    decision, slot = one.decision, None
    verdict, reason = decision.verdict, decision.reason
    if verdict is Decided.SENT:
        assert decision.to is not None and decision.to.address
        address = mailbox(decision.to.address)
        slot, opened = slots[address], address in fresh
        fresh.discard(address)
        verdict = Decided.SENT if opened else Decided.MERGED
        reason = wording.placed(decision.what, on=slot.on, today=today, opened=opened)
    return {
        "task_id": one.row.id,
        "rule_id": decision.rule.id,
        "rule_kind": decision.rule.kind.value,
        "deadline": one.row.due_on,
        "ordinal": decision.ordinal,
        "nominal_on": decision.nominal_on,
        "decided_at": now,
        "verdict": verdict,
        "reason": reason,
        "person_id": decision.to.person_id if decision.to else None,
        "message_id": slot.message_id if slot else None,
    }
