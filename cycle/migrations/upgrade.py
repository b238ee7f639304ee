"""Brings a store to the schema of this version, and says which one it has."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from cycle.tables import METADATA

FOLDER = Path(__file__).parent
LOCK = 0x6161_7273
"""PostgreSQL advisory lock: one process migrates, the others wait for it."""


def upgrade(engine: Engine) -> None:
    """Applies every migration the store lacks, in one transaction. Safe to repeat, and by several at once."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        command.upgrade(_config(connection), "head")


def revision_of(engine: Engine) -> str | None:
    """The store's schema revision; None when it has no tables yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this version of the product needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def differences(engine: Engine) -> list[object]:
    """What distinguishes the store's schema from the table modules; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def write_revision(engine: Engine, message: str) -> Path:
    """Writes the next numbered migration from what distinguishes the store from the table modules.

    `engine` is a store at the newest revision. The file is to be read and mended by hand.
    """
    number = f"{len(list((FOLDER / 'versions').glob('[0-9]*.py'))) + 1:04d}"
    with engine.connect() as connection:
        config = _config(connection)
        made = command.revision(config, message=message, autogenerate=True, rev_id=number)
    assert isinstance(made, Script)
    path = Path(made.path)
    text = path.read_text().replace("sqlmodel.sql.sqltypes.AutoString()", "sa.String()")
    path.write_text(text.replace("cycle.columns.Instant()", "sa.DateTime(timezone=True)"))
    return path


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
