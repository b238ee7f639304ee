"""The schema that migrations make is the schema that the table modules say, on both databases."""

import sqlalchemy as sa

from cycle.migrations.upgrade import differences, newest_revision, revision_of, upgrade
from cycle.store import make_engine
from cycle.tables import METADATA


def assert_migrations_make_the_tables(engine):
    assert revision_of(engine) is None
    upgrade(engine)
    assert revision_of(engine) == newest_revision()
    assert differences(engine) == []
    made = sa.MetaData()
    made.reflect(engine)
    assert set(made.tables) - {"alembic_version"} == set(METADATA.tables)
    for name, table in METADATA.tables.items():
        assert set(made.tables[name].columns.keys()) == set(table.columns.keys())
        assert {index.name for index in made.tables[name].indexes} >= {index.name for index in table.indexes}
    upgrade(engine)


def test_on_sqlite(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'store.db'}")
    assert_migrations_make_the_tables(engine)
    with engine.connect() as connection:
        partial = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'uq_run_unfinished'"
        ).scalar_one()
    assert "WHERE state IN ('wanted', 'claimed')" in partial
    engine.dispose()


def test_on_postgresql(postgres_url):
    admin = make_engine(postgres_url)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS migrated")
        connection.exec_driver_sql("CREATE DATABASE migrated")
    engine = make_engine(postgres_url.rsplit("/", 1)[0] + "/migrated")
    assert_migrations_make_the_tables(engine)
    engine.dispose()
    admin.dispose()
