"""Every figure that a flow can count has words: the names are read from the flows' own source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.secretariat.counts import (
    ACTIVITY,
    COLLECT,
    COUNTED,
    DELIVER,
    OF_SERVICE,
    ORGANISATION,
    REMIND,
    counter,
)

ROOT = Path(__file__).parents[2]
SOURCES = {
    "flows/remind.py": REMIND,
    "cycle/tasks/reminding.py": REMIND,
    "flows/deliver.py": DELIVER,
    "notifications/desk.py": DELIVER,
    "notifications/delivery.py": DELIVER,
    "flows/collect.py": COLLECT,
    "flows/organisation.py": ORGANISATION,
}
BY_MEMBERS = {"flows/remind.py", "flows/deliver.py", "flows/collect.py", "flows/request.py"}
"""These pass on names that are computed: members of the enums in `COUNTED`, or what the others say."""


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def counting() -> list[tuple[str, ast.Call]]:
    files = [*sorted(Path(ROOT / "flows").glob("*.py")), *(ROOT / name for name in SOURCES)]
    found = {str(file.relative_to(ROOT)): file for file in files}
    made = [(name, call) for name, file in found.items() for call in calls(file, "count")]
    return made + [
        ("cycle/tasks/reminding.py", c) for c in calls(ROOT / "cycle/tasks/reminding.py", "update")
    ]


def test_every_figure_a_flow_names_has_words():
    named = [
        (name, keyword.arg)
        for name, call in counting()
        for keyword in call.keywords
        if keyword.arg is not None
    ]
    named += [
        (name, text.value)
        for name, call in counting()
        for argument in call.args
        for text in ast.walk(argument)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    ]
    assert ("flows/request.py", "opened") in named and ("cycle/tasks/reminding.py", "mails") in named
    assert ("notifications/desk.py", "held_back") in named
    assert [(n, key) for n, key in named if key not in SOURCES.get(n, ACTIVITY)] == []


def test_only_known_flows_count_by_names_that_are_computed():
    computed = {name for name, call in counting() if any(keyword.arg is None for keyword in call.keywords)}
    assert computed == BY_MEMBERS


@pytest.mark.parametrize("kind", COUNTED, ids=lambda kind: kind.__name__)
def test_every_member_that_is_counted_has_words(kind):
    assert set(kind) <= set(COUNTED[kind])


def test_every_word_is_danish_and_english():
    for words in (*OF_SERVICE.values(), ACTIVITY):
        for da, en in words.values():
            assert da and en and "_" not in da + en


def test_figures_are_told_in_order_and_by_what_they_mean_in_their_flow():
    danish, english = counter("da"), counter("en")
    assert danish("remind", {"answered": 57, "tasks": 1240, "sent": 0}) == [
        "opgaver set på: 1.240",
        "uden mail, har svaret: 57",
    ]
    assert danish("quarterly_report", {"answered": 2}) == ["besvaret: 2"]
    assert danish("deliver", {"waiting": 1}) == ["prøves igen: 1"]
    assert english("report", {"new figure": 3, "waiting": 1}) == ["awaiting answer: 1", "new figure: 3"]
