"""Mails that leaders send back, laid into a folder mailbox.

put(settings, write(settings, town, task, "Intet at bemærke"), at)
"""

from datetime import datetime
from email.message import EmailMessage

from config.settings import Settings
from cycle.tasks.tables import Task
from notifications.mailbox import FolderMailbox
from notifications.office import REPLY, Office
from tests.support.municipality import ROOT, Town


def address_of(unit_id: str) -> str:
    """The address of a unit's leader."""
    return f"{unit_id.lower()}@{ROOT.lower()}.example"


def reply_to(settings: Settings, task: Task, person_id: int) -> str:
    """The task's reply address for this person."""
    office = Office.of(settings)
    return office.reply_address(office.token(REPLY, task.id or 0, person_id, task.link_generation))


def write(settings: Settings, town: Town, task: Task, text: str, **headers: str) -> bytes:
    """The leader's reply about this task; headers may be given with _ for -."""
    mail = EmailMessage()
    mail["From"] = headers.pop("From", address_of(task.unit_id))
    mail["To"] = headers.pop("To", reply_to(settings, task, town.leaders[task.unit_id]))
    mail["Message-ID"] = headers.pop("Message_ID", f"<svar-{task.id}@{ROOT.lower()}.example>")
    mail["Subject"] = "SV: Kvartalsrapport 1 2027"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def put(settings: Settings, raw: bytes, at: datetime) -> None:
    """The mailbox received it at that instant."""
    assert settings.inbox_dir is not None
    FolderMailbox(settings.inbox_dir).put(raw, at)
