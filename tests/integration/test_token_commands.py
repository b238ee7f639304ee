"""`aarshjul token`: made once and shown once, listed without itself, ended."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import main
from cli.installation import open_installation
from cycle.access.roles import Role, TokenScope
from cycle.access.tokens import PREFIX, read_token
from cycle.store import reading

Act = Callable[..., tuple[int, str, str]]


@pytest.fixture
def act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Act:
    """Runs a command beside a municipality with one account of the secretariat."""
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    for name in ("AARSHJUL_DATABASE_URL", "AARSHJUL_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "units.csv").write_text("unit_id;parent_id;name;kind;area\nK;;Kommunen;kommune;\n", "utf-8")
    (tmp_path / "pw").write_text("et langt nok kodeord\n", "utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main.run(arguments[0], arguments[1:])
        said = capsys.readouterr()
        return status, said.out, said.err

    assert run("import", "units", "units.csv")[0] == 0
    user = ("esdh@k.example", "--name", "ESDH", "--role", "secretariat", "--password-file", "pw")
    assert run("user", "add", *user)[0] == 0
    return run


def opens(token: str) -> bool:
    with reading(open_installation().engine) as session:
        found = read_token(session, token, TokenScope.CASES, now=datetime.now(UTC))
    return found is not None and found.roles == {Role.SECRETARIAT}


def test_a_token_is_shown_once_listed_without_itself_and_ended(act: Act) -> None:
    status, out, err = act("token", "add", "esdh@k.example", "--name", "SBSYS", "--days", "30")
    token = out.strip()
    assert (status, err) == (0, "") and token.startswith(PREFIX) and opens(token)
    out = act("token", "list")[1]
    assert out.startswith("SBSYS  esdh@k.example  cases  gælder til ") and token not in out
    (told,) = json.loads(act("token", "list", "--json")[1])
    assert told["name"] == "SBSYS" and told["revoked_at"] is None and token not in str(told)
    assert act("token", "revoke", "SBSYS")[:2] == (0, "»SBSYS« er lukket.\n") and not opens(token)
    assert act("token", "revoke", "SBSYS")[0] == 0, "again is once"
    assert "lukket" in act("token", "list")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nn@k.example", "--name", "X"), "Der er ingen konto for nn@k.example."),
        (("add", "esdh@k.example", "--name", " "), "Navnet mangler"),
        (("add", "esdh@k.example", "--name", "X", "--days", "9000"), "Et token kan gælde 1-730 dage."),
        (("revoke", "X"), "Der er intet token, der hedder »X«."),
    ],
)
def test_what_cannot_be_made_or_ended_is_told(act: Act, words: tuple[str, ...], said: str) -> None:
    status, out, err = act("token", *words)
    assert status == 1 and out == "" and said in err


def test_two_tokens_have_two_names(act: Act) -> None:
    assert act("token", "add", "esdh@k.example", "--name", "SBSYS")[0] == 0
    status, _, err = act("token", "add", "esdh@k.example", "--name", "SBSYS")
    assert status == 1 and "»SBSYS« findes allerede." in err
