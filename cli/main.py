"""`aarshjul COMMAND …`: finds the command's module, runs it, and says what went wrong.

A module is imported only when its command is called, so help is quick and `plan check` needs no Prefect.
Each module has an `app: typer.Typer`.
"""

import gc
import importlib
import json
import os
import sys
from collections.abc import Sequence
from copy import copy
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any, NamedTuple

from typer import Abort, TyperException

from cli.usage import usage_error
from cli.wording import english, say
from cycle.errors import CycleError, Invalid


class Command(NamedTuple):
    """Where a command lives and what it does, in one line of Danish and of English."""

    module: str
    danish: str
    english: str


COMMANDS: dict[str, Command] = {
    "serve": Command("cli.serve", "kør årshjulet på denne maskine", "run the wheel on this machine"),
    "doctor": Command(
        "cli.doctor",
        "find ud af, hvad der er galt med installationen",
        "find out what is wrong with this installation",
    ),
    "selfcheck": Command(
        "cli.selfcheck", "se, om noget hænger, til overvågning", "see whether something hangs, for monitoring"
    ),
    "plan": Command(
        "cli.plan_commands",
        "lav en plan, undersøg den og vis dens datoer",
        "make a plan, check it, show its dates",
    ),
    "import": Command(
        "cli.import_commands",
        "indlæs enheder, ledere, møder, beløb, mål og strategi fra filer",
        "import units, leaders, meetings, figures, goals and the strategy from files",
    ),
    "cycle": Command("cli.cycle_commands", "start et år, eller ændr et, der kører", "start or revise a year"),
    "simulate": Command(
        "cli.simulate_command", "prøv et år uden at sende mail", "a dry run of a year: no mail leaves"
    ),
    "demo": Command(
        "cli.demo.command", "prøv det hele med København og opdigtede ledere", "try it all on this machine"
    ),
    "verify": Command(
        "cli.verify", "se, om et forseglet dokument er uændret", "see whether a sealed document is unaltered"
    ),
    "case": Command(
        "cli.case_commands",
        "aflever sagspakker til ESDH, og mærk dem som journaliseret",
        "hand case packages to the records system, and mark them as filed",
    ),
    "mail": Command(
        "cli.mail_commands", "se, hvad der læses i en mail", "see what is read in a mail: nothing is stored"
    ),
    "token": Command("cli.token_commands", "hvad programmer logger ind med", "what programs sign in with"),
    "retention": Command(
        "cli.retention",
        "se og slet, hvad der ikke skal gemmes længere",
        "see and erase what is kept no longer",
    ),
    "person": Command(
        "cli.person", "se alt, hvad der er gemt om én person", "see everything that is held about one person"
    ),
    "history": Command(
        "cli.history_commands", "efterprøv historikken, og forankr den", "check the history, and anchor it"
    ),
    "user": Command("cli.user_commands", "hvem der kan logge ind", "who may sign in"),
    "web": Command("cli.processes.web", "kør kun siderne", "run the pages alone"),
    "clock": Command("cli.processes.clock", "kør kun uret", "run the clock alone"),
    "mailbox": Command(
        "cli.processes.mailbox",
        "hold øje med postkassen, eller tag imod mail",
        "keep watch at the mailbox, or take mail in",
    ),
    "worker": Command("cli.processes.worker", "kør kun én arbejdsproces", "run one worker alone"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of `aarshjul`. Leaves the process with 0, 1 (it failed) or 2 (wrong usage)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("--help", "-h", "help"):
        sys.stdout.write(help_text())
        sys.exit(0)
    if given[0] == "--version":
        sys.stdout.write(f"aarshjul {version()}\n")
        sys.exit(0)
    if given[0] not in COMMANDS:
        sys.exit(_unknown(given[0]))
    sys.exit(run(given[0], given[1:]))


def run(name: str, arguments: Sequence[str]) -> int:
    """Runs one command; an error of the domain becomes a message on stderr and the status 1."""
    try:
        app = _app(COMMANDS[name].module)
        status = app(args=list(arguments), prog_name=f"aarshjul {name}", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except TyperException as error:
        return report_misuse(error, f"aarshjul {name}")
    except Abort:
        sys.stderr.write(say("interrupted") + "\n")
        return 1
    except CycleError as error:
        return report_error(error, as_json="--json" in arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if (said := _said_by_store(error)) is None:
            raise
        return report_error(CycleError(said), as_json="--json" in arguments)


def _app(module: str) -> Any:
    """The command itself. What its module makes stays until the end: garbage is not looked for among it."""
    gc.disable()
    try:
        return importlib.import_module(module).app
    finally:
        gc.freeze()
        gc.enable()


def report_misuse(error: TyperException, name: str) -> int:
    """Says on stderr what was mistyped. A group of commands without one has shown its help: no words."""
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if message.strip():
        usage, command = (context.get_usage(), context.command_path) if context else ("", name)
        sys.stderr.write(usage_error(message, usage, command))
    return error.exit_code


def report_error(error: CycleError, *, as_json: bool) -> int:
    """Says on stderr what was wrong; with `--json` also as an object on stdout. Gives the status 1."""
    if isinstance(error, Invalid) and english():
        error = _in_english(error)
    sys.stderr.write(say("error", text=str(error)) + "\n")
    if as_json:
        told: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
        if isinstance(error, Invalid):
            told["problems"] = [asdict(problem) for problem in error.problems]
        sys.stdout.write(json.dumps({"error": told}, ensure_ascii=False) + "\n")
    return 1


def _in_english(error: Invalid) -> Invalid:
    from config.english import problem_in_english

    told = copy(error)
    told.problems = [problem_in_english(problem) for problem in error.problems]
    told.args = ("\n".join(map(str, told.problems)),)
    return told


def _said_by_store(error: Exception) -> str | None:
    """What the database said, if that is what went wrong. A command without a store imports none here."""
    if "cycle.store" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError

    from cycle.store import in_words

    return in_words(error) if isinstance(error, DBAPIError) else None


def help_text() -> str:
    """What `aarshjul --help` prints."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        f"  {name:<{width}}{command.english if english() else command.danish}"
        for name, command in COMMANDS.items()
    ]
    return say("help", commands="\n".join(lines)) + "\n"


def version() -> str:
    """The version of this installation."""
    from importlib.metadata import version as of

    return of("aarshjul")


def _unknown(name: str) -> int:
    near = get_close_matches(name, COMMANDS, n=1)
    sys.stderr.write(say("unknown command", name=name))
    sys.stderr.write((" " + say("did you mean", name=near[0]) if near else "") + os.linesep)
    return 2


if __name__ == "__main__":
    main()
