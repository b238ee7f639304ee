"""Calling, moving and cancelling a meeting: who is told what is worked out first, then written with it.

Calling again without a change invites only those who have not been invited; so does a post's new holder,
while whoever had the post is told that the meeting is off for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from cycle.errors import AnswerInvalid, Problem
from cycle.gatherings.changing import change, check_move, move, record
from cycle.gatherings.reading import number_of_everyone, participants_of
from cycle.gatherings.states import Coming, GatheringState, GatheringVerb, Told
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.messages.outbox import mailbox, queue
from cycle.messages.tables import MessageKind
from cycle.organisation.directory import Directory
from cycle.tasks.calendars import calendar_of_root

LONGEST = timedelta(days=14)
FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Details:
    """What participants are told of a meeting. The instants are aware."""

    title: str
    place: str
    link: str
    starts_at: datetime
    ends_at: datetime
    agenda: tuple[str, ...]

    @classmethod
    def of(cls, gathering: Gathering) -> "Details":
        """As the meeting stands."""
        g = gathering
        return cls(g.title, g.place, g.link, g.starts_at, g.ends_at, tuple(g.agenda))


@dataclass(frozen=True)
class Mailing:
    """What a participant is told, and at which address; `told` None: nothing new; no address: not by mail."""

    participant: GatheringParticipant
    told: Told | None
    person_id: int | None
    name: str
    address: str


def mailings(
    session: Session, gathering: Gathering, wanted: Details | None, *, now: datetime
) -> list[Mailing]:
    """Who would be told what if the meeting became as `wanted`; None: if it were cancelled."""
    on = calendar_of_root(session, gathering.root_id).local_date(now)
    directory = Directory.load(session, gathering.root_id, on)
    changed = wanted is not None and wanted != Details.of(gathering)
    found: list[Mailing] = []
    for participant in participants_of(session, gathering.id or 0):
        if wanted is None:
            found.append(_off(directory, participant))
        else:
            found += _on(directory, participant, changed)
    return found


def call(
    session: Session, gathering: Gathering, wanted: Details, *, seen: int, by: str, now: datetime
) -> list[Mailing]:
    """Makes the meeting so and tells everyone concerned; gives who is told what.

    Done a second time it changes and tells nothing. Raises AnswerInvalid when the times cannot be, NotNow
    when the meeting was held or cancelled, Conflict when it was changed since `seen`.
    """
    check_move(gathering, GatheringVerb.CALL)
    check_details(wanted, now=now)
    told = [each for each in mailings(session, gathering, wanted, now=now) if each.told and each.address]
    changed = wanted != Details.of(gathering)
    if not changed and not told and gathering.state is GatheringState.CALLED:
        return []
    first = gathering.state is GatheringState.PROPOSED
    moved = (gathering.starts_at, gathering.ends_at) != (wanted.starts_at, wanted.ends_at)
    values = {**vars(wanted), "agenda": list(wanted.agenda)}
    sequence = gathering.sequence + (changed and not first)
    move(session, gathering, GatheringVerb.CALL, seen=seen, sequence=sequence, **values)
    if moved:
        _ask_again(session, gathering)
    tell(session, gathering, told, now=now)
    record(session, gathering, "call", by=by, now=now, data={"sequence": sequence, "told": len(told)})
    return told


def cancel(
    session: Session, gathering: Gathering, *, why: str, seen: int, by: str, now: datetime
) -> list[Mailing]:
    """Cancels the meeting and tells whoever was invited. Raises NotNow and Conflict as `call`."""
    check_move(gathering, GatheringVerb.CANCEL)
    told = [each for each in mailings(session, gathering, None, now=now) if each.told]
    sequence = gathering.sequence + 1
    move(session, gathering, GatheringVerb.CANCEL, seen=seen, sequence=sequence, why=why.strip())
    tell(session, gathering, told, now=now)
    record(session, gathering, "cancel", by=by, now=now, why=why, data={"told": len(told)})
    return told


def cancel_all(session: Session, gatherings: Iterable[Gathering], *, why: str, by: str, now: datetime) -> int:
    """Cancels those that are still to be held: their step is; gives how many people are told."""
    waiting = [each for each in gatherings if each.state in (GatheringState.PROPOSED, GatheringState.CALLED)]
    return sum(len(cancel(session, each, why=why, seen=each.edition, by=by, now=now)) for each in waiting)


def invite_named(
    session: Session, gathering: Gathering, name: str, address: str, *, seen: int, by: str, now: datetime
) -> GatheringParticipant:
    """Adds a person by name, to be invited when the meeting is called (again). Raises NotNow, Conflict."""
    check_move(gathering, GatheringVerb.CALL)
    number = number_of_everyone(session, gathering.id or 0) + 1
    added = GatheringParticipant(
        gathering_id=gathering.id or 0, key=f"deltager-{number}", name=name.strip(), address=mailbox(address)
    )
    change(session, gathering, seen=seen)
    session.add(added)
    session.flush()
    record(session, gathering, "add_participant", by=by, now=now, data={"participant": added.key})
    return added


def take_off(
    session: Session, gathering: Gathering, key: str, *, seen: int, by: str, now: datetime
) -> Mailing | None:
    """Takes a participant off; gives what they are told, if they were invited. Raises NotNow, Conflict."""
    check_move(gathering, GatheringVerb.CALL)
    participant = next(
        (each for each in participants_of(session, gathering.id or 0) if each.key == key), None
    )
    if participant is None:
        return None
    change(session, gathering, seen=seen)
    told = uninvited(participant)
    if told is not None:
        tell(session, gathering, [told], now=now)
    participant.removed = True
    session.add(participant)
    record(session, gathering, "remove_participant", by=by, now=now, data={"participant": key})
    return told


def tell(session: Session, gathering: Gathering, told: Sequence[Mailing], *, now: datetime) -> None:
    """Puts the mails into the outbox and notes who was invited: one per participant and change."""
    for each in told:
        participant, off = each.participant, each.told is Told.CANCELLED
        queue(
            session,
            key=_key(gathering, each),
            kind=MessageKind.INVITATION,
            root_id=gathering.root_id,
            person_id=each.person_id,
            address=each.address,
            task_id=None,
            context={
                "gathering": gathering.id,
                "participant": participant.id,
                "sequence": gathering.sequence,
                "told": each.told,
            },
            now=now,
        )
        if not off or participant.invited_address == each.address:
            participant.invited_address = "" if off else each.address
            participant.invited_person_id = None if off else each.person_id
        session.add(participant)
    session.flush()


def _key(gathering: Gathering, each: Mailing) -> str:
    """ "invitation:7:deltager-2:4": meeting, participant, edition; "off" behind a cancellation."""
    off = ":off" if each.told is Told.CANCELLED else ""
    return f"invitation:{gathering.id}:{each.participant.key}:{gathering.edition}{off}"


def _on(directory: Directory, participant: GatheringParticipant, changed: bool) -> list[Mailing]:
    """The invitation, or the change, at today's address; whoever was invited before is told it is off."""
    person_id, name, address = _reached(directory, participant)
    if participant.invited_address == address and address:
        told = Told.CHANGED if changed else None
        return [Mailing(participant, told, person_id, name, address)]
    before = uninvited(participant)
    invited = Mailing(participant, Told.INVITED if address else None, person_id, name, address)
    return [invited] if before is None else [before, invited]


def _off(directory: Directory, participant: GatheringParticipant) -> Mailing:
    off = uninvited(participant)
    return off or Mailing(participant, None, *_reached(directory, participant))


def uninvited(participant: GatheringParticipant) -> Mailing | None:
    """What a participant is told who takes part no longer; None for one who was never invited."""
    if not participant.invited_address:
        return None
    who = participant.invited_person_id
    return Mailing(participant, Told.CANCELLED, who, participant.name, participant.invited_address)


def _reached(directory: Directory, participant: GatheringParticipant) -> tuple[int | None, str, str]:
    """(person, name, address) of who takes part today; an empty address when there is none to write to."""
    if participant.unit_id is None:
        return None, participant.name, participant.address
    found = directory.recipient(participant.unit_id, participant.role)
    if found is None:
        return None, participant.name, ""
    return found.person_id, found.name, mailbox(found.address or "")


def _ask_again(session: Session, gathering: Gathering) -> None:
    """What was answered for another time says nothing of the new one."""
    for participant in participants_of(session, gathering.id or 0):
        participant.coming = Coming.UNKNOWN
        session.add(participant)


def check_details(wanted: Details, *, now: datetime) -> None:
    """Raises AnswerInvalid when the meeting cannot be so: no title, over before it begins, in the past."""
    problems = []
    if not wanted.title.strip():
        problems.append(Problem("title", "Mødet mangler en overskrift.", "Skriv den, og prøv igen."))
    if not timedelta(0) < wanted.ends_at - wanted.starts_at <= LONGEST:
        what = "Mødet skal slutte, efter at det begynder."
        problems.append(Problem("ends", what, "Ret et af klokkeslættene."))
    if wanted.starts_at <= now:
        what = "Mødets tid er allerede gået."
        problems.append(Problem("day", what, "Vælg en dag, der kommer. Er mødet holdt, så skriv referatet."))
    if wanted.starts_at > now + FURTHEST:
        what = "Mødet ligger mere end to år ude i fremtiden."
        problems.append(Problem("day", what, "Se efter, om året er rigtigt."))
    if problems:
        raise AnswerInvalid(problems)
