"""`aarshjul demo --play-year --exit --json` as a whole process: through Prefect and real SMTP."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measurement import Measurement

ROOT = Path(__file__).parent.parent
SECONDS = 600.0


def measure() -> Iterator[Measurement]:
    """The seconds the year took, and how many mails were lost or came twice (none may)."""
    command = [sys.executable, "-m", "cli.main", "demo", "--play-year", "--exit", "--json"]
    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    figures = json.loads(told.stdout)
    what = f"{figures['tasks']} tasks, {figures['mails_received']} mails, {figures['flow_runs']} runs"
    yield Measurement("play_year", what, figures["seconds"], "s", SECONDS)
    for name in ("lost", "double", "unexplained"):
        yield Measurement("play_year", f"mails {name}", figures[name], "mails", 0)
