"""`aarshjul mail explain FILE|FOLDER`: what is read in a mail. Nothing is stored, nobody is told."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.explained_answers import answer_lines, explained
from cli.given_file import read_given
from cli.mail_words import word
from config.checking import validated
from config.settings import load_settings
from config.yaml_source import parse_yaml
from cycle.errors import Invalid, PlanInvalid, Problem
from cycle.messages.verdicts import InboundVerdict
from cycle.tasks.forms import Form
from notifications.mailbox import LARGEST
from notifications.mime import split_sender
from notifications.reading.mail import Mail
from notifications.reading.ours import Ours
from notifications.reading.reader import Reader
from notifications.replies import is_answered_inline, read_reply
from notifications.unseen import unseen_words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Forstå en mail, der er kommet ind. Understand a mail that came in.",
)
MailFile = Annotated[
    Path, typer.Argument(help="Mailen, eller en mappe med .eml-filer. The mail, or a folder of .eml files.")
]
FormFile = Annotated[
    Path | None,
    typer.Option(help="Skema, som svaret læses ind i. A form that the reply is read into."),
]

_HEADER = re.compile(
    rb"From |(?:From|To|Date|Subject|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|"
    rb"Content-[!-9;-~]+|Auto-Submitted|DKIM-Signature|X-[!-9;-~]+|Reply-To|Sender|In-Reply-To):",
    re.IGNORECASE,
)
_HEADS = b"From: afsender@ukendt.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"


@app.callback()
def mail() -> None:
    """Keeps `explain` a command of its own while it is the only one."""


@app.command()
def explain(
    file: MailFile,
    form: FormFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Til programmer. For scripts.")] = False,
) -> None:
    """Vis, hvad der læses i en mail, uden at gemme noget. Show what is read in a mail; nothing is kept."""
    asked = _form(form) if form is not None else None
    address = split_sender(load_settings().mail_from)[1].lower()
    found: list[dict[str, Any]] = []
    with Reader(Ours(address, address.rpartition("@")[2])) as reader:
        for path in _mails(file):
            read = reader.read(_as_mail(read_given(path, LARGEST)))
            found.append(_facts(path, read, asked))
            if not as_json:
                sys.stdout.write("\n".join(_lines(path, read, found[-1])) + "\n\n")
    counts = Counter(each["verdict"] for each in found)
    if as_json:
        sys.stdout.write(json.dumps({"mails": found, "counts": counts}, ensure_ascii=False) + "\n")
    elif len(found) > 1:
        sys.stdout.write("".join(f"{count:>6}  {word(verdict)}\n" for verdict, count in counts.most_common()))


def _as_mail(raw: bytes) -> bytes:
    """The mail; a file without a mail's header is taken for the words of one: "Status: gul" is none."""
    head = re.split(rb"\r?\n\r?\n", raw.lstrip(), maxsplit=1)[0]
    return raw if any(map(_HEADER.match, head.splitlines())) else _HEADS + raw


def _mails(given: Path) -> list[Path]:
    """The file, or the mails in the folder by name. Raises Invalid when there are none."""
    if not given.is_dir():
        return [given]
    found = sorted(given.rglob("*.eml")) or sorted(path for path in given.rglob("*") if path.is_file())
    if not found:
        raise Invalid([Problem(str(given), word("no mails"), word("no mails cure"))])
    return found


def _form(path: Path) -> Form:
    """The form in the file. Raises PlanInvalid with every fault of it."""
    problems: list[Problem] = []
    try:
        text = read_given(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid([Problem(str(path), word("not utf-8"), word("not utf-8 cure"))]) from error
    document = parse_yaml(text, path.name, problems)
    form, faults = validated(document, document.data, Form)
    if form is None or problems or faults:
        raise PlanInvalid([*problems, *faults])
    return form


def _facts(path: Path, read: Mail, form: Form | None) -> dict[str, Any]:
    """What programs are told: everything but the bytes of attached files."""
    reply = None
    if form is not None and (read.verdict is None or _is_answered_inside(form, read)):
        reply = read_reply(form, read.own_text, whole=read.text, above=read.own_above, below=read.below)
    return {
        "file": str(path),
        "verdict": read.verdict.value if read.verdict and reply is None else "reply",
        "reason": read.reason if reply is None else "",
        "message_id": read.message_id,
        "sender": read.sender,
        "recipients": read.recipients,
        "subject": read.subject,
        "references": read.references,
        "authentication": read.authentication,
        "failed": [asdict(failed) for failed in read.failed],
        "calendar": asdict(read.calendar) if read.calendar else None,
        "text": read.own_text,
        "files": [{"name": f.name, "type": f.type, "size": len(f.content)} for f in read.files],
        "files_left_out": read.files_left_out,
        "answers": explained(form, reply) if form is not None and reply is not None else None,
    }


def _is_answered_inside(form: Form, read: Mail) -> bool:
    """Whether a mail without words of its own has answers in what it quotes, or words that only look quoted:
    then it is a reply."""
    inside = is_answered_inline(form, read.text) or bool(unseen_words(read.text))
    return read.verdict is InboundVerdict.EMPTY and inside


def _lines(path: Path, read: Mail, facts: Mapping[str, Any]) -> Iterator[str]:
    """What people are told."""
    yield f"{path}: {word(facts['verdict'])}"
    if facts["reason"]:
        yield f"  {facts['reason']}"
    yield f"  {word('from')}: {read.sender or '?'}   {word('subject')}: {read.subject}"
    for failed in read.failed:
        how = word("for good" if failed.hard else "for now")
        yield f"  {word('failed')}: {failed.address} ({failed.status or '?'}, {how})"
    if read.calendar:
        yield f"  {word('calendar reply')}: {read.calendar.partstat} {read.calendar.uid}"
    for kept in read.files:
        yield f"  {word('file')}: {kept.name or '?'} ({kept.type}, {len(kept.content)} B)"
    if facts["answers"] is not None:
        yield from answer_lines(facts["answers"])
    elif read.verdict is None:
        yield from (f"  | {line}" for line in read.own_text.split("\n"))
