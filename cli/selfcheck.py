"""`aarshjul selfcheck`: what the daily self-check would find now, for cron and monitoring."""

import json
import sys
from typing import Annotated

import typer

from cli.installation import open_installation
from cli.wording import language, say
from cycle.health.checks import look
from cycle.store import reading
from flows.runtime import SystemClock
from notifications.selfcheck_words import cure, sentence

app = typer.Typer(add_completion=False)


@app.command()
def selfcheck(
    as_json: Annotated[bool, typer.Option("--json", help="Til programmer. / For scripts.")] = False,
) -> None:
    """Se, om noget hænger. Ender med 1, når noget gør. / See whether something hangs; ends with 1 then.

    Writes nothing and tells nobody.
    """
    here = open_installation()
    now = SystemClock().now()
    with reading(here.engine) as session:
        found = [
            each.as_json() for each in look(session, now=now, real=now, reads_mail=here.settings.reads_mail)
        ]
    if as_json:
        sys.stdout.write(json.dumps({"ok": not found, "found": found}, ensure_ascii=False) + "\n")
    for each in found:
        sys.stderr.write(f"✗ {sentence(each, language())}\n    → {cure(each, language())}\n")
    if found:
        raise typer.Exit(1)
    if not as_json:
        sys.stdout.write("✓ " + say("all well") + "\n")
