"""`aarshjul import units | leaders | meetings FILE`: shows what would change, then changes all of it.

`figures` and `goals` stand in `cli.import_year`, `frames` in `cli.import_frames`, `strategy` in
`cli.import_strategy`.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli import import_frames, import_os2mo, import_strategy, import_year
from cli.given_file import names_its_file
from cli.import_options import AsJson, DryRun, Municipality, begin
from cli.import_view import (
    as_data,
    grouped,
    how_read,
    leader_line,
    meeting_line,
    question_line,
    unit_line,
)
from cli.municipality_choice import only_municipality
from cli.organisation_words import tell, tell_count
from cycle.errors import Conflict, Invalid, Problem
from cycle.organisation.applying import Import, apply_leaders, apply_units, hold
from cycle.organisation.import_drafts import ListKind, remembered
from cycle.organisation.leader_comparison import leaders_difference
from cycle.organisation.leader_difference import LeadersDifference
from cycle.organisation.leader_file import look_into_leaders
from cycle.organisation.meetings import apply_meetings, meetings_difference
from cycle.organisation.people import Choice, Choices
from cycle.organisation.snapshot import Post
from cycle.organisation.unit_difference import units_difference
from cycle.organisation.unit_file import read_units
from cycle.plan.meeting_files import read_meetings
from cycle.runs.requests import wake
from cycle.store import reading, transaction
from cycle.tasks.change import look_again

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Indlæs enheder, ledere, møder, beløb, mål og strategi. Import what the year needs.",
)
File = Annotated[
    Path, typer.Argument(help="CSV eller XLSX (møder: CSV eller ICS). CSV or XLSX (meetings: CSV or ICS).")
]
Really = Annotated[
    bool,
    typer.Option(
        "--yes-really", help="Også når meget afsluttes eller lukkes. Even if much is ended or closed."
    ),
]
SamePerson = Annotated[
    bool,
    typer.Option(
        "--same-person",
        help="Ny adresse eller nyt navn er samme person. A new address or name is the same person.",
    ),
]
NewPerson = Annotated[
    bool,
    typer.Option(
        "--new-person",
        help="Ny adresse eller nyt navn er en ny person. A new address or name is a new person.",
    ),
]
app.command()(import_year.figures)
app.command()(import_year.goals)
app.command()(import_strategy.strategy)
app.command()(import_frames.frames)
app.command()(import_os2mo.os2mo)


@app.command()
@names_its_file
def units(file: File, dry_run: DryRun = False, yes_really: Really = False, as_json: AsJson = False) -> None:
    """Indlæs enheder; filen er hele kommunen. Import units; the file is the whole municipality."""
    here, given = begin(file, yes_really)
    with reading(here.engine) as session:
        chosen, town = remembered(session, ListKind.UNITS)
        found = read_units(given.data, language=given.language, chosen=chosen, town=town)
        difference = units_difference(session, found, today=given.today, language=given.language)
    view = _View(as_json, dry_run)
    view.show(how_read(found.how), grouped("unit", difference.changes, unit_line))
    kinds = [tell("new kind", kind=kind, count=count) for kind, count in difference.new_kinds.items()]
    view.show([tell("notice"), *kinds] if kinds else [])
    if not dry_run and difference.changes:
        with transaction(here.engine) as session:
            hold(session, difference.roots)
            again = units_difference(session, found, today=given.today, language=given.language)
            _unchanged_since(difference, again)
            view.looked = _look_again(session, apply_units(session, difference, given), given)
    view.end(difference.changes)


@app.command()
@names_its_file
def leaders(
    file: File,
    dry_run: DryRun = False,
    yes_really: Really = False,
    same_person: SamePerson = False,
    new_person: NewPerson = False,
    as_json: AsJson = False,
) -> None:
    """Indlæs ledere og stedfortrædere. Import leaders and substitutes."""
    choices = _choices(same_person, new_person)
    here, given = begin(file, yes_really)
    with reading(here.engine) as session:
        chosen, _ = remembered(session, ListKind.LEADERS)
    found = look_into_leaders(given.data, language=given.language, chosen=chosen)

    def compare(session: Session, choices: Choices) -> LeadersDifference:
        return leaders_difference(session, found, today=given.today, choices=choices, language=given.language)

    with reading(here.engine) as session:
        difference = compare(session, choices)
        if difference.questions and not dry_run and not as_json and sys.stdin.isatty():
            choices = _ask(difference)
            difference = compare(session, choices)
    view = _View(as_json, dry_run)
    view.show(how_read(found.how), grouped("leader", difference.changes, leader_line))
    view.notes(difference)
    if not dry_run and (difference.changes or difference.questions):
        with transaction(here.engine) as session:
            hold(session, difference.roots)
            _unchanged_since(difference, compare(session, choices))
            view.looked = _look_again(session, apply_leaders(session, difference, given), given)
    view.end(difference.changes)


@app.command()
@names_its_file
def meetings(
    file: File,
    body: Annotated[
        str, typer.Option(help="Udvalget, når filen ikke siger det. The body, if the file does not say.")
    ] = "",
    municipality: Municipality = None,
    dry_run: DryRun = False,
    yes_really: Really = False,
    as_json: AsJson = False,
) -> None:
    """Indlæs udvalgenes mødekalender. Import the bodies' meeting calendar."""
    here, given = begin(file, yes_really)
    days = read_meetings(given.data, body=body, zone=here.settings.zone)
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        changes = meetings_difference(session, root_id, days, today=given.today)
    view = _View(as_json, dry_run)
    view.show([], grouped("meeting", changes, meeting_line))
    if not dry_run and changes:
        with transaction(here.engine) as session:
            _unchanged_since(changes, meetings_difference(session, root_id, days, today=given.today))
            apply_meetings(session, changes, given)
    view.end(changes)


@dataclass
class _View:
    """Says what is found: lines at once for people, one object at the end for scripts."""

    as_json: bool
    dry_run: bool
    looked: int = 0
    questions: Sequence[Any] = ()
    remarks: Sequence[Problem] = ()

    def show(self, *parts: Sequence[str]) -> None:
        if not self.as_json:
            for line in (line for part in parts for line in part):
                typer.echo(line)

    def notes(self, difference: LeadersDifference) -> None:
        self.questions, self.remarks = difference.questions, difference.notes
        if self.remarks:
            self.show([tell("notice"), *(f"  {remark}" for remark in self.remarks)])
        if self.questions:
            lines = [f"  {question_line(question)}" for question in self.questions]
            self.show([tell("asked"), *lines, f"  {tell('choose or flag')}"])

    def end(self, changes: Sequence[Any]) -> None:
        applied = bool(changes) and not self.dry_run
        if self.as_json:
            told = {
                "applied": applied,
                "changes": as_data(changes),
                "questions": as_data(self.questions),
                "notes": as_data(self.remarks),
                "tasks_looked_at_again": self.looked,
            }
            typer.echo(json.dumps(told, ensure_ascii=False))
            return
        if self.dry_run:
            typer.echo(tell("dry"))
        elif applied:
            typer.echo(tell_count("applied", len(changes)))
            if self.looked:
                typer.echo(tell_count("look", self.looked))


def _choices(same_person: bool, new_person: bool) -> Choices:
    if same_person and new_person:
        raise Invalid([Problem("--same-person", tell("both choices"), tell("choose one"))])
    return Choices(default=Choice.SAME if same_person else Choice.NEW if new_person else None)


def _ask(difference: LeadersDifference) -> Choices:
    answers: dict[int, Choice] = {}
    for question in difference.questions:
        typer.echo(question_line(question))
        letter = ""
        while letter not in ("s", "n"):
            letter = typer.prompt(tell("choose person")).strip().lower()[:1]
        answers[question.row] = Choice.SAME if letter == "s" else Choice.NEW
    return Choices(by_row=answers)


def _unchanged_since(shown: object, found: object) -> None:
    """Only what was shown is applied. Raises Conflict when the store was changed in between."""
    if shown != found:
        raise Conflict("organisation", "import")


def _look_again(session: Session, posts: frozenset[Post], given: Import) -> int:
    """Whoever takes a post over is told in the hours when mails leave, not after the next night's sweep."""
    touched = look_again(session, sorted(posts), now=given.now)
    if touched:
        wake(session, now=given.now)
    return touched
