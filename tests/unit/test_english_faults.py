"""What a plan, a calendar, a setting or a year's start says is wrong has English beside the Danish."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import run
from config.english import TEMPLATES, in_english, problem_in_english
from cycle.errors import Problem

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "config").glob("*.py")),
    *sorted((ROOT / "cycle" / "plan").glob("*.py")),
    ROOT / "cycle" / "goals" / "frame_import.py",
    ROOT / "cycle" / "tasks" / "cycles.py",
    ROOT / "cycle" / "tasks" / "measures.py",
    ROOT / "cycle" / "tasks" / "revise.py",
    ROOT / "cycle" / "reminders" / "wording.py",
    ROOT / "cycle" / "messages" / "claiming.py",
    ROOT / "cycle" / "messages" / "outcomes.py",
    ROOT / "cycle" / "messages" / "outbox.py",
    ROOT / "cycle" / "messages" / "resending.py",
    ROOT / "notifications" / "bounces.py",
    ROOT / "notifications" / "smtp.py",
    ROOT / "notifications" / "remark_letters.py",
    ROOT / "notifications" / "wish_letters.py",
    ROOT / "cycle" / "tasks" / "wishes.py",
    ROOT / "cycle" / "tasks" / "wish_decisions.py",
    ROOT / "notifications" / "samples.py",
]
NAMES = ("what", "cure", "what_is_wrong")
ENGLISH = {
    "english_files.py",
    "english_dates.py",
    "english_year.py",
    "english_frames.py",
    "english_inbox.py",
    "english_ledger.py",
    "english_mail.py",
    "english_pages.py",
    "english_people.py",
    "english_sent.py",
}
NO_FAULTS = {*ENGLISH, "key_guide.py", "goal_guide.py", "schema.py"}
COMPOSED = {"Nøglen »{}« mangler{}.", "Tilføj »{}: …«{}.", "{} {} {}, men {}{} {}.", "{}{}"}
"""Made of parts; how they read is tested below."""


def sentences(path: Path) -> Iterator[str]:
    """Every text of the module that reads as a sentence, with {} where a value stands; no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            inside.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        text = text.replace("{{}}", "{}")
        if re.search(r"[a-zæøå]{2}.*[.?]$", text) and " " in text and re.search(r"^[A-ZÆØÅ»{]", text):
            yield text


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name not in NO_FAULTS], ids=lambda p: p.name)
def test_every_danish_sentence_has_an_english_one(path: Path) -> None:
    settings = path.name.endswith("settings.py")  # its descriptions are English, for the docs
    danish = {text for text in sentences(path) if not settings or re.search("[æøåÆØÅ»]", text)}
    assert sorted(text for text in danish - COMPOSED if text not in TEMPLATES) == []


def told(path: Path) -> Iterator[str]:
    """Every text that the module makes a problem of, as its argument or by the names `what` and `cure`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
            yield from (text for argument in node.args[1:] for text in _texts(argument))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMES:
            yield from _texts(node.value)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (text for branch in (node.body, node.orelse) for text in _texts(branch))
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    elif isinstance(node, ast.Constant) and node.value:
        yield str(node.value)


def test_whatever_a_page_or_an_account_refuses_is_refused_in_english_too() -> None:
    paths = [path for room in ("cycle", "web") for path in sorted((ROOT / room).rglob("*.py"))]
    found = {(path.name, text) for path in paths for text in told(path)}
    assert len(found) > 100, "the catalogue is read"
    whole = {(name, text) for name, text in found if text.endswith(".") and text not in COMPOSED}
    assert sorted((name, text) for name, text in whole if text not in TEMPLATES) == []


def test_english_has_as_many_places_as_danish_and_no_danish_letters() -> None:
    for danish, english in TEMPLATES.items():
        places = danish.count("{}")
        filled = english.format(*(f"<{n}>" for n in range(places)))
        assert danish == "Tilføj »{}: …« ({})." or all(f"<{n}>" in filled for n in range(places)), danish
        assert not re.search("[æøåÆØÅ»«]", english.replace("nærmeste", "").replace("Århus", "")), english


@pytest.mark.parametrize(
    ("danish", "english"),
    [
        ("Nøglen »activities« mangler.", "The key “activities” is missing."),
        ("Nøglen »due« mangler i »felt«.", "The key “due” is missing in “felt”."),
        ("Tilføj »due: …« (Fristen).", "Add “due: …”."),
        ("offset: »x« er ikke et helt tal.", "offset: “x” is not a whole number."),
        ("Skriv et helt tal, fx 5.", "Write a whole number, 5, say."),
        ("Skriv »a«, »b« eller »c«.", "Write “a”, “b” or “c”."),
        (
            "Trinnet y har frist 5. maj 2027, men trinnet x har først frist 10. maj 2027.",
            "The stage y is due on 5 May 2027, but the stage x is due only on 10 May 2027.",
        ),
        (
            "Aktiviteten lukker 4. maj 2027, men har først frist 5. maj 2027.",
            "The activity closes on 4 May 2027, but is due only on 5 May 2027.",
        ),
        ("»20. aprill« kan ikke læses som en dato.", "“20. aprill” cannot be read as a date."),
        ("Teksten er for lang: højst 20.000 tegn.", "The text is too long: at most 20,000 characters."),
        (
            "Det er 2.345 dokumenter. Der kan udleveres 2.000 ad gangen.",
            "There are 2,345 documents. 2,000 can be handed out at once.",
        ),
        ("Noget, ingen har sagt før", "Noget, ingen har sagt før"),
    ],
)
def test_what_stands_between_the_fixed_words_is_carried_over(danish: str, english: str) -> None:
    assert in_english(danish) == english


def test_a_place_in_a_file_is_named_in_english() -> None:
    assert problem_in_english(Problem("m.csv, række 7", "Mødets dato mangler.")).where == "m.csv, row 7"
    assert problem_in_english(Problem("rækkehus.yaml:3", "x")).where == "rækkehus.yaml:3"


def test_plan_check_speaks_english(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wheel.yaml").write_text("kind: wheel\ntitel: x\n", encoding="utf-8")
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    assert run("plan", ["check", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "wheel.yaml:2: The key “titel” is not known here. Did you mean “title”?" in told
    assert "wheel.yaml:1: The key “activities” is missing. Add “activities: …”." in told
    assert not re.search("[æøå»]", told)
