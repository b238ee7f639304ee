"""A store in a SQLite file for tests that kill nothing: quick to write, its statements compiled once.

engine = opened(path)
"""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from cycle.store import make_engine


@lru_cache(maxsize=1)
def _first() -> Engine:
    return make_engine("sqlite:///never-opened.db")


def opened(path: Path) -> Engine:
    """The product's engine for this file, that does not wait for the disk.

    An engine keeps the statements it has compiled for its dialect. Tests have engines by the thousand and
    send the same statements: they all keep them in one place, as the one engine of an installation does.
    """
    engine, first = make_engine(f"sqlite:///{path}"), _first()
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF").close())
    return engine
