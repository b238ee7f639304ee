"""Results dialogues: held and when, or not held and why; what their parties prepared is erased on its day."""

from cycle.preparations import parts
from cycle.preparations.tables import Preparation
from cycle.store import leave_no_trace, table_of
from flows import request
from flows.runtime import RunContext

open = request.open
advance = request.advance
close = request.close


def erase(context: RunContext, occurrence_id: int) -> None:
    """Erases every preparation of the occurrence. Safe to repeat."""
    with context.transaction() as session:
        context.count(erased=int(parts.erase(session, occurrence_id, now=context.now)))
    leave_no_trace(context.engine, table_of(Preparation))
