"""The superior's side of a confidential preparation: for whoever holds the post, and no role besides.

GET  /mine-enheder/opgave/{task}/forberedelse   both parts, the own one to be written on
POST /mine-enheder/opgave/{task}/forberedelse   keeps the own part
"""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.organisation.directory import Directory, Recipient
from cycle.preparations.parties import person_of_account
from cycle.tasks.calendars import calendar_of
from cycle.tasks.cycles import PREPARATION
from cycle.tasks.tables import Occurrence, Task
from web import context, preparation
from web.plain import Id
from web.preparation import Desk
from web.rooms import Room
from web.session import CheckedForm, CurrentActor, grant

router = APIRouter(prefix="/mine-enheder/opgave/{task_id}/forberedelse")
ROOM = Room(router)


@router.get("")
def show(request: Request, actor: CurrentActor, task_id: Id, gemt: str = "") -> Response:
    """Both parts."""
    with context.reading(request) as session:
        desk = _open(session, request, actor, task_id)
        return preparation.show(session, request, desk, _address(task_id), notice="saved" if gemt else "")


@router.post("")
def keep(request: Request, actor: CurrentActor, task_id: Id, sent: CheckedForm) -> Response:
    """Keeps the superior's own part."""
    return preparation.answer(
        request, sent, _address(task_id), lambda session: _open(session, request, actor, task_id)
    )


def prepared_with(
    session: Session, request: Request, actor: SignedIn, task: Task, occurrence: Occurrence
) -> Recipient | None:
    """The leader, when the actor is the other party of this task's dialogue."""
    if PREPARATION not in occurrence.stage_forms:
        return None
    now = context.now(request)
    directory = Directory.for_post(session, task.unit_id, calendar_of(session, occurrence).local_date(now))
    person_id = person_of_account(session, occurrence.root_id, actor.email)
    return preparation.prepares_with(directory, task, occurrence, person_id, now=now)


def _open(session: Session, request: Request, actor: SignedIn, task_id: int) -> Desk:
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("task", task_id)
    root_id = session.get_one(Occurrence, task.occurrence_id).root_id
    person_id = person_of_account(session, root_id, actor.email)
    desk = preparation.open_desk(session, request, task, person_id)
    grant(actor, "prepare")
    return desk


def _address(task_id: int) -> str:
    return f"/mine-enheder/opgave/{task_id}/forberedelse"
