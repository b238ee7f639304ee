"""Whether whoever has a leader's page open is known well enough for what the task asks of them."""

from dataclasses import replace

from fastapi import Request

from cycle.access.rules import OwnVerb, own_allowed
from cycle.tasks.states import TaskKind
from web import context
from web.faults import Refused
from web.leader.link import Holding
from web.signing_in.faults import SIGN_IN_TO_SIGN


def may_answer(request: Request, holding: Holding) -> bool:
    """Whether they may answer, or sign where that is the task."""
    verb = OwnVerb.SIGN if holding.task.kind is TaskKind.SIGN else OwnVerb.ANSWER
    strict = context.settings(request).signatures_need == "account"
    return own_allowed(verb, holding.known_by, signing_needs_account=strict)


def require_known(request: Request, holding: Holding) -> None:
    """Raises Refused, with the way to sign in."""
    if not may_answer(request, holding):
        door = (f"/log-ind?videre=/opgave/{holding.task_id}", "Log ind", "Sign in")
        raise Refused(replace(SIGN_IN_TO_SIGN, onward=door))
