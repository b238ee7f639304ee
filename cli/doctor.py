"""`aarshjul doctor`: what is wrong with this installation, and how to mend it."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from cli.checks import engine, machine, mail_domain, network
from cli.checks.finding import Finding, Level
from config.settings import Settings, load_settings
from cycle.store import make_engine
from flows.runtime import SystemClock

app = typer.Typer(add_completion=False)

MARKS = {Level.OK: "✓", Level.NOTE: "!", Level.BAD: "✗"}


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Til scripts. / For scripts.")] = False,
) -> None:
    """Find ud af, hvad der er galt med installationen. / Find out what is wrong here.

    Ends with 1 when something does not work; notes alone end with 0.
    """
    findings = list(examine(load_settings()))
    healthy = all(finding.level is not Level.BAD for finding in findings)
    if as_json:
        told = {"ok": healthy, "checks": [finding.as_json() for finding in findings]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    for finding in findings:
        if finding.level is Level.BAD:
            sys.stderr.write(line(finding))
        elif not as_json:
            sys.stdout.write(line(finding))
    if not healthy:
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, in the order they are best mended. Changes nothing but makes a missing secret."""
    yield from machine.look(settings)
    looked_at = make_engine(settings.database_url)
    yield from engine.look(looked_at, settings, now=SystemClock().now())
    looked_at.dispose()
    yield from network.look(settings)
    yield from mail_domain.look(settings)


def line(finding: Finding) -> str:
    """The finding as one line, with its cure below."""
    cure = f"\n    → {finding.cure}" if finding.cure and finding.level is not Level.OK else ""
    return f"{MARKS[finding.level]} {finding.title}: {finding.what}{cure}\n"
