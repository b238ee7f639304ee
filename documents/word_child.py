"""The process that fills in Word templates: a job a line on stdin, its answer on stdout, until stdin ends.

`documents.word` starts it by path, as `documents.typeset` does its own. Templates are run by Jinja in its
sandbox, with every text escaped.
"""

import io
import json
import resource
import sys
from contextlib import suppress
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Takes the limit on memory from the command line, in bytes, and works until stdin ends."""
    with suppress(ValueError, OSError):  # where the system knows no such limit, the time limit remains
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    for line in sys.stdin.buffer:
        job = json.loads(line)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (int(3 * job["seconds"]) + 5, resource.RLIM_INFINITY))
        said, document = made(job["template"], job["data"])
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + document)
        sys.stdout.buffer.flush()


def made(template: str, data: dict[str, Any]) -> Answer:
    """(what came of it, the document)."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    target = io.BytesIO()
    try:
        document = DocxTemplate(template)
        document.render(data, environment, autoescape=True)
        document.save(target)
    except UndefinedError as error:
        return refused("unknown", error)
    except (TemplateSyntaxError, SecurityError, TypeError, ArithmeticError, OverflowError) as error:
        return refused("mistake", error)
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:  # noqa: BLE001  # what a damaged file does to zip, XML and docx is without end
        return refused("damaged", error)
    return {"size": target.tell()}, target.getvalue()


def refused(kind: str, error: Exception) -> Answer:
    """Why there is no document."""
    return {"error": {"kind": kind, "message": str(error)}}, b""


if __name__ == "__main__":
    main()
