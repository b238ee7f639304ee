"""A participant's yes or no from their own calendar is kept with the meeting, when it is genuine."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.gatherings.states import Coming, GatheringState
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.history import History
from cycle.messages.tables import InboundVerdict
from cycle.store import transaction
from notifications import calendar_answers as said
from notifications.calendar_answers import take_calendar_answer
from notifications.office import Office
from notifications.reading.mail import CalendarReply, Mail
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOW = instant(2027, 4, 6)
OFFICE = Office(
    base_url="https://a.by.example",
    reply_domain="",
    sender="Årshjulet <aarshjul@by.example>",
    contact="aarshjul@by.example",
    secret=b"k" * 40,
    authserv_id="mx.by.example",
)
YES = Mail(
    "<1@by.example>",
    "bo@by.example",
    verdict=InboundVerdict.CALENDAR,
    calendar=CalendarReply("moede-1@by.example", "ACCEPTED", "bo@by.example", 2),
)


@pytest.fixture
def meeting(sqlite_engine: Engine) -> Engine:
    """Meeting 1, called twice (sequence 2), with one participant."""
    with transaction(sqlite_engine) as session:
        town = municipality.build(session)
        occurrence = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
        session.add(
            Gathering(
                id=1,
                root_id=ROOT,
                occurrence_id=occurrence.id,
                number=1,
                title="Møde",
                starts_at=NOW + timedelta(days=9),
                ends_at=NOW + timedelta(days=9, hours=2),
                state=GatheringState.CALLED,
                sequence=2,
            )
        )
        session.flush()
        session.add(
            GatheringParticipant(gathering_id=1, key="bo", name="Bo", invited_address="Bo@by.example")
        )
    return sqlite_engine


def taken(engine: Engine, mail: Mail, root: str = ROOT) -> tuple[str, Coming]:
    with transaction(engine) as session:
        verdict, reason = take_calendar_answer(session, mail, OFFICE, root_id=root, now=NOW)
        assert verdict is InboundVerdict.CALENDAR
        return reason, session.exec(select(GatheringParticipant)).one().coming


def with_calendar(**facts: object) -> Mail:
    assert YES.calendar is not None
    return replace(YES, calendar=replace(YES.calendar, **facts))


def test_yes_and_no_are_kept_with_the_participant_and_in_the_history(meeting):
    assert taken(meeting, YES) == ("Deltageren kommer.", Coming.YES)
    assert taken(meeting, YES) == ("Deltageren kommer.", Coming.YES)
    assert taken(meeting, with_calendar(partstat="declined")) == ("Deltageren kommer ikke.", Coming.NO)
    with transaction(meeting) as session:
        assert len([h for h in session.exec(select(History)) if h.verb == "answer_invitation"]) == 2


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (replace(YES, sender="en.anden@by.example"), said.OTHER_SENDER),
        (replace(YES, sender=""), said.OTHER_SENDER),
        (replace(YES, authentication=("mx.by.example; dmarc=fail",)), said.OTHER_SENDER),
        (with_calendar(uid="moede-1@andet.example"), said.OTHER_MEETING),
        (with_calendar(uid="moede-2@by.example"), said.OTHER_MEETING),
        (with_calendar(uid="moede-999999999999999999999999@by.example"), said.OTHER_MEETING),
        (with_calendar(uid="x"), said.OTHER_MEETING),
        (with_calendar(sequence=1), said.OTHER_EDITION),
        (with_calendar(partstat="TENTATIVE"), said.NO_ANSWER),
        (replace(YES, calendar=None), said.OTHER_MEETING),
    ],
)
def test_anything_else_changes_nothing_and_says_why(meeting, mail, reason):
    assert taken(meeting, mail) == (reason, Coming.UNKNOWN)


def test_a_meeting_of_another_municipality_or_one_that_is_off_takes_no_answer(meeting):
    assert taken(meeting, YES, root="ANDEN")[0] == said.OTHER_MEETING
    with transaction(meeting) as session:
        session.get_one(Gathering, 1).state = GatheringState.CANCELLED
    assert taken(meeting, YES) == (said.OVER, Coming.UNKNOWN)
