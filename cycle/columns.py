"""What columns hold and are compared with, where SQLAlchemy's own way is most of the cost of many rows."""

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlmodel.sql.sqltypes import UTCDateTime

_STRICT = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
Processor = Callable[[Any], Any]


class Instant(UTCDateTime):
    """An aware instant, kept and given back in UTC. On SQLite it is text, read and written in one step.

    Raises ValueError for a datetime without a time zone.
    """

    cache_ok = True

    def __repr__(self) -> str:
        return "Instant()"

    def bind_processor(self, dialect: sa.Dialect) -> Processor | None:
        """How a value is handed to the driver."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Processor | None:
        """How a value of the driver is read."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _written(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def json_text(value: Any) -> str:
    """JSON as a column keeps it. What orjson does not take (a number beyond 64 bits) json writes.

    It is read by json, because orjson reads such a number as a rounded one.
    Raises TypeError for what is not JSON.
    """
    try:
        return orjson.dumps(value, option=_STRICT).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


class _Many(sa.types.TypeDecorator[Collection[Any]]):
    """Many values as one: a JSON list for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """The type the driver is told."""
        kind = sa.Text() if dialect.name == "sqlite" else sa.ARRAY(self.item)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Collection[Any] | None, dialect: sa.Dialect) -> Any:
        """How the values are handed to the driver."""
        values = list(value or ())
        return json_text(values) if dialect.name == "sqlite" else values


class among(sa.ColumnElement[bool]):  # noqa: N801 - reads as the operator it is
    """`among(column, "ids")`: the column's value is one of the parameter `ids` (text or whole numbers).

    One statement for any number of values; `in_` would write a mark for each of them.
    """

    type = sa.Boolean()
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy declares it
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values = sa.bindparam(name, type_=_Many(column.type))

    @property
    def _from_objects(self) -> Any:
        return self.column._from_objects  # which tables the condition needs

    def self_group(self, against: Any = None) -> "among":
        """A condition as it stands, also beside others."""
        return self


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **given: Any) -> str:
    column, values = (compiler.process(part, **given) for part in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a compiled column and a mark


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **given: Any) -> str:
    column, values = (compiler.process(part, **given) for part in (element.column, element.values))
    return f"{column} = ANY({values})"
