"""Empty stores to measure on: an SQLite file with `synchronous=FULL`, and a PostgreSQL server.

The server is the one of the tests (`fsync=off`): ratios hold, its absolute times are without the disk.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cycle.store import make_engine
from cycle.tables import METADATA
from tests.support import postgres


@contextmanager
def sqlite_store() -> Iterator[Engine]:
    """A new file."""
    with tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'aarshjul.db'}")
        METADATA.create_all(engine)
        yield engine
        engine.dispose()


@contextmanager
def postgres_store() -> Iterator[Engine]:
    """A server of its own."""
    with postgres.server() as url:
        engine = make_engine(f"{url}/postgres")
        METADATA.create_all(engine)
        yield engine
        engine.dispose()


STORES = {"sqlite": sqlite_store, "postgresql": postgres_store}


def settle(engine: Engine) -> None:
    """Lets the database learn what it holds, as it would in time by itself."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
