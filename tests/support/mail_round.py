"""A small town whose mail goes through Postfix and Dovecot, in real time: its mails carry the servers' own.

town = MailTown(engine, folder, stack)
town.open()                                # yesterday's working day: the report opened and the mails went
town.reply(mail, "Intet at bemærke")       # what a leader's own program makes of an answer
town.now()                                 # the engine does what is due at this moment
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.demo.drivers import WorkerDriver, running_loop
from config.settings import Settings, load_settings
from cycle.organisation.tables import Address, Appointment
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.worker import Worker
from tests.support import mail_server, mail_stack, municipality
from tests.support.house import RULES
from tests.support.mail_stack import MailStack
from tests.support.municipality import ROOT

LONG_AGO = date(2000, 1, 1)
FULL = "Status: gul, fraværet er steget\nForventet resultat: 14,5 mio. kr.\nBemærkninger: Vi følger op."
NIL = "Intet at bemærke."


def everyone(units: int = 1) -> list[str]:
    """The addresses of all leaders of the town, whatever their post."""
    leaves = [f"by-{area}-d{d}-{n:03d}" for area in ("sk", "in") for d in (1, 2) for n in range(1, units + 1)]
    above = ["by", "by-bu", "by-sk", "by-in", *(f"by-{area}-d{d}" for area in ("sk", "in") for d in (1, 2))]
    return [f"{name}@by.example" for name in (*above, *leaves)]


class MailTown:
    """Four units (`units` in each district), one report, and a worker that carries out what a turn wants."""

    def __init__(self, engine: Engine, folder: Path, stack: MailStack, units: int = 1, **more: Any) -> None:
        self.engine, self.stack = engine, stack
        self.settings = settings_for(stack, folder, **more)
        with transaction(engine) as session:
            self.town = municipality.build(session, units_per_district=units)
            for table in (Appointment, Address):
                session.execute(sa.update(table).values(valid_from=LONG_AGO))
            calendar = calendar_of_root(session, ROOT)
            today = calendar.local_date(datetime.now(UTC))
            self.opens_on = calendar.add_working_days(today, -1)
            # no reminder falls on this very day, whatever the time: the first is two weeks before
            self.due_on, self.closes_on = today + timedelta(days=21), today + timedelta(days=27)
            cycle = municipality.start_cycle(session, self.town, self.opens_on.year)
            report = municipality.add_occurrence(
                session,
                self.town,
                cycle,
                state=OccurrenceState.PLANNED,
                opens_on=self.opens_on,
                due_on=self.due_on,
                closes_on=self.closes_on,
            )
            report.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
        self.calendar = calendar
        self.clock = DemoClock(calendar.instant(self.opens_on - timedelta(days=1), time(12)))
        self.runtime = Runtime(engine, self.settings, self.clock)
        self._living = running_loop("worker")
        worker = Worker(self.runtime, Recorder(folder, ""))
        self._driver = WorkerDriver(self.runtime, worker, self._living.__enter__())

    def close(self) -> None:
        """Ends the worker's threads."""
        self._living.__exit__(None, None, None)

    def at(self, moment: datetime) -> None:
        """The engine does what is due at this time."""
        self.clock.set(moment)
        with trusting(self.stack):
            self._driver.settle()

    def now(self) -> datetime:
        """The engine does what is due at this very moment, which it gives."""
        moment = datetime.now(UTC)
        self.at(moment)
        return moment

    def open(self) -> None:
        """The report was opened on the last working day before today, and its mails went out."""
        self.at(self.calendar.instant(self.opens_on, time(6, 30)))
        self.at(self.calendar.instant(self.opens_on, time(8)))

    def end(self) -> None:
        """The report's closing day is over, and whatever was due on the days before it has been done."""
        self.at(self.calendar.instant(self.closes_on + timedelta(days=1), time(5)))

    def letters(self, address: str) -> list[EmailMessage]:
        """What lies in a leader's inbox, the oldest first."""
        return [mail_server.read(raw) for raw in self.stack.mails(address)]

    def reply(self, to: EmailMessage, text: str, **headers: str) -> bytes:
        """A leader's answer to a mail, as their own program writes it, with what they answer to below."""
        mail = EmailMessage()
        mail["From"] = headers.pop("From", str(to["To"]))
        mail["To"] = str(to["Reply-To"] or to["From"])
        mail["Subject"] = f"SV: {to['Subject']}"
        mail["Message-ID"] = headers.pop("Message_ID", f"<svar-paa-{str(to['Message-ID'])[1:-1]}>")
        mail["In-Reply-To"] = mail["References"] = str(to["Message-ID"])
        mail["Date"] = format_datetime(datetime(2001, 1, 1, tzinfo=UTC))  # it is not believed
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        quoted = "\n".join(f"> {line}" for line in mail_server.words(bytes(to)).splitlines())
        mail.set_content(f"{text}\n\nVenlig hilsen\nLederen\n\nDen i går skrev {to['From']}:\n{quoted}\n")
        return bytes(mail)

    def send(self, sender: str, raw: bytes, times: int = 1) -> None:
        """The leader's mail server hands the mail to Postfix, so many times."""
        recipient = str(mail_server.read(raw)["To"])
        for _ in range(times):
            self.stack.send(sender, recipient, raw)

    def rows(self, table: Any) -> list[Any]:
        """All rows, oldest first."""
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def occurrence(self) -> Occurrence:
        """The report."""
        found: Occurrence = self.rows(Occurrence)[0]
        return found


def settings_for(stack: MailStack, folder: Path, **more: Any) -> Settings:
    """An installation that sends by Postfix (STARTTLS, login) and reads its mailbox at Dovecot (STARTTLS)."""
    chosen: dict[str, Any] = {
        "data_dir": folder,
        "secret_key": "k" * 40,
        "mail_from": f"Styringssekretariatet <{mail_stack.ENGINE}>",
        "reply_domain": mail_stack.ANSWERS,
        "smtp_host": "localhost",
        "smtp_port": stack.submission,
        "smtp_security": "starttls",
        "smtp_user": mail_stack.ENGINE,
        "smtp_password": mail_stack.PASSWORD,
        "smtp_timeout": 20,
        "imap_host": "localhost",
        "imap_port": stack.imap,
        "imap_security": "starttls",
        "imap_user": mail_stack.ENGINE,
        "imap_password": mail_stack.PASSWORD,
        "received_by": mail_stack.HOST,
    }
    return load_settings(**{**chosen, **more})


def environment(settings: Settings, stack: MailStack) -> dict[str, str]:
    """What a process of the same installation is told."""
    told = {"SSL_CERT_FILE": str(stack.trusted), "AARSHJUL_DATABASE_URL": settings.database_url}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        told[f"AARSHJUL_{name.upper()}"] = str(getattr(value, "get_secret_value", lambda v=value: v)())
    return {**os.environ, **told}


def trusting(stack: MailStack) -> Any:
    """For as long as the block, the machine's list of authorities is the test's own."""
    return patch.dict(os.environ, {"SSL_CERT_FILE": str(stack.trusted)})
