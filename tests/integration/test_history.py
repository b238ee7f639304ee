from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import select

from cycle import history
from cycle.store import reading, transaction

AT = datetime(2027, 4, 1, 6, 0, tzinfo=UTC)


def write(session, n):
    rows = [
        {"root_id": "KBH", "at": AT, "actor": "engine", "verb": "open", "thing": f"task:{i}"}
        for i in range(n)
    ]
    history.record_many(session, rows)


def import_of_a_person(session):
    person = {"name": "Ida"}
    history.record(session, root_id="KBH", at=AT, actor="cli", verb="import", thing="unit:1", personal=person)


def test_chained_history_verifies_and_an_altered_row_is_named(engine):
    with transaction(engine) as session:
        write(session, 5)
        history.record(
            session,
            root_id="KBH",
            at=AT,
            actor="cli",
            verb="import",
            thing="unit:1",
            personal={"name": "Ida"},
        )
    with transaction(engine) as session:
        assert history.chain(session, "KBH") == 6
        assert history.chain(session, "KBH") == 0
    with reading(engine) as session:
        assert history.verify(session, "KBH") == []
    with transaction(engine) as session:
        session.execute(sa.update(history.History).where(history.History.position == 3).values(verb="close"))
    with reading(engine) as session:
        assert any("position 3" in line for line in history.verify(session, "KBH"))


def test_erasing_a_personal_value_leaves_the_chain_whole(engine):
    with transaction(engine) as session:
        history.record(
            session,
            root_id="KBH",
            at=AT,
            actor="cli",
            verb="import",
            thing="unit:1",
            personal={"name": "Ida"},
        )
    with transaction(engine) as session:
        history.chain(session, "KBH")
    with transaction(engine) as session:
        assert session.exec(select(history.HistorySalt)).one().value == "Ida"
        session.execute(sa.delete(history.HistorySalt))
    with reading(engine) as session:
        assert history.verify(session, "KBH") == []
        assert "Ida" not in str(session.exec(select(history.History.data)).one())


def test_a_removed_row_is_named(engine):
    with transaction(engine) as session:
        write(session, 4)
        session.flush()
        history.chain(session, "KBH")
    with transaction(engine) as session:
        session.execute(sa.delete(history.History).where(history.History.position == 2))
    with reading(engine) as session:
        assert "position 2 is missing" in history.verify(session, "KBH")
