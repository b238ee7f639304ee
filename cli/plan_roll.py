"""Rolls a wheel and its goals on to the next year, once the difference is approved."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import typer

from cli.import_options import BY
from cli.installation import open_installation
from cli.next_year import left_out, rolled
from cli.roll_view import data, told
from cli.roll_words import tell
from config.loader import load_plan
from cycle.goals.next_year import NextYear, write_next_year
from cycle.store import reading, transaction
from flows.runtime import SystemClock


def roll_on(
    to: int,
    folder: Path | None,
    municipality: str | None,
    *,
    without: Collection[str],
    yes: bool,
    as_json: bool,
) -> None:
    """Shows next year beside this year; with `yes` it is written, in one transaction. Safe to repeat.

    `without` are keys of goals that do not go on. Raises Invalid.
    """
    loaded = load_plan(folder) if folder else None
    here, now = open_installation(), SystemClock().now()
    with reading(here.engine) as session:
        whole = rolled(session, to, loaded, municipality)
    out = left_out(whole, without)
    found = replace(whole, goals=whole.goals.without(without))
    if not as_json:
        for line in told(found, folder, out):
            typer.echo(line)
    applied = yes and not found.done
    if applied:
        with transaction(here.engine) as session:
            write_next_year(session, found, without=without, by=BY, now=now, why=f"plan roll --to {to}")
    if as_json:
        typer.echo(json.dumps({"applied": applied, **data(found, out)}, ensure_ascii=False))
        return
    typer.echo(_ending(found, applied=applied))


def _ending(found: NextYear, *, applied: bool) -> str:
    if found.done:
        return tell("nothing left", year=found.year)
    if not applied:
        return tell("approve goals" if found.started else "approve", year=found.year)
    goals = len(found.goals.copied)
    if found.started:
        return tell("goals alone", year=found.year, goals=goals)
    return tell("rolled", year=found.year, activities=len(found.draft.plan.activities), goals=goals)
