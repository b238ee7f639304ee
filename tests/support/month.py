"""A month of a small town: a report planned for 1 April, a real worker, mail in and out.

month = Month(engine, tmp_path)                         # or with a recorder of Prefect's
with month.mail_server() as server:
    month.at(instant(2027, 4, 1, 6), instant(2027, 4, 1, 8))
month.close()
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.demo.drivers import WorkerDriver, running_loop
from config.settings import Settings, load_settings
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import OccurrenceState
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.worker import Worker
from notifications.local_server import LocalServer
from tests.support import municipality
from tests.support.house import RULES
from tests.support.municipality import ROOT, instant
from tests.support.postgres import free_port


class Month:
    """Twenty-four units, a report planned for 1 April, and a worker that carries out what a turn wants."""

    def __init__(self, engine: Engine, folder: Path, recorder: Recorder | None = None) -> None:
        self.engine, self.clock = engine, DemoClock(instant(2027, 3, 31))
        self.port = free_port()
        with transaction(engine) as session:
            self.town = municipality.build(session, units_per_district=6)
            cycle = municipality.start_cycle(session, self.town)
            report = municipality.add_occurrence(session, self.town, cycle, state=OccurrenceState.PLANNED)
            report.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
            self.calendar = calendar_of_root(session, ROOT)
        self.settings: Settings = load_settings(
            data_dir=folder,
            secret_key="k" * 40,
            smtp_host="127.0.0.1",
            smtp_port=self.port,
            smtp_security="none",
            mail_from="Aarshjul <aarshjul@by.example>",
            reply_domain="svar.by.example",
            inbox_dir=folder / "ind",
        )
        runtime = Runtime(engine, self.settings, self.clock)
        self._living = running_loop("worker")
        worker = Worker(runtime, recorder or Recorder(folder, ""))
        self._driver = WorkerDriver(runtime, worker, self._living.__enter__())

    def close(self) -> None:
        """Ends the worker's threads."""
        self._living.__exit__(None, None, None)

    def at(self, *moments: datetime) -> None:
        """Does what is due at each of these times, one after the other."""
        for moment in moments:
            self.clock.set(moment)
            self._driver.settle()
            self._driver.recorded()

    def rows(self, table: type) -> list:
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def mail_server(self) -> LocalServer:
        """The one the settings name; nothing listens there until it is entered."""
        return LocalServer(self.clock.now, port=self.port)
