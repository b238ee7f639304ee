"""A dozen of Copenhagen's units with everything above them: the example's own folder, cut small.

    folder = cut(tmp_path / "small")            # wheel, forms, goals … whole; units, leaders and budget cut

Among them are a leader of two units, one without an address, one with a substitute, and two posts whose
holder leaves in the middle of 2027.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.support.koebenhavn import FOLDER

UNITS = (
    *("101019", "101020", "101022", "280825", "281474", "101012"),  # schools
    *("G10433", "G23143", "G26265", "G23188"),  # day-care and a club
    *("101212", "KBH-C3"),  # a city-wide institution and a centre
)
PILOT = re.compile(r'    "?([A-Z0-9-]+)"?: \{20\d\d:')
"""A unit that is rolled out by itself: it has to be among the units."""
TWO_UNITS, WITHOUT_ADDRESS = "Bente Havnsø", "Anne Egelund"


def cut(folder: Path, units: Iterable[str] = UNITS, *, without: Iterable[str] = ()) -> Path:
    """The example with these units alone, and its wheel `without` some activities."""
    shutil.copytree(FOLDER, folder)
    for activity in without:
        drop(folder / "wheel.yaml", f"  - id: {activity}\n", "  - id: |  # --")
        drop(folder / "texts" / "aktiviteter.yaml", f"{activity}: ", r"\S")
    kept = with_everything_above(units)
    figures = (f"figures/{file.name}" for file in (FOLDER / "figures").iterdir())
    for name in ("units.csv", "leaders.csv", "budget.csv", *figures):
        lines = (FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True)
        first = next(number for number, line in enumerate(lines) if line.startswith("unit_id;"))
        rows = [line for line in lines[first + 1 :] if line.partition(";")[0] in kept]
        (folder / name).write_text("".join([lines[first], *rows]), encoding="utf-8")
    goals = folder / "goals.yaml"
    lines = goals.read_text(encoding="utf-8").splitlines(keepends=True)
    pilots = [PILOT.match(line) for line in lines]
    told = [line for line, pilot in zip(lines, pilots, strict=True) if not pilot or pilot[1] in kept]
    goals.write_text("".join(told), encoding="utf-8")
    return folder


def drop(file: Path, first: str, following: str) -> None:
    """Takes out the lines from `first` to the next that begins with `following`, if the file has them."""
    text = file.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(first)}.*?(?=^(?:{following})|\Z)", text, re.MULTILINE | re.DOTALL)
    if found:
        file.write_text(text[: found.start()] + text[found.end() :], encoding="utf-8")


def with_everything_above(units: Iterable[str]) -> set[str]:
    """These units and all they lie under."""
    lines = (FOLDER / "units.csv").read_text(encoding="utf-8").splitlines()[1:]
    parents = dict(line.split(";")[:2] for line in lines)
    found: set[str] = set()
    for unit in units:
        while unit:
            found.add(unit)
            unit = parents[unit]
    return found
