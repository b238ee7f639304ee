"""The store: one engine, one way to write, one way to read.

`transaction(engine)`, and `plainly(engine)` below it, is the only place that commits. On SQLite it begins
IMMEDIATE, so two writers queue up at BEGIN instead of failing at COMMIT. `reading(engine)` gives a consistent
snapshot.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from cycle.columns import json_text

BUSY_SECONDS = 30
RESTED_SECONDS = 1.0
"""A connection to PostgreSQL that was not used for so long is asked whether it still stands."""

STATEMENTS = 1000
"""How many statements a SQLite connection keeps prepared; more than there are different ones."""

ROWS = 100
"""How many rows an insert that gives ids back writes at once. Each number of rows up to it is a statement of
its own, kept prepared in memory that grows with the number."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "secure_delete=ON")
"""How every SQLite connection is set. What is deleted is overwritten, whatever SQLite was built with."""

T = TypeVar("T")
DISK_FULL = "53100"
"""PostgreSQL's code for it."""

FULL = (
    "Databasen har ikke plads til mere. Intet er gemt halvt; skaf plads på disken, så går arbejdet videre. / "
    "The database has no room left. Nothing is half kept; make room on the disk and the work goes on."
)


def enum_type(enum: type[Enum], length: int = 32) -> sa.Enum:
    """A column type that stores an enum's value (not its name) as text with no native type."""
    return sa.Enum(
        enum, values_callable=lambda members: [m.value for m in members], native_enum=False, length=length
    )


def in_pieces(ids: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The ids in lists that fit into one statement (SQLite and PostgreSQL both have a limit)."""
    everything = list(ids)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table behind a model, for statements about columns: they cost a fraction of loading objects."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
    return table


def insert_many(
    session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, unless: str = ""
) -> None:
    """Writes rows that all name the same columns, at half the price of `sa.insert` with a list.

    What many rows share (a state, a date, an instant) is made ready for the driver once, and not with
    every row. Columns that are not named get the table's defaults. `unless`: a unique column; a row whose
    value is there already is left out.
    """
    if not rows:
        return
    connection = session.connection()
    dialect = connection.dialect
    values = {name: [row[name] for row in rows] for name in rows[0]}
    for column in table.columns:
        if column.name not in values and column.default is not None and column.default.is_scalar:
            values[column.name] = [column.default.arg] * len(rows)  # type: ignore[attr-defined]  # a scalar has it
    ready = [_for_driver(table.c[name].type, those, dialect) for name, those in values.items()]
    quote = dialect.identifier_preparer.quote
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    names, marks = ", ".join(map(quote, values)), ", ".join([mark] * len(values))
    into = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608 - names of the table's own
    if unless:
        into += f" ON CONFLICT ({quote(unless)}) DO NOTHING"
    connection.exec_driver_sql(into, list(zip(*ready, strict=True)))


def _for_driver(column_type: sa.types.TypeEngine[Any], values: list[Any], dialect: sa.Dialect) -> list[Any]:
    """The values as the driver takes them."""
    process = column_type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(column_type, sa.JSON):
        return [process(value) for value in values]
    known = {value: process(value) for value in set(values)}
    return [known[value] for value in values]


def keep_private(engine: Engine) -> None:
    """Makes a SQLite file that is not there yet for its owner alone (0600); SQLite's own files follow it.

    What cannot be made is left to the first connection, which says why.
    """
    path = engine.url.database
    if engine.dialect.name == "sqlite" and path and path != ":memory:":
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def make_engine(url: str) -> Engine:
    """An engine for `url` ("sqlite:///…", "sqlite://" for memory, "postgresql+psycopg://…")."""
    always: dict[str, Any] = {
        "hide_parameters": True,  # an error may be logged; the values are people's
        "json_serializer": json_text,
        "insertmanyvalues_page_size": ROWS,
    }
    if not url.startswith("sqlite"):
        server = sa.create_engine(url, pool_size=10, max_overflow=20, **always)
        _ask_the_rested(server)
        return server
    in_memory = url in ("sqlite://", "sqlite:///:memory:")
    pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": 10, "max_overflow": 20}
    arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS, "cached_statements": STATEMENTS}
    engine = sa.create_engine(url, connect_args=arguments, **pool, **always)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _ask_the_rested(engine: Engine) -> None:
    """What SQLAlchemy's `pool_pre_ping` does for every use of a connection, for those that have rested.

    Many short transactions in a row (mails being settled) ask nothing; a server that was started anew is
    noticed before anything is asked of it, and all its old connections are given up at once.
    """

    def keep_time(_dbapi: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def ask(dbapi: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", float("inf")) <= RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone

    event.listen(engine, "connect", keep_time)
    event.listen(engine, "checkin", keep_time)
    event.listen(engine, "checkout", ask)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("begin") == "IMMEDIATE":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # it may have to wait, and fail in SQLAlchemy's words
    else:
        connection.connection.cursor().execute("BEGIN")


@contextmanager
def plainly(engine: Engine) -> Iterator[sa.Connection]:
    """As `transaction`, for plain statements: a session costs as much as one of them."""
    connection = engine.connect().execution_options(begin="IMMEDIATE")
    with connection, connection.begin():
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: commits when the block ends, rolls back when it raises."""
    with plainly(engine) as connection, Session(bind=connection, expire_on_commit=False) as session:
        yield session
        session.flush()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A snapshot to read from; whatever is written in it is rolled back. Rows read stay readable.

    PostgreSQL's usual level would show each statement what has been committed since the one before.
    """
    with engine.connect() as connection, Session(bind=connection, autoflush=False) as session:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield session
        session.expunge_all()


@contextmanager
def tried(engine: Engine) -> Iterator[Session]:
    """One unit of work that is looked at and never kept: what it writes is rolled back when the block ends.

    It holds the store's write lock meanwhile (SQLite), so what takes time belongs after the block.
    """
    with (
        engine.connect().execution_options(begin="IMMEDIATE") as connection,
        Session(bind=connection, expire_on_commit=False) as session,
    ):
        yield session
        session.expunge_all()


def leave_no_trace(engine: Engine, table: sa.Table) -> None:
    """After a commit: what was deleted from `table` is not in the database's files any more either.

    SQLite's log is emptied (what a long reader holds back, with the next checkpoint); PostgreSQL writes the
    table anew, since a plain vacuum leaves the bytes where they were. For small tables.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()  # a checkpoint is no part of a transaction
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        plain.exec_driver_sql(f"VACUUM FULL {engine.dialect.identifier_preparer.quote(table.name)}")


def in_words(error: DBAPIError) -> str:
    """What the database said, without the statement; a full disk in words of what to do."""
    said = str(error.orig).strip().splitlines()[0] if error.orig is not None else type(error).__name__
    if "disk is full" in said or getattr(error.orig, "sqlstate", None) == DISK_FULL:
        return f"{FULL} ({said})"
    return said


def is_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite (statements that differ by database ask here)."""
    return session.get_bind().dialect.name == "sqlite"
