"""`doctor` seals an empty page as an agreement would be sealed, and says what is in the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cli.checks import seal
from cli.checks.finding import Finding, Level
from config.settings import Settings, load_settings
from cycle import store
from documents.seal_key import YEARS, Owner, key_path, signer_of
from tests.support import municipality

NOW = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path)


@pytest.fixture
def town(sqlite_engine: Engine) -> Engine:
    with store.transaction(sqlite_engine) as session:
        municipality.build(session)
    return sqlite_engine


def looked(engine: Engine, settings: Settings, at: datetime = NOW) -> Finding:
    (found,) = seal.look(engine, settings, now=at)
    return found


def with_key(settings: Settings) -> Settings:
    signer_of(settings, Owner("BY", "Byen"), now=NOW)
    return settings


def test_a_key_that_is_not_needed_yet_is_not_made(town: Engine, settings: Settings) -> None:
    assert looked(town, settings).level is Level.OK and not key_path(settings, "BY").exists()


def test_a_seal_that_works_says_how_long_its_certificate_is_good(town: Engine, settings: Settings) -> None:
    found = looked(town, with_key(settings))
    assert found.level is Level.OK and "(B-B)" in found.what and ".2037" in found.what
    ends = looked(town, settings, NOW + timedelta(days=365 * YEARS - 20))
    assert ends.level is Level.NOTE and "Forny" in ends.cure


def test_what_is_in_the_way_is_told_before_anybody_has_signed(town: Engine, tmp_path: Path) -> None:
    text = tmp_path / "nonsense"
    text.write_text("nonsense")
    own = with_key(load_settings(data_dir=tmp_path))
    for changed, said in (
        ({"seal_pkcs12": text}, "AARSHJUL_SEAL_PKCS12_PASSWORD"),
        ({"seal_pkcs11_module": text}, "Enheden svarer ikke"),
        ({"seal_tsa_url": "http://127.0.0.1:9/"}, "AARSHJUL_SEAL_TSA_URL"),
        (
            {"seal_tsa_url": "http://127.0.0.1:9/", "seal_long_term": True, "seal_trust": text},
            "intet certifikat",
        ),
    ):
        found = looked(town, own.model_copy(update=changed))
        assert found.level is Level.BAD and said in found.what, changed
    assert looked(town, own, NOW + timedelta(days=366 * YEARS)).level is Level.BAD


def test_its_reasons_are_in_the_readers_language(
    town: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    away = with_key(settings).model_copy(update={"seal_tsa_url": "http://127.0.0.1:9/"})
    assert "authority does not answer" in looked(town, away).what
