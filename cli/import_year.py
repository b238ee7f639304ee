"""`aarshjul import figures | goals FILE`: what a year is filled with, besides people and dates."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from cli.figures_view import FiguresView
from cli.given_file import names_its_file
from cli.goals_view import compare, keep_file
from cli.import_options import BY, AsJson, DryRun, Municipality, begin
from cli.installation import open_installation
from cli.municipality_choice import only_municipality
from cli.year_words import tell
from config.goals_file import load_goals
from cycle.errors import Invalid, Problem
from cycle.organisation.tables import Unit
from cycle.plan.model import FlowName
from cycle.runs.requests import retry_opening
from cycle.store import reading, transaction
from cycle.tasks.figure_file import Money, read_figures
from cycle.tasks.figures import fit, keep_figures, plain_columns, wants_figures
from cycle.tasks.tables import Cycle, Occurrence
from flows.runtime import SystemClock

Table = Annotated[Path, typer.Argument(help="CSV eller XLSX. CSV or XLSX.")]
Yaml = Annotated[Path, typer.Argument(help="YAML-filen. The YAML file.")]
Year = Annotated[int, typer.Option("--year", help="Årshjulets år, som i cycle start. The wheel's year.")]
ActivityId = Annotated[
    str | None, typer.Option("--activity", help="Når året har flere. When the year has several.")
]
Unit_ = Annotated[Money | None, typer.Option("--unit", help="Hvad tallene tæller. What the numbers count.")]
Columns = Annotated[
    list[str] | None, typer.Option("--column", help="Kun denne kolonne (kan gentages). This column alone.")
]
Really = Annotated[
    bool, typer.Option("--yes-really", help="Også når summen ikke passer. Even if the sum does not fit.")
]
AlsoInForce = Annotated[
    bool,
    typer.Option(
        "--also-in-force",
        help="Nye mål også i aftaler, der er i kraft: de skal underskrives igen. "
        "New goals in agreements in force as well: those are to be signed again.",
    ),
]


@names_its_file
def figures(
    file: Table,
    year: Year,
    activity: ActivityId = None,
    unit: Unit_ = None,
    column: Columns = None,
    municipality: Municipality = None,
    dry_run: DryRun = False,
    yes_really: Really = False,
    as_json: AsJson = False,
) -> None:
    """Indlæs enhedernes beløb eller nøgletal. Import the units' amounts or key figures."""
    here, given = begin(file)
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        occurrence = _with_figures(session, root_id, year, activity)
        plain = plain_columns(occurrence)
        sheet = read_figures(given.data, money=unit, only=column or (), plain=plain, language=given.language)
        view = FiguresView(occurrence, sheet, fit(session, occurrence, sheet, now=given.now))
    if not as_json:
        echo(view.lines())
    for notice in view.notices():
        typer.echo(notice, err=True)
    if not (dry_run or yes_really) and (problems := view.refusals(file.name)):
        raise Invalid(problems)
    kept, again = 0, False
    if not dry_run:
        with transaction(here.engine) as session:
            occurrence = session.get_one(Occurrence, occurrence.id)
            kept = keep_figures(session, occurrence, sheet, by=BY, now=given.now)
            again = retry_opening(session, occurrence.flow, occurrence.id or 0, now=given.now)
    if as_json:
        print_json({**view.data(), "applied": not dry_run, "kept": kept, "tried_again": again})
        return
    echo([tell("dry")] if dry_run else [tell("figures kept", count=kept)])
    echo([tell("tried again")] if again else [])


def goals(
    file: Yaml,
    municipality: Municipality = None,
    also_in_force: AlsoInForce = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Indlæs fælles mål og områdernes mål. Import the common goals and the areas' goals."""
    found = load_goals(file)
    here, now = open_installation(), SystemClock().now()
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        check_areas(session, root_id, found.areas, file.name)
        difference = compare(session, found, root_id, on=now.date(), also_in_force=also_in_force)
    if not as_json:
        echo(difference.lines())
    if difference and not dry_run:
        with transaction(here.engine) as session:
            keep_file(session, found, root_id=root_id, by=BY, now=now, also_in_force=also_in_force)
    if as_json:
        print_json({"applied": bool(difference) and not dry_run, **difference.data()})
        return
    years = ", ".join(map(str, found.years))
    if difference:
        done = tell("goals kept", count=len(difference.changes), years=years)
        echo([tell("dry")] if dry_run else [done])


def _with_figures(session: Session, root_id: str, year: int, activity: str | None) -> Occurrence:
    """The year's budget call, or the named activity that figures come with. Raises Invalid."""
    query = (
        select(Occurrence)
        .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
        .where(
            Occurrence.root_id == root_id,
            Cycle.year == year,
            Occurrence.flow == FlowName.BUDGET_CALL.value
            if activity is None
            else Occurrence.activity_id == activity,
        )
        .order_by(Occurrence.activity_id)
    )
    found = [row for row in session.exec(query) if wants_figures(row)]
    if not found:
        where = "--year" if activity is None else "--activity"
        raise Invalid(
            [
                Problem(
                    where,
                    tell("no such call" if activity is None else "no figures there", year=year),
                    tell("start first", year=year),
                )
            ]
        )
    if len(found) > 1:
        names = ", ".join(row.activity_id for row in found)
        raise Invalid([Problem("--activity", tell("several calls", names=names), tell("say activity"))])
    return found[0]


def check_areas(session: Session, root_id: str, areas: Iterable[str], name: str) -> None:
    """Raises Invalid for areas that no unit of the municipality has."""
    query = select(Unit.area).where(Unit.root_id == root_id).distinct()
    known = sorted(area for area in session.exec(query) if area)
    cure = tell("areas known", areas=", ".join(known))
    problems = [Problem(name, tell("no such area", area=area), cure) for area in areas if area not in known]
    if problems:
        raise Invalid(problems)


def echo(lines: Iterable[str]) -> None:
    """The lines for people."""
    for line in lines:
        typer.echo(line)


def print_json(data: object) -> None:
    """One object for scripts."""
    typer.echo(json.dumps(data, ensure_ascii=False))
