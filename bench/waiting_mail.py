"""Leaders with the day's mail about one task each, ready to be sent."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col

from cycle import store
from cycle.messages.tables import Message, MessageKind
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.tasks.tables import Task
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOON = instant(2027, 4, 6)


def fill(engine: Engine, many: int) -> None:
    """So many leaders, each with the day's mail about one task."""
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=-(-many // 4))
        cycle = municipality.start_cycle(session, town)
        municipality.add_tasks(session, town, municipality.add_occurrence(session, town, cycle))
        tasks = session.execute(sa.select(col(Task.id), col(Task.unit_id)).order_by(col(Task.id))).all()[
            :many
        ]
        for piece in store.in_pieces(tasks):
            session.execute(sa.insert(Message), [_mail(id_, unit, town.leaders[unit]) for id_, unit in piece])
        ids = dict(session.execute(sa.select(col(Message.person_id), col(Message.id))).tuples().all())
        for piece in store.in_pieces(tasks):
            decided = [_decision(id_, town.leaders[unit], ids[town.leaders[unit]]) for id_, unit in piece]
            session.execute(sa.insert(ReminderDecision), decided)


def _mail(task_id: int, unit: str, person_id: int) -> dict[str, object]:
    return {
        "root_id": ROOT,
        "key": f"daily:{person_id}:2027-04-06",
        "kind": MessageKind.DAILY,
        "person_id": person_id,
        "address": f"{unit.lower()}@by.example",
        "created_at": NOON,
        "next_at": NOON,
    }


def _decision(task_id: int, person_id: int, message_id: int | None) -> dict[str, object]:
    return {
        "task_id": task_id,
        "rule_id": "opens",
        "rule_kind": ReminderKind.OPENS.value,
        "deadline": date(2027, 4, 20),
        "ordinal": 1,
        "nominal_on": date(2027, 4, 6),
        "decided_at": NOON,
        "verdict": Decided.SENT,
        "reason": "Besked om ny opgave: sendt i dagens mail.",
        "person_id": person_id,
        "message_id": message_id,
    }
