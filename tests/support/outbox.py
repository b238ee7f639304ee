"""An outbox full of mails, and what it and the receiving server say afterwards.

addresses = write_mails(engine, 400)     # {Message-ID: address}
settings = sending_to(proxy.port, folder)
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings, load_settings
from cycle.messages.outbox import message_id, queue
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Address
from cycle.store import reading, transaction
from cycle.tasks.tables import Task
from tests.support import municipality
from tests.support.municipality import ROOT

DOMAIN = "by.example"
OVER = frozenset({MessageState.SENT, MessageState.REJECTED, MessageState.UNKNOWN, MessageState.WITHHELD})


def write_mails(engine: Engine, count: int, *, now: datetime) -> dict[str, str]:
    """A mail to each of so many leaders (a multiple of four), due at `now`; the addresses by Message-ID."""
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=count // 4)
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
                now=now,
            )
    return {id_: row.address for id_, row in ledger(engine).items()}


def ledger(engine: Engine) -> Mapping[str, Message]:
    """What the store says of each mail, by Message-ID."""
    with reading(engine) as session:
        return {message_id(row.key, DOMAIN): row for row in session.exec(select(Message))}


def sending_to(port: int, folder: Path, **more: Any) -> Settings:
    """Settings that hand mail to this port of this machine."""
    given = {
        "data_dir": folder,
        "secret_key": "k" * 40,
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": f"Aarshjul <aarshjul@{DOMAIN}>",
    }
    return load_settings(**{**given, **more})
