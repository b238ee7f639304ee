"""A folder to begin with: the example, copied so that editors find the schemas wherever it lies."""

import re
import shutil
from pathlib import Path

from cli.wording import language, say
from config.schema import NAMES, schema_text
from cycle.danish import file_fault
from cycle.errors import Invalid, Problem

EXAMPLE = Path(__file__).parent.parent / "config" / "examples" / "koebenhavn"
SCHEMAS = "schemas"
MODELINE = re.compile(r"(?m)\A(# yaml-language-server: \$schema=)\S*/([a-z]+\.json)$")


def new_folder(folder: Path) -> None:
    """Copies the example to `folder`, with the schemas beside it. Raises Invalid when it is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid([Problem(str(folder), say("folder not empty"), say("choose new folder"))])
    try:
        shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
        (folder / SCHEMAS).mkdir(exist_ok=True)
        for name in NAMES:
            (folder / SCHEMAS / f"{name}.json").write_text(schema_text(name), encoding="utf-8")
        for file in folder.rglob("*.yaml"):
            _point_to_schemas(file, folder)
    except OSError as error:
        why = file_fault(error, language())
        raise Invalid(
            [Problem(str(folder), say("folder unwritable", why=why), say("choose new folder"))]
        ) from error


def _point_to_schemas(file: Path, folder: Path) -> None:
    up = "../" * (len(file.relative_to(folder).parts) - 1)
    text = file.read_text(encoding="utf-8")
    file.write_text(MODELINE.sub(rf"\g<1>{up}{SCHEMAS}/\g<2>", text), encoding="utf-8")
