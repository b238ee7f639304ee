"""`aarshjul import os2mo`: fetches units and leaders now, shows what would change, then changes all of it."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.import_options import BY, AsJson, DryRun
from cli.import_view import as_data, grouped, leader_line, question_line, unit_line
from cli.installation import open_installation
from cli.organisation_words import tell, tell_count
from cli.wording import language
from cycle.errors import Invalid, Problem
from cycle.organisation.applying import Import
from cycle.organisation.fetched import SOURCE, Difference, apply_fetched, difference_of, keep_fetched
from cycle.organisation.people import Choice, Choices
from cycle.store import transaction
from cycle.tasks.change import look_again
from flows.organisation import fetch
from flows.os2mo_client import OS2moUnread


def os2mo(
    dry_run: DryRun = False,
    yes_really: Annotated[
        bool, typer.Option("--yes-really", help="Også når meget afsluttes. Even if much is ended.")
    ] = False,
    same_person: Annotated[
        bool,
        typer.Option("--same-person", help="Ny adresse er samme person. A new address is the same person."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hent enheder og ledere fra OS2mo. Fetch units and leaders from OS2mo."""
    here, now = open_installation(), datetime.now(UTC)
    if not here.settings.reads_os2mo:
        raise Invalid([Problem("AARSHJUL_OS2MO_URL", tell("no os2mo"), tell("set os2mo"))])
    try:
        lists = fetch(here.settings, now=now)
    except OS2moUnread as error:
        raise Invalid([Problem("OS2mo", str(error), tell("try os2mo"))]) from error
    today = now.astimezone(here.settings.zone).date()
    choices = Choices(default=Choice.SAME if same_person else None)
    given = Import(SOURCE, lists.units + lists.leaders, BY, now, today, yes_really, language())

    with transaction(here.engine) as session:
        found = difference_of(session, lists, today=today, choices=choices, language=language())
        _show(found, as_json=as_json)
        applied = bool(found.count) and not dry_run
        if applied:
            look_again(session, sorted(apply_fetched(session, lists, given, choices=choices)), now=now)
        waiting = 0 if applied else found.count
        keep_fetched(session, here.settings.os2mo_municipality, lists, waiting, now=now)
    _end(found, applied=applied, dry_run=dry_run, as_json=as_json)


def _show(found: Difference, *, as_json: bool) -> None:
    if as_json:
        return
    lines = grouped("unit", found.units.changes, unit_line) if found.units.changes else []
    lines += grouped("leader", found.leaders.changes, leader_line)
    lines += [tell("asked"), *map(question_line, found.leaders.questions)] if found.leaders.questions else []
    for line in lines:
        typer.echo(line)


def _end(found: Difference, *, applied: bool, dry_run: bool, as_json: bool) -> None:
    if as_json:
        told = {
            "applied": applied,
            "units": as_data(found.units.changes),
            "leaders": as_data(found.leaders.changes),
            "questions": as_data(found.leaders.questions),
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif dry_run:
        typer.echo(tell("dry"))
    elif applied:
        typer.echo(tell_count("applied", found.count))
