"""`aarshjul cycle start|revise|cancel|show`: the year goes from the files in `config/` into the store."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from cli import foresight_view
from cli.installation import Installation, open_installation
from cli.wording import SENTENCES, language, say
from config.loader import LoadedPlan, load_plan
from cycle.danish import format_date, format_datetime
from cycle.foresight.changes import changes, try_revision
from cycle.gatherings.calling import cancel_all
from cycle.gatherings.reading import of_occurrence
from cycle.plan.model import Plan
from cycle.store import reading, transaction, tried
from cycle.tasks.closing import cancel_occurrence
from cycle.tasks.cycles import find_cycle, start_cycle
from cycle.tasks.moves import get_occurrence
from cycle.tasks.revise import Revised, revise_cycle
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence
from flows.runtime import SystemClock

app = typer.Typer(
    help="Start et årshjul, eller ændr et, der kører. / Start a year, or change a running one.",
    no_args_is_help=True,
    add_completion=False,
)

Year = Annotated[int, typer.Argument(help="Kalenderåret, som aktiviteterne åbner i. / Year they open in.")]
Folder = Annotated[Path, typer.Option("--plan", help="Mappen med wheel.yaml, eller filen selv. / The plan.")]
Why = Annotated[str, typer.Option("--why", help="Hvorfor; gemmes. / Why; is kept.")]
By = Annotated[str, typer.Option("--by", help="Hvem; gemmes. / Who; is kept.")]
Json = Annotated[bool, typer.Option("--json", help="Til scripts. / For scripts.")]


@app.command()
def start(year: Year, plan: Folder, why: Why = "", by: By = "cli", as_json: Json = False) -> None:
    """Start planens år. / Start the plan's year."""
    loaded = load_plan(plan)
    installation = open_installation()
    now = SystemClock().now()
    with transaction(installation.engine) as session, loaded.naming_lines():
        cycle = start_cycle(session, loaded.draft, year=year, by=by, now=now, why=why)
        session.flush()
        occurrences = _occurrences(session, cycle)
    if as_json:
        _print_json({"cycle": cycle.id, "year": year, "activities": occurrences})
        return
    typer.echo(say("cycle started", title=cycle.title, count=len(occurrences)))
    for row in occurrences:
        typer.echo(f"  {row['opens_on']}  {row['due_on']}  {row['title']} ({say('state ' + row['state'])})")


@app.command()
def revise(
    year: Year,
    plan: Folder,
    why: Why,
    by: By = "cli",
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Vis, hvad det gør ved mailene; gem intet. / Show; keep nothing."),
    ] = False,
    months: Annotated[
        int, typer.Option(min=1, max=24, help="Hvor langt frem --dry-run ser. / How far --dry-run looks.")
    ] = 6,
    as_json: Json = False,
) -> None:
    """Lad et kørende år følge filerne. / Let a running year follow the files."""
    loaded = load_plan(plan)
    installation = open_installation()
    if dry_run:
        _try(installation, loaded, year, months, as_json)
        return
    with transaction(installation.engine) as session, loaded.naming_lines():
        result = revise_cycle(session, loaded.draft, year=year, by=by, now=SystemClock().now(), why=why)
        titles = _titles(session, loaded.draft.plan, year)
    if as_json:
        _print_json(vars(result))
        return
    if result.unchanged:
        typer.echo(say("cycle unchanged", number=result.revision))
        return
    typer.echo(say("cycle revised", number=result.revision, told=result.told))
    _print_revised(result, titles)


def _try(installation: Installation, loaded: LoadedPlan, year: int, months: int, as_json: bool) -> None:
    """Shows what the revision would change, and keeps nothing of it."""
    now = SystemClock().now()
    until = now + timedelta(days=30 * months)
    with tried(installation.engine) as session, loaded.naming_lines():
        outlook = try_revision(session, loaded.draft, year=year, now=now, until=until)
        titles = _titles(session, loaded.draft.plan, year)
    found = changes(outlook)
    if as_json:
        _print_json({**vars(outlook.revised), "mails": foresight_view.as_data(found, outlook.told)})
        return
    last = format_date(loaded.calendar.local_date(until), language())
    for line in foresight_view.lines(found, outlook.told, last):
        typer.echo(line)
    _print_revised(outlook.revised, titles)


def _print_revised(result: Revised, titles: Mapping[str, str]) -> None:
    for label, names in (("+", result.added), ("~", result.moved), ("-", result.cancelled)):
        for name in names:
            typer.echo(f"  {label} {titles[name]}{_changed(result.changed.get(name, ()))}")


@app.command()
def cancel(
    activity: Annotated[
        int, typer.Argument(help="Aktivitetens nummer, som i dens adresse /aktivitet/12. / Its number.")
    ],
    why: Why,
    by: By = "cli",
    as_json: Json = False,
) -> None:
    """Aflys én aktivitet: ingen skylder mere svar. / Cancel one activity."""
    installation = open_installation()
    with transaction(installation.engine) as session:
        occurrence = get_occurrence(session, activity)
        now = SystemClock().now()
        cancel_occurrence(session, occurrence, why=why, by=by, now=now)
        cancel_all(session, of_occurrence(session, activity), why=why, by=by, now=now)
        told = f"{occurrence.title} {occurrence.concerns_year}"
    if as_json:
        _print_json({"cancelled": activity})
        return
    typer.echo(say("activity cancelled", name=told))


@app.command()
def show(as_json: Json = False) -> None:
    """Vis de startede år og deres revisioner. / Show the years and their revisions."""
    installation = open_installation()
    with reading(installation.engine) as session:
        rows = session.exec(
            select(Cycle, CycleRevision)
            .join(CycleRevision, col(CycleRevision.cycle_id) == col(Cycle.id))
            .order_by(col(Cycle.year), col(CycleRevision.no))
        ).all()
        found = [
            {
                "title": cycle.title,
                "year": cycle.year,
                "revision": revision.no,
                "by": revision.by,
                "at": revision.at.isoformat(),
                "why": revision.why,
            }
            for cycle, revision in rows
        ]
    if as_json:
        _print_json({"revisions": found})
        return
    for cycle, revision in rows:
        at = format_datetime(revision.at, language())
        typer.echo(f"{cycle.title}  rev. {revision.no}  {at}  {revision.by}  {revision.why}".rstrip())


def _titles(session: Session, plan: Plan, year: int) -> dict[str, str]:
    """The activities of the year by id, those that have left the plan as well."""
    cycle = find_cycle(session, plan, year)
    rows = session.exec(select(Occurrence).where(Occurrence.cycle_id == (cycle.id if cycle else None)))
    return {row.activity_id: f"{row.title} {row.concerns_year}" for row in rows}


def _changed(columns: Sequence[str]) -> str:
    """ ": frist, skema"; what has no word of its own is texts and rules, named where nothing else is."""
    known = [say(f"changed {name}") for name in columns if f"changed {name}" in SENTENCES]
    return f": {', '.join(known or [say('changed texts')])}" if columns else ""


def _occurrences(session: Any, cycle: Cycle) -> list[dict[str, str]]:
    rows = session.exec(
        select(Occurrence).where(Occurrence.cycle_id == cycle.id).order_by(col(Occurrence.opens_at))
    )
    return [
        {
            "id": str(row.id),
            "activity": row.activity_id,
            "title": row.title,
            "opens_on": format_date(row.opens_at.date(), language()),
            "due_on": format_date(row.due_on, language()),
            "state": row.state.value,
        }
        for row in rows
    ]


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False))
