"""`aarshjul token add | list | revoke`: what programs sign in with, a records system say."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.installation import open_installation
from cli.organisation_words import tell
from cli.wording import language
from cycle.access import tokens
from cycle.access.roles import TokenScope
from cycle.access.tables import AccessToken
from cycle.danish import format_date
from cycle.errors import Invalid, NotFound, Problem
from cycle.store import reading, transaction

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Hvad programmer logger ind med. What programs sign in with.",
)
BY = "cli"
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="Kontoen, det handler som. The account it acts as.")],
    name: Annotated[str, typer.Option(help="Hvad det er til, fx ESDH. What it is for.")],
    scope: Annotated[TokenScope, typer.Option(help="Hvad det må. What it may.")] = TokenScope.CASES,
    days: Annotated[int, typer.Option(help="Hvor længe det gælder. How long it holds.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Lav et token; det vises kun denne ene gang. Make a token; it is shown this once."""
    with transaction(open_installation().engine) as session:
        try:
            made = tokens.make_token(
                session, email=email, name=name, scope=scope, days=days, by=BY, now=datetime.now(UTC)
            )
        except NotFound as error:
            what = tell("no such account", email=email)
            raise Invalid([Problem("email", what, tell("see accounts"))]) from error
    typer.echo(json.dumps({"ok": True, "name": name, "token": made}) if as_json else made)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Vis alle tokens, aldrig dem selv. Show all tokens, never themselves."""
    with reading(open_installation().engine) as session:
        found = [(_facts(token, email), token) for token, email in tokens.list_tokens(session)]
    if as_json:
        typer.echo(json.dumps([facts for facts, _ in found], ensure_ascii=False))
        return
    for line in [_line(facts, token) for facts, token in found] or [tell("no tokens")]:
        typer.echo(line)


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="Tokenets navn. The token's name.")], as_json: AsJson = False
) -> None:
    """Luk et token med det samme. End a token at once."""
    with transaction(open_installation().engine) as session:
        try:
            tokens.revoke_token(session, name, by=BY, now=datetime.now(UTC))
        except NotFound as error:
            what = tell("no such token", name=name)
            raise Invalid([Problem("name", what, tell("see tokens"))]) from error
    told = tell("token revoked", name=name)
    typer.echo(json.dumps({"ok": True, "name": name}, ensure_ascii=False) if as_json else told)


def _facts(token: AccessToken, email: str) -> dict[str, str | None]:
    used, revoked = token.last_used_at, token.revoked_at
    return {
        "name": token.name,
        "account": email,
        "scope": token.scope.value,
        "expires_at": token.expires_at.isoformat(),
        "last_used_at": used.isoformat() if used else None,
        "revoked_at": revoked.isoformat() if revoked else None,
    }


def _line(facts: dict[str, str | None], token: AccessToken) -> str:
    day = format_date((token.revoked_at or token.expires_at).date(), language())
    ends = tell("disabled" if token.revoked_at else "holds until", day=day)
    return f"{facts['name']}  {facts['account']}  {facts['scope']}  {ends}"
