"""Looks for a mail that makes the reader raise: atheris changes mails where that reaches new code.

python scripts/fuzz_mail.py [SECONDS]   (an hour when not told; needs the package atheris)

Begins with the mails of tests/corpora and of tests/support. Ends with 0 when nothing was raised.
"""

import os
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
LONGEST = 20_000
HOUR = 3600

with atheris.instrument_imports(include=["notifications.reading", "email", "flufl", "mailparser_reply"]):
    from notifications.reading.read import read_mail
    from notifications.reading.wire import packed


def one(raw: bytes) -> None:
    """Reads one mail, and makes of it what is stored."""
    packed(read_mail(raw))


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
