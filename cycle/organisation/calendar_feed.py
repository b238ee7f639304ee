"""The address of a person's calendar feed, made anew so that the one before shows nothing any more."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.errors import Conflict, NotFound
from cycle.organisation.tables import Person


def renew_calendar(session: Session, person_id: int, *, seen: int, by: str, now: datetime) -> int:
    """Makes a new address; gives its generation. `seen` is the generation that the person had before them.

    Raises NotFound for an unknown person, Conflict when the address was changed meanwhile.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person", person_id)
    raised = sa.update(Person).where(col(Person.id) == person_id, col(Person.calendar_generation) == seen)
    if not session.connection().execute(raised.values(calendar_generation=seen + 1)).rowcount:
        raise Conflict("person", person_id)
    history.record(
        session,
        root_id=person.root_id,
        at=now,
        actor=by,
        verb="renew_calendar",
        thing=f"person:{person_id}",
        data={"generation": seen + 1},
    )
    session.refresh(person)
    return seen + 1
