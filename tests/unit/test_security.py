"""The table of ASVS: no requirement is left out, and whatever is said to show one exists."""

import re
from collections import Counter

from tests.support.documents import ROOT, section

DOCUMENT = (ROOT / "docs" / "security.md").read_text()
REQUIRED = (ROOT / "tests" / "corpora" / "asvs" / "levels-1-and-2.txt").read_text().split()
ROW = re.compile(r"^\| ([\d., ]+) \| ([\w ]+) \| (.+) \| (.*) \|$", re.MULTILINE)
ROWS = ROW.findall(section(DOCUMENT, "The requirements"))


def test_every_requirement_of_levels_1_and_2_stands_in_the_table_once() -> None:
    told = Counter(number for numbers, *_ in ROWS for number in numbers.split(", "))
    assert len(REQUIRED) == 70 + 183
    assert set(told) == set(REQUIRED) and not [number for number, times in told.items() if times > 1]


def test_every_test_that_is_named_exists() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    tests = set(re.findall(r"^(?:async )?def (test_\w+)", sources, re.MULTILINE))
    named = {name for *_, shown in ROWS for name in re.findall(r"`(test_\w+)`", shown)}
    assert len(named) > 50 and named <= tests


def test_what_is_met_is_shown_and_what_is_not_has_a_reason() -> None:
    for numbers, verdict, how, shown in ROWS:
        assert verdict in ("met", "deviation", "not here"), numbers
        if verdict == "met":
            assert shown or "`make check`" in how, numbers
        assert len(how) > 15, numbers
