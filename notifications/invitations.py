"""Letters about meetings: the invitation, what was changed, that it is off; each with a calendar's part."""

from typing import Any

from cycle.gatherings.states import GatheringState, Told
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.messages.outbox import mailbox
from cycle.messages.tables import Message
from notifications.invitation_ics import Entry, to_ics
from notifications.letters import Invitation, Letter
from notifications.office import MEETING, Office
from notifications.sources import Rows

OVERTAKEN = "Ikke sendt: mødet er ændret siden."
WHY_POST = {
    "da": "Du får denne mail, fordi posten som {role} for {unit} er indkaldt til mødet.",
    "en": "You get this mail because the post as {role} at {unit} is invited to the meeting.",
}
WHY_PERSON = {
    "da": "Du får denne mail, fordi du er skrevet på som deltager i mødet.",
    "en": "You get this mail because you are listed as a participant of the meeting.",
}


def invitation(rows: Rows, office: Office, message: Message) -> Letter | None:
    """The letter; None when a later one about the same meeting has taken its place.

    Raises LookupError when the store no longer has what the message speaks of.
    """
    return None if _overtaken(rows, message) else meeting_letter(rows, office, message)


def _overtaken(rows: Rows, message: Message) -> bool:
    """Whoever was taken off is told so, however the meeting changes after that, unless they were invited
    again. An invitation that comes late must not bring back what was called off."""
    gathering = rows.gatherings[message.context["gathering"]]
    participant = rows.participants[message.context["participant"]]
    invited = mailbox(participant.invited_address) == message.address
    if message.context["told"] == Told.CANCELLED:
        return invited
    off = gathering.state is GatheringState.CANCELLED
    return off or not invited or message.context["sequence"] != gathering.sequence


def meeting_letter(rows: Rows, office: Office, message: Message) -> Letter:
    """How the message reads, be it overtaken or only a preview. Raises LookupError as `invitation`."""
    gathering = rows.gatherings[message.context["gathering"]]
    participant = rows.participants[message.context["participant"]]
    told = Told(message.context["told"])
    person = rows.people.get(message.person_id or 0)
    name, language = (person.name, person.language) if person else (participant.name, "da")
    token = token_of(office, participant, message.person_id)
    entry = entry_of(gathering, office, told, name=name, address=message.address, at=message.created_at)
    return Letter(
        kind=message.kind,
        language=language,
        to_name=name,
        sender_name=office.sender_name,
        contact=office.contact,
        items=(),
        reasons_why=(_why(rows, participant, language),),
        demo=office.demo,
        note=gathering.why if gathering.state is GatheringState.CANCELLED else "",
        tokens=frozenset({token}),
        meeting=Invitation(
            told=told,
            url="" if told is Told.CANCELLED else office.meeting_page(token),
            calendar=to_ics(entry),
            **_shown(gathering),
        ),
    )


def token_of(office: Office, participant: GatheringParticipant, person_id: int | None) -> str:
    """The token of the participant's own page: for the person who was invited, 0 for one without a post."""
    return office.token(MEETING, participant.id or 0, person_id or 0, participant.link_generation)


def entry_of(gathering: Gathering, office: Office, told: Told, *, name: str, address: str, at: Any) -> Entry:
    """The meeting as an entry of a participant's calendar. `at` is when it was last changed (an instant)."""
    return Entry(
        key=uid_of(gathering.id or 0, office),
        sequence=gathering.sequence,
        cancelled=told is Told.CANCELLED,
        organiser=office.organiser,
        attendee=(name, address),
        changed_at=at,
        **_shown(gathering),
    )


def uid_of(gathering_id: int, office: Office) -> str:
    """What calendars know the meeting by."""
    return f"moede-{gathering_id}@{office.message_domain}"


def meeting_of(uid: str, office: Office) -> int | None:
    """The meeting that a calendar knows by this name; None for one of somebody else's."""
    number = uid.strip().removeprefix("moede-").partition("@")[0]
    known = number.isascii() and number.isdecimal() and len(number) < 19
    return int(number) if known and uid.strip() == uid_of(int(number), office) else None


def _shown(gathering: Gathering) -> dict[str, Any]:
    return {
        "title": gathering.title,
        "starts_at": gathering.starts_at,
        "ends_at": gathering.ends_at,
        "place": gathering.place,
        "link": gathering.link,
        "agenda": tuple(gathering.agenda),
    }


def _why(rows: Rows, participant: GatheringParticipant, language: str) -> str:
    language = language if language in WHY_POST else "da"
    unit = rows.units.get(participant.unit_id or "")
    if unit is None:
        return WHY_PERSON[language]
    return WHY_POST[language].format(role=participant.role, unit=unit.name)
