"""An answer that was sent from another window or by somebody else and is changed no more: where it is."""

from fastapi import Request
from sqlmodel import Session

from cycle.danish import format_datetime
from cycle.goals.parties import steps_of
from cycle.plan.model import Stage
from cycle.tasks.ledger import actor_names
from cycle.tasks.states import AGREEMENT_STEPS, TaskKind, TaskState
from cycle.tasks.tables import Submission
from web import context
from web.faults import CLOSED, CLOSED_AFTER_ANSWER, NOT_NOW, Fault
from web.leader.link import Holding
from web.words import Pair

TAKEN_ON = AGREEMENT_STEPS | {TaskKind.DRAFT}
"""Kinds of task whose answer the agreement goes on with: from then on none other is taken."""
CURE = (
    "Det, du sendte, står herunder, så du kan kopiere det. Skriv til nærmeste leder eller sekretariatet, "
    "hvis det skal med.",
    "What you sent stands below for you to copy. Write to the nearest superior or the secretariat if it "
    "is to be added.",
)


APPROVED = ("Det er godkendt.", "It has been approved.")


def has_gone_on(holding: Holding) -> bool:
    """Whether the agreement goes on with an answer that was sent."""
    sent = holding.task.state in (TaskState.SUBMITTED, TaskState.APPROVED)
    return holding.task.kind in TAKEN_ON and sent and not holding.takes_answer


def why_not(session: Session, request: Request, holding: Holding) -> Fault:
    """Why nothing is taken any more: it has gone on (where to), was waived, or the collection is closed."""
    if holding.submission is not None and has_gone_on(holding):
        return _gone_on(session, request, holding, holding.submission, _next_step(holding))
    if holding.submission is not None and holding.task.state is TaskState.APPROVED:
        return _gone_on(session, request, holding, holding.submission, APPROVED)
    if holding.task.state in (TaskState.WAIVED, TaskState.APPROVED):
        return NOT_NOW
    return CLOSED if holding.submission is None else CLOSED_AFTER_ANSWER


def _gone_on(session: Session, request: Request, holding: Holding, sent: Submission, where: Pair) -> Fault:
    name = actor_names(session, [sent.by]).get(sent.by, "")
    zone = context.settings(request).zone
    at, at_en = (format_datetime(sent.received_at, language, zone) for language in ("da", "en"))
    by, by_en = (f" af {name}", f" by {name}") if name else ("", "")
    return Fault(
        409,
        ("Svaret er allerede sendt", "The answer was already sent"),
        (
            f"Det blev sendt {at}{by}. {where[0]} Intet er gemt af det, du sendte nu.",
            f"It was sent {at_en}{by_en}. {where[1]} What you sent now was not saved.",
        ),
        CURE,
        onward=(f"/opgave/{holding.task_id}", "Se, hvad der er sendt", "See what was sent"),
    )


def _next_step(holding: Holding) -> Pair:
    following = _following(holding)
    if following is None:
        return "Aftalen går videre.", "The agreement goes on."
    english = following.title_en or following.title
    return f"Aftalen går videre til »{following.title}«.", f"The agreement goes on to “{english}”."


def _following(holding: Holding) -> Stage | None:
    """The step of the plan that comes after this one at the unit."""
    steps = steps_of(holding.activity, holding.unit.kind, holding.unit.ownership)
    ids = [step.id for step in steps]
    own = holding.task.subject.split(":")[0]
    place = ids.index(own) + 1 if own in ids else 0
    return steps[place] if place < len(steps) else None
