"""The words for states and outcomes, with the class of their tag: (dansk, english, class)."""

from collections.abc import Mapping

from cycle.tasks.rollup import Outcome
from cycle.tasks.states import OccurrenceState, TaskState, Timeliness

Word = tuple[str, str, str]

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
    Timeliness.WAITING: ("Der er god tid", "In good time", ""),
    Timeliness.DUE_SOON: ("Frist om kort tid", "Due soon", "warn"),
    Timeliness.OVERDUE: ("Over fristen", "Overdue", "bad"),
    Timeliness.ON_TIME: ("Til tiden", "On time", "good"),
    Timeliness.ON_TIME_EXTENDED: ("Til tiden efter fristforlængelse", "On time after extension", "good"),
    Timeliness.LATE: ("For sent", "Late", "warn"),
    Timeliness.MISSING: ("Mangler", "Missing", "bad"),
    Timeliness.NOT_OWED: ("Skal ikke svare", "Not owed", ""),
}
OCCURRENCES: Mapping[OccurrenceState, Word] = {
    OccurrenceState.PLANNED: ("Planlagt", "Planned", ""),
    OccurrenceState.OPEN: ("Åben", "Open", "good"),
    OccurrenceState.CLOSED: ("Lukket", "Closed", ""),
    OccurrenceState.CANCELLED: ("Aflyst", "Cancelled", ""),
}
