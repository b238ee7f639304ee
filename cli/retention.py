"""`aarshjul retention`: what is kept no longer; with `--apply` it is erased."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from cli.installation import open_installation
from cli.keeping_words import tell
from cycle import history
from cycle.keeping import technical
from cycle.keeping.names import Leaver, forget, leavers
from cycle.keeping.technical import Kind, Periods
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction

app = typer.Typer(add_completion=False)
BY = "cli"


@app.command()
def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Slet det. Erase it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")] = False,
) -> None:
    """Se, hvad der ikke skal gemmes længere, og slet det. See what is kept no longer, and erase it."""
    here, now = open_installation(), datetime.now(UTC)
    settings = here.settings
    today = now.astimezone(settings.zone).date()
    periods = Periods(settings.keep_technical_days, settings.keep_mail_days)
    if apply:
        with transaction(here.engine) as session:
            found = leavers(session, today=today, days=settings.keep_name_days)
            counts = technical.erase(session, now=now, today=today, periods=periods)
            forget(session, found, by=BY, now=now)
            _record(session, counts, now)
    else:
        with reading(here.engine) as session:
            found = leavers(session, today=today, days=settings.keep_name_days)
            counts = technical.count(session, now=now, today=today, periods=periods)
    _show(counts, found, apply=apply, as_json=as_json)


def _record(session: Session, counts: dict[Kind, int], now: datetime) -> None:
    done = {kind.value: count for kind, count in counts.items() if count}
    for root_id in session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))) if done else ():
        history.record(
            session, root_id=root_id, at=now, actor=BY, verb="retention", thing="installation:1", data=done
        )


def _show(counts: dict[Kind, int], found: list[Leaver], *, apply: bool, as_json: bool) -> None:
    ready = [each for each in found if not each.waits_for]
    waiting = [each for each in found if each.waits_for]
    if as_json:
        told = {
            "erased": apply,
            "technical": {kind.value: count for kind, count in counts.items()},
            "names": [each.person_id for each in ready],
            "waiting": {str(each.person_id): list(each.waits_for) for each in waiting},
        }
        typer.echo(json.dumps(told))
        return
    for kind, count in counts.items():
        typer.echo(f"{tell(kind)}: {count}")
    typer.echo(f"{tell('names')}: {len(ready)}")
    for each in waiting:
        typer.echo(tell("waits", person=each.post, count=len(each.waits_for)))
    typer.echo(tell("erased" if apply else "dry"))
