"""Files that commands are given: read in one go, and named in what is said of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from cli.organisation_words import tell
from cli.wording import language
from cycle.danish import file_fault
from cycle.errors import ImportInvalid, Invalid, Problem

P = ParamSpec("P")
R = TypeVar("R")


def read_given(file: Path, limit: int = -1) -> bytes:
    """The file's bytes, `limit` of them at most. Raises Invalid when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(limit)
    except OSError as error:
        what = tell("no file", why=file_fault(error, language()))
        raise Invalid([Problem(str(file), what, tell("mend file"))]) from error


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Lets the faults of an imported file that are found inside say which file it is."""
    try:
        yield
    except ImportInvalid as error:
        raise error.of_file(file.name) from error


def names_its_file(command: Callable[P, R]) -> Callable[P, R]:
    """The command with the faults of its argument `file` said under the file's name."""

    @wraps(command)
    def named(*args: P.args, **kwargs: P.kwargs) -> R:
        with naming(Path(str(kwargs["file"]))):
            return command(*args, **kwargs)

    return named
