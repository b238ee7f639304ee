"""The municipality of Copenhagen with its plan of 2027, loaded once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from tests.support import koebenhavn


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return koebenhavn.store_file(tmp_path_factory.mktemp("koebenhavn") / "template.db")


@pytest.fixture
def store(example: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = koebenhavn.copy_of(example, tmp_path)
    yield engine
    engine.dispose()
