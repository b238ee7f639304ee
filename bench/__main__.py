"""`python -m bench [NAME …] [--json]`: measures, and says what is over its limit.

Exits with 1 when something is. Without a name everything but what takes minutes. Several
are measured in a process each: what one holds in memory is not counted against the next.
"""

import argparse
import importlib
import json
import subprocess
import sys
import warnings
from collections.abc import Iterable
from dataclasses import asdict

from bench.measurement import Measurement

BENCHES = (
    "open",
    "agreements",
    "answer",
    "reading",
    "turn",
    "deliver",
    "decide",
    "pages",
    "three_years",
    "every_page",
    "last_minute",
    "trace",
    "serve",
    "documents",
    "seal",
    "simulate",
    "play_year",
)
SLOW = frozenset({"play_year", "every_page", "last_minute"})


def main() -> int:
    """0 when everything is within its limit."""
    # Starlette's test client asks for a successor of httpx that is not among our pins.
    warnings.filterwarnings("ignore", "Using .httpx.")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    given = parser.parse_args()
    unknown = set(given.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    names = given.names or [name for name in BENCHES if name not in SLOW]
    if len(names) == 1:
        return measured(names[0], as_json=given.json)
    options = ["--json"] if given.json else []
    return max([subprocess.call([sys.executable, "-m", "bench", name, *options]) for name in names])


def measured(name: str, *, as_json: bool) -> int:
    """Measures one here; 0 when it is within its limits."""
    over = 0
    for found in importlib.import_module(f"bench.{name}").measure():
        over += found.over
        show(found, as_json=as_json)
    return 1 if over else 0


def show(found: Measurement, *, as_json: bool) -> None:
    """One line at once: benches take a while."""
    if as_json:
        facts = {**asdict(found), "ratio": found.ratio, "verdict": found.verdict}
        print(json.dumps(facts, ensure_ascii=False), flush=True)
    else:
        print(" ".join(_parts(found)), flush=True)


def _parts(found: Measurement) -> Iterable[str]:
    yield f"{found.bench:<11}{found.what}:"
    yield f"{found.value:.4g} {found.unit}"
    if found.processor is not None:
        yield f"(processor {found.processor:.4g} {found.unit})"
    if found.limit is not None and found.ratio is not None:
        yield f"of {found.limit:g} {found.unit} = {found.ratio:.2f}"
    if found.runs > 1:
        yield f"[median of {found.runs}]"
    if found.note:
        yield f"[{found.note}]"
    yield found.verdict


if __name__ == "__main__":
    sys.exit(main())
