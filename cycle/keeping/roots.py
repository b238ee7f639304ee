"""Which municipality a row belongs to, found by what it points to: an answer by its task, say."""

from typing import Any

import sqlalchemy as sa

NO_ROOT: sa.ColumnElement[Any] = sa.null()


def root_of(table: sa.FromClause) -> sa.ColumnElement[Any]:
    """The id of the municipality of each of the table's rows; NULL where nothing says whose it is."""
    ways: list[sa.ColumnElement[Any]] = []
    if "root_id" in table.c:
        ways.append(table.c.root_id)
    ways += [way for column in table.c if (way := _by(column)) is not None]
    return sa.func.coalesce(*ways, sa.null()) if ways else NO_ROOT


def _by(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any] | None:
    """The root of the row that this column points to; None for a column that leads to no municipality."""
    for key in column.foreign_keys:
        if column.key != "root_id" and "id" in key.column.table.c:
            return _of_one(key.column.table.alias(), column)
    return None


def _of_one(parent: sa.FromClause, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any] | None:
    root = parent.c.root_id if "root_id" in parent.c else root_of(parent)
    if root is NO_ROOT:
        return None
    return sa.select(root).where(parent.c.id == column).scalar_subquery()
