"""Settings: defaults, environment, files for secrets, clear refusals."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.secret_file import read_or_make_secret
from config.settings import Settings, load_settings
from cycle.access.claim_rules import claimed, granted, read_rules
from cycle.access.roles import Role
from cycle.errors import PlanInvalid


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("AARSHJUL_")]:
        monkeypatch.delenv(name)


def refused(**given: object) -> str:
    with pytest.raises(PlanInvalid) as caught:
        load_settings(**given)
    return str(caught.value)


def test_with_nothing_set_the_store_lies_in_the_data_folder_and_pages_on_loopback(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'aarshjul.db'}"
    assert settings.base_url == "http://127.0.0.1:8321"
    assert settings.language == "da" and str(settings.zone) == "Europe/Copenhagen"


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AARSHJUL_SMTP_HOST", "post.kommune.example")
    monkeypatch.setenv("AARSHJUL_PORT", "8123")
    settings = load_settings()
    assert (settings.smtp_host, settings.base_url) == ("post.kommune.example", "http://127.0.0.1:8123")


def test_all_wrong_values_are_told_at_once_with_their_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AARSHJUL_PORT", "tcp://10.0.0.1:80")
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "dansk")
    monkeypatch.setenv("AARSHJUL_TIMEZONE", "Europe/Kjøbenhavn")
    text = refused()
    assert "AARSHJUL_PORT: »tcp://10.0.0.1:80« er ikke et helt tal." in text
    assert "AARSHJUL_LANGUAGE: »dansk« kan ikke bruges her. Skriv »da« eller »en«." in text
    assert "AARSHJUL_TIMEZONE: Tidszonen »Europe/Kjøbenhavn« findes ikke." in text


def test_a_slip_of_the_pen_is_told_and_foreign_names_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AARSHJUL_SERVICE_HOST", "10.0.0.1")
    load_settings()
    monkeypatch.setenv("AARSHJUL_SMPT_HOST", "post.kommune.example")
    assert refused() == "AARSHJUL_SMPT_HOST: Indstillingen findes ikke. Mente du AARSHJUL_SMTP_HOST?"


def test_a_password_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("hemmelig kode\n")
    monkeypatch.setenv("AARSHJUL_SMTP_PASSWORD_FILE", str(tmp_path / "smtp"))
    settings = load_settings()
    assert settings.smtp_password.get_secret_value() == "hemmelig kode"
    assert "hemmelig" not in repr(settings)


def test_a_password_file_that_is_missing_or_given_twice_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AARSHJUL_SMTP_PASSWORD_FILE", str(tmp_path / "nowhere"))
    assert refused().startswith("AARSHJUL_SMTP_PASSWORD_FILE: ")
    monkeypatch.setenv("AARSHJUL_SMTP_PASSWORD", "x")
    assert "AARSHJUL_SMTP_PASSWORD er også sat." in refused()


@pytest.mark.parametrize(
    "url", ["http://kommune.example", "kommune.example", "https://", "ftp://kommune.example"]
)
def test_links_only_start_with_a_safe_address(url: str) -> None:
    assert refused(base_url=url).startswith("AARSHJUL_BASE_URL: ")


def test_an_open_address_needs_https_in_front() -> None:
    assert "AARSHJUL_BASE_URL" in refused(bind="0.0.0.0")
    settings = load_settings(bind="0.0.0.0", base_url="https://aarshjul.kommune.example/")
    assert settings.base_url == "https://aarshjul.kommune.example"


def test_a_wrong_store_address_is_refused_without_showing_its_password() -> None:
    text = refused(database_url="postgres://aarshjul:hemmelig@db/aarshjul")
    assert "postgresql+psycopg://" in text and "hemmelig" not in text


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "data")
    file = tmp_path / "data" / "secret.key"
    assert not file.exists()
    secret = settings.secret
    assert len(secret) == 64 and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_settings(data_dir=tmp_path / "data").secret == secret
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_together_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(read_or_make_secret, [tmp_path / "secret.key"] * 32))
    assert len(found) == 1


@pytest.mark.parametrize(("mode", "content"), [(0o644, "x" * 64), (0o600, ""), (0o600, "kort")])
def test_an_unsafe_secret_file_is_refused(tmp_path: Path, mode: int, content: str) -> None:
    file = tmp_path / "secret.key"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(PlanInvalid, match=r"secret\.key"):
        _ = load_settings(data_dir=tmp_path).secret


def test_a_shared_secret_can_be_given_and_must_be_long() -> None:
    assert load_settings(secret_key="k" * 40).secret == b"k" * 40
    assert refused(secret_key="kort").startswith("AARSHJUL_SECRET_KEY: Værdien er for kort.")


def test_a_subject_that_is_no_number_of_kle_is_told(tmp_path):
    with pytest.raises(PlanInvalid) as caught:
        load_settings(data_dir=tmp_path, kle="budget")
    (problem,) = caught.value.problems
    assert problem.where == "AARSHJUL_KLE" and "Skriv det som 00.30.00." in problem.what
    assert load_settings(data_dir=tmp_path, kle="00.30.00").kle == "00.30.00"


def test_a_login_that_is_half_set_or_cannot_be_trusted_is_refused(tmp_path: Path) -> None:
    login = {"oidc_issuer": "https://login.kommune.example", "oidc_client_id": "aarshjul"}
    assert load_settings(data_dir=tmp_path, **login).has_oidc
    assert not load_settings(data_dir=tmp_path).has_oidc
    for name in login:
        assert "både AARSHJUL_OIDC_ISSUER" in refused(**{**login, name: ""})
    assert "https-adresse" in refused(**{**login, "oidc_issuer": "http://login.kommune.example"})
    assert "»leder« kan ikke læses" in refused(**login, oidc_roles="leder")
    assert "kan ikke læses" in refused(**login, oidc_roles="x = konge @ KBH")
    assert "stjerne" in refused(**login, oidc_roles="leder = superior @ *")
    assert "»konge« er ingen rolle" in refused(two_step_roles="secretariat, konge")
    assert "»proxy« er ingen IP-adresse" in refused(trusted_proxies="10.0.0.5, proxy")
    assert "»0.0.0.0/0« er alle i verden" in refused(trusted_proxies="0.0.0.0/0")


def test_a_claims_values_give_roles_over_units_and_nothing_else(tmp_path: Path) -> None:
    rules = read_rules(
        "sek = secretariat @ KBH; leder-*-x = superior @ *; https://a.example/r|* = direction @ *;"
    )
    said = ["sek", "leder-101019-x", "leder--x", "leder-1", "SEK", 7, None, "https://a.example/r|KBH-BU"]
    assert granted(rules, said) == {
        (Role.SECRETARIAT, "KBH"),
        (Role.SUPERIOR, "101019"),
        (Role.DIRECTION, "KBH-BU"),
    }
    assert granted(rules, "sek") == {(Role.SECRETARIAT, "KBH")}
    assert granted(rules, {"sek": 1}) == granted(rules, None) == set()
    assert claimed({"a": {"b": ["sek"]}, "a.b": "c"}, "a.b") == "c"
    assert claimed({"a": {"b": ["sek"]}}, "a.b") == ["sek"] and claimed({"a": 1}, "a.b") is None
