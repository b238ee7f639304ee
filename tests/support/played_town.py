"""A dozen of Copenhagen's units whose year was played so far that there is one of everything to see.

town = Town(folder)                # its pages: town.site, as a leader: town.leader_links()
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import col, select

from cli.demo.names import rename_units
from cli.municipality import Folder, load_municipality, start_years
from cycle.access.links import task_token
from cycle.access.person_sessions import open_person_session
from cycle.calendar import WorkingCalendar
from cycle.gatherings.calling import Details, call
from cycle.gatherings.homework import give_homework
from cycle.gatherings.proposing import propose
from cycle.gatherings.reading import participants_of
from cycle.gatherings.recording import hold
from cycle.gatherings.states import Attendance
from cycle.gatherings.tables import GatheringParticipant
from cycle.goals.decisions import record_decision
from cycle.goals.strategies import begin_draft, current_strategy
from cycle.messages.tables import Message, MessageState
from cycle.organisation.directory import Directory
from cycle.organisation.fetched import keep_fetched
from cycle.organisation.import_drafts import ListKind, keep_draft
from cycle.organisation.os2mo import Lists
from cycle.organisation.tables import Address, Appointment, Person, Unit
from cycle.plan.gatherings import Meetings
from cycle.plan.model import Activity, Audience
from cycle.runs.log import write_line
from cycle.runs.tables import ClockPulse, PrefectAnswer, Run, RunState, RunStep, WorkerPulse
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.calendars import calendar_of
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from cycle.tasks.wishes import ask, first_day, last_day, may_ask
from notifications.incoming import take
from notifications.mailbox import Delivered, Place
from notifications.office import REPLY, Office
from notifications.reading.read import read_mail
from tests.support.koebenhavn import BEFORE, Year
from tests.support.municipality import instant
from tests.support.postgres import free_port
from tests.support.small_copenhagen import cut
from tests.support.web import Site

SCHOOL = "101019"
PLAYED = ("budgetudmelding", "strategirevision", "kvartalsrapport-1", "udviklingsaftaler")
HELD = "MailHeld: Mailen venter: mailserveren kan ikke bruges, fejl ved connect (421)."
YES = {"beslutning": "enig"}
SIGNED = {**YES, "navn": "Ida Opdigtet", "bekraeft": "ja"}


RENAMED = "Skolen ved Havnen"
"""What a list from outside, not yet taken in, calls the school."""


class Town:
    """A dozen of Copenhagen's units after a budget call, a hearing, a report, and one agreement signed."""

    def __init__(self, folder: Path, *, invented_names: bool = False) -> None:
        self.engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
        METADATA.create_all(self.engine)
        example = cut(folder / "small")
        with transaction(self.engine) as session:
            loaded = load_municipality(session, Folder.at(example), now=BEFORE)
            start_years(session, loaded, [2027], example, now=BEFORE)
            if invented_names:
                rename_units(session)
        self.year = Year(self.engine, folder, BEFORE)
        self.year.only(*PLAYED)
        self.play()
        self.meet()
        self.propose()
        self.reply()
        self.upload()
        self.fetch()
        self.work()
        self.refuse()
        self.wish()
        self.port = free_port()
        self.site = Site(
            self.engine,
            folder,
            at=self.year.now,
            secret_key="k" * 40,
            base_url=f"http://127.0.0.1:{self.port}",
        )

    def play(self) -> None:
        """The year as far as there is one of everything to see."""
        for activity, at in (
            ("budgetudmelding", instant(2027, 2, 2, 10)),
            ("strategirevision", instant(2027, 3, 2, 10)),
            ("kvartalsrapport-1", instant(2027, 4, 2, 10)),
        ):
            self.year.until(at)
            self.year.answer_all(self.year.tasks(self.year.occurrence(activity).id, TaskKind.ANSWER)[:8])
        report = self.year.occurrence("kvartalsrapport-1").id
        self.year.until(instant(2027, 4, 20, 10))
        self.year.approve_all(self.year.tasks(report, TaskKind.ANSWER))
        self.year.until(instant(2027, 5, 4, 10))
        self.year.answer_all(self.year.tasks(report, TaskKind.RELEASE))
        self.year.until(instant(2027, 12, 2, 10))
        for kind in (TaskKind.DRAFT, TaskKind.NEGOTIATE, TaskKind.APPROVE, TaskKind.SIGN, TaskKind.SIGN):
            self.step(kind)

    def step(self, kind: TaskKind) -> None:
        """Whoever has this step of the school's agreement takes it."""
        raw = {TaskKind.SIGN: SIGNED, TaskKind.DRAFT: None}.get(kind, YES)
        for task in self.year.tasks(self.year.occurrence("udviklingsaftaler").id, kind):
            of = task.subject.partition(":")[2] or task.unit_id
            if of == SCHOOL and task.state is TaskState.OPEN:
                self.year.answer(task, raw)
        self.year.until(self.year.now + timedelta(days=1))

    def meet(self) -> None:
        """The step of the agreements holds two meetings: one held, with minutes and homework, one called."""
        now, school = self.year.now, Audience(units=(SCHOOL,), role="leder")
        with transaction(self.engine) as session:
            found = session.get_one(Occurrence, self.year.occurrence("udviklingsaftaler").id)
            meetings = Meetings(title="Dialogmøde", count=2, begins="9.00", ends="12.00")
            step = Activity.model_validate_json(found.activity)
            step = step.model_copy(update={"meetings": meetings, "members": school, "work": ("Velkomst",)})
            directory = Directory.load(session, found.root_id, now.date())
            held, called = propose(session, found, step, directory, WorkingCalendar())
            for each, days in ((held, 1), (called, 9)):
                at = now + timedelta(days=days)
                wanted = replace(Details.of(each), starts_at=at, ends_at=at + timedelta(hours=3))
                call(session, each, wanted, seen=each.edition, by="cli", now=now)
            later = now + timedelta(days=2)
            (who,) = [each for each in participants_of(session, held.id or 0) if each.unit_id == SCHOOL]
            present = {who.key: Attendance.PRESENT}
            hold(session, held, attendance=present, minutes="Enige.", seen=held.edition, by="cli", now=later)
            given = {"text": "Prøv det af.", "due_on": later.date() + timedelta(days=20), "keys": {who.key}}
            give_homework(session, held, **given, seen=held.edition, by="cli", now=later)
            self.seats = [each.id or 0 for each in session.exec(select(GatheringParticipant))]
        self.year.until(later)

    def propose(self) -> None:
        """The committee has put the strategy off, and there is a proposal for its next version."""
        hearing = self.year.occurrence("strategirevision").id or 0
        put_off = {
            "body": "BUU",
            "decided_on": date(2027, 5, 12),
            "adopted": False,
            "text": "Udsat (opdigtet).",
        }
        with transaction(self.engine) as session:
            record_decision(session, occurrence_id=hearing, by="account:1", now=self.year.now, **put_off)
            now = current_strategy(session, "KBH")
            assert now is not None
            begin_draft(session, now, occurrence_id=hearing, first_year=2029, by="cli", now=self.year.now)

    def reply(self) -> None:
        """Somebody has answered the report by mail, long after it closed."""
        office = replace(Office.of(self.year.settings), reply_domain="svar.kbh.example")
        task = self.year.tasks(self.year.occurrence("kvartalsrapport-1").id, TaskKind.ANSWER)[0]
        raw = (
            "From: ida.opdigtet@kbh.example\r\n"
            f"To: {office.reply_address(office.token(REPLY, task.id or 0, 1, task.link_generation))}\r\n"
            "Message-ID: <sent@kbh.example>\r\nSubject: SV: Kvartalsrapport 1 2027\r\n\r\n"
            "1. Det går som planlagt (opdigtet).\r\n"
        ).encode()
        mail, now = read_mail(raw), self.year.now
        with transaction(self.engine) as session:
            take(session, Delivered(Place(), now, raw), mail, root_id="KBH", office=office, now=now)

    def upload(self) -> None:
        """A list of leaders waits to be imported; one of its rows is wrong."""
        content = f"Nr.;Skoleleder;Adresse\n{SCHOOL};Ida Opdigtet;ida\n".encode()
        with transaction(self.engine) as session:
            keep_draft(
                session, "KBH", ListKind.LEADERS, "ledere.csv", content, by="account:1", now=self.year.now
            )

    def fetch(self) -> None:
        """OS2mo has another name for the school, and for its leader an address we do not know."""
        with transaction(self.engine) as session:
            units = session.exec(select(Unit).where(Unit.root_id == "KBH", col(Unit.closed_on).is_(None)))
            rows = [
                f"{each.id};{each.parent_id or ''};{RENAMED if each.id == SCHOOL else each.name};{each.kind}"
                for each in units
            ]
            leader = session.get_one(Person, self.leader())
            fetched = Lists(
                "\n".join(["Enheds-id;Overordnet;Navn;Art", *rows]).encode(),
                f"Enhed;Rolle;Navn;E-mail\n{SCHOOL};leder;{leader.name};ny@kbh.example\n".encode(),
            )
            keep_fetched(session, "KBH", fetched, 2, now=self.year.now)

    def work(self) -> None:
        """The engine has had work: one run is done, one has failed, and clock and worker live."""
        now, report = self.year.now, self.year.occurrence("kvartalsrapport-1").id
        given = {"root_id": "KBH", "wanted_at": now, "started_at": now, "ended_at": now, "milliseconds": 1200}
        worker, heard = "by1:77:ab12", PrefectAnswer.ANSWERS
        with transaction(self.engine) as session:
            done = Run(flow="quarterly_report", subject=f"close:{report}", state=RunState.DONE, **given)
            failed = Run(flow="deliver", subject="KBH", state=RunState.FAILED, error=HELD, **given)
            session.add_all([done, failed])
            session.add(ClockPulse(name="ur", turned_at=now, milliseconds=4, wanted=2))
            session.add(WorkerPulse(name=worker, beaten_at=now, hands=2, busy=1, prefect=heard))
            session.flush()
            for run, counts in ((failed, {"sent": 240}), (done, {"answered": 9, "missing": 2})):
                run.counts = counts
                write_line(session.connection(), run.id or 0, 1, RunStep.CLAIMED, at=now, text=worker)
                write_line(session.connection(), run.id or 0, 1, RunStep.CAME, at=now, counts=counts)

    def refuse(self) -> None:
        """One mail was refused, and one came back."""
        now, sent = self.year.now, select(Message).where(Message.state == MessageState.SENT)
        with transaction(self.engine) as session:
            refused, back = session.exec(sent.order_by(col(Message.id).desc()).limit(2))
            refused.state, refused.rejected_at, refused.sent_at = MessageState.REJECTED, now, None
            refused.reason = "554 5.7.1 <by1.kbh.example>: Client host rejected: Access denied"
            full = f"Mailen til {back.address} kom ikke frem (5.2.2): 552 5.2.2 mailbox full"
            back.returned_at, back.reason = now, full

    def wish(self) -> None:
        """The school's leader has asked for more time."""
        with transaction(self.engine) as session:
            for task, occurrence in session.exec(
                select(Task, Occurrence)
                .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
                .where(Task.unit_id == SCHOOL)
            ):
                calendar = calendar_of(session, occurrence)
                first = first_day(task, calendar, today=calendar.local_date(self.year.now))
                if may_ask(task, occurrence) and first <= last_day(occurrence, calendar):
                    asked = {"wished_on": first, "reason": "To nye kolleger (opdigtet)."}
                    ask(session, task.id or 0, **asked, by="person:1", now=self.year.now)
                    return
        raise LookupError("no task of the school's waits in an open activity")

    def invitations(self) -> list[str]:
        """The tokens of the school's leader for the meetings."""
        made = {"purpose": "meeting", "person_id": self.leader(), "generation": 1}
        return [task_token(b"k" * 40, task_id=seat, **made) for seat in self.seats]

    def leader(self) -> int:
        """The id of the school's leader."""
        with reading(self.engine) as session:
            person = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
        return person or 0

    def own_session(self) -> str:
        """The token of a browser in which the school's leader gave the code from a mail."""
        with transaction(self.engine) as session:
            return open_person_session(session, self.leader_address(), now=self.site.clock.at)

    def leader_address(self) -> str:
        """Where the school's leader gets mail."""
        with reading(self.engine) as session:
            query = select(Address.email).where(Address.person_id == self.leader())
            return session.exec(query).first() or ""

    def leader_links(self) -> list[str]:
        """The tokens of the school's own tasks."""
        person = self.leader()
        tasks = [
            task
            for activity in PLAYED
            for task in self.year.tasks(self.year.occurrence(activity).id)
            if task.unit_id == SCHOOL and task.state is not TaskState.CANCELLED
        ]
        return [self.site.link(task, person).removeprefix("/opgave/") for task in tasks]
