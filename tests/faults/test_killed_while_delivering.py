"""The delivering process is killed (SIGKILL) in the middle, and another one goes on."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from config.settings import Settings, load_settings
from cycle.messages.claiming import LEASE
from cycle.messages.outbox import message_id, queue
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Address
from cycle.store import transaction
from cycle.tasks.tables import Task
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.local_server import LocalServer, Stage
from tests.support import mail_server, municipality
from tests.support.municipality import ROOT, instant

NOON = instant(2027, 4, 6)
MAILS = 24
ROOM = Path(__file__).parents[2]
PROGRAM = f"""
from datetime import datetime
from config.settings import load_settings
from cycle.store import make_engine
from cycle import tables
from flows.deliver import deliver
from flows.runtime import RunContext
settings = load_settings()
engine, now = make_engine(settings.database_url), datetime.fromisoformat("{NOON.isoformat()}")
deliver(RunContext.direct(engine, now, settings, "{ROOT}"))
"""


def write_mails(session: Session) -> list[str]:
    """One mail to each leader; gives the Message-IDs."""
    town = municipality.build(session, units_per_district=MAILS // 4)
    occurrence = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
    municipality.add_tasks(session, town, occurrence)
    addresses = {row.person_id: row.email for row in session.exec(select(Address))}
    for task in session.exec(select(Task).order_by(col(Task.id))):
        person_id = town.leaders[task.unit_id]
        queue(
            session,
            key=f"nudge:{task.id}",
            kind=MessageKind.NUDGE,
            root_id=ROOT,
            person_id=person_id,
            address=addresses[person_id],
            task_id=task.id,
            context={"text": "Hej"},
            now=NOON,
        )
    return [message_id(row.key, "by.example") for row in session.exec(select(Message))]


def settings_for(server: LocalServer, folder: Path, database: str) -> Settings:
    return load_settings(
        data_dir=folder,
        database_url=database,
        secret_key="k" * 40,
        smtp_host=server.host,
        smtp_port=server.port,
        smtp_security="none",
        smtp_connections=1,
        mail_from="Aarshjul <aarshjul@by.example>",
    )


def start(settings: Settings, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOM),
        "AARSHJUL_DATA_DIR": str(folder),
        "AARSHJUL_DATABASE_URL": settings.database_url,
        "AARSHJUL_SECRET_KEY": "k" * 40,
        "AARSHJUL_SMTP_HOST": settings.smtp_host,
        "AARSHJUL_SMTP_PORT": str(settings.smtp_port),
        "AARSHJUL_SMTP_SECURITY": "none",
        "AARSHJUL_SMTP_CONNECTIONS": "1",
        "AARSHJUL_MAIL_FROM": settings.mail_from,
    }
    return subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, cwd=ROOM)


@pytest.mark.parametrize(
    ("stage", "double"),
    [
        # The mail before this one was taken, and its commit may be on its way to the disk.
        (Stage.MAIL, {0, 1}),
        # The server has the mail and the sender died before it could note it: the same Message-ID again.
        (Stage.ACCEPTED, {1}),
    ],
)
def test_after_a_kill_nothing_is_lost_and_only_the_mail_in_flight_can_come_twice(
    stage: Stage, double: set[int], sqlite_engine: Engine, tmp_path: Path
):
    with transaction(sqlite_engine) as session:
        expected = write_mails(session)
    assert len(expected) == MAILS
    with mail_server.running() as server:
        settings = settings_for(server, tmp_path, str(sqlite_engine.url))
        seen: list[str] = []

        def kill_at_the_tenth(asked: Stage, _address: str) -> None:
            if asked is stage:
                seen.append(asked)
                if len(seen) == 10:
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait(timeout=10)

        server.set_hook(kill_at_the_tenth)
        process = start(settings, tmp_path)
        assert process.wait(timeout=60) == -signal.SIGKILL
        server.set_hook(None)
        assert 9 <= len(server.received) < MAILS

        deliver(RunContext.direct(sqlite_engine, NOON + LEASE + timedelta(seconds=1), settings, ROOT))
        came = Counter(mail.message_id for mail in server.received)
    assert set(came) == set(expected)
    assert sum(came.values()) - len(came) in double
    with transaction(sqlite_engine) as session:
        assert {row.state for row in session.exec(select(Message))} == {MessageState.SENT}
