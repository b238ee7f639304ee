"""`aarshjul user add | list | password | app | disable`: who may sign in. No password on a command line."""

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.installation import open_installation
from cli.municipality_choice import only_municipality
from cli.organisation_words import tell
from cli.wording import language
from cycle.access import accounts
from cycle.access.accounts import AccountView
from cycle.access.roles import Role
from cycle.access.second_factor import remove_factor
from cycle.danish import file_fault, format_date
from cycle.errors import Invalid, NotFound, Problem
from cycle.messages.account_mail import Changed, tell_account
from cycle.store import reading, transaction

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Hvem der kan logge ind. Who may sign in.")
BY = "cli"


class SignsIn(StrEnum):
    """Whoever may have an account. A leader has none: the link in the mail is enough."""

    SUPERIOR = Role.SUPERIOR.value
    SECRETARIAT = Role.SECRETARIAT.value
    DIRECTION = Role.DIRECTION.value
    COMMITTEE = Role.COMMITTEE.value
    OPERATOR = Role.OPERATOR.value


Email = Annotated[str, typer.Argument(help="E-mailadressen. The e-mail address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        help="Første linje er adgangskoden; - er standard input. Its first line is the password; - is stdin."
    ),
]


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Personens navn. The person's name.")],
    role: Annotated[SignsIn, typer.Option(help="Hvad personen er her. What the person is here.")],
    unit: Annotated[
        str | None, typer.Option(help="Enhedens id (ellers kommunen). The unit's id (else the municipality).")
    ] = None,
    language: Annotated[str, typer.Option(help="da, en.")] = "da",
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Opret en konto. Make an account."""
    here = open_installation()
    with reading(here.engine) as session:
        unit_id = unit or only_municipality(session, None, "--unit")
    password = _password(password_file)
    with transaction(here.engine) as session:
        account = accounts.add_account(
            session,
            email=email,
            name=name,
            password=password,
            role=Role(role.value),
            unit_id=unit_id,
            language=language,
            now=datetime.now(UTC),
            by=BY,
        )
        told = role.value if as_json else tell(f"role {role.value}")
        _say("account added", as_json, email=account.email, role=told, unit=unit_id)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Vis alle konti. Show all accounts."""
    with reading(open_installation().engine) as session:
        found = accounts.list_accounts(session)
    if as_json:
        typer.echo(json.dumps([account.as_data() for account in found], ensure_ascii=False))
        return
    for line in [_line(account) for account in found] or [tell("no accounts")]:
        typer.echo(line)


@app.command("password")
def set_password(email: Email, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Giv en konto ny adgangskode og luk den op. Give an account a new password, and unlock it."""
    here = open_installation()
    _known(email)
    password = _password(password_file)
    with transaction(here.engine) as session:
        account = accounts.set_password(session, email, password, now=(now := datetime.now(UTC)), by=BY)
        tell_account(session, account, Changed.PASSWORD, now=now)
        _say("password set", as_json, email=account.email)


@app.command("app")
def forget_app(email: Email, as_json: AsJson = False) -> None:
    """Fjern kode-appen fra en konto, når telefonen er væk. Take the code app off an account."""
    here = open_installation()
    _known(email)
    with transaction(here.engine) as session:
        account = accounts.find_account(session, email)
        removed = remove_factor(session, account, now=(now := datetime.now(UTC)), by=BY)
        if removed:
            tell_account(session, account, Changed.APP_OFF, now=now)
        _say("app removed" if removed else "no app", as_json, email=account.email)


@app.command()
def disable(email: Email, as_json: AsJson = False) -> None:
    """Luk en konto, også hvor den er logget ind. Close an account, also where it is signed in."""
    _known(email)
    with transaction(open_installation().engine) as session:
        account = accounts.disable_account(session, email, now=datetime.now(UTC), by=BY)
        _say("account disabled", as_json, email=account.email)


def _known(email: str) -> None:
    with reading(open_installation().engine) as session:
        try:
            accounts.find_account(session, email)
        except NotFound as error:
            what = tell("no such account", email=email)
            raise Invalid([Problem("email", what, tell("see accounts"))]) from error


def _password(file: Path | None) -> str:
    """The password from a file, from standard input, or typed twice unseen. Raises Invalid."""
    if file is None:
        if not sys.stdin.isatty():
            raise Invalid([Problem("password", tell("no password"), tell("password file"))])
        typed: str = typer.prompt(tell("password"), hide_input=True, confirmation_prompt=True)
        return typed
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = tell("no file", why=file_fault(error, language()))
        raise Invalid([Problem(f"--password-file {file}", what, tell("mend file"))]) from error
    return text.partition("\n")[0].rstrip("\r")


def _line(account: AccountView) -> str:
    roles = ", ".join(f"{tell(f'role {role.value}')} {unit_id}" for role, unit_id in account.grants)
    parts = [account.email, account.name, roles]
    if account.disabled_at is not None:
        day = format_date(account.disabled_at.date(), language())
        parts.append(tell("disabled", day=day))
    return "  ".join(parts)


def _say(key: str, as_json: bool, **facts: str) -> None:
    typer.echo(json.dumps({"ok": True, **facts}, ensure_ascii=False) if as_json else tell(key, **facts))
