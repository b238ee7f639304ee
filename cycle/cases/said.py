"""What people said about an answer or an agreement, as documents: reviews, and remarks in a negotiation."""

from collections.abc import Mapping

from cycle.cases.about import About, post
from cycle.cases.model import Direction, Item, ItemKind, Party
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement
from cycle.organisation.tables import Unit
from cycle.tasks.states import Verdict
from cycle.tasks.tables import Review, Submission, Task


def review_item(
    about: About, review: Review, submission: Submission, task: Task, unit: Unit, names: Mapping[str, str]
) -> Item:
    """What the superior wrote about an answer."""
    said = "Godkendt" if review.verdict is Verdict.APPROVED else "Sendt retur"
    return about.item(
        f"review:{review.id}",
        ItemKind.REVIEW,
        review.id or 0,
        title=f"{said}: {task.title or about.occurrence.title}, {unit.name}",
        direction=Direction.OUTGOING,
        at=review.at,
        sender=Party(names.get(review.by, "Nærmeste leder")),
        receiver=post(task, unit),
        answers=f"submission:{submission.id}",
        unit_id=unit.id,
    )


def remark_item(
    about: About, remark: GoalRemark, agreement: Agreement, unit: Unit, names: Mapping[str, str]
) -> Item:
    """What a party said about a goal, or about the whole agreement."""
    goal = f" til mål {remark.code}" if remark.code else ""
    return about.item(
        f"remark:{remark.id}",
        ItemKind.REMARK,
        remark.id or 0,
        title=f"Bemærkning{goal} i udviklingsaftalen {agreement.year}: {unit.name}",
        direction=Direction.INTERNAL,
        at=remark.at,
        sender=Party(names.get(remark.by, remark.post), role=remark.post),
        receiver=Party("Aftalens parter"),
        unit_id=unit.id,
    )
