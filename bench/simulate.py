"""`aarshjul simulate` as a whole process: Copenhagen, and every school, day-care and club of the country."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measurement import Measurement

ROOT = Path(__file__).parent.parent
PLAN = ROOT / "config" / "examples" / "koebenhavn"
CASES = (
    ("Copenhagen, 496 units", (), 10.0),
    ("the country, 5,049 units", ("--units", str(ROOT / "bench" / "data" / "danmark_units.csv")), 100.0),
)
MEGABYTES = 600.0
YEAR = "2027"


def measure() -> Iterator[Measurement]:
    """Seconds of wall time and the child's peak memory, one run each."""
    for what, options, seconds in CASES:
        command = [sys.executable, "-m", "cli.main", "simulate", "--plan", str(PLAN), "--year", YEAR]
        began, spent = time.monotonic(), processor()
        told = subprocess.run(
            [*command, *options, "--json"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        took, spent = time.monotonic() - began, processor() - spent
        tasks = json.loads(told.stdout)["tasks"]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        yield Measurement("simulate", f"{what}, {tasks} tasks", took, "s", seconds, spent)
        yield Measurement("simulate", f"{what}, peak memory so far", peak, "MB", MEGABYTES)


def processor() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
