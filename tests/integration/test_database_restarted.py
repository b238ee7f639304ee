"""PostgreSQL was started anew, or ended our connections: whoever uses the store next does not notice."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from cycle import store

OURS = sa.text("SELECT pg_backend_pid()")
END_THE_OTHERS = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(:pids)")


@pytest.fixture
def server(postgres_url: str) -> Iterator[Engine]:
    engine = store.make_engine(postgres_url)
    yield engine
    engine.dispose()


def used(server: Engine, many: int) -> set[int]:
    """The server's processes of so many connections used at the same time and given back."""
    held = [server.connect() for _ in range(many)]
    pids = {connection.scalar(OURS) for connection in held}
    for connection in held:
        connection.close()
    return pids


def end(postgres_engine: Engine, pids: set[int]) -> None:
    with postgres_engine.connect() as other:
        ended = other.execute(END_THE_OTHERS, {"pids": list(pids)}).all()
    assert len(ended) == len(pids)


def test_connections_that_were_ended_while_they_rested_are_replaced(
    server: Engine, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "RESTED_SECONDS", 0.0)
    before = used(server, 3)
    end(postgres_engine, before)
    with store.transaction(server) as session:
        now = session.execute(OURS).scalar_one()
    assert now not in before
    assert not used(server, 3) & before


def test_a_connection_in_steady_use_is_asked_nothing(
    server: Engine, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "RESTED_SECONDS", 3600.0)
    asked: list[object] = []
    monkeypatch.setattr(server.dialect, "do_ping", lambda dbapi: asked.append(dbapi) or True)
    for _ in range(3):
        used(server, 1)
    assert asked == []
    monkeypatch.setattr(store, "RESTED_SECONDS", 0.0)
    used(server, 1)
    assert len(asked) == 1


def test_when_one_ends_in_steady_use_all_are_replaced_for_the_next(
    server: Engine, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "RESTED_SECONDS", 3600.0)
    before = used(server, 2)
    end(postgres_engine, before)
    with pytest.raises(OperationalError), store.transaction(server) as session:
        session.execute(OURS)
    assert not used(server, 2) & before
