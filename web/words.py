"""The words for states and outcomes, with the class of their tag: (dansk, english, class).

The one place they are written (those of outcomes in `documents.rollup_words`): every room reads them here, so
that a leader, a superior and the secretariat call a thing the same.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from cycle.tasks.rollup import Outcome
from cycle.tasks.states import OccurrenceState, TaskState, Timeliness, WishState
from documents import rollup_words

Word = tuple[str, str, str]
Pair = tuple[str, str]
S = TypeVar("S", bound=StrEnum)

TONES_OF_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ANSWERED: "good",
    Outcome.NOT_APPROVED: "warn",
    Outcome.NIL: "good",
    Outcome.LATE: "warn",
    Outcome.RETURNED: "warn",
    Outcome.MISSING: "bad",
    Outcome.WAITING: "",
    Outcome.WAIVED: "",
}
OUTCOMES: Mapping[Outcome, Word] = {
    outcome: (*words, TONES_OF_OUTCOMES[outcome]) for outcome, words in rollup_words.OUTCOMES.items()
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
WISHES: Mapping[WishState, Word] = {
    WishState.ASKED: ("Venter på svar", "Awaiting an answer", "warn"),
    WishState.GRANTED: ("Givet", "Granted", "good"),
    WishState.REFUSED: ("Afslået", "Refused", "warn"),
    WishState.LAPSED: ("Bortfaldet", "Lapsed", ""),
}
OCCURRENCES: Mapping[OccurrenceState, Word] = {
    OccurrenceState.PLANNED: ("Ikke åbnet endnu", "Not opened yet", ""),
    OccurrenceState.OPEN: ("Åben", "Open", "open"),
    OccurrenceState.CLOSED: ("Lukket", "Closed", ""),
    OccurrenceState.CANCELLED: ("Aflyst", "Cancelled", ""),
}


def standing(read: TaskState, awaits_approval: bool) -> Word:
    """How an answer stands for whoever approves it, in the list of units as on the unit's own page."""
    return OUTCOMES[Outcome.NOT_APPROVED] if awaits_approval else STATES[read]


def pairs(words: Mapping[S, Word]) -> dict[StrEnum, Pair]:
    """The words alone, without the class of a tag."""
    return {member: (danish, english) for member, (danish, english, _) in words.items()}
