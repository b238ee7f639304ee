"""Brings a store to the schema of this version, and says which one it has."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from cycle.tables import METADATA

FOLDER = Path(__file__).parent


def upgrade(engine: Engine) -> None:
    """Applies every migration the store lacks, in one transaction. Safe to repeat."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
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


def write_revision(engine: Engine, message: str) -> None:
    """Writes the next migration from the difference between the store and the table modules."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
