"""A preparation in the files: when it is erased, and what is refused so that nothing of it gets out."""

from datetime import date
from pathlib import Path

import pytest

from config.loader import load_plan
from tests.support.plan_folder import faults, loaded, make_folder, wheel, write

DIALOGUE = ("flow: report", "flow: results_dialogue")
PRIVATE = """\
id: privat
title: Privat
confidential: parties
fields:
  - {id: ord, type: long_text, label: Ord, required: false}
"""
PREPARED = "form: skema\n    preparation: {form: privat, erased: 4 uger efter lukningen}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = make_folder(tmp_path)
    write(found, "forms/privat.yaml", PRIVATE)
    return found


def test_the_day_it_is_erased_is_a_date_like_any_other(folder: Path) -> None:
    found = loaded(folder, wheel(DIALOGUE, ("form: skema", PREPARED)))
    dates = found.resolve(2027)["rapport"]
    assert (dates.closes_on, dates.erased_on) == (date(2027, 4, 27), date(2027, 5, 25))
    assert found.forms["privat"].confidential == "parties"
    printed = PREPARED.replace(
        "4 uger efter lukningen", "{date: ultimo november, confidence: inferred, printed: Efterår}"
    )
    dates = loaded(folder, wheel(DIALOGUE, ("form: skema", printed))).resolve(2027)["rapport"]
    assert dates.erased_on == date(2027, 11, 30)
    assert dates.notes == ("Forberedelser slettes: udledt, trykt som »Efterår«",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            [("form: skema", PREPARED)],
            "wheel.yaml:12: »preparation« kan ikke bruges i »rapport«. Brug den i flow results_dialogue.",
        ),
        (
            [DIALOGUE, ("form: skema", PREPARED.replace("privat", "skema"))],
            "wheel.yaml:12: Skemaet »skema« er ikke kun for en samtales to parter. "
            "Skriv »confidential: parties« i skemaet.",
        ),
        (
            [DIALOGUE, ("form: skema", PREPARED.replace("privat", "pivat"))],
            "wheel.yaml:12: Skemaet »pivat« findes ikke i mappen forms. Mente du »privat«?",
        ),
        (
            [DIALOGUE, ("form: skema", "form: privat")],
            "wheel.yaml:11: Skemaet »privat« er kun for en samtales to parter. "
            "Brug det under »preparation«, eller slet »confidential« i skemaet.",
        ),
        (
            [DIALOGUE, ("form: skema", PREPARED.replace("4 uger efter", "2 dage før"))],
            "wheel.yaml:12: Aktiviteten sletter forberedelser 25. april 2027, men lukker først "
            "27. april 2027. "
            "Ret en af datoerne, eller skriv årstal.",
        ),
        (
            [DIALOGUE, ("form: skema", PREPARED.replace("4 uger efter lukningen", "engang"))],
            "wheel.yaml:12: »engang« kan ikke læses som en dato.",
        ),
        (
            [DIALOGUE, ("form: skema", PREPARED.replace(", erased: 4 uger efter lukningen", ""))],
            "wheel.yaml:12: Nøglen »erased« mangler i »rapport«. "
            "Tilføj »erased: …« (Den dag, alt det skrevne slettes).",
        ),
    ],
)
def test_what_would_let_it_out_is_refused_at_its_line(
    folder: Path, changes: list[tuple[str, str]], told: str
) -> None:
    write(folder, "wheel.yaml", wheel(*changes))

    found = faults(folder, lambda path: load_plan(path).resolve(2027))
    assert found[0].startswith(told) and len(found) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{id: f, type: file, label: Fil}", "Filer kan ikke vedhæftes"),
        (
            "{id: f, type: repeat, label: R, rows_from: goals, fields: [{id: a, type: text, label: A}]}",
            "Gentagne",
        ),
        ("{id: f, type: text, label: T, same_as_last: true}", "»same_as_last« kan ikke bruges"),
    ],
)
def test_its_form_asks_for_nothing_that_is_kept_elsewhere(folder: Path, line: str, told: str) -> None:
    write(folder, "forms/privat.yaml", f"{PRIVATE}  - {line}\n")
    (found,) = faults(folder)
    assert found.startswith("forms/privat.yaml:6: ") and told in found


def test_its_form_offers_no_nothing_to_report(folder: Path) -> None:
    write(folder, "forms/privat.yaml", PRIVATE.replace("fields:", "nil_allowed: true\nfields:"))
    (found,) = faults(folder)
    assert found.startswith("forms/privat.yaml:4: »nil_allowed« kan ikke bruges")
