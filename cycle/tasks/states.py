"""The states of tasks and occurrences as data: (state, verb) -> state, and who may.

Buttons, guards, docs and tests read these tables; nothing else decides.
"""

from enum import StrEnum


class TaskState(StrEnum):
    """What has happened to a task. Overdue, late, missing … are computed from dates, never stored."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WAIVED = "waived"
    CANCELLED = "cancelled"


class TaskVerb(StrEnum):
    """What can be done to a task."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    FINISH = "finish"
    REOPEN = "reopen"
    WAIVE = "waive"
    CANCEL = "cancel"


class Actor(StrEnum):
    """In which capacity someone acts on a task."""

    HOLDER = "holder"
    SUPERIOR = "superior"
    SECRETARIAT = "secretariat"
    ENGINE = "engine"


S, V, A = TaskState, TaskVerb, Actor
_OWNERS = frozenset({A.HOLDER, A.SECRETARIAT})
_JUDGES = frozenset({A.SUPERIOR, A.SECRETARIAT})
_OFFICE = frozenset({A.SECRETARIAT, A.ENGINE})

TASK_MOVES: dict[tuple[TaskState, TaskVerb], tuple[TaskState, frozenset[Actor]]] = {
    (S.OPEN, V.SUBMIT): (S.SUBMITTED, _OWNERS),
    (S.RETURNED, V.SUBMIT): (S.SUBMITTED, _OWNERS),
    (S.SUBMITTED, V.SUBMIT): (S.SUBMITTED, _OWNERS),
    # The secretariat takes back what a mail was taken for and was not; an earlier answer then stands again.
    (S.SUBMITTED, V.WITHDRAW): (S.OPEN, frozenset({A.SECRETARIAT})),
    (S.SUBMITTED, V.APPROVE): (S.APPROVED, _JUDGES | {A.ENGINE}),
    (S.APPROVED, V.APPROVE): (S.APPROVED, _JUDGES),
    (S.SUBMITTED, V.RETURN): (S.RETURNED, _JUDGES),
    (S.APPROVED, V.RETURN): (S.RETURNED, _JUDGES),
    # A reviewer's own task is done when nothing waits, and opens again when a new answer comes.
    (S.OPEN, V.FINISH): (S.APPROVED, frozenset({A.ENGINE})),
    (S.APPROVED, V.REOPEN): (S.OPEN, frozenset({A.ENGINE})),
    (S.OPEN, V.WAIVE): (S.WAIVED, _OFFICE),
    (S.RETURNED, V.WAIVE): (S.WAIVED, _OFFICE),
    (S.SUBMITTED, V.WAIVE): (S.WAIVED, _OFFICE),
    (S.OPEN, V.CANCEL): (S.CANCELLED, _OFFICE),
    (S.RETURNED, V.CANCEL): (S.CANCELLED, _OFFICE),
    (S.SUBMITTED, V.CANCEL): (S.CANCELLED, _OFFICE),
}

WAITING_FOR_HOLDER = frozenset({S.OPEN, S.RETURNED})
"""States in which the post still owes something, so that reminders go on."""


class OccurrenceState(StrEnum):
    """planned -> open -> closed; planned | open -> cancelled.

    A revision takes up again what was cancelled and had never opened: cancelled -> planned.
    """

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TaskKind(StrEnum):
    """What a post owes. All kinds have due dates, reminders and escalation alike."""

    ANSWER = "answer"
    REVIEW = "review"
    CONSOLIDATE = "consolidate"
    RELEASE = "release"
    DECIDE = "decide"
    DRAFT = "draft"
    NEGOTIATE = "negotiate"
    APPROVE = "approve"
    SIGN = "sign"
    FOLLOW_UP = "follow_up"
    HOMEWORK = "homework"
    TAKE_IN = "take_in"


DONE_ELSEWHERE = frozenset({TaskKind.REVIEW, TaskKind.TAKE_IN})
"""Kinds of task that no form answers: they end when what they ask for is done on another page."""

AGREEMENT_STEPS = frozenset({TaskKind.NEGOTIATE, TaskKind.APPROVE, TaskKind.SIGN})
"""Kinds of task that take an agreement on after it has been drafted."""

NEVER_WAIVED = AGREEMENT_STEPS | {TaskKind.RELEASE}
"""Kinds of task without which what they belong to goes no further, and that no other act replaces."""

BY_MAIL = frozenset({TaskKind.ANSWER, TaskKind.HOMEWORK})
"""Kinds of task that a reply to their mail may answer."""


class SubmissionKind(StrEnum):
    """A complete answer, or a nil return ("intet at bemærke")."""

    COMPLETE = "complete"
    NIL = "nil"


class Channel(StrEnum):
    """How an answer came."""

    WEB = "web"
    MAIL = "mail"


class Verdict(StrEnum):
    """A reviewer's verdict on one submission."""

    APPROVED = "approved"
    RETURNED = "returned"


class WishState(StrEnum):
    """What became of a wish for a later deadline. It lapses when the task is answered, extended or ended."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Timeliness(StrEnum):
    """Computed from dates: how a task stands against its deadline (DESIGN, "States")."""

    WAITING = "waiting"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ON_TIME = "on_time"
    ON_TIME_EXTENDED = "on_time_extended"
    LATE = "late"
    MISSING = "missing"
    NOT_OWED = "not_owed"
