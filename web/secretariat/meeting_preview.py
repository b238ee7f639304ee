"""A meeting's mail as it would be sent, made by the code that sends it; its link is blanked, nothing kept."""

from fastapi import Request
from sqlmodel import Session

from cycle.gatherings.calling import Details, Mailing
from cycle.gatherings.states import GatheringState, Told
from cycle.gatherings.tables import Gathering
from cycle.messages.tables import Message, MessageKind
from cycle.tasks.calendars import calendar_of_root
from notifications.invitations import meeting_letter
from notifications.office import Office
from notifications.render import Rendered, render
from notifications.sources import read
from web import context


def sample(
    session: Session,
    request: Request,
    gathering: Gathering,
    wanted: Details | None,
    mailing: Mailing,
    why: str,
) -> Rendered | None:
    """What this participant would read if the meeting became so (None: were cancelled)."""
    if wanted is None and not mailing.told:
        return None
    now = context.now(request)
    message = Message(
        root_id=gathering.root_id,
        key="preview",
        kind=MessageKind.INVITATION,
        person_id=mailing.person_id,
        address=mailing.address,
        context={
            "gathering": gathering.id,
            "participant": mailing.participant.id,
            "sequence": gathering.sequence,
            "told": mailing.told or Told.INVITED,
        },
        created_at=now,
        next_at=now,
    )
    rows = read(session, [message], calendar_of_root(session, gathering.root_id).local_date(now))
    rows.gatherings[gathering.id or 0] = _as_wanted(gathering, wanted, why)
    return render(meeting_letter(rows, Office.of(context.settings(request)), message))


def _as_wanted(gathering: Gathering, wanted: Details | None, why: str) -> Gathering:
    changed = Gathering(**gathering.model_dump())
    if wanted is None:
        changed.state, changed.why = GatheringState.CANCELLED, why
        return changed
    for name, value in vars(wanted).items():
        setattr(changed, name, list(value) if name == "agenda" else value)
    return changed
