"""`aarshjul case list|export|journalised`: packages for the records system (ESDH), and what it has taken."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli.given_file import read_given
from cli.import_options import AsJson, Municipality
from cli.installation import Installation, open_installation
from cli.municipality_choice import only_municipality
from cli.wording import language, say
from cycle.cases.gathering import case_of_agreement, case_of_occurrence
from cycle.cases.journal import journalise
from cycle.cases.model import Case
from cycle.cases.waiting import Waiting, by_activity, by_agreement, opened
from cycle.danish import file_fault, format_date
from cycle.errors import Invalid, Problem
from cycle.goals.tables import Agreement
from cycle.store import reading, transaction
from documents.case_folder import Delivered, deliver
from documents.case_package import MANIFEST, Filed, Package
from documents.case_papers import CasePress
from flows.runtime import SystemClock

app = typer.Typer(
    help="Sagspakker til kommunens ESDH-system. / Case packages for the records system.",
    no_args_is_help=True,
    add_completion=False,
)

DEMO = ("Opdigtede svar", "Invented answers")
Folder = Annotated[Path, typer.Argument(help="Mappen, de afleveres i. / Where they are handed over.")]
Year = Annotated[int | None, typer.Option("--year", help="Det år, den handler om. / The year it concerns.")]
ActivityId = Annotated[str | None, typer.Option("--activity", help="Kun denne aktivitet. / This one alone.")]
AgreementId = Annotated[int | None, typer.Option("--agreement", help="Kun denne aftale. / This one alone.")]
OnlyNew = Annotated[bool, typer.Option("--only-new", help="Kun det, der mangler. / What is not filed yet.")]
Unfiled = Annotated[
    bool, typer.Option("--unfiled", help="Kun hvor noget mangler. / Where some is not filed.")
]
Taken = Annotated[Path, typer.Argument(help="Pakkens mappe. / The package's folder.")]
Number = Annotated[str, typer.Option("--case-number", help="Sagens nummer i ESDH. / The case it went into.")]


@app.command("list")
def list_cases(
    unfiled: Unfiled = False, year: Year = None, municipality: Municipality = None, as_json: AsJson = False
) -> None:
    """Vis sagerne, og hvad der ikke er journaliseret. / Show the cases, and what is not filed."""
    here = open_installation()
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        now = SystemClock().now()
        found = [
            *by_activity(session, root_id, year=year, before=now),
            *by_agreement(session, root_id, year=year, before=now),
        ]
        told = [_listed(each, here) for each in found if each.tally.waiting or not unfiled]
    if as_json:
        typer.echo(json.dumps({"cases": told}, ensure_ascii=False))
        return
    for one in told:
        typer.echo(_standing(one))
    if not told:
        typer.echo(say("cases all filed"))


@app.command()
def export(
    folder: Folder,
    activity: ActivityId = None,
    year: Year = None,
    agreement: AgreementId = None,
    only_new: OnlyNew = False,
    municipality: Municipality = None,
    as_json: AsJson = False,
) -> None:
    """Aflever sagspakker i en mappe. / Hand case packages over in a folder.

    Without --activity and --agreement: every activity that has opened. A package that is there already is
    left alone; what has changed comes as the next number.
    """
    if activity and agreement:
        raise Invalid([Problem("--activity", say("case of what"))])
    here = open_installation()
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        delivered = [
            (filed, package, _deliver(folder, filed, package, session, here))
            for filed in _cases(session, here, root_id, activity, year, agreement)
            if not (package := Package.of(session, filed, only_new=only_new)).empty
        ]
    told = [_told(filed, package, found) for filed, package, found in delivered]
    if as_json:
        typer.echo(json.dumps({"packages": told}, ensure_ascii=False))
        return
    for one in told:
        key = "case again" if one["damaged"] else "case delivered" if one["new"] else "case unchanged"
        typer.echo(say(key, **one))
    if without := list(dict.fromkeys(one["title"] for one in told if not one["kle"])):
        typer.echo(say("case without kle", titles=", ".join(without)))
    if not told:
        typer.echo(say("cases none"))


@app.command()
def journalised(
    package: Taken, case_number: Number, municipality: Municipality = None, as_json: AsJson = False
) -> None:
    """Mærk en pakkes dokumenter som journaliseret. / Mark a package's documents as filed."""
    keys = _keys(package)
    here, now = open_installation(), SystemClock().now()
    with transaction(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        count = journalise(session, root_id, keys, case_number=case_number, by="cli", now=now)
    if as_json:
        typer.echo(json.dumps({"marked": count, "case_number": case_number}, ensure_ascii=False))
    else:
        typer.echo(say("case marked", count=count, number=case_number))


def _cases(
    session: Session,
    here: Installation,
    root_id: str,
    activity: str | None,
    year: int | None,
    agreement: int | None,
) -> Iterator[Filed]:
    if agreement is not None:
        yield Filed.of(_agreement(session, root_id, agreement), here.settings)
        return
    ids = opened(session, root_id, year=year, activity_id=activity)
    if activity is not None and not ids:
        what = say("no such case", activity=activity, year=year or "–")
        raise Invalid([Problem("--activity", what, say("see cycle show"))])
    for id_ in ids:
        yield Filed.of(case_of_occurrence(session, id_), here.settings)


def _agreement(session: Session, root_id: str, number: int) -> Case:
    found = session.get(Agreement, number)
    if found is None or found.root_id != root_id:
        what = say("no such agreement", number=number)
        raise Invalid([Problem("--agreement", what, say("see agreement"))])
    return case_of_agreement(session, found)


def _deliver(folder: Path, filed: Filed, package: Package, session: Session, here: Installation) -> Delivered:
    settings, spoken = here.settings, here.settings.language
    mark = DEMO[spoken == "en"] if here.kind == "demo" else ""
    try:
        with CasePress(session, settings, filed.case.municipality, spoken, mark) as press:
            return deliver(folder, filed.case.name, package.files(press))
    except OSError as error:
        what = say("folder unwritable", why=file_fault(error, language()))
        raise Invalid([Problem(str(folder), what)]) from error


def _listed(one: Waiting, here: Installation) -> dict[str, Any]:
    filed, tally = Filed.of(one.case, here.settings), one.tally
    return {
        "kind": "agreement" if one.kind == "aftale" else "activity",
        "number": one.number,
        "title": one.title,
        "kle": filed.kle,
        "case_number": filed.number,
        "documents": tally.total,
        "unfiled": tally.waiting,
        "since": tally.since.astimezone(here.settings.zone).date().isoformat() if tally.since else None,
    }


def _standing(one: dict[str, Any]) -> str:
    """A case of the list for people."""
    if not one["documents"]:
        return say("case empty", **one)
    if not one["unfiled"]:
        return say("case filed", **one)
    return say("case waits", **{**one, "since": format_date(date.fromisoformat(one["since"]), language())})


def _told(filed: Filed, package: Package, found: Delivered) -> dict[str, Any]:
    documents = len(package.manifest()["dokumenter"])
    return {
        "path": str(found.path),
        "title": filed.case.title,
        "kle": filed.kle or None,
        "documents": documents,
        "new": found.new,
        "damaged": found.damaged.name if found.damaged else None,
    }


def _keys(package: Path) -> list[str]:
    """The documents of a package, by its manifest. Raises Invalid."""
    try:
        told = json.loads(read_given(package / MANIFEST))
        return [str(document["noegle"]) for document in told["dokumenter"]]
    except (ValueError, LookupError, TypeError) as error:
        what = say("no manifest", why=error)
        raise Invalid([Problem(str(package / MANIFEST), what, say("choose package"))]) from error
