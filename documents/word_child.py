"""The process that fills in Word templates: a job a line on stdin, its answer on stdout, until stdin ends.

`documents.word` starts it by path, as `documents.typeset` does its own. Templates are run by Jinja in its
sandbox, with every text escaped.
"""

import base64
import io
import json
import resource
import sys
from contextlib import suppress
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

PICTURE, WIDTH = "picture/png", Mm(160)
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
        document.render(drawn(data, document), environment, autoescape=True)
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


def drawn(value: Any, document: DocxTemplate) -> Any:
    """The values with a picture wherever one was sent."""
    if isinstance(value, dict):
        if PICTURE in value:
            return Picture(document, base64.b64decode(value[PICTURE]), value["alt"])
        return {key: drawn(part, document) for key, part in value.items()}
    return [drawn(part, document) for part in value] if isinstance(value, list) else value


class Picture:
    """A picture with its words. The sandbox keeps a placeholder from all that begins with an underscore."""

    def __init__(self, document: DocxTemplate, content: bytes, words: str) -> None:
        self._document, self._content, self._words = document, content, words

    def __html__(self) -> str:
        """Ends the run it stands in, and begins another behind it."""
        part = self._document.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(self._content), WIDTH, None)
        inline.docPr.set("descr", self._words)
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'


def refused(kind: str, error: Exception) -> Answer:
    """Why there is no document."""
    return {"error": {"kind": kind, "message": str(error)}}, b""


if __name__ == "__main__":
    main()
