"""`aarshjul simulate`: the dry run of a year, as text, JSON, CSV or a page."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Annotated

import typer

from cli.heap import seldom_look_for_cycles
from cli.municipality import Folder
from cli.simulation import Options, simulate
from cli.simulation_report import Report
from cli.simulation_words import tell
from cli.wording import language
from cycle import danish
from cycle.danish import COPENHAGEN
from cycle.plan.resolve import FIRST_YEAR, LAST_YEAR
from documents.tables import Cell, Column, Kind, Table, to_csv

app = typer.Typer(add_completion=False)

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.5rem;"
    "text-align:left;vertical-align:top}ul{margin:0;padding-left:1.2rem}"
)


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    CSV = "csv"


@app.command()
def main(
    plan: Annotated[Path, typer.Option(help="Mappen med wheel.yaml, eller filen. / The plan.")],
    year: Annotated[
        int, typer.Option(min=FIRST_YEAR, max=LAST_YEAR, help="Året, de åbner i. / Year they open in.")
    ],
    units: Annotated[
        Path | None, typer.Option(help="Enhederne; ellers units.csv ved planen. / Units.")
    ] = None,
    leaders: Annotated[
        Path | None, typer.Option(help="Lederne; ellers opdigtes de. / Leaders, else invented.")
    ] = None,
    answers: Annotated[bool, typer.Option(help="Lad opdigtede ledere svare. / Let them answer.")] = True,
    most: Annotated[
        int,
        typer.Option(
            "--most-deadlines", min=1, help="Advar, når nogen har flere frister på en uge. / Warn above."
        ),
    ] = 3,
    form: Annotated[Format, typer.Option("--format", help="text, html, json eller csv.")] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Som / as --format json.")] = False,
) -> None:
    """Prøv et år uden at sende mail. / A dry run of a year: no mail leaves."""
    seldom_look_for_cycles()
    folder = _folder(plan, units, leaders)
    options = Options(folder=folder, year=year, answers=answers, most_deadlines_a_week=most)
    chosen = Format.JSON if as_json else form
    progress = _show_progress if sys.stderr.isatty() else None
    report = simulate(options, progress)
    if progress is not None:
        sys.stderr.write("\r\033[K")
    typer.echo(WRITERS[chosen](report), nl=False)


def _folder(plan: Path, units: Path | None, leaders: Path | None) -> Folder:
    usual = Folder.at(plan if plan.is_dir() else plan.parent)
    if units is None:
        return Folder(plan, usual.units, leaders or usual.leaders)
    return Folder(plan, units, leaders)


def _show_progress(now: datetime, answered: int) -> None:
    sys.stderr.write(f"\r\033[K{now:%d.%m.%Y}  {tell('progress', answered=answered)}")
    sys.stderr.flush()


def as_text(report: Report) -> str:
    """For a terminal."""
    facts = {"units": report.units, "tasks": report.tasks, "mails": report.mails, "answers": report.answers}
    lines = [
        tell("summary", title=report.title, year=report.year, acts=report.answers_to_acts, **facts),
        *busiest(report),
        "",
    ]
    for month in report.months:
        mails = count(month.mails, "one mail", "mails")
        people = count(month.people, "one person", "people")
        lines.append(tell("month", month=month_name(month.month), mails=mails, people=people))
        lines += [f"    {tell('opens', title=title)}" for title in month.opens]
        lines += [f"    {tell('due', title=title)}" for title in month.due]
    if report.warnings:
        lines += ["", f"{tell('look out')}:", *(f"  ! {warning}" for warning in report.warnings)]
    return "\n".join(lines) + "\n"


def as_json_text(report: Report) -> str:
    """For scripts."""
    return json.dumps(asdict(report), ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """One row a month, then one a warning; lists are separated by a bar. No spreadsheet runs a title."""
    whole = {"mails", "people"}
    columns = [
        Column(tell(f"heading {name}"), Kind.WHOLE if name in whole else Kind.TEXT) for name in HEADINGS
    ]
    columns.append(Column(tell("look out"), Kind.TEXT))
    rows: list[tuple[Cell, ...]] = [
        (m.month, m.mails, m.people, " | ".join(m.opens), " | ".join(m.due), None) for m in report.months
    ]
    rows += [(None, None, None, None, None, warning) for warning in report.warnings]
    return to_csv(Table(report.title, columns, rows, COPENHAGEN)).decode()


def as_html(report: Report) -> str:
    """A page of its own, to be sent round or printed."""
    rows = "\n".join(
        f"<tr><th scope=row>{month_name(m.month)}</th><td>{m.mails}</td><td>{m.people}</td>"
        f"<td>{_list(m.opens)}</td><td>{_list(m.due)}</td></tr>"
        for m in report.months
    )
    title = escape(tell("dry run", title=report.title, year=report.year))
    busy = "".join(f" {line}" for line in busiest(report))
    about = tell("counts", units=report.units, tasks=report.tasks, mails=report.mails, busiest=busy)
    warnings = _list(report.warnings) or f"<p>{tell('nothing')}</p>"
    headings = "".join(f"<th scope=col>{tell(f'heading {name}')}" for name in HEADINGS)
    return (
        f"<!doctype html><html lang={language()}><meta charset=utf-8><title>{title}</title>"
        f"<style>{STYLE}</style><main><h1>{title}</h1><p>{escape(about)}</p>"
        f"<table><thead><tr>{headings}</thead><tbody>{rows}</tbody></table>"
        f"<h2>{tell('look out')}</h2>{warnings}</main></html>\n"
    )


def busiest(report: Report) -> list[str]:
    """The day with the most mails, if any were sent."""
    if not report.busiest_day:
        return []
    return [tell("busiest", day=report.busiest_day, mails=report.busiest_day_mails)]


def count(number: int, one: str, many: str) -> str:
    """ "1 mail", "2 mails", by the keys of the sentences."""
    return tell(one if number == 1 else many, count=number)


def month_name(month: str) -> str:
    """ "2027-04" as "april 2027"."""
    year, number = month.split("-")
    return f"{danish.month_name(int(number), language())} {year}"


def _list(items: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>" if items else ""


HEADINGS = ("month", "mails", "people", "opens", "due")
WRITERS = {Format.TEXT: as_text, Format.JSON: as_json_text, Format.CSV: as_csv, Format.HTML: as_html}
