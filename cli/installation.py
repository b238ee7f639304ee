"""One installation: its data folder, its secret and its store."""

import os
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from cli.checks.reasons import reason
from cli.folder import Kind, prepare_folder
from cli.wording import say
from config.settings import Settings, load_settings
from cycle.errors import Invalid, Problem
from cycle.migrations.upgrade import upgrade
from cycle.store import in_words, keep_private, make_engine


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
    The library that draws charts keeps its list of fonts in the data folder, not in somebody's home.
    """
    settings = load_settings(**given)
    found = prepare_folder(settings.data_dir, kind)
    os.environ["MPLCONFIGDIR"] = str(settings.data_dir.absolute() / "matplotlib")
    _ = settings.secret  # made, or found unsafe, now rather than at the first link
    engine = make_engine(settings.database_url)
    keep_private(engine)
    try:
        upgrade(engine)
    except DBAPIError as error:
        why = in_words(error)
        raise Invalid(
            [Problem("AARSHJUL_DATABASE_URL", say("store unreachable", why=reason(why)), say("mend store"))]
        ) from error
    return Installation(settings, engine, found)
