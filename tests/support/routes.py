"""Every page the application has, with the ids of a store's own rows filled in."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from cycle.tables import METADATA

NAMED = re.compile(r"\{(\w+)[^}]*\}")
CALLED_OTHERWISE = {
    "row_id": "strategy",
    "number": "occurrence",
    "meeting_id": "gathering",
    "wish_id": "extension_wish",
    "remark_id": "goal_remark",
    "status_id": "goal_status",
}
ALWAYS = {"kind": ["daily"], "language": ["da"], "activity_id": ["budgetudmelding"]}
"""What stands for a name that is no table's, wherever it is asked for."""
ASKED = {"/maal/ny": "?aar=2028"}
"""What a page has to be asked for beside its address."""
FILE = re.compile(
    r"\.(pdf|zip|xlsx|csv|ics|svg|css|docx|json|txt)$|/fil(/|$)|/bilag/|/dokumentation/|/moede/\{|^/(docs|redoc|openapi|api|udseende)"
)
OWN_PAGES = re.compile(r"^/mine(/|$)")
"""Of whoever is known by the mailbox, without an account."""
MOST = 40
"""Rows that are tried for one place in an address."""


def gets(app: FastAPI) -> list[str]:
    """The paths of all GET routes, also of routers within routers."""
    return sorted(set(_paths(app.routes, "GET")))


def posts(app: FastAPI) -> list[str]:
    """The paths of all POST routes, also of routers within routers."""
    return sorted(set(_paths(app.routes, "POST")))


def queries(app: FastAPI) -> dict[str, list[str]]:
    """What each GET route that can be asked something takes behind its question mark."""
    return {path: names for path, names in _asked(app.routes) if names}


def pages(app: FastAPI) -> list[str]:
    """Those that are pages and not files."""
    return [path for path in gets(app) if not FILE.search(path)]


def addresses(path: str, engine: Engine, **given: Iterable[str]) -> Iterator[str]:
    """The path with ids that the store has; `given` says what stands for a name that is no table's."""
    found = NAMED.search(path)
    if found is None:
        yield path + ASKED.get(path, "")
        return
    for value in given.get(found[1]) or ALWAYS.get(found[1]) or _ids(found[1], engine):
        yield from addresses(path.replace(found[0], value), engine, **given)


def _paths(routes: Iterable[Any], method: str, prefix: str = "") -> Iterator[str]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from _paths(inner.routes, method, prefix + route.include_context.prefix)
        elif method in (getattr(route, "methods", None) or ()):
            yield prefix + route.path


def _asked(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from _asked(inner.routes, prefix + route.include_context.prefix)
        elif "GET" in (getattr(route, "methods", None) or ()) and hasattr(route, "dependant"):
            yield prefix + route.path, [each.alias for each in route.dependant.query_params]


def _ids(name: str, engine: Engine) -> list[str]:
    table = METADATA.tables.get(CALLED_OTHERWISE.get(name, name.removesuffix("_id")))
    if table is None or "id" not in table.c:
        return []
    with engine.connect() as connection:
        return [str(each) for each in connection.scalars(sa.select(table.c.id).limit(MOST))]
