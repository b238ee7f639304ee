"""Mine opgaver: what a person's posts owe, across units and municipalities.

GET /mine   this week, later, done
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.own_deadlines import Own, own_deadlines
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState
from web import context, render
from web.rooms import Room
from web.signing_in.person import CurrentPerson

router = APIRouter()
ROOM = Room(router)


@dataclass(frozen=True)
class OwnTasks:
    """The tasks by when they are due; what is late is due this week. `done`: the newest first."""

    this_week: Sequence[Own]
    later: Sequence[Own]
    done: Sequence[Own]


@router.api_route("/mine", methods=["GET", "HEAD"])
def show(request: Request, person: CurrentPerson) -> Response:
    """The person's own tasks."""
    found: list[Own] = []
    with context.reading(request) as session:
        today = date.min
        for each in person.people:
            today = calendar_of_root(session, each.root_id).local_date(context.now(request))
            found += own_deadlines(session, each.id or 0, today=today)
        tasks = sorted_by_week(found, today)
        return render.page(request, "signing_in/own_tasks.html", person=person, tasks=tasks, today=today)


def sorted_by_week(found: Sequence[Own], today: date) -> OwnTasks:
    """A week ends on its Sunday. What closed unanswered is past, and in none of them."""
    sunday = today + timedelta(days=6 - today.weekday())
    waiting = [each for each in found if each.task.state in WAITING_FOR_HOLDER and _is_open(each)]
    return OwnTasks(
        this_week=[each for each in waiting if each.task.due_on <= sunday],
        later=[each for each in waiting if each.task.due_on > sunday],
        done=[each for each in reversed(found) if each.task.state not in WAITING_FOR_HOLDER],
    )


def _is_open(own: Own) -> bool:
    return own.occurrence.state is OccurrenceState.OPEN
