"""The meetings that a step holds: proposed when it opens, and called at once where the plan says so."""

from collections.abc import Callable

from sqlmodel import Session

from cycle.gatherings.calling import Details, call
from cycle.gatherings.proposing import held_by, propose
from cycle.gatherings.states import GatheringState
from flows.request import Facts
from flows.runtime import RunContext


def proposing(context: RunContext, facts: Facts) -> Callable[[Session], None]:
    """What is to be done in the transaction that opens the step. Safe to repeat."""

    def begin(session: Session) -> None:
        made = propose(session, facts.occurrence, facts.activity, facts.directory, facts.calendar)
        wanted = held_by(facts.activity)
        if wanted is None or not wanted.call:
            return
        for gathering in made:
            if gathering.state is GatheringState.PROPOSED and gathering.starts_at > context.now:
                seen = gathering.edition
                call(session, gathering, Details.of(gathering), seen=seen, by="engine", now=context.now)

    return begin
