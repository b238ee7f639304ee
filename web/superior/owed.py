"""What a superior owes: the tasks of the account's own posts, told beside the units'."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from sqlmodel import Session

from cycle.access.sessions import SignedIn
from cycle.organisation.mailboxes import people_with
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import AGREEMENT_STEPS, TaskKind
from web import context
from web.signing_in.own_tasks import Line, lines_of, waits

MOST = 8
"""Tasks that are named; the others stand on the page of own tasks."""
IN_TURN: Mapping[TaskKind, tuple[str, str]] = {
    TaskKind.NEGOTIATE: ("Forhandl {} aftaler efter hinanden", "Negotiate {} agreements in turn"),
    TaskKind.APPROVE: ("Godkend {} aftaler efter hinanden", "Approve {} agreements in turn"),
    TaskKind.SIGN: ("Underskriv {} aftaler efter hinanden", "Sign {} agreements in turn"),
}


@dataclass(frozen=True)
class Turn:
    """Several agreements that wait for the same step: what it is called, and where the first one is."""

    da: str
    en: str
    address: str


@dataclass(frozen=True)
class Owed:
    """The next tasks by due date, how many there are in all, and what can be taken in turn."""

    lines: Sequence[Line]
    count: int
    turns: Sequence[Turn]
    today: date


def owed(session: Session, request: Request, actor: SignedIn) -> Owed | None:
    """What waits for whoever has the account's address; None when nothing does.

    Whoever sees the pages as somebody else is told nothing: the tasks are the other's own.
    """
    if actor.viewing is not None:
        return None
    found, today = [], date.min
    for person in people_with(session, actor.email):
        today = calendar_of_root(session, person.root_id).local_date(context.now(request))
        found += [line for line in lines_of(session, person, today) if waits(line.own, today)]
    found.sort(key=lambda line: line.own.task.due_on)
    return Owed(found[:MOST], len(found), _turns(found), today) if found else None


def _turns(found: Sequence[Line]) -> list[Turn]:
    """After each agreement its page leads to the next of the same step (`web.leader.onward`)."""
    counted = Counter(line.own.task.kind for line in found if line.own.task.kind in AGREEMENT_STEPS)
    turns = []
    for kind, count in counted.items():
        first = next(line.own.task for line in found if line.own.task.kind is kind)
        da, en = IN_TURN[kind]
        if count > 1:
            turns.append(Turn(da.format(count), en.format(count), f"/opgave/{first.id}"))
    return turns
