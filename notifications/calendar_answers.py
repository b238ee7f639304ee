"""A participant's answer from their own calendar: kept with the meeting when it is genuine (RFC 5546)."""

from datetime import datetime

from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.errors import NotNow
from cycle.gatherings.recording import answer_invitation
from cycle.gatherings.states import Coming
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.messages.tables import InboundVerdict
from notifications.authenticity import vouched_for
from notifications.invitations import meeting_of
from notifications.office import Office
from notifications.reading.mail import Mail

V = InboundVerdict
COMING = {"ACCEPTED": Coming.YES, "DECLINED": Coming.NO}

OTHER_MEETING = "Svaret handler om et møde, der ikke er vores."
OTHER_SENDER = "Svaret kommer ikke fra en, der er indkaldt til mødet."
OTHER_EDITION = "Svaret gælder mødet, som det var, før det blev ændret."
NO_ANSWER = "Svaret siger hverken ja eller nej."
OVER = "Mødet tager ikke imod svar længere."
NOTED = {Coming.YES: "Deltageren kommer.", Coming.NO: "Deltageren kommer ikke."}


def take_calendar_answer(
    session: Session, mail: Mail, office: Office, *, root_id: str, now: datetime
) -> tuple[InboundVerdict, str]:
    """Records whether the participant comes; gives CALENDAR and, in Danish, what became of it."""
    return V.CALENDAR, _take(session, mail, office, root_id, now)


def _take(session: Session, mail: Mail, office: Office, root_id: str, now: datetime) -> str:
    answer = mail.calendar
    gathering_id = meeting_of(answer.uid, office) if answer else None
    gathering = session.get(Gathering, gathering_id) if gathering_id else None
    if answer is None or gathering is None or gathering.root_id != root_id:
        return OTHER_MEETING
    participant = _participant(session, gathering, mail.sender)
    if participant is None or not _genuine(mail, office):
        return OTHER_SENDER
    if answer.sequence < gathering.sequence:
        return OTHER_EDITION
    coming = COMING.get(answer.partstat.upper())
    if coming is None:
        return NO_ANSWER
    person_id = participant.invited_person_id
    by = f"person:{person_id}" if person_id else f"participant:{participant.id}"
    try:
        answer_invitation(session, participant, coming, by=by, now=now)
    except NotNow:
        return OVER
    return NOTED[coming]


def _participant(session: Session, gathering: Gathering, sender: str) -> GatheringParticipant | None:
    """Whom the newest invitation was sent to at this address."""
    invited = session.exec(
        select(GatheringParticipant).where(
            GatheringParticipant.gathering_id == gathering.id,
            col(GatheringParticipant.removed).is_(False),
            col(GatheringParticipant.invited_address) != "",
        )
    )
    return next((each for each in invited if email_key(each.invited_address) == email_key(sender)), None)


def _genuine(mail: Mail, office: Office) -> bool:
    return vouched_for(mail.authentication, office.authserv_id, mail.sender) is not False
