"""The process that sets documents: a job a line on stdin, its answer on stdout, until stdin ends.

`documents.typeset` starts it by path, as a process of its own with limits on memory and processor time, so
that nothing a template does reaches the process that asked. It imports nothing of the house.
"""

import json
import resource
import sys
from contextlib import suppress
from typing import Any

import typst

Job = dict[str, Any]


def main() -> None:
    """Takes the limit on memory from the command line, in bytes, and works until stdin ends."""
    with suppress(ValueError, OSError):  # where the system knows no such limit, the time limit remains
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    fonts: typst.Fonts | None = None
    for line in sys.stdin.buffer:
        job: Job = json.loads(line)
        limit_processor(job["seconds"])
        fonts = fonts or typst.Fonts(include_system_fonts=False, font_paths=job["fonts"])
        answer(*made(job, fonts))


def limit_processor(seconds: float) -> None:
    """Ends this process by itself when nobody is left to end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 3 * seconds) + 5
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def made(job: Job, fonts: typst.Fonts) -> tuple[dict[str, Any], bytes]:
    """(what came of it, the document)."""
    try:
        document = typst.compile(
            job["input"],
            root=job["root"],
            font_paths=fonts,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": job["data"]},
            pdf_standards=job["standards"],
            package_path=job["packages"],
            package_cache_path=job["packages"],
            timestamp=job["at"],
        )
    except typst.TypstError as error:
        said = {"message": error.message, "diagnostic": error.diagnostic, "hints": error.hints}
        return {"error": said}, b""
    return {"size": len(document)}, document


def answer(said: dict[str, Any], document: bytes) -> None:
    """One line of JSON, then the document."""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + document)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
