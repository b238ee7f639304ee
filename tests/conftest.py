"""Fixtures that every test may use."""

import gc
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy.engine import Engine

from cycle.store import make_engine
from cycle.tables import METADATA
from tests.support import postgres, sqlite_file

# The same examples every time, so that a failure is the change's. The long profile looks for new ones:
# `pytest --hypothesis-profile=long`.
hypothesis.settings.register_profile("short", derandomize=True, deadline=None)
hypothesis.settings.register_profile(
    "long",
    max_examples=2000,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("short")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write golden files anew instead of comparing")


LONGEST = (
    "test_a_played_town.py",
    "test_any_request.py",
    "test_every_page.py",
    "test_who_may_open_what.py",
    "test_troubled_years.py",
)
"""Files that take minutes begin first: where files run beside each other, none is left to run alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    if web := sys.modules.get("tests.support.web"):
        web.UNTIL_THE_END.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with tests/golden/<name>, or writes that file with `pytest --record`."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--record"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs; `pytest --record` writes it anew"

    return compare


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres.server() as url:
        yield f"{url}/postgres"


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row; copying it is quicker than making the tables again."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store, once on SQLite (a file) and once on PostgreSQL."""
    if request.param == "sqlite":
        sqlite: Engine = request.getfixturevalue("sqlite_engine")
        return sqlite
    server: Engine = request.getfixturevalue("postgres_engine")
    postgres.empty(server)
    return server


@pytest.fixture
def sqlite_engine(empty_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty store on SQLite alone, for what does not depend on the database."""
    path = tmp_path / "aarshjul.db"
    shutil.copyfile(empty_file, path)
    engine = sqlite_file.opened(path)
    yield engine
    engine.dispose()
