"""One way to change a meeting: the table of moves, as compare-and-set on the edition that was seen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cycle import history
from cycle.errors import Conflict, NotNow
from cycle.gatherings.states import GATHERING_MOVES, GatheringVerb
from cycle.gatherings.tables import Gathering
from cycle.store import table_of

_gathering = table_of(Gathering)


def check_move(gathering: Gathering, verb: GatheringVerb) -> None:
    """Raises NotNow when the meeting's state does not allow the verb."""
    if (gathering.state, verb) not in GATHERING_MOVES:
        raise NotNow("gathering", gathering.id, gathering.state.value, verb.value)


def move(session: Session, gathering: Gathering, verb: GatheringVerb, *, seen: int, **values: Any) -> None:
    """Applies the verb with further column values, if the meeting still is as the caller saw it.

    Raises NotNow when its state does not allow the verb, Conflict when it was changed since `seen`.
    """
    check_move(gathering, verb)
    change(session, gathering, seen=seen, state=GATHERING_MOVES[gathering.state, verb], **values)


def change(session: Session, gathering: Gathering, *, seen: int, **values: Any) -> None:
    """Writes the columns and raises the edition. Raises Conflict when that is no longer `seen`."""
    session.flush()
    updated = session.connection().execute(
        sa.update(_gathering)
        .where(_gathering.c.id == gathering.id, _gathering.c.edition == seen)
        .values(edition=seen + 1, **values)
    )
    if updated.rowcount == 0:
        raise Conflict("gathering", gathering.id)
    session.refresh(gathering)


def record(
    session: Session,
    gathering: Gathering,
    verb: str,
    *,
    by: str,
    now: datetime,
    why: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """A history row about the meeting. `data` holds ids and values that are not personal."""
    history.record(
        session,
        root_id=gathering.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"gathering:{gathering.id}",
        why=why.strip(),
        data=data,
    )
