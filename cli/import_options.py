"""What the import commands share: their options, and the file they are given."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.given_file import read_given
from cli.installation import Installation, open_installation
from cli.wording import language
from cycle.organisation.applying import Import
from cycle.organisation.reading import SIZE_LIMIT

BY = "cli"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Vis kun forskellen. Show the difference alone.")]
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]
Municipality = Annotated[str | None, typer.Option(help="Kommunens id. The municipality's id.")]


def begin(file: Path, confirmed: bool = True) -> tuple[Installation, Import]:
    """The installation and the file's bytes. Raises Invalid when the file cannot be read."""
    data = read_given(file, SIZE_LIMIT + 1)
    here, now = open_installation(), datetime.now(UTC)
    today = now.astimezone(here.settings.zone).date()
    return here, Import(file.name, data, BY, now, today, confirmed, language())
