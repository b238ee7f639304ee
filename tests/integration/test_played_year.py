"""`demo --play-year` in a small town: the same code, real SMTP, and figures that tell when mail is lost."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cli.demo.command import Options, run
from notifications.local_server import CUT, Hook, Stage
from tests.support.mail_server import answer
from tests.support.small_copenhagen import cut

UNITS = ("101019", "101012", "281474", "G23143", "G26265", "G23188", "101212", "KBH-C3")
SMALL = (
    "budgetseminar",
    "styringsrammer-godkendelse",
    "kvartalsrapport-2",
    "kvartalsrapport-3",
    "resultatsamtaler",
    "styringsrammer-afrapportering",
)
"""What is left out, so that each of the four great flows and the accounts are there."""

ACCOUNTS_ALONE = (*SMALL, "budgetudmelding", "strategirevision", "udviklingsaftaler", "kvartalsrapport-1")


@pytest.fixture
def play(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Plays a year; gives its status, its figures and what was said on stderr."""

    def played(without: Iterable[str], hook: Hook | None = None) -> tuple[int, dict[str, Any], str]:
        town = cut(tmp_path / "by", UNITS, without=without)
        options = Options(play_year=True, leave=True, as_json=True, prefect=False, example=town, hook=hook)
        status = run(tmp_path / "demo", options)
        captured = capsys.readouterr()
        return status, json.loads(captured.out), captured.err

    return played


def test_a_year_is_played_and_ledger_outbox_and_mail_server_agree(play) -> None:
    status, figures, said = play(SMALL)
    assert status == 0 and figures["agree"] and not figures["trouble"]
    assert (figures["lost"], figures["double"], figures["unexplained"]) == (0, 0, 0)
    assert figures["mails_received"] == figures["mails_sent"] > 200
    assert figures["mails_decided"] == sum(
        figures[f"mails_{state}"] for state in ("sent", "withheld", "waiting")
    )
    assert 50 < figures["answers"] <= figures["tasks"]
    assert figures["flow_runs"] > 200 and figures["flow_runs_failed"] == figures["flow_runs_in_prefect"] == 0
    assert "12.2026" in said and "02.2028" in said


def test_a_mail_that_the_server_loses_is_told_and_the_year_fails(play) -> None:
    status, figures, said = play(ACCOUNTS_ALONE, answer(Stage.DATA, "250 OK", times=1))
    assert (status, figures["agree"], figures["lost"], figures["double"]) == (1, False, 1, 0)
    assert figures["mails_received"] == figures["mails_sent"] - 1 > 10
    assert "stemmer ikke" in said


def test_a_mail_that_comes_twice_is_told_and_the_year_fails(play) -> None:
    status, figures, said = play(ACCOUNTS_ALONE, answer(Stage.ACCEPTED, CUT, times=1))
    assert (status, figures["agree"], figures["lost"], figures["double"]) == (1, False, 0, 1)
    assert figures["mails_received"] == figures["mails_sent"] + 1 > 10
    assert "stemmer ikke" in said
