"""The project's documents as tests read them: their tables, links and commands, and what the code says."""

import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from cli.main import COMMANDS
from config.secret_settings import FROM_FILE, PREFIX
from config.settings import Settings
from cycle.gatherings.states import GATHERING_MOVES
from cycle.goals.agreements import AGREEMENT_MOVES
from cycle.tasks.states import TASK_MOVES, Actor

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("cli", "config", "cycle", "documents", "flows", "notifications", "web")
SKIPPED = (".venv", "node_modules", ".git", ".hypothesis", "data", "build", "dist")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\s+#.*$", re.MULTILINE)


def documents() -> list[Path]:
    """Every Markdown file of the project."""
    return sorted(
        path
        for path in ROOT.rglob("*.md")
        if not any(part in SKIPPED for part in path.relative_to(ROOT).parts)
    )


def links(text: str) -> list[str]:
    """The targets of links and pictures that are not addresses on the web."""
    found = re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """What a link may name behind #: the headings in small letters with hyphens."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code(text: str) -> Iterator[str]:
    """Every line of a code block and every piece of code in a sentence, without comments."""
    for block in FENCE.findall(text):
        yield from COMMENT.sub("", block).splitlines()
    rest = FENCE.sub("", text)
    yield from (COMMENT.sub("", line.strip()) for line in re.findall(r"^ {4}(.+)$", rest, re.MULTILINE))
    yield from re.findall(r"`([^`\n]+)`", rest)


def commands(text: str) -> Iterator[list[str]]:
    """The words after `aarshjul` in every piece of code that calls it."""
    for piece in code(text):
        match = re.search(r"(?:^|[/\s])aarshjul ([a-z].*)", piece)
        if match:
            yield match[1].split()


def sentences() -> Iterator[tuple[str, list[str]]]:
    """Every call of `aarshjul` that the product's own sentences name, with the file it stands in."""
    call = re.compile(
        r"(?<!b\")aarshjul ([a-z]+(?![a-z\\])(?: (?:[a-z]+|--[a-z-]+|[A-Z]+|\{\w+\})(?![\w=]))*)"
    )
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".py", ".html", ".yaml"):
                yield from (
                    (str(path.relative_to(ROOT)), found.split()) for found in call.findall(path.read_text())
                )


def unknown_in(words: list[str]) -> list[str]:
    """What a call names that there is not: a command, a subcommand, an option."""
    name, *rest = words
    if name not in COMMANDS:
        return [name]
    command = typer.main.get_command(importlib.import_module(COMMANDS[name].module).app)
    found: list[str] = []
    callables = [command]
    if hasattr(command, "commands"):
        subcommands = rest[0].split("|") if rest and not rest[0].startswith("-") else []
        found += [f"{name} {each}" for each in subcommands if each not in command.commands]
        callables = [command.commands[each] for each in subcommands if each in command.commands]
    options = {word.partition("=")[0] for word in rest if word.startswith("--")}
    known = {
        option for each in callables for one in each.params for option in (*one.opts, *one.secondary_opts)
    }
    return found + sorted(options - known - {"--help"})


def block(text: str, name: str) -> str:
    """The generated table called `name` in a document."""
    match = re.search(rf"<!-- table: {name} -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert match, f"no table called {name}"
    return match[1].rstrip("\n")


def with_block(text: str, name: str, table: str) -> str:
    """The document with that table written anew."""
    start = f"<!-- table: {name} -->\n"
    before, _, after = text.partition(start)
    return f"{before}{start}{table}\n<!-- end -->{after.partition('<!-- end -->')[2]}"


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"no section {heading}"
    return match[1]


def column(text: str, number: int) -> list[str]:
    """The code words in one column of the tables of a piece of a document, without their headings."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row[number])]


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(headings)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def task_moves() -> str:
    """`TASK_MOVES` for readers."""
    return table(
        ("from", "verb", "to", "who may"),
        (
            (f"`{state}`", f"`{verb}`", f"`{target}`", ", ".join(one for one in Actor if one in who))
            for (state, verb), (target, who) in TASK_MOVES.items()
        ),
    )


def meeting_moves() -> str:
    """`GATHERING_MOVES` for readers."""
    return table(
        ("from", "verb", "to"),
        ((f"`{state}`", f"`{verb}`", f"`{target}`") for (state, verb), target in GATHERING_MOVES.items()),
    )


def agreement_moves() -> str:
    """`AGREEMENT_MOVES` for readers."""
    return table(
        ("from", "verb", "to"),
        ((f"`{state}`", f"`{verb}`", f"`{target}`") for (state, verb), target in AGREEMENT_MOVES.items()),
    )


def settings_table() -> str:
    """Every setting with its default and description, those of `config.settings` itself first."""
    rows = []
    own = Settings.__annotations__
    for name, field in sorted(Settings.model_fields.items(), key=lambda each: each[0] not in own):
        default = field.get_default()
        shown = str(getattr(default, "get_secret_value", lambda d=default: d)())
        known = f"`{shown}`" if default is not None and shown else "empty"
        meaning, file = (field.description or "").replace("|", "\\|"), f"{PREFIX}{name.upper()}_FILE"
        also = f" May lie in a file: {file}." if name in FROM_FILE and file not in meaning else ""
        rows.append((f"`{PREFIX}{name.upper()}`", known, meaning + also))
    return table(("variable", "default", "meaning"), rows)
