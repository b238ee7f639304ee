"""Runs the long proofs and keeps what they print under docs/proof, with date, commit and command.

python scripts/proof.py [NAME] …   (all of them without a name)
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "proof"
PROOFS = {
    "bench": ("-m", "bench"),
    "bench-mail": ("-m", "bench", "reading", "deliver", "decide"),
    "bench-pages": ("-m", "bench", "pages", "three_years", "every_page", "last_minute"),
    "year": ("-m", "cli.main", "demo", "--play-year", "--exit", "--json"),
    "standstill": ("-m", "pytest", "--quiet", "tests/prefect_runs/test_goes_on_without_prefect.py"),
    "seal": (
        "-m",
        "pytest",
        "--quiet",
        "tests/unit/test_sealing.py",
        "-k",
        "a_byte_changed_anywhere",
        "-o",
        "timeout=7200",
    ),
    "fuzz_mail": ("scripts/fuzz_mail.py",),
    "mail-stack": ("-m", "pytest", "--verbose", "--durations=0", "tests/mail_stack", "-o", "timeout=1800"),
    "delivery": ("-m", "pytest", "--quiet", "-s", "tests/faults/test_bad_mail_server.py"),
    "kills": ("-m", "pytest", "--quiet", "-s", "tests/faults/test_crash_points.py"),
    "any-request": (
        "-m",
        "pytest",
        "--quiet",
        "-s",
        "tests/integration/test_any_request.py",
        "-o",
        "timeout=36000",
    ),
    "reminders": ("-m", "pytest", "--quiet", "-s", "tests/faults/test_troubled_years.py"),
    "links": (
        "-m",
        "pytest",
        "--verbose",
        "--durations=0",
        "-s",
        "tests/integration/test_link_exchange.py",
        "tests/integration/test_prefetch.py",
        "tests/browser/test_signing_in.py",
        "-k",
        "change_nothing or changes_nothing",
        "-o",
        "timeout=7200",
    ),
    "hypothesis": (
        "-m",
        "pytest",
        "--quiet",
        "--hypothesis-profile=long",
        "-o",
        "timeout=7200",
        "-m",
        "hypothesis",
        "tests/unit",
        "tests/integration",
    ),
}

LONG = {
    "STANDSTILL_SECONDS": "300",
    "BYTES_APART": "29",
    "MAILBOX_KILLS": "30",
    "FAULTY_MAILS": "5000",
    "CUTS": "200",
    "KILLS": "100",
    "LINKS_OPENED": "10000",
    "LINKS_SCANNED": "200",
    "CALLS": "50000",
    "CALLING_SECONDS": "36000",
    "LAST_YEAR": "2045",
}
"""What makes a short proof of the test suite a long one."""


def commit() -> str:
    """The commit the proofs are about, and whether files differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return f"{head}, with uncommitted changes" if _git("status", "--porcelain") else head


def prove(name: str, of: str) -> bool:
    """Runs one proof and writes its file; whether it held. Progress goes to this process's stderr."""
    arguments, started = PROOFS[name], time.monotonic()
    sys.stdout.write(f"{name} …\n")
    sys.stdout.flush()
    environment = {**os.environ, **LONG}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    head = [
        f"date:    {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"commit:  {of}",
        f"command: {_told(arguments)}",
    ]
    foot = f"status:  {done.returncode} after {time.monotonic() - started:.0f} s"
    printed = done.stdout.replace(str(ROOT), ".").strip()
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.txt").write_text("\n".join([*head, "", printed, "", foot, ""]), encoding="utf-8")
    sys.stdout.write(f"{foot}: docs/proof/{name}.txt\n")
    return done.returncode == 0


def main(names: list[str]) -> int:
    """0 when every proof held, 1 when one did not, 2 for a name that is none."""
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        sys.stderr.write(f"No proof is called {', '.join(unknown)}. There are {', '.join(PROOFS)}.\n")
        return 2
    of = commit()
    held = [prove(name, of) for name in names or PROOFS]
    return 0 if all(held) else 1


def _told(arguments: Sequence[str]) -> str:
    """The command as one would type it."""
    long = [f"{name}={value}" for name, value in LONG.items()] if "pytest" in arguments else []
    return " ".join([*long, "python", *arguments])


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
