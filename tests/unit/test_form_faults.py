"""A fault of a form, of the goals or of the strategy is told with its line and its cure."""

from pathlib import Path

import pytest

from config.goals_file import load_goals
from config.strategy_file import load_strategy
from cycle.goals.tables import GoalLevel
from tests.support.plan_folder import (
    FORM,
    faults,
    make_folder,
    write,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def test_a_form_with_a_fault_is_not_also_called_missing(folder: Path) -> None:
    write(folder, "forms/skema.yaml", FORM.replace("label: Svar", "labl: Svar"))
    assert all(fault.startswith("forms/skema.yaml:4: ") for fault in faults(folder))


FIELD = "  - {id: svar, type: text, label: Svar}\n"


@pytest.mark.parametrize(
    ("fields", "line", "expected"),
    [
        ("[]", 3, "Skemaet har ingen felter."),
        ("\n  - {id: a, type: tal, label: A}\n", 4, "type: »tal« kan ikke bruges her."),
        (f"\n{FIELD}{FIELD}", 5, "Der er to af id »svar« (felt)."),
        ("\n  - {id: a, type: choice, label: A}\n", 4, "Feltet »a« har ikke to valgmuligheder."),
        (
            "\n  - id: a\n    type: choice\n    label: A\n    choices:\n"
            "      - {value: x, label: X}\n      - {value: x, label: Y}\n",
            9,
            "»x« står der to gange.",
        ),
        (
            "\n  - id: a\n    type: choice\n    label: A\n    choices_from: given_goals\n    choices:\n"
            "      - {value: x, label: X}\n      - {value: y, label: Y}\n",
            7,
            "»choices« og »choices_from« i »a« udelukker hinanden.",
        ),
        (
            "\n  - {id: a, type: text, label: A, choices_from: given_goals}\n",
            4,
            "»choices_from« kan kun bruges, når type er »choice«.",
        ),
        (
            "\n  - {id: a, type: text, label: A, unit: dage}\n",
            4,
            "»unit« kan kun bruges, når type er »number«.",
        ),
        ("\n  - {id: a, type: date, label: A, minimum: 1}\n", 4, "»minimum« kan kun bruges, når type er"),
        ("\n  - {id: a, type: number, label: A, minimum: 2, maximum: 1}\n", 4, "Feltet »a« har minimum over"),
        ("\n  - {id: a, type: number, label: A, minimum: lidt}\n", 4, "minimum: »lidt« er ikke et tal."),
        ("\n  - {id: a, type: text, label: A, max_length: 99999}\n", 4, "max_length: »99999« er uden for"),
        ("\n  - {id: a, type: repeat, label: A, rows_from: goals}\n", 4, "Gruppen »a« har ingen felter."),
        (
            "\n  - id: a\n    type: repeat\n    label: A\n    fields:\n"
            "      - {id: b, type: text, label: B}\n",
            4,
            "Gruppen »a« skal have enten »rows« eller »rows_from«.",
        ),
        (
            "\n  - id: a\n    type: repeat\n    label: A\n    rows_from: x\n    fields:\n"
            "      - {id: b, type: repeat, label: B, rows_from: x}\n",
            9,
            "En gentaget gruppe kan ikke ligge i en anden.",
        ),
        (
            f"\n{FIELD}  - {{id: b, type: text, label: B, only_when: svar}}\n",
            5,
            "»svar« er ikke en betingelse.",
        ),
        (
            f"\n{FIELD}  - {{id: b, type: text, label: B, only_when: savr=1}}\n",
            5,
            "Feltet »savr« står ikke over »b«",
        ),
        (
            f"\n{FIELD}  - {{id: b, type: text, label: B, only_when: svar=1}}\n",
            5,
            "Feltet »svar« kan ikke have",
        ),
        (
            "\n  - {id: t, type: traffic_light, label: T}\n"
            "  - {id: b, type: text, label: B, only_when: t=blå}\n",
            5,
            "Feltet »t« kan ikke have svaret »blå«. Skriv »grøn«, »gul« eller »rød«.",
        ),
    ],
)
def test_a_fault_of_a_form_names_its_line(folder: Path, fields: str, line: int, expected: str) -> None:
    write(folder, "forms/skema.yaml", f"id: skema\ntitle: Skema\nfields: {fields}".replace(": \n", ":\n"))
    found = faults(folder)
    assert any(fault.startswith(f"forms/skema.yaml:{line}: {expected}") for fault in found), found


GOALS = """\
years: [2027]
common:
  - {code: A, title: Sygefravær}
areas:
  Skoler:
    - {code: D, title: Timer}
"""


def test_goals_load_at_two_levels(folder: Path) -> None:
    write(folder, "goals.yaml", GOALS)
    goals = load_goals(folder)
    assert goals.years == (2027,)
    assert [(g.level, g.code, g.area) for g in goals.texts()] == [
        (GoalLevel.COMMON, "A", ""),
        (GoalLevel.AREA, "D", "Skoler"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("code: D", "code: A", "goals.yaml:6: Bogstavet »A« er brugt to gange."),
        ("Skoler", "Skole", "goals.yaml:5: Området »Skole« findes ikke i units.csv. Mente du »Skoler«?"),
        ("title: Timer", "titel: Timer", "goals.yaml:6: Nøglen »titel« kendes ikke her. Mente du »title«?"),
        ("code: D", "code: d", "goals.yaml:6: code: »d« kan ikke bruges som id."),
        ("[2027]", "[]", "goals.yaml:1: years: Værdien er for kort."),
        ("[2027]", "[27]", "goals.yaml:1: years: »27« er uden for det tilladte."),
    ],
)
def test_a_fault_of_the_goals_names_its_line(folder: Path, old: str, new: str, expected: str) -> None:
    text = (
        "years: [2027]\ncommon:\n  - {code: A, title: S}\nareas:\n  Skoler:\n    - {code: D, title: Timer}\n"
    )
    assert old in text
    write(folder, "goals.yaml", text.replace(old, new))
    assert any(fault.startswith(expected) for fault in faults(folder, load_goals)), faults(folder, load_goals)


def test_a_fault_of_the_strategy_names_its_line(folder: Path) -> None:
    write(folder, "strategy.yaml", "id: s\ntitle: S\nthemes:\n  - {titel: T}\n")
    assert faults(folder, load_strategy)[0].startswith("strategy.yaml:4: Nøglen »title« mangler.")
