"""A small municipality with one meeting of the schools' leaders, proposed for 20 April 2027.

room = MeetingRoom(engine)
room.call(place="Rådhuset")
room.mails()                    # [(told, address)] of every mail about the meeting
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.gatherings.calling import Details, Mailing, call, cancel
from cycle.gatherings.proposing import propose
from cycle.gatherings.reading import get_gathering, participants_of
from cycle.gatherings.recording import hold
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Directory
from cycle.plan.gatherings import Meetings
from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.store import reading, transaction
from cycle.tasks.tables import Occurrence
from tests.support import municipality
from tests.support.municipality import date, instant

NOW = instant(2027, 4, 1, 9)
HELD = instant(2027, 4, 20, 16)


def activity(**changes: Any) -> Activity:
    """A meeting of all schools' leaders."""
    plain = Activity(
        id="moede",
        title="Møde for skolelederne",
        flow=FlowName.MEETING_SERIES,
        window=Window(opens=When(date="1. april"), due=When(date="20. april")),
        audience=Audience(units=("BY-BU",), role="direktør"),
        members=Audience(kinds=("skole",)),
        participants=("Styregruppen",),
        work=("Velkomst", "Økonomi"),
        meetings=Meetings(begins="9.00", ends="15.00"),
    )
    return plain.model_copy(update=changes)


class MeetingRoom:
    """The municipality, its meeting, and what is done about it at `now`."""

    def __init__(self, engine: Engine, planned: Activity | None = None, *, now: datetime = NOW) -> None:
        self.engine, self.now = engine, now
        planned = planned or activity()
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town)
            found = municipality.add_occurrence(session, self.town, cycle, activity=planned)
            self.occurrence_id = found.id or 0
            directory = Directory.load(session, found.root_id, date(2027, 4, 1))
            self.ids = [
                each.id or 0 for each in propose(session, found, planned, directory, WorkingCalendar())
            ]
        self.id = self.ids[0]

    def occurrence(self, session: Session) -> Occurrence:
        return session.get_one(Occurrence, self.occurrence_id)

    def gathering(self, id_: int | None = None) -> Gathering:
        with reading(self.engine) as session:
            return get_gathering(session, id_ or self.id)

    def participants(self) -> list[GatheringParticipant]:
        with reading(self.engine) as session:
            return list(participants_of(session, self.id))

    def call(self, *, seen: int | None = None, id_: int | None = None, **changes: Any) -> list[Mailing]:
        """Calls the meeting, or changes what is named."""
        with transaction(self.engine) as session:
            found = get_gathering(session, id_ or self.id)
            wanted = replace(Details.of(found), **changes)
            seen = found.edition if seen is None else seen
            return call(session, found, wanted, seen=seen, by="account:1", now=self.now)

    def cancel(self, why: str = "Sygdom") -> list[Mailing]:
        with transaction(self.engine) as session:
            found = get_gathering(session, self.id)
            return cancel(session, found, why=why, seen=found.edition, by="account:1", now=self.now)

    def hold(self, minutes: str) -> None:
        """The meeting was held, at `now`; a minute later the next word about it comes."""
        with transaction(self.engine) as session:
            found = get_gathering(session, self.id)
            hold(
                session,
                found,
                attendance={},
                minutes=minutes,
                seen=found.edition,
                by="account:1",
                now=self.now,
            )
        self.now += timedelta(minutes=1)

    def messages(self) -> list[Message]:
        with reading(self.engine) as session:
            query = select(Message).where(Message.kind == MessageKind.INVITATION)
            return list(session.exec(query.order_by(col(Message.id))))

    def mails(self) -> list[tuple[str, str]]:
        """(what is told, address) of every mail about the meeting, in order."""
        return [(each.context["told"], each.address) for each in self.messages()]
