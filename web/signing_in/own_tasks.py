"""Mine opgaver: what a person's posts owe, across units and municipalities.

GET  /mine               this week, later, done, closed unanswered; who stands in for the person's posts
POST /mine/tag-tilbage   a post that was handed over is its holder's again
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.errors import Conflict
from cycle.organisation.tables import Person
from cycle.reminders.decide import Standing
from cycle.runs.requests import wake
from cycle.store import in_pieces
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.own_deadlines import Own, own_deadlines, standing_in
from cycle.tasks.own_posts import StandIn, stand_ins, take_post_back
from cycle.tasks.standing import as_read, standing_of, timeliness
from cycle.tasks.states import WAITING_FOR_HOLDER, TaskState
from cycle.tasks.tables import Draft
from cycle.tasks.vacant_posts import of_vacant_posts
from web import context, render, words
from web.rooms import Room
from web.secretariat.typed import whole_number
from web.signing_in.person import CheckedPersonForm, CurrentPerson
from web.words import Word

router = APIRouter()
ROOM = Room(router)
DRAFTED: Word = ("Kladde gemt", "Draft saved", "")


@dataclass(frozen=True)
class Line:
    """One task as it stands. `vacant`: its post is, and the person is its nearest superior.

    `last_day`: until when the person stands in for its post.
    """

    own: Own
    state: Word
    stands_in: bool
    vacant: bool
    last_day: date | None


@dataclass(frozen=True)
class OwnTasks:
    """The tasks by when they are due; what is late is due this week.

    `done` and `closed`, what closed unanswered: the newest first.
    """

    this_week: Sequence[Line]
    later: Sequence[Line]
    done: Sequence[Line]
    closed: Sequence[Line]


@router.get("/mine")
def show(request: Request, person: CurrentPerson, taget: str = "") -> Response:
    """The person's own tasks."""
    found: list[Line] = []
    lent: list[StandIn] = []
    with context.reading(request) as session:
        today = date.min
        for each in person.people:
            today = calendar_of_root(session, each.root_id).local_date(context.now(request))
            found += lines_of(session, each, today)
            lent += stand_ins(session, each.id or 0, today=today)
        return render.page(
            request,
            "signing_in/own_tasks.html",
            person=person,
            tasks=sorted_by_week(found, today),
            today=today,
            in_other_hands=lent,
            taken_back=bool(taget),
        )


@router.post("/mine/tag-tilbage")
def take_back(request: Request, person: CurrentPerson, sent: CheckedPersonForm) -> Response:
    """The post's mails come to its holder again, from today."""
    wanted = whole_number(sent, "substitute", "Stedfortræderen")
    with context.writing(request) as session:
        now = context.now(request)
        for each in person.people:
            today = calendar_of_root(session, each.root_id).local_date(now)
            theirs = stand_ins(session, each.id or 0, today=today)
            if wanted in {term.id for term in theirs}:
                take_post_back(session, each.id or 0, wanted, today=today, now=now)
                wake(session, now=now)
                return RedirectResponse("/mine?taget=1", status_code=303)
    raise Conflict("substitute", wanted)


def sorted_by_week(found: Sequence[Line], today: date) -> OwnTasks:
    """A week ends on its Sunday."""
    sunday = today + timedelta(days=6 - today.weekday())
    waiting = [each for each in found if waits(each.own, today)]
    past = sorted(
        (each for each in found if not waits(each.own, today)),
        key=lambda each: each.own.task.due_on,
        reverse=True,
    )
    return OwnTasks(
        this_week=[each for each in waiting if each.own.task.due_on <= sunday],
        later=[each for each in waiting if each.own.task.due_on > sunday],
        done=[each for each in past if each.own.task.state not in WAITING_FOR_HOLDER],
        closed=[each for each in past if each.own.task.state in WAITING_FOR_HOLDER],
    )


def lines_of(session: Session, person: Person, today: date) -> list[Line]:
    """The person's tasks in one municipality, by due date."""
    person_id = person.id or 0
    posts = standing_in(session, person_id, today=today)
    fallen = of_vacant_posts(session, person_id, person.root_id, today=today)
    listed = [*own_deadlines(session, person_id, today=today), *fallen]
    listed.sort(key=lambda own: own.task.due_on)
    calendar = calendar_of_root(session, person.root_id)
    drafted = _drafted(session, [own.task.id or 0 for own in listed])
    lines = []
    for own in listed:
        post = (own.task.unit_id, own.task.role)
        on_time = words.TIMELINESS[timeliness(own.task, own.occurrence, today=today, calendar=calendar)]
        stands_in, vacant = post in posts, own in fallen
        lines.append(Line(own, _state(own, on_time, drafted), stands_in, vacant, posts.get(post)))
    return lines


def _state(own: Own, on_time: Word, drafted: Collection[int]) -> Word:
    """What the person has to know of it: it came back, a draft lies there, or how it stands in time."""
    task = own.task
    if task.state is TaskState.RETURNED or task.state not in WAITING_FOR_HOLDER:
        return words.STATES[as_read(task)]
    return DRAFTED if task.id in drafted else on_time


def _drafted(session: Session, task_ids: Sequence[int]) -> set[int]:
    """Those of the tasks that a draft lies at."""
    found: set[int] = set()
    for piece in in_pieces(task_ids):
        found.update(session.exec(select(Draft.task_id).where(col(Draft.task_id).in_(piece))))
    return found


def waits(own: Own, today: date) -> bool:
    """Whether it can still be answered, also after the close when it was asked for or extended then."""
    occurrence, past_due = own.occurrence, own.task.due_on < today
    return (
        standing_of(own.task, occurrence.state, occurrence.closes_at, past_due=past_due) is Standing.WAITING
    )
