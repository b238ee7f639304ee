"""One-click sign-in, for a demo alone.

Anybody who reaches the demo is anybody they like, so `serve` has none of these addresses.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from cycle.access.links import task_token
from cycle.access.sessions import open_session
from cycle.access.tables import Account
from cycle.access.viewing import grants_of
from cycle.errors import NotFound
from cycle.organisation.directory import Directory
from cycle.organisation.mailboxes import people_with
from cycle.organisation.tables import Appointment, Unit
from cycle.tasks.calendars import calendar_of
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from web import context, session
from web.context import Sent
from web.plain import LARGEST

router = APIRouter()
SHOWN_PER_ACTIVITY = 6


@dataclass(frozen=True)
class Character:
    """An account one can step into."""

    account_id: int
    name: str
    roles: str
    units: str


@dataclass(frozen=True)
class Errand:
    """A task with the link of whoever has it."""

    title: str
    unit: str
    kind: str
    name: str
    address: str


@router.post("/log-ind")
def step_in(request: Request, sent: Sent) -> Response:
    """Signs in as the chosen account, without a password."""
    number = str(sent.get("account", ""))
    with context.writing(request) as store:
        account = store.get(Account, int(number)) if number.isdecimal() and int(number) <= LARGEST else None
        if account is None:
            raise NotFound("account", number)
        opened = open_session(store, account, now=context.browser_now(request))
    response = RedirectResponse("/", status_code=303)
    session.remember(response, request, opened.token)
    return response


def characters(store: Session, today: date) -> list[Character]:
    """Every account, in the order they were made; not of a person whose posts are all another's today."""
    names = {unit_id: name for unit_id, name in store.exec(select(Unit.id, Unit.name))}
    found = []
    for account in store.exec(select(Account).order_by(col(Account.id))):
        assert account.id is not None
        if not _in_office(store, account.email, today):
            continue
        grants = grants_of(store, account.id)
        roles = ", ".join(sorted({grant.role.value for grant in grants}))
        units = ", ".join(names[grant.unit_id] for grant in grants)
        found.append(Character(account.id, account.name, roles, units))
    return found


def _in_office(store: Session, email: str, today: date) -> bool:
    """Whether the person with the address holds a post today; an account of nobody with posts always is."""
    its = [person.id for person in people_with(store, email)]
    terms = store.exec(select(Appointment).where(col(Appointment.person_id).in_(its))).all()
    return not terms or any(
        term.valid_from <= today and (term.valid_to is None or today <= term.valid_to) for term in terms
    )


def errands(store: Session, request: Request) -> list[Errand]:
    """A task of every kind of unit in every open activity, with the link that its holder was mailed."""
    found: list[Errand] = []
    for occurrence in store.exec(
        select(Occurrence).where(Occurrence.state == OccurrenceState.OPEN).order_by(col(Occurrence.due_on))
    ):
        found += _of_activity(store, request, occurrence)
    return found


def _of_activity(store: Session, request: Request, occurrence: Occurrence) -> list[Errand]:
    on = calendar_of(store, occurrence).local_date(context.now(request))
    one_of_each = (
        sa.select(sa.func.min(col(Task.id)))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            col(Task.occurrence_id) == occurrence.id,
            col(Task.kind) != TaskKind.REVIEW,
            col(Task.state).in_([TaskState.OPEN, TaskState.RETURNED]),
        )
        .group_by(col(Task.kind), col(Unit.kind))
    )
    tasks = store.exec(
        select(Task).where(col(Task.id).in_(one_of_each)).order_by(col(Task.id)).limit(SHOWN_PER_ACTIVITY)
    )
    made = (_errand(request, task, occurrence, Directory.for_post(store, task.unit_id, on)) for task in tasks)
    return [errand for errand in made if errand is not None]


def _errand(request: Request, task: Task, occurrence: Occurrence, directory: Directory) -> Errand | None:
    recipient = directory.recipient(task.unit_id, task.role)
    if recipient is None or task.id is None:
        return None
    token = task_token(
        context.settings(request).secret,
        purpose="task",
        task_id=task.id,
        person_id=recipient.person_id,
        generation=task.link_generation,
    )
    title = task.title or occurrence.title
    unit = directory.units[task.unit_id]
    return Errand(title, unit.name, unit.kind, recipient.name, f"/opgave/{token}")
