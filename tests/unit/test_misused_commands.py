"""A mistyped command is told in Danish what is wrong, and in English to whoever asks for it."""

import pytest

from cli.main import COMMANDS, run
from cli.usage import in_danish


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cycle revise 2027 --plan x", "Tilvalget --why mangler."),
        ("cycle revise", "Argumentet "),
        ("cycle revise 2027 --plan", "Tilvalget --plan skal have en værdi."),
        ("cycle cancel 1 2 --why x", "Der står for meget: 2."),
        ("cycle revis", "Kommandoen revis findes ikke. Mente du revise?"),
        ("cycle show --jsno", "Tilvalget --jsno findes ikke. Mente du --json?"),
        ("plan check x --year 1999", "--year: Tallet skal være mindst 2000."),
        ("plan check x --year 2101", "--year: Tallet skal være højst 2100."),
        ("plan check x --year a", "--year: Skriv et helt tal."),
        ("simulate --plan x --year 2027 --format pdf", "--format: »pdf« kendes ikke. Vælg 'text', 'html'"),
        ("user add a --name b --role leader", "--role: »leader« kendes ikke. Vælg 'superior', 'secretariat'"),
    ],
)
def test_wrong_usage_is_told_in_danish_and_in_english(
    command: str, expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AARSHJUL_LANGUAGE", raising=False)
    name, *arguments = command.split()
    assert run(name, arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"Fejl: {expected}"), said.err
    assert "\n`aarshjul " in said.err and " --help` viser" in said.err
    assert "\nBrug: aarshjul " in said.err or command.endswith("--plan")
    assert not any(
        word in said.err for word in ("Usage", "OPTIONS", "COMMAND", "Error", "Invalid", "Missing")
    )
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    assert run(name, arguments) == 2
    assert capsys.readouterr().err.startswith("Error: ")


def test_a_sentence_that_is_not_known_stays_as_it_is() -> None:
    assert in_danish("Something new.") == "Something new."


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_shown_and_offers_no_completion(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, ["--help"]) == 0
    said = capsys.readouterr().out
    assert "--help" in said and "completion" not in said
