"""`aarshjul history verify | anchor`: whether the record is whole, and what proves it outside."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from cli.given_file import read_given
from cli.installation import open_installation
from cli.keeping_words import tell
from cycle import history
from cycle.errors import Invalid, Problem
from cycle.keeping.anchors import Anchor, anchors, broken
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Historikken: er den hel? The history: is it whole?"
)
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Option("--anchors", help="Fil med forankringer. A file of anchors.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Efterprøv hver række, og hvad der er forankret ude. Check every row, and what is anchored outside."""
    given = _read(file) if file else []
    with reading(open_installation().engine) as session:
        roots = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(Unit.id)).all()
        breaks = {root: history.verify(session, root) for root in roots}
        counts = {root: (history.newest(session, root) or (0, ""))[0] for root in roots}
        for each in broken(session, given):
            altered = tell("anchor broken", position=each.position, on=each.on.isoformat())
            breaks.setdefault(each.root_id, []).append(altered)
    if as_json:
        typer.echo(json.dumps({"ok": not any(breaks.values()), "rows": counts, "breaks": breaks}))
    else:
        for root, found in breaks.items():
            for what in found:
                typer.echo(tell("broken", root=root, what=what), err=True)
            if not found:
                typer.echo(tell("whole", root=root, count=counts[root]))
    if any(breaks.values()):
        raise typer.Exit(1)


@app.command()
def anchor() -> None:
    """Skriv de nyeste hashværdier ud. Print the newest hashes."""
    here, now = open_installation(), datetime.now(UTC)
    with transaction(here.engine) as session:
        for root in session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))).all():
            history.chain(session, root)
        for each in anchors(session, on=now.astimezone(here.settings.zone).date()):
            typer.echo(each.line())


def _read(file: Path) -> list[Anchor]:
    try:
        lines = read_given(file).decode().splitlines()
        return [Anchor.read(line) for line in lines if line.strip()]
    except ValueError as error:
        what, cure = "Filen har ikke forankringer.", "Angiv den, som AARSHJUL_ANCHOR_FILE skriver."
        raise Invalid([Problem(str(file), what, cure)]) from error
