"""The data folder and its marker, which says who made it.

`demo` must never play with a real municipality's year, nor `serve` send mail for an invented one.
"""

import errno
import json
import shlex
from pathlib import Path
from typing import Literal

from cli.wording import language, say
from cycle.danish import file_fault
from cycle.errors import Invalid, Problem

Kind = Literal["serve", "demo"]
MARKER = "installation.json"


def prepare_folder(folder: Path, kind: Kind | None) -> Kind:
    """Makes the data folder and its marker; gives the kind it is of. Raises Invalid."""
    marker = folder / MARKER
    _make(folder, kind)
    try:
        if not marker.exists():
            marker.write_text(json.dumps({"kind": kind or "serve"}) + "\n", encoding="utf-8")
    except OSError as error:
        what = say("folder unwritable", why=file_fault(error, language()))
        cure = say("mend folder", option=_option(kind))
        raise Invalid([Problem(str(folder), what, cure)]) from error
    found = read_kind(marker)
    if kind is not None and found != kind:
        what = say("folder is other kind", found=found)
        raise Invalid([Problem(str(folder), what, say(f"other folder for {kind}"))])
    return found


def _make(folder: Path, kind: Kind | None) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        what = say("folder unmade", why=why_unmade(error))
        cure = say("mend folder unmade", path=shlex.quote(str(folder)), option=_option(kind))
        raise Invalid([Problem(str(folder), what, cure)]) from error


def why_unmade(error: OSError) -> str:
    """Why a folder cannot be made; that it does not exist is no reason, so the place takes none."""
    return say("takes no folders") if error.errno == errno.ENOENT else file_fault(error, language())


def _option(kind: Kind | None) -> str:
    return "--data-dir" if kind == "demo" else "AARSHJUL_DATA_DIR"


def read_kind(marker: Path) -> Kind:
    """Who made this folder. Raises Invalid when the marker cannot be understood."""
    try:
        kind: Kind = json.loads(marker.read_text(encoding="utf-8"))["kind"]
        if kind in ("serve", "demo"):
            return kind
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise Invalid([Problem(str(marker), say("marker broken"), say("mend marker"))])
