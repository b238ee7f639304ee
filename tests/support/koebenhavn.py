"""Copenhagen's example in a store, and its year driven by the clock as in production.

year = Year(engine, tmp_path, instant(2027, 1, 31))     # an engine that `load` has filled
year.only("budgetudmelding")
year.until(instant(2027, 2, 1, 8))
year.answer(task, {...})
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cli.demo.direct import DirectDriver
from cli.demo.invented import answers_for
from cli.demo.play import Player
from cli.municipality import Folder, load_municipality, start_years
from config.settings import load_settings
from cycle.messages.tables import Message, MessageKind
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.answers import read_answers
from cycle.tasks.forms import Form
from cycle.tasks.review import approve
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import FormVersion, Occurrence, Submission, Task
from flows.runtime import DemoClock, Runtime
from notifications.gather import Letters
from notifications.office import Office
from notifications.render import Rendered, render
from tests.support.municipality import instant
from tests.support.sqlite_file import opened

FOLDER = Path(__file__).parents[2] / "config" / "examples" / "koebenhavn"
ROOT, DIRECTION = "KBH", "KBH-BU"
BEFORE = instant(2026, 12, 28)
AMOUNT = re.compile(r"-?\d{1,3}(?:\.\d{3})*(?:,\d+)? kr\.")


def load(engine: Engine, years: Sequence[int] = (2027,)) -> None:
    """The whole example: 496 units, 669 appointments, goals, strategy, figures, the wheel's years."""
    with transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(FOLDER), now=BEFORE)
        start_years(session, loaded, years, FOLDER, now=BEFORE)


def store_file(path: Path) -> Path:
    """A SQLite file that holds the example, to be copied for each test."""
    engine = make_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    load(engine)
    engine.dispose()
    return path


def copy_of(file: Path, folder: Path) -> Engine:
    """A store of its own from the file."""
    shutil.copy(file, folder / "aarshjul.db")
    return opened(folder / "aarshjul.db")


class Year:
    """The example's year over a store, its clock, and everyone's acts at the clock's time."""

    def __init__(self, engine: Engine, folder: Path, start: datetime) -> None:
        self.engine = engine
        self.settings = load_settings(
            data_dir=folder,
            secret_key="k" * 40,
            smtp_host="mail.kbh.example",
            mail_from="Årshjulet <aarshjul@kbh.example>",
        )
        self.clock = DemoClock(start)
        self.runtime = Runtime(engine, self.settings, self.clock)
        self.driver = DirectDriver(self.runtime)
        self.player = Player(engine, self.settings, self.clock, self.driver)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def only(self, *activities: str) -> None:
        """The other activities are left out of the year, to keep a test to its own."""
        with transaction(self.engine) as session:
            session.execute(
                sa.update(Occurrence)
                .where(col(Occurrence.activity_id).not_in(activities))
                .values(state=OccurrenceState.CANCELLED)
            )

    def until(self, at: datetime) -> None:
        """Plays on; nobody answers by themselves."""
        self.player.play(at)

    def settle(self) -> None:
        """Does what is due now."""
        self.driver.settle()

    def occurrence(self, activity_id: str) -> Occurrence:
        with reading(self.engine) as session:
            return session.exec(select(Occurrence).where(Occurrence.activity_id == activity_id)).one()

    def tasks(self, occurrence_id: int | None, kind: TaskKind | None = None) -> list[Task]:
        """The occurrence's tasks in order of unit."""
        query = select(Task).where(Task.occurrence_id == occurrence_id)
        if kind is not None:
            query = query.where(Task.kind == kind)
        with reading(self.engine) as session:
            return list(session.exec(query.order_by(col(Task.unit_id), col(Task.id))))

    def task(self, occurrence_id: int | None, unit_id: str, kind: TaskKind) -> Task:
        return next(task for task in self.tasks(occurrence_id, kind) if task.unit_id == unit_id)

    def form(self, session: Session, task: Task) -> Form:
        return Form.model_validate_json(session.get_one(FormVersion, task.form_version_id).spec)

    def answer(
        self,
        task: Task,
        raw: Mapping[str, Any] | None = None,
        *,
        nil: bool = False,
        by: str = "",
        session: Session | None = None,
    ) -> Submission:
        """Answers at the clock's time: as typed in `raw`, else something that fits the form."""
        if session is None:
            with transaction(self.engine) as own:
                return self.answer(task, raw, nil=nil, by=by, session=own)
        form = self.form(session, task)
        answers: Mapping[str, Any] = {}
        if raw is not None:
            answers = read_answers(form, raw, rows=task.prefill)
        elif not nil:
            answers = answers_for(form, task.prefill, f"{task.unit_id}:{task.subject}")
        return submit(
            session,
            task.id or 0,
            answers=answers,
            kind=SubmissionKind.NIL if nil else SubmissionKind.COMPLETE,
            channel=Channel.WEB,
            by=by or f"post:{task.unit_id}/{task.role}",
            received_at=self.now,
            now=self.now,
            once=f"page:{task.id}:{self.now.isoformat()}",
        )

    def answer_all(self, tasks: Sequence[Task]) -> None:
        """Everyone of these answers now."""
        with transaction(self.engine) as session:
            for task in tasks:
                self.answer(task, session=session)

    def approve_all(self, tasks: Sequence[Task]) -> None:
        """The superiors approve whatever of these waits for them."""
        with transaction(self.engine) as session:
            for task in tasks:
                found = session.get_one(Task, task.id)
                if found.state is TaskState.SUBMITTED and found.level < found.levels:
                    approve(session, task.id or 0, by="account:1", now=self.now)

    def letters(self, on: date, kind: MessageKind = MessageKind.DAILY) -> list[tuple[Message, Rendered]]:
        """Every mail of the kind written on that day, as it reads."""
        first = instant(on.year, on.month, on.day, 0)
        with reading(self.engine) as session:
            mails = session.exec(
                select(Message).where(
                    Message.kind == kind,
                    Message.created_at >= first,
                    Message.created_at < first + timedelta(days=1),
                )
            ).all()
            letters = Letters(session, mails, office=Office.of(self.settings), today=on)
            prepared = [(mail, letters.write(mail).letter) for mail in mails]
        return [(mail, render(letter)) for mail, letter in prepared if letter is not None]
