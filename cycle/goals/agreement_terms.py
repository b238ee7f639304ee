"""What a version of an agreement says besides goals and answers: whose, for how long, signed by whom.

It is part of the text that is signed, so it is in its digest.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from cycle.goals.parties import post_of
from cycle.goals.tables import Agreement
from cycle.organisation.directory import Directory
from cycle.plan.model import Stage, StageKind

TERMS = "terms"
"""Where a version's content holds them."""
Content = Mapping[str, Any]


def terms_of(
    agreement: Agreement, steps: Sequence[Stage], directory: Directory, audience_role: str, *, questions: str
) -> dict[str, Any]:
    """The terms of a version with these steps: names and posts as of the directory's day, local dates.

    `questions` is `digest_of` the form that the unit's own part was written in.
    """
    signing = [stage for stage in steps if stage.kind is StageKind.SIGN]
    posts = [post_of(directory, agreement.unit_id, stage, audience_role) for stage in signing]
    return {
        "municipality": directory.units[agreement.root_id].name,
        "unit": directory.units[agreement.unit_id].name,
        "from": agreement.period_from.isoformat(),
        "to": agreement.period_to.isoformat(),
        "parties": [{"post": role, "unit": directory.units[at].name} for at, role in posts],
        "questions": questions,
    }


def digest_of(spec: str) -> str:
    """SHA-256 of a form as it is kept: its questions with their words."""
    return hashlib.sha256(spec.encode()).hexdigest()


def agreed_alike(one: Content, other: Content) -> bool:
    """Whether two versions agree on the same, whoever signs them."""
    return {**one, TERMS: None} == {**other, TERMS: None}
