"""What the import commands share: their options, and the file they are given."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.installation import Installation, open_installation
from cli.organisation_words import tell
from cli.wording import english
from cycle.errors import Invalid, Problem
from cycle.organisation.applying import Import
from cycle.organisation.reading import SIZE_LIMIT

BY = "cli"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Vis kun forskellen. Show the difference alone.")]
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]
Municipality = Annotated[str | None, typer.Option(help="Kommunens id. The municipality's id.")]


def begin(file: Path, confirmed: bool = True) -> tuple[Installation, Import]:
    """The installation and the file's bytes. Raises Invalid when the file cannot be read."""
    try:
        with file.open("rb") as opened:
            data = opened.read(SIZE_LIMIT + 1)
    except OSError as error:
        what = tell("no file", why=error.strerror or error)
        raise Invalid([Problem(str(file), what, tell("mend file"))]) from error
    here, now = open_installation(), datetime.now(UTC)
    language = "en" if english() else "da"
    today = now.astimezone(here.settings.zone).date()
    return here, Import(file.name, data, BY, now, today, confirmed, language)
