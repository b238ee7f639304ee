"""Rows written many at once are the rows that were given, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle import store
from cycle.store import insert_many, table_of
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Task
from tests.support import municipality as m

AT = datetime(2027, 4, 1, 6, 30, 0, 250, tzinfo=timezone(timedelta(hours=2)))
HOSTILE = "Ø-skolen '); DROP TABLE task; -- %s ? :x"


def rows(occurrence_id: int, units: list[str]) -> list[dict[str, object]]:
    return [
        {
            "occurrence_id": occurrence_id,
            "unit_id": unit,
            "role": "leder",
            "kind": TaskKind.DRAFT,
            "title": HOSTILE,
            "opened_at": AT,
            "due_on": date(2027, 4, 20),
            "original_due_on": date(2027, 4, 20),
            "received_at": AT if number % 2 else None,
            "prefill": {"goals": [{"row": "A", "label": HOSTILE}], "number": number} if number else {},
        }
        for number, unit in enumerate(units)
    ]


def test_every_value_comes_back_as_it_was_given_and_the_rest_has_the_tables_defaults(engine: Engine) -> None:
    with store.transaction(engine) as session:
        town = m.build(session)
        occurrence = m.add_occurrence(session, town, m.start_cycle(session, town, 2027))
        units = sorted(town.leaders)[:3]
        given = rows(occurrence.id or 0, units)
        insert_many(session, table_of(Task), given)
    with store.reading(engine) as session:
        tasks = session.exec(select(Task).order_by(Task.unit_id)).all()
    assert [{name: getattr(task, name) for name in given[0]} for task in tasks] == given
    assert {task.opened_at.tzinfo for task in tasks} == {UTC}
    assert {(task.state, task.level, task.link_generation, task.subject) for task in tasks} == {
        (TaskState.OPEN, 0, 1, "")
    }


def test_no_rows_are_no_statement(engine: Engine) -> None:
    with store.transaction(engine) as session:
        insert_many(session, table_of(Task), [])
        assert session.execute(sa.select(sa.func.count()).select_from(table_of(Task))).scalar_one() == 0
