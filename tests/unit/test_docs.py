"""The documents are true: their tables are the code's, their links and commands exist."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import web.words
from config.secret_settings import FROM_FILE, PREFIX
from config.settings import Settings
from cycle.gatherings.states import GatheringState
from cycle.goals.tables import AgreementState
from cycle.messages.outbox import CAPPED_KINDS
from cycle.messages.tables import MessageKind, MessageState
from cycle.runs.tables import RunState
from cycle.tasks.states import OccurrenceState, TaskState, WishState
from tests.support import documents as docs
from web.secretariat.words import NAMES

STATES = docs.ROOT / "docs" / "states.md"
SETTINGS = docs.ROOT / "docs" / "settings.md"
MAIL_KINDS = docs.ROOT / "docs" / "mail-kinds.md"
ROOMS = "cycle|config|notifications|documents|flows|web|cli|tests|bench|docs|scripts"
OWN_WORDS = {PREFIX + "X_FILE"}


def name_of(path: Path) -> str:
    return str(path.relative_to(docs.ROOT))


EVERY_DOCUMENT = pytest.mark.parametrize("path", docs.documents(), ids=name_of)


@pytest.mark.parametrize(
    ("path", "name", "made"),
    [
        (STATES, "task moves", docs.task_moves),
        (STATES, "meeting moves", docs.meeting_moves),
        (STATES, "agreement moves", docs.agreement_moves),
        (SETTINGS, "settings", docs.settings_table),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_in_the_documents_is_what_the_code_says(
    request: pytest.FixtureRequest, path: Path, name: str, made: Callable[[], str]
) -> None:
    if request.config.getoption("--record"):
        path.write_text(docs.with_block(path.read_text(), name, made()))
    assert docs.block(path.read_text(), name) == made(), "`pytest --record` writes it anew"


@pytest.mark.parametrize(
    ("heading", "states"),
    [
        ("Task", TaskState),
        ("Wish", WishState),
        ("Occurrence", OccurrenceState),
        ("Meeting", GatheringState),
        ("Agreement", AgreementState),
        ("Message", MessageState),
        ("Run", RunState),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_state_is_explained_and_no_other(heading: str, states: type[TaskState]) -> None:
    explained = docs.section(STATES.read_text(), heading).split("\n\n")
    meanings = next(part for part in explained if part.startswith("| state |"))
    assert docs.column(meanings, 0) == [state.value for state in states]


@pytest.mark.parametrize(
    ("heading", "states"),
    [
        ("Wish", WishState),
        ("Occurrence", OccurrenceState),
        ("Message", MessageState),
        ("Run", RunState),
    ],
)
def test_every_state_can_be_reached_by_the_moves_that_are_told(
    heading: str, states: type[OccurrenceState]
) -> None:
    parts = docs.section(STATES.read_text(), heading).split("\n\n")
    moves = next(part for part in parts if part.startswith("| from |"))
    known = {state.value for state in states}
    reached = set(docs.column(moves, 2))
    assert set(docs.column(moves, 0)) | reached <= known
    assert known - reached <= {next(iter(states)).value}, "only the first state needs no move to it"


def test_the_states_read_as_they_do_on_the_pages() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (\w[\w ]*) \| ", STATES.read_text(), re.MULTILINE))
    shown = {state.value: words[0].lower() for state, words in web.words.STATES.items()}
    shown |= {state.value: words[0].lower() for state, words in web.words.WISHES.items()}
    for states in (AgreementState, GatheringState):
        shown |= {state.value: words[0].lower() for state, words in NAMES[states].items()}
    assert {state: told[state] for state in shown} == shown


def test_every_kind_of_mail_is_explained_and_no_other() -> None:
    assert sorted(docs.column(MAIL_KINDS.read_text(), 0)) == sorted(MessageKind)


def test_the_mails_that_are_capped_are_told() -> None:
    capped = [line for line in MAIL_KINDS.read_text().splitlines() if line.endswith("| 5 in 24 hours |")]
    assert {kind for line in capped for kind in docs.column(line, 0)} == CAPPED_KINDS


@EVERY_DOCUMENT
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target in docs.links(path.read_text()):
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        if not there.exists() or (anchor and anchor not in docs.anchors(there.read_text())):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("map_", ["README.md", "docs/README.md"])
def test_the_maps_lead_to_every_document(map_: str) -> None:
    folder = (docs.ROOT / map_).parent
    led_to = {
        (folder / target.partition("#")[0]).resolve() for target in docs.links((docs.ROOT / map_).read_text())
    }
    whole = {*(docs.ROOT / "docs").glob("*.md"), *(docs.ROOT / "docs").glob("*/README.md")}
    assert {name_of(path) for path in whole - led_to - {docs.ROOT / map_}} == set()


@EVERY_DOCUMENT
def test_every_command_of_aarshjul_that_is_named_exists(path: Path) -> None:
    assert not [fault for words in docs.commands(path.read_text()) for fault in docs.unknown_in(words)]


def test_every_command_that_an_error_or_a_page_tells_people_to_run_exists() -> None:
    faults = [(file, fault) for file, words in docs.sentences() for fault in docs.unknown_in(words)]
    assert not faults


@EVERY_DOCUMENT
def test_every_make_target_setting_and_file_that_is_named_exists(path: Path) -> None:
    text = path.read_text()
    pieces = list(docs.code(text))
    targets = set(re.findall(r"^([a-z-]+):", (docs.ROOT / "Makefile").read_text(), re.MULTILINE))
    settings = {PREFIX + name.upper() for name in Settings.model_fields} | OWN_WORDS
    settings |= {f"{PREFIX}{name.upper()}_FILE" for name in FROM_FILE}
    made = {word for piece in pieces for word in re.findall(r"^make ([a-z-]+)$", piece)}
    files = {piece for piece in pieces if re.fullmatch(rf"({ROOMS})/[\w./-]+", piece)}
    assert made <= targets
    assert set(re.findall(rf"{PREFIX}[A-Z0-9_]+[A-Z0-9]", text)) <= settings
    assert not [file for file in files if not (docs.ROOT / file).exists()]
