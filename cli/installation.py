"""One installation: its data folder, its secret and its store.

The folder carries a marker saying who made it, so that `demo` never plays with a real municipality's
year and `serve` never sends mail for an invented one.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from cli.wording import say
from config.settings import Settings, load_settings
from cycle.errors import Invalid, Problem
from cycle.store import make_engine
from cycle.tables import METADATA

Kind = Literal["serve", "demo"]
MARKER = "installation.json"
SCHEMA_LOCK = 0x6161_7273


@dataclass(frozen=True)
class Installation:
    """What every command works on."""

    settings: Settings
    engine: Engine
    kind: Kind


def open_installation(kind: Kind | None = None, **given: Any) -> Installation:
    """The installation that the settings point to, made when it is not there yet.

    `given` goes before the environment. With a `kind`, a folder of the other kind is refused. Raises
    Invalid when the folder cannot be written, is of the other kind, or the store cannot be reached.
    """
    settings = load_settings(**given)
    found = prepare_folder(settings.data_dir, kind)
    _ = settings.secret  # made, or found unsafe, now rather than at the first link
    engine = make_engine(settings.database_url)
    try:
        upgrade(engine)
    except DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0]
        raise Invalid(
            [Problem("AARSHJUL_DATABASE_URL", say("store unreachable", why=why), say("mend store"))]
        ) from error
    return Installation(settings, engine, found)


def prepare_folder(folder: Path, kind: Kind | None) -> Kind:
    """Makes the data folder and its marker; gives the kind it is of. Raises Invalid."""
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not marker.exists():
            marker.write_text(json.dumps({"kind": kind or "serve"}) + "\n", encoding="utf-8")
    except OSError as error:
        what = say("folder unwritable", why=error.strerror or error)
        raise Invalid([Problem(str(folder), what, say("mend folder"))]) from error
    found = read_kind(marker)
    if kind is not None and found != kind:
        what = say("folder is other kind", found=found)
        raise Invalid([Problem(str(folder), what, say("choose other folder", wanted=kind))])
    return found


def read_kind(marker: Path) -> Kind:
    """Who made this folder. Raises Invalid when the marker cannot be understood."""
    try:
        kind: Kind = json.loads(marker.read_text(encoding="utf-8"))["kind"]
        if kind in ("serve", "demo"):
            return kind
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise Invalid([Problem(str(marker), say("marker broken"), say("mend marker"))])


def upgrade(engine: Engine) -> None:
    """Brings the store's tables up to this version. Several processes may call it at once."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
        METADATA.create_all(connection)
