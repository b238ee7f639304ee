"""Looks for a mail that makes the reader raise: atheris changes mails where that reaches new code.

python scripts/fuzz_mail.py [SECONDS]   (an hour when not told; needs the package atheris)

Begins with the mails of tests/corpora and of tests/support. Ends with 0 when nothing was raised.
"""

import os
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import cast

import atheris

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
LONGEST = 20_000
HOUR = 3600

with atheris.instrument_imports(include=["notifications", "email", "flufl", "mailparser_reply"]):
    from cycle.tasks.forms import Field, FieldType, Form
    from notifications.addressed import Addressed
    from notifications.reading.read import read_mail
    from notifications.reading.wire import packed
    from notifications.task_words import TaskWords
    from notifications.unseen import UNKNOWN, Sent

STATUS = Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status")
TEXT = Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger")
ONE, REPORT = (
    Form(id="rapport", title="Rapport", nil_allowed=True, fields=fields)
    for fields in ((TEXT,), (STATUS, TEXT))
)
TASKS = [
    cast(Addressed, SimpleNamespace(letter=letter, form=form, task=SimpleNamespace(prefill={})))
    for letter, form in (("", REPORT), ("A", ONE), ("B", REPORT))
]
"""One task alone, and two of one mail."""

SENT = Sent(
    "Kvartalsrapport 1 2027\n1. Status (grøn, gul eller rød):\n2. Bemærkninger:\nSlut på spørgsmålene"
)


def one(raw: bytes) -> None:
    """Reads one mail, makes of it what is stored, and finds its answers to one task and to two."""
    mail = read_mail(raw)
    packed(mail)
    for tasks in (TASKS[:1], TASKS[1:]):
        for sent in (SENT, UNKNOWN):
            TaskWords(mail, tasks, sent=sent).replies(lambda _: "da")


def beginnings(folder: Path) -> None:
    """Writes the mails the search begins with."""
    from tests.support.danish_replies import replies

    with zipfile.ZipFile(ROOT / "tests" / "corpora" / "bounces.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".eml") and len(raw := archive.read(name)) < LONGEST:
                (folder / name).write_bytes(raw)
    for number, reply in enumerate(replies()):
        (folder / f"reply-{number}.eml").write_bytes(reply.raw)


def main(seconds: int) -> None:
    """Searches for so many seconds; libFuzzer tells its figures at the end, and ends the process."""
    with TemporaryDirectory() as folder:
        beginnings(Path(folder))
        sys.stdout.write(f"{len(list(Path(folder).iterdir()))} mails to begin with, {seconds} s\n")
        sys.stdout.flush()
        os.dup2(sys.stdout.fileno(), sys.stderr.fileno())  # libFuzzer tells its figures there
        options = [
            "-verbosity=0",
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            "-timeout=20",
            "-rss_limit_mb=2048",
        ]
        atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else HOUR)
