"""Everything a store holds, to be compared before and after: nothing has changed, or which table did."""

import hashlib
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cycle.tables import METADATA

USE_OF_SESSIONS = frozenset({"account_session"})
"""The technical table that a GET may write to: that a signed-in browser is still used, each quarter hour."""


def contents(engine: Engine, *, but: Collection[str] = ()) -> dict[str, str]:
    """A digest of all rows of every table, except those named."""
    with engine.connect() as connection:
        return {
            table.name: _digest(connection, table)
            for table in METADATA.sorted_tables
            if table.name not in but
        }


def _digest(connection: sa.Connection, table: sa.Table) -> str:
    rows = sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
    return f"{len(rows)} rows {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()}"
