"""Copenhagen with its plan of 2027, loaded once and copied for each test; and where commands work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from cycle.store import make_engine
from tests.support import koebenhavn, postgres


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return koebenhavn.store_file(tmp_path_factory.mktemp("koebenhavn") / "template.db")


@pytest.fixture
def store(example: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = koebenhavn.copy_of(example, tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def commands_database(postgres_url: str) -> str:
    """The address of a database on PostgreSQL whose tables the first command makes, as in an installation."""
    server = make_engine(postgres_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("CREATE DATABASE commands"))
    server.dispose()
    return postgres_url.rpartition("/")[0] + "/commands"


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """What commands are told by the environment: a folder and an empty store, once on each database."""
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    for name in ("AARSHJUL_DATABASE_URL", "AARSHJUL_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    if request.param == "postgresql":
        address = request.getfixturevalue("commands_database")
        _empty(address)
        monkeypatch.setenv("AARSHJUL_DATABASE_URL", address)
    used: list[Engine] = []

    def remember(connection: Connection) -> None:
        used.append(connection.engine)

    event.listen(Engine, "engine_connect", remember)
    yield
    event.remove(Engine, "engine_connect", remember)
    for engine in used:  # a command leaves the closing of its connections to the end of its process
        engine.dispose()


def _empty(address: str) -> None:
    engine = make_engine(address)
    postgres.empty(engine, but=["alembic_version"])
    engine.dispose()
