"""`aarshjul person NAME|ADDRESS`: everything that is held about one person (GDPR article 15)."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from cli.installation import open_installation
from cli.keeping_words import tell
from cycle.errors import Invalid, Problem
from cycle.keeping.persons import held_about, who
from cycle.store import reading

app = typer.Typer(add_completion=False)


@app.command()
def person(
    asked: Annotated[
        str, typer.Argument(metavar="NAME|ADDRESS", help="Navn eller adresse. Name or address.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Alle rækker. Every row.")] = False,
) -> None:
    """Se alt, hvad der er gemt om én person. See everything that is held about one person."""
    with reading(open_installation().engine) as session:
        found = who(session, asked)
        if found is None:
            raise Invalid([Problem(asked, tell("nobody", name=asked), tell("write exactly"))])
        held = held_about(session, found)
    if as_json:
        told = {
            "names": sorted(found.names),
            "addresses": sorted(found.addresses),
            "rows": [asdict(each) for each in held],
        }
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    for table, count in Counter(each.table for each in held).items():
        typer.echo(tell("held", table=table, count=count))
