"""Variables of the environment that were meant as settings."""

import difflib
from collections.abc import Iterable, Mapping

from config.secret_settings import FROM_FILE, PREFIX
from cycle.errors import Problem


def misspelt(environ: Mapping[str, str], fields: Iterable[str]) -> list[Problem]:
    """Variables that look like a setting with a slip of the pen. Others named AARSHJUL_ are let be."""
    known = {f"{PREFIX}{name.upper()}" for name in fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in FROM_FILE}
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    near = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.87) for name in unknown}
    return [
        Problem(name, "Indstillingen findes ikke.", f"Mente du {match[0]}?")
        for name, match in near.items()
        if match
    ]
