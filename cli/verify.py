"""`aarshjul verify FILE.pdf`: whether a sealed document is as it was sealed. No network is asked."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.given_file import read_given
from cli.logs import no_verdicts_in_the_log
from cli.wording import language
from config.settings import load_settings
from documents.seal_key import trusted
from documents.seal_trust import certificates_of
from documents.verdict_words import details, facts, heading
from documents.verification import Verdict, verify

app = typer.Typer(add_completion=False)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="PDF-filen. The PDF file.")],
    certificate: Annotated[
        Path | None,
        typer.Option(help="Certifikat, hvis segl også gælder. A certificate whose seal counts too."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")] = False,
) -> None:
    """Se, om et forseglet dokument er uændret. See whether a sealed document is unaltered.

    Ends with 0 when it is ours and unaltered, else with 1.
    """
    no_verdicts_in_the_log()
    settings = load_settings()
    trust = trusted(settings)
    if certificate is not None:
        trust = trust.also(certificates_of(certificate))
    verdict = verify(read_given(file), trust)
    if as_json:
        sys.stdout.write(json.dumps(_as_json(file, verdict), ensure_ascii=False) + "\n")
    else:
        lines = [heading(verdict, language()), *details(verdict, language())]
        lines += [f"  {what}: {value}" for what, value in facts(verdict, language(), settings.zone)]
        sys.stdout.write("\n".join(lines) + "\n")
    if not verdict.valid:
        typer.echo(heading(verdict, language()), err=True)
        raise typer.Exit(1)


def _as_json(file: Path, verdict: Verdict) -> dict[str, object]:
    return {
        "file": str(file),
        "valid": verdict.valid,
        "outcome": verdict.outcome.value,
        "changes": [change.value for change in verdict.changes],
        "message": " ".join([heading(verdict, language()), *details(verdict, language())]),
        "sealed_by": verdict.sealer,
        "sealed_at": verdict.sealed_at.isoformat() if verdict.sealed_at else None,
        "time_stamped": verdict.timed,
        "certificate_sha256": verdict.fingerprint,
        "sha256": verdict.digest,
    }
