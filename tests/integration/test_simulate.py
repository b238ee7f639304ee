"""`aarshjul simulate`: a year on paper. What it warns of, how it is written, how it fails."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.main import run
from cli.municipality import Folder
from cli.simulate_command import as_csv, as_html, as_json_text, as_text
from cli.simulation import Options, simulate
from cli.simulation_report import Report
from tests.support.small_copenhagen import TWO_UNITS, WITHOUT_ADDRESS, cut

REPOSITORY = Path(__file__).parents[2]
NASTY = '=HYPERLINK("https://ond.example";"Rapport") <script>alert(1)</script>'
UNITS = ("101019", "101012", "G26265", "281474", "G23188", "101212", "KBH-C3")
LEFT_OUT = (
    "budgetseminar",
    "styringsrammer-godkendelse",
    "strategirevision",
    "strategirevision-forberedelse",
    "udviklingsaftaler",
    "regnskab",
    "kvartalsrapport-2",
    "kvartalsrapport-3",
    "styringsrammer-afrapportering",
)
FLAT = """\
unit_id;municipality;name;kind
280319;Aabenraa;Kongehøjskolen;skole
G10001;Aabenraa;Børnehuset Åen;daginstitution
101019;Ærø;Øskolen;skole
G10002;Ærø;Fritidsklubben;klub
"""
OFF_LINE = """
import sys
def heard(event, _arguments):
    assert event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo"), event
sys.addaudithook(heard)
from cli.main import run
status = run("simulate", sys.argv[1:])
assert not [name for name in sys.modules if name.partition(".")[0] == "prefect"]
sys.exit(status)
"""


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven units: two posts without anyone, a deadline on a Saturday, a title that runs."""
    town = cut(tmp_path_factory.mktemp("simulate") / "by", UNITS, without=LEFT_OUT)
    rewrite(town / "wheel.yaml", "title: Kvartalsrapport 1\n", f"title: '{NASTY}'\n")
    rewrite(town / "wheel.yaml", "due: {date: 26. februar,", "due: {date: 27. februar,")
    leaders = (town / "leaders.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in leaders if not line.startswith(("101212;", "KBH-BU;"))]
    (town / "leaders.csv").write_text("".join([*kept, "KBH-BU;direktør;;;;\n"]), encoding="utf-8")
    return town


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return simulate(Options(Folder.at(folder), 2027, most_deadlines_a_week=1))


def failing(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What a run that fails says, with nothing on stdout."""
    status = run("simulate", [*options])
    captured = capsys.readouterr()
    assert status != 0 and captured.out == ""
    return captured.err


def test_every_month_says_what_opens_what_is_due_and_who_hears_of_it(report: Report) -> None:
    months = {month.month: month for month in report.months}
    assert months["2027-02"].opens == months["2027-02"].due == ("Budgetudmelding (2028)",)
    assert months["2027-09"].due == ("Resultatsamtaler/MUS (2027)",)
    assert 0 < months["2027-09"].people <= months["2027-09"].mails
    assert sum(month.mails for month in report.months) == report.mails > 50
    assert report.tasks > report.answers == report.answers_to_acts > 10
    text = as_text(report)
    assert "\nseptember 2027: " in text and "    åbner  Resultatsamtaler/MUS (2027)\n" in text


def test_it_warns_of_moved_dates_crowded_weeks_vacant_posts_and_missing_addresses(report: Report) -> None:
    warnings = "\n".join(report.warnings)
    assert "Budgetudmelding: Frist: udledt, flyttet fra lørdag 27. februar 2027 til" in warnings
    assert f"{TWO_UNITS} har 2 frister i uge 8 2027" in report.warnings
    assert any("Ungdomsskole" in line and line.endswith("Øjvind Egelund") for line in report.warnings)
    assert "Posten direktør, Børn og unge, er ledig: mails går til Torben Mosevang" in report.warnings
    assert f"{WITHOUT_ADDRESS} har ingen mailadresse" in report.warnings
    assert as_text(report).count("\n  ! ") == len(report.warnings)


def test_a_limit_that_nobody_passes_warns_of_nobody_and_without_answers_there_are_more_mails(
    folder: Path, report: Report
) -> None:
    silent = simulate(Options(Folder.at(folder), 2027, answers=False))
    assert not any("frister i uge" in line for line in silent.warnings)
    assert silent.answers == 0 and silent.mails > report.mails


def test_english_is_a_choice(folder: Path, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    text, page = as_text(report), as_html(report)
    assert "Busiest day: " in text and "\nSeptember 2027: " in text and "Look out for:" in text
    assert "    opens  Resultatsamtaler/MUS (2027)\n" in text and "åbner" not in text
    assert "<html lang=en>" in page and "<th scope=col>Month" in page and "The answers are invented." in page
    warned = simulate(Options(Folder.at(folder), 2027, most_deadlines_a_week=1)).warnings
    assert f"{WITHOUT_ADDRESS} has no e-mail address" in warned
    assert f"{TWO_UNITS} has 2 deadlines in week 8 of 2027" in warned
    assert "The post direktør, Børn og unge, is vacant: mails go to Torben Mosevang" in warned


def test_json_is_the_whole_report(report: Report) -> None:
    told = json.loads(as_json_text(report))
    assert told == json.loads(json.dumps(asdict(report)))
    april = next(month for month in told["months"] if month["month"] == "2027-04")
    assert april["opens"] == april["due"] == [f"{NASTY} (2027)"]


def test_csv_opens_in_a_danish_excel_and_no_title_in_it_runs(report: Report) -> None:
    text = as_csv(report)
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Måned", "Mails", "Personer", "Åbner", "Frist", "Vær opmærksom på"]
    months, warnings = rows[1 : 1 + len(report.months)], rows[1 + len(report.months) :]
    assert [row[0] for row in months] == [month.month for month in report.months]
    assert [int(row[1]) for row in months] == [month.mails for month in report.months]
    assert [row[5] for row in months] == [""] * len(months)
    assert [row[5] for row in warnings] == list(report.warnings) and not any(row[0] for row in warnings)
    cells = [cell for row in rows for cell in row]
    assert f"'{NASTY} (2027)" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)


class Page(HTMLParser):
    """What a browser would make of it: every element that must be closed is, in order."""

    OPEN_ENDED = frozenset({"html", "meta", "th", "tr", "td"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in self.OPEN_ENDED:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.OPEN_ENDED:
            assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_whole_and_shows_what_was_written_as_text(report: Report) -> None:
    text = as_html(report)
    page = Page(text)
    assert text.startswith("<!doctype html><html lang=da><meta charset=utf-8><title>")
    assert "script" not in page.seen and f"{NASTY} (2027)" in page.words
    assert page.seen.count("tr") == 1 + len(report.months)
    assert set(report.warnings) <= set(page.words)


def test_a_flat_list_of_the_country_is_simulated_off_line_and_without_prefect(
    tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "units.csv").write_text(FLAT, encoding="utf-8")
    command = [sys.executable, "-c", OFF_LINE, "--plan", str(folder), "--year", "2027", "--json"]
    done = subprocess.run(
        [*command, "--units", str(tmp_path / "units.csv")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["units"] == 4, "neither the two municipalities nor the root above them is in the file"
    assert told["tasks"] > 8 and told["answers"] > 0 and told["mails"] > told["tasks"]
    assert not [line for line in told["warnings"] if "mailadresse" in line or "Ingen har" in line]


OWN_TOWN = """\
unit_id;parent_id;name;kind;area
KBH;;Byen;kommune;
A1;KBH;Akademiet;akademi;
"""


def test_a_plan_is_checked_against_the_units_and_leaders_that_are_given(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = cut(tmp_path / "by", UNITS, without=(*LEFT_OUT, "budgetudmelding", "kvartalsrapport-1"))
    wheel = (town / "wheel.yaml").read_text(encoding="utf-8")
    head = wheel.partition("activities:")[0]
    only = (
        "activities:\n  - id: rapport\n    title: Rapport\n    flow: report\n"
        "    window: {opens: 1. april, due: 20. april}\n"
        "    audience: {kinds: [akademi]}\n    form: kvartalsrapport\n"
    )
    (town / "wheel.yaml").write_text(head + only, encoding="utf-8")
    for name in (town / "texts").glob("*.yaml"):
        name.unlink()
    (tmp_path / "x.csv").write_text(OWN_TOWN, encoding="utf-8")
    given = ("--plan", str(town), "--year", "2027", "--units", str(tmp_path / "x.csv"))
    assert "Arten »akademi« findes ikke i units.csv" in failing(capsys, *given[:4])
    assert run("simulate", [*given]) == 0
    assert ": 2 enheder, 1 opgaver" in capsys.readouterr().out
    (tmp_path / "x.csv").write_text(OWN_TOWN.replace("akademi;", "akademier;"), encoding="utf-8")
    told = failing(capsys, *given)
    assert "Arten »akademi« findes ikke i x.csv. Mente du »akademier«?" in told and "wheel.yaml:" in told
    (tmp_path / "x.csv").write_text(OWN_TOWN.replace("KBH;", "ANDEN;"), encoding="utf-8")
    assert run("simulate", [*given]) == 0, "a bare list under another root"
    capsys.readouterr()
    (tmp_path / "x.csv").write_text("unit_id;municipality;name;kind\nS;Ærø;Skolen;skole\n", encoding="utf-8")
    assert "x.csv: Ingen får en opgave: ingen af enhederne i x.csv passer" in failing(capsys, *given)


def test_an_activity_that_fits_no_unit_is_warned_of(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "units.csv").write_text(FLAT, encoding="utf-8")
    told = simulate(Options(Folder(folder, tmp_path / "units.csv"), 2027))
    assert any("Børn og unge" not in line and "ingen enhed passer" in line for line in told.warnings)


def test_what_cannot_be_simulated_is_told_on_stderr_with_a_status(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--plan", str(folder), "--year", "2027")
    assert "wheel.yaml" in failing(capsys, "--plan", str(tmp_path), "--year", "2027")
    assert "mangler.csv: Filen kan ikke læses" in failing(capsys, *here, "--units", "mangler.csv")
    assert "by: Filen kan ikke læses" in failing(capsys, *here, "--leaders", str(folder))
    (tmp_path / "forkert.csv").write_text("navn;art\nSkolen;skole\n", encoding="utf-8")
    assert "forkert.csv" in failing(capsys, *here, "--units", str(tmp_path / "forkert.csv"))
    (tmp_path / "ledere.csv").write_text("enhed;navn;mail\n999999;Ida;ida@by.example\n", encoding="utf-8")
    told = failing(capsys, *here, "--leaders", str(tmp_path / "ledere.csv"))
    assert "ledere.csv" in told and "999999" in told
    for wrong in (("--year", "0"), ("--year", "99999"), ("--most-deadlines", "0"), ("--format", "pdf")):
        assert "\nBrug: " in failing(capsys, *here, *wrong)


def test_bad_input_is_an_object_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulate", ["--plan", str(tmp_path), "--year", "2027", "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["kind"] == "PlanInvalid" and captured.err.startswith("Fejl:")


SCHOOL = "unit_id;parent_id;name;kind;area\nKBH;;Byen;kommune;\nS1;KBH;Havneskolen;skole;\n"
HANDED_OVER = """\
unit_id;role;name;email;valid_from;valid_to
S1;leder;Ida Eg;ida@by.example;2026-08-01;2027-04-09
S1;leder;Ole Ny;ole@by.example;2027-04-10;
"""


def test_whoever_takes_a_post_over_is_told_of_what_is_open_as_in_the_engine(
    tmp_path: Path, folder: Path
) -> None:
    town = cut(tmp_path / "by", UNITS, without=(*LEFT_OUT, "budgetudmelding", "kvartalsrapport-1"))
    head = (town / "wheel.yaml").read_text(encoding="utf-8").partition("activities:")[0]
    only = (
        "activities:\n  - id: rapport\n    title: Rapport\n    flow: report\n"
        "    window: {opens: 1. april, due: 30. juni}\n"
        "    audience: {kinds: [skole]}\n    form: kvartalsrapport\n"
    )
    (town / "wheel.yaml").write_text(head + only, encoding="utf-8")
    for name in (town / "texts").glob("*.yaml"):
        name.unlink()
    units, leaders = tmp_path / "units.csv", tmp_path / "leaders.csv"
    units.write_text(SCHOOL, encoding="utf-8")
    leaders.write_text(HANDED_OVER, encoding="utf-8")
    told = simulate(Options(Folder(town, units, leaders), 2027, answers=False))
    mails = {month.month: (month.mails, month.people) for month in told.months}
    assert mails["2027-04"] == (2, 2), "the opening to Ida Eg, and on Monday the 12th the open task to Ole Ny"
    assert mails["2027-06"][1] == 1, "reminders go to the new one alone"
