"""Several agreements in turn: after one step is taken, the next of its kind that waits for the person."""

from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from cycle.reminders.decide import Standing
from cycle.tasks.own_deadlines import Own, own_deadlines
from cycle.tasks.standing import standing_of
from cycle.tasks.states import AGREEMENT_STEPS
from web.leader.link import Holding
from web.signing_in.person import person_of


@dataclass(frozen=True)
class Onward:
    """The next step and how many wait. `address`: its own page, or the list where one is known first."""

    own: Own
    count: int
    address: str


def onward(session: Session, request: Request, holding: Holding) -> Onward | None:
    """The next one, the first due first; None for other tasks, and when nothing more waits."""
    if holding.task.kind not in AGREEMENT_STEPS:
        return None
    waiting = [
        own
        for own in own_deadlines(session, holding.person.id or 0, today=holding.today)
        if own.task.kind is holding.task.kind and own.task.id != holding.task_id and _waits(own, holding)
    ]
    if not waiting:
        return None
    known = person_of(session, request)
    at_once = known is not None and holding.person.id in known.ids
    return Onward(waiting[0], len(waiting), f"/opgave/{waiting[0].task.id}" if at_once else "/mine")


def _waits(own: Own, holding: Holding) -> bool:
    it, past_due = own.occurrence, own.task.due_on < holding.today
    return standing_of(own.task, it.state, it.closes_at, past_due=past_due) is Standing.WAITING
