"""The words for states and outcomes, with the class of their tag: (dansk, english, class).

The one place they are written: every room reads them here, so that a leader, a superior and the
secretariat call a thing the same.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from cycle.tasks.rollup import Outcome
from cycle.tasks.states import OccurrenceState, TaskState, Timeliness

Word = tuple[str, str, str]
Pair = tuple[str, str]
S = TypeVar("S", bound=StrEnum)

OUTCOMES: Mapping[Outcome, Word] = {
    Outcome.ANSWERED: ("Besvaret", "Answered", "good"),
    Outcome.NOT_APPROVED: ("Besvaret, ikke godkendt", "Answered, not approved", "warn"),
    Outcome.NIL: ("Intet at bemærke", "Nothing to report", "good"),
    Outcome.LATE: ("Besvaret for sent", "Answered late", "warn"),
    Outcome.RETURNED: ("Sendt retur", "Sent back", "warn"),
    Outcome.MISSING: ("Mangler", "Missing", "bad"),
    Outcome.WAITING: ("Afventer svar", "Awaiting answer", ""),
    Outcome.WAIVED: ("Fritaget", "Exempt", ""),
}
STATES: Mapping[TaskState, Word] = {
    TaskState.OPEN: ("Afventer svar", "Awaiting answer", ""),
    TaskState.SUBMITTED: ("Besvaret", "Answered", "good"),
    TaskState.APPROVED: ("Godkendt", "Approved", "good"),
    TaskState.RETURNED: ("Sendt retur", "Sent back", "warn"),
    TaskState.WAIVED: ("Fritaget", "Exempt", ""),
    TaskState.CANCELLED: ("Aflyst", "Cancelled", ""),
}
TIMELINESS: Mapping[Timeliness, Word] = {
    Timeliness.WAITING: ("Inden for fristen", "Within time", ""),
    Timeliness.DUE_SOON: ("Frist om få dage", "Due in a few days", "warn"),
    Timeliness.OVERDUE: ("Over fristen", "Overdue", "bad"),
    Timeliness.ON_TIME: ("Til tiden", "On time", "good"),
    Timeliness.ON_TIME_EXTENDED: ("Til tiden efter forlængelse", "On time after extension", "good"),
    Timeliness.LATE: ("For sent", "Late", "warn"),
    Timeliness.MISSING: ("Mangler", "Missing", "bad"),
    Timeliness.NOT_OWED: ("Skal ikke svare", "Need not answer", ""),
}
OCCURRENCES: Mapping[OccurrenceState, Word] = {
    OccurrenceState.PLANNED: ("Ikke åbnet endnu", "Not opened yet", ""),
    OccurrenceState.OPEN: ("Åben", "Open", "good"),
    OccurrenceState.CLOSED: ("Lukket", "Closed", ""),
    OccurrenceState.CANCELLED: ("Aflyst", "Cancelled", ""),
}


def pairs(words: Mapping[S, Word]) -> dict[StrEnum, Pair]:
    """The words alone, without the class of a tag."""
    return {member: (danish, english) for member, (danish, english, _) in words.items()}
