"""Where the processes of an installation write what they do: standard error, one line each, ids only."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_logging(process: str) -> None:
    """Log lines of this process from now on."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=f"{process} {FORMAT}", force=True)
    for talkative in ("httpx", "httpcore", "apscheduler", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
