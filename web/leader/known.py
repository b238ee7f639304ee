"""Whether whoever has a leader's page open is known well enough for what the task asks of them."""

from dataclasses import replace

from fastapi import Request

from cycle.access.rules import OwnVerb, own_allowed
from cycle.tasks.states import TaskKind
from web import context
from web.faults import Refused
from web.leader.link import Holding
from web.signing_in.faults import CONFIRM_TO_HAND_OVER, CONFIRM_TO_SUBSCRIBE, SIGN_IN_TO_SIGN

BEYOND_ONE_TASK = {
    OwnVerb.HAND_OVER: (CONFIRM_TO_HAND_OVER, "overdrag"),
    OwnVerb.SUBSCRIBE: (CONFIRM_TO_SUBSCRIBE, "kalender"),
}
"""What a task's link alone does not do: what is said, and the page below it that one comes back to."""


def may_answer(request: Request, holding: Holding) -> bool:
    """Whether they may answer, or sign where that is the task."""
    verb = OwnVerb.SIGN if holding.task.kind is TaskKind.SIGN else OwnVerb.ANSWER
    strict = context.settings(request).signatures_need == "account"
    return own_allowed(verb, holding.known_by, signing_needs_account=strict)


def is_own_hand(holding: Holding, verb: OwnVerb) -> bool:
    """Whether enough says who has the page open: for some verbs more than the task's link."""
    return own_allowed(verb, holding.known_by)


def require_own_hand(holding: Holding, verb: OwnVerb) -> None:
    """Raises Refused, with the way to a mailed code, when only the task's link says who has the page open."""
    if not is_own_hand(holding, verb):
        fault, page = BEYOND_ONE_TASK[verb]
        door = (f"/mine/log-ind?videre=/opgave/{holding.task_id}/{page}", "Få en kode", "Get a code")
        raise Refused(replace(fault, onward=door))


def require_known(request: Request, holding: Holding) -> None:
    """Raises Refused, with the way to sign in."""
    if not may_answer(request, holding):
        door = (f"/log-ind?videre=/opgave/{holding.task_id}", "Log ind", "Sign in")
        raise Refused(replace(SIGN_IN_TO_SIGN, onward=door))
