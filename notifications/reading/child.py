"""The process that reads mails: one a job on stdin, what it says on stdout, until stdin ends.

`notifications.reading.reader` starts it by path. It knows no secret and no store: whatever a mail does to a
parser, it does to this process.
"""

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from notifications.reading.ours import Ours
from notifications.reading.read import read_mail
from notifications.reading.wire import packed


def main() -> None:
    """Takes the limit on memory from the command line, in bytes, and works until stdin ends."""
    with suppress(ValueError, OSError):  # where the system knows no such limit, the time limit remains
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    for line in sys.stdin.buffer:
        job: dict[str, Any] = json.loads(line)
        limit_processor(job["seconds"])
        raw = sys.stdin.buffer.read(job["size"])
        try:
            said = packed(read_mail(raw, Ours(**job["ours"])))
        except MemoryError:
            raise SystemExit(1) from None
        sys.stdout.buffer.write(json.dumps({"size": len(said)}).encode() + b"\n" + said)
        sys.stdout.buffer.flush()


def limit_processor(seconds: float) -> None:
    """Ends this process by itself when nobody is left to end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 3 * seconds) + 5
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
