"""Where the processes of an installation write what they do: standard error, one line each, ids only."""

import logging
import sys
import time

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def no_verdicts_in_the_log() -> None:
    """What is wrong with a seal is told as a verdict; the library's own words about it are tracebacks."""
    for library in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(library).setLevel(logging.CRITICAL)


def start_logging(process: str) -> None:
    """Log lines of this process from now on."""
    logging.Formatter.converter = time.gmtime  # UTC, so that lines of several machines are in order
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=f"{process} {FORMAT}", force=True)
    for talkative in ("httpx", "httpcore", "apscheduler", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    no_verdicts_in_the_log()
