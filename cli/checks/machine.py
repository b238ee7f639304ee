"""What can be said of the machine and the data folder without opening the store."""

import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from cli.checks.finding import Finding, bad, note, ok
from cli.folder import why_unmade
from cli.wording import language
from config.incoming_settings import LOOPBACK
from config.settings import Settings
from cycle.danish import file_fault, format_decimal
from cycle.errors import PlanInvalid

PACKAGES = (
    "aiosmtplib",
    "alembic",
    "apscheduler",
    "fastapi",
    "holidays",
    "imap_tools",
    "jinja2",
    "openpyxl",
    "prefect",
    "psycopg",
    "yaml",
    "sqlmodel",
    "uvicorn",
)
GIGABYTE = 1_000_000_000
LOW, VERY_LOW = 2 * GIGABYTE, GIGABYTE // 5


def look(settings: Settings) -> Iterator[Finding]:
    """Python, packages, folder, space, secret, address."""
    yield _python()
    yield _packages()
    if not _exists(settings.data_dir):
        yield _no_folder(settings.data_dir)
    else:
        yield from _folder(settings)
    yield _address(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return (ok if sys.version_info >= (3, 11) else bad)(
        "python.ok" if sys.version_info >= (3, 11) else "python.old", version=version
    )


def _packages() -> Finding:
    missing = [name for name in PACKAGES if find_spec(name.split(".")[0]) is None]
    return bad("packages.missing", names=", ".join(missing)) if missing else ok("packages.ok")


def _exists(folder: Path) -> bool:
    """Also False where the way to it may not be walked."""
    try:
        return folder.exists()
    except OSError:
        return False


def _no_folder(folder: Path) -> Finding:
    """Whether it can be made: the nearest place above it that exists has to take a folder."""
    above = next(place for place in folder.absolute().parents if _exists(place))
    try:
        with tempfile.TemporaryDirectory(dir=above):
            return note("folder.none", path=folder)
    except OSError as error:
        return bad("folder.unmade", path=folder, quoted=shlex.quote(str(folder)), why=why_unmade(error))


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield ok("folder.ok", path=folder)
    except OSError as error:
        yield bad("folder.unwritable", path=folder, why=file_fault(error, language()))
    yield _space(folder)
    yield _secret(settings)


def _space(folder: Path) -> Finding:
    left = shutil.disk_usage(folder).free
    free = f"{format_decimal(Decimal(left) / GIGABYTE, 1, language())} GB"
    if left < VERY_LOW:
        return bad("space.low", free=free)
    return note("space.low", free=free) if left < LOW else ok("space.ok", free=free)


def _secret(settings: Settings) -> Finding:
    try:
        _ = settings.secret
    except PlanInvalid as error:
        problem = error.problems[0]
        return bad("secret.broken", why=f"{problem.where}: {problem.what}", cure=problem.cure)
    except OSError as error:
        return bad("secret.broken", why=f"{settings.data_dir}: {file_fault(error, language())}", cure="")
    return ok("secret.ok")


def _address(settings: Settings) -> Finding:
    local = urlsplit(settings.base_url).hostname in LOOPBACK
    mails = settings.smtp_host and settings.smtp_host not in LOOPBACK
    return (
        note("address.local", url=settings.base_url)
        if local and mails
        else ok("address.ok", url=settings.base_url)
    )
