"""`aarshjul plan new | check | schema | show | diff | roll`: a plan before it is started.

`diff` stands in `cli.plan_difference`, `roll` in `cli.plan_roll`.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli import plan_difference
from cli.new_plan import new_folder
from cli.plan_beside import checked
from cli.plan_words import grouped, shown
from cli.process_view import process_facts, process_table
from cli.wording import english, say
from config.date_checks import years_named
from config.loader import LoadedPlan, load_plan
from config.schema import NAMES, schema_text
from cycle.errors import PlanInvalid, Problem
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Plan, PlanKind
from cycle.plan.resolve import FIRST_YEAR, LAST_YEAR
from cycle.plan.resolved import ResolvedActivity

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Undersøg en plan, før den startes. Look into a plan before it is started.",
)
app.command()(plan_difference.diff)
PlanFile = Annotated[
    Path, typer.Argument(help="Planen, eller mappen med wheel.yaml. The plan, or the folder of wheel.yaml.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]
Year = Annotated[
    int | None,
    typer.Option(
        min=FIRST_YEAR, max=LAST_YEAR, help="Årshjulets år (ellers i år). The wheel's year (else this year)."
    ),
]
CheckedYear = Annotated[
    int | None,
    typer.Option(
        min=FIRST_YEAR,
        max=LAST_YEAR,
        help="Kun dette år (ellers i år og de to næste). This year alone (else this one and the next two).",
    ),
]
WIDTH = 160


@app.command()
def check(file: PlanFile, year: CheckedYear = None, as_json: AsJson = False) -> None:
    """Find alle fejl i planen og det, der hører til. Find every fault of the plan and what belongs to it."""

    def years_of(plan: Plan, meetings: Mapping[str, Sequence[MeetingDay]]) -> list[int]:
        return [year] if year else years_named(plan, meetings, this_year())

    loaded = checked(file, years_of)
    years = years_of(loaded.plan, loaded.meetings)
    activities, forms = len(loaded.plan.activities), len(loaded.forms)
    if as_json:
        facts = {"file": str(file), "activities": activities, "forms": forms}
        typer.echo(json.dumps({"ok": True, **facts, "years": years}))
        return
    *first, last = map(str, years)
    told = say("years", first=", ".join(first), last=last) if first else last
    counts = {
        "activities": say("one activity" if activities == 1 else "activities", count=activities),
        "forms": say("one form" if forms == 1 else "forms", count=forms),
    }
    typer.echo(say("plan fits", file=file, years=told, **counts))


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Den nye mappe. The new folder.")], as_json: AsJson = False
) -> None:
    """Lav en mappe at begynde med: en kopi af eksemplet. Make a folder to begin with: the example copied."""
    new_folder(folder)
    typer.echo(
        json.dumps({"ok": True, "folder": str(folder)}) if as_json else say("plan made", folder=folder)
    )


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help=f"{', '.join(NAMES)}.")] = "plan",
    as_json: AsJson = False,
) -> None:
    """Skriv JSON Schema, som editorer bruger. Print the JSON Schema that editors use (always JSON)."""
    if name not in NAMES:
        raise PlanInvalid(
            [Problem("schema", say("no such schema", name=name), say("choose", choices=", ".join(NAMES)))]
        )
    typer.echo(schema_text(name), nl=False)


@app.command()
def show(file: PlanFile, year: Year = None, as_json: AsJson = False) -> None:
    """Vis årets datoer som tabel. Show the dates of the year as a table."""
    loaded = load_plan(file)
    of_year = year or _year_shown(loaded)
    resolved = sorted(loaded.resolve(of_year).values(), key=lambda each: (each.opens_on, each.due_on))
    if as_json:
        typer.echo(json.dumps(as_data(loaded, of_year, resolved), ensure_ascii=False, indent=1))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)
    made = process_table if loaded.plan.kind is PlanKind.PROCESS else as_table
    console.print(made(loaded, of_year, resolved))


@app.command()
def roll(
    to: Annotated[int, typer.Option("--to", min=FIRST_YEAR, max=LAST_YEAR, help="Det nye år. The new year.")],
    folder: Annotated[
        Path | None,
        typer.Argument(help="Mappen med næste års plan; ellers den, der gælder i år. Next year's plan."),
    ] = None,
    municipality: Annotated[str | None, typer.Option(help="Kommunens id. The municipality's id.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Forskellen er godkendt: skriv. Approved: write.")
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Et mål, der ikke føres videre. A goal left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Før årshjul og mål videre til næste år. Roll the wheel and the goals on to next year."""
    from cli.plan_roll import roll_on  # the store, which no other command about a plan needs

    roll_on(to, folder, municipality, without=without or (), yes=yes, as_json=as_json)


def as_data(loaded: LoadedPlan, year: int, resolved: Iterable[ResolvedActivity]) -> dict[str, Any]:
    """The resolved year for scripts: ISO dates, with every date's phrase and confidence."""
    return {
        "plan": loaded.plan.id,
        "year": year,
        "activities": [
            {
                "id": each.activity_id,
                "title": loaded.plan.activity(each.activity_id).title,
                "ring": loaded.plan.activity(each.activity_id).ring,
                "concerns": each.concerns_year,
                "opens": each.opens_on.isoformat(),
                "due": each.due_on.isoformat(),
                "closes": each.closes_on.isoformat(),
                "stages": {stage: due.isoformat() for stage, due in each.stage_due.items()},
                "dates": [json.loads(json.dumps(asdict(one), default=str)) for one in each.dates],
                "notes": list(each.notes_in("en" if english() else "da")),
                **process_facts(loaded.plan.activity(each.activity_id)),
            }
            for each in resolved
        ],
        "later": [
            {"id": step.id, "title": step.title, "planned_in": step.planned_in, **process_facts(step)}
            for step in loaded.plan.later
        ],
    }


def as_table(loaded: LoadedPlan, year: int, resolved: Iterable[ResolvedActivity]) -> Table:
    """The resolved year for people, in order of opening."""
    heading = (loaded.plan.title_en if english() else "") or loaded.plan.title
    table = Table(title=say("plan heading", title=heading, year=year), title_justify="left")
    table.add_column(say("activity"), overflow="fold")
    for key in ("concerns", "opens", "due", "closes"):
        table.add_column(say(key), no_wrap=True)
    for key in ("stages", "notes"):
        table.add_column(say(key), overflow="fold")
    for each in resolved:
        activity = loaded.plan.activity(each.activity_id)
        title = (activity.title_en if english() else "") or activity.title
        days = (shown(each.opens_on), shown(each.due_on), shown(each.closes_on))
        stages = [
            f"{(stage.title_en if english() else '') or stage.title}: {shown(each.stage_due[stage.id])}"
            for stage in activity.stages
        ]
        notes = grouped(each.notes_in("en" if english() else "da"))
        table.add_row(title, str(each.concerns_year), *days, "\n".join(stages), "\n".join(notes))
    return table


def _year_shown(loaded: LoadedPlan) -> int:
    """This year; of a process, the first that its dates name."""
    if loaded.plan.kind is PlanKind.WHEEL:
        return this_year()
    return years_named(loaded.plan, loaded.meetings, this_year())[0]


def this_year() -> int:
    """The year on this machine's clock."""
    return datetime.now(UTC).year
