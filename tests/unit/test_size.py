"""The product's modules and functions are as small as CONTRIBUTING says."""

import ast
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
ROOMS = ("cli", "flows", "web", "documents", "notifications", "config", "cycle")
MODULE, BODY = 300, 30


def modules() -> list[Path]:
    found = [file for room in ROOMS for file in (REPOSITORY / room).rglob("*.py")]
    return [file for file in found if file.parent.name != "versions"]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    has_docstring = ast.get_docstring(function, clean=False) is not None
    body = function.body[1:] if has_docstring else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_module_of_the_product_is_longer_than_it_may_be() -> None:
    assert len(modules()) > 150
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}
    assert {file: count for file, count in lines.items() if count > MODULE} == {}


def test_no_functions_body_is_longer_than_it_may_be() -> None:
    too_long = []
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > BODY:
                too_long.append((file.name, node.name, body_lines(node)))
    assert too_long == []


def test_the_text_says_the_same() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"at most {MODULE} lines" in text and f"at most {BODY} (aim" in text
