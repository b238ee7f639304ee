"""How complete and how timely the actor's units are in each activity, by the numbers of the statistics."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from sqlmodel import Session

from cycle.access.sessions import SignedIn
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.counted_years import counted_for
from cycle.tasks.numbers import Numbers
from cycle.tasks.statistics import Level, Question, count
from web import context
from web.superior.scope import Standing


def numbers_of(
    session: Session, request: Request, actor: SignedIn, standings: Sequence[Standing]
) -> Mapping[int, Numbers]:
    """What was expected of the actor's units and came, and when, by activity."""
    found: dict[int, Numbers] = {}
    wanted = {standing.occurrence.id or 0 for standing in standings}
    for root_id in sorted({standing.occurrence.root_id for standing in standings}):
        chosen = counted_for(session, actor.grants, [root_id]).only(wanted)
        each_alone = {each.occurrence.id or 0: each.occurrence.id or 0 for each in chosen.activities}
        calendar, now = calendar_of_root(session, root_id), context.now(request)
        question = Question(
            level=Level.MUNICIPALITY,
            today=calendar.local_date(now),
            zone=calendar.zone,
            years=chosen.answered_in(now),
            periods=each_alone,
            nil=False,
        )
        rows = count(session, chosen.parts(), question)
        found |= {row.period: row.numbers for row in rows}
    return found
