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

from cli.municipality import Folder
from cli.simulation import Options, simulate
from cli.simulation_report import Report
from cycle.danish import COPENHAGEN, MONTHS
from documents.tables import Column, Kind, Table, to_csv

app = typer.Typer(add_completion=False)

COLUMNS = (
    Column("month"),
    Column("mails", Kind.WHOLE),
    Column("people", Kind.WHOLE),
    Column("opens"),
    Column("due"),
)
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
    year: Annotated[int, typer.Option(min=2000, max=2100, help="Året, de åbner i. / Year they open in.")],
    units: Annotated[
        Path | None, typer.Option(help="Enhederne; ellers units.csv ved planen. / Units.")
    ] = None,
    leaders: Annotated[
        Path | None, typer.Option(help="Lederne; ellers opdigtes de. / Leaders, else invented.")
    ] = None,
    answers: Annotated[bool, typer.Option(help="Lad opdigtede ledere svare. / Let them answer.")] = True,
    most: Annotated[
        int, typer.Option("--most-deadlines", min=1, help="Flere frister på en uge advares. / Warn above.")
    ] = 3,
    form: Annotated[Format, typer.Option("--format", help="text, html, json eller csv.")] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Som / as --format json.")] = False,
) -> None:
    """Prøv et år uden at sende mail. / A dry run of a year: no mail leaves."""
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
    sys.stderr.write(f"\r\033[K{now:%d.%m.%Y}  {answered} svar")
    sys.stderr.flush()


def as_text(report: Report) -> str:
    """For a terminal."""
    lines = [
        f"{report.title} {report.year}: {report.units} enheder, {report.tasks} opgaver, "
        f"{report.mails} mails fra årshjulet og {report.answers_to_acts} kvitteringer og andre svar på "
        f"handlinger; {report.answers} opdigtede svar.",
        f"Travleste dag: {report.busiest_day} med {report.busiest_day_mails} mails.",
        "",
    ]
    for month in report.months:
        people = count(month.people, "person", "personer")
        lines.append(f"{month_name(month.month)}: {count(month.mails, 'mail', 'mails')} til {people}")
        lines += [f"    åbner  {title}" for title in month.opens]
        lines += [f"    frist  {title}" for title in month.due]
    if report.warnings:
        lines += ["", "Vær opmærksom på:", *(f"  ! {warning}" for warning in report.warnings)]
    return "\n".join(lines) + "\n"


def as_json_text(report: Report) -> str:
    """For scripts."""
    return json.dumps(asdict(report), ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """One row a month; lists are separated by a bar. Titles are text that no spreadsheet runs."""
    rows = [(m.month, m.mails, m.people, " | ".join(m.opens), " | ".join(m.due)) for m in report.months]
    return to_csv(Table(report.title, COLUMNS, rows, COPENHAGEN)).decode()


def as_html(report: Report) -> str:
    """A page of its own, to be sent round or printed."""
    rows = "\n".join(
        f"<tr><th scope=row>{month_name(m.month)}</th><td>{m.mails}</td><td>{m.people}</td>"
        f"<td>{_list(m.opens)}</td><td>{_list(m.due)}</td></tr>"
        for m in report.months
    )
    title = escape(f"{report.title} {report.year}: prøvekørsel")
    about = (
        f"{report.units} enheder, {report.tasks} opgaver, {report.mails} mails. Travleste dag: "
        f"{escape(report.busiest_day)} med {report.busiest_day_mails} mails. Svarene er opdigtede."
    )
    headings = "".join(f"<th scope=col>{name}" for name in ("Måned", "Mails", "Personer", "Åbner", "Frist"))
    return (
        f"<!doctype html><html lang=da><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
        f"<main><h1>{title}</h1><p>{about}</p>"
        f"<table><thead><tr>{headings}</thead><tbody>{rows}</tbody></table>"
        f"<h2>Vær opmærksom på</h2>{_list(report.warnings) or '<p>Intet.</p>'}</main></html>\n"
    )


def count(number: int, one: str, many: str) -> str:
    """ "1 mail", "2 mails"."""
    return f"{number} {one if number == 1 else many}"


def month_name(month: str) -> str:
    """ "2027-04" as "april 2027"."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _list(items: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>" if items else ""


WRITERS = {Format.TEXT: as_text, Format.JSON: as_json_text, Format.CSV: as_csv, Format.HTML: as_html}
