"""What meetings, their participants and what is done to them are called, Danish and English."""

from collections.abc import Mapping
from enum import StrEnum

from cycle.gatherings.states import Attendance, Coming, GatheringState, Told
from web.words import Pair

MEETING_NAMES: Mapping[type[StrEnum], Mapping[StrEnum, Pair]] = {
    GatheringState: {
        GatheringState.PROPOSED: ("Forslag", "Proposal"),
        GatheringState.CALLED: ("Indkaldt", "Called"),
        GatheringState.HELD: ("Holdt", "Held"),
        GatheringState.CANCELLED: ("Aflyst", "Cancelled"),
    },
    Coming: {
        Coming.UNKNOWN: ("Ikke svaret", "No answer"),
        Coming.YES: ("Kommer", "Comes"),
        Coming.NO: ("Kommer ikke", "Does not come"),
    },
    Attendance: {
        Attendance.UNKNOWN: ("Ikke skrevet op", "Not recorded"),
        Attendance.PRESENT: ("Mødte", "Attended"),
        Attendance.APOLOGIES: ("Afbud", "Sent apologies"),
        Attendance.ABSENT: ("Mødte ikke", "Did not attend"),
    },
    Told: {
        Told.INVITED: ("Indkaldelse", "Invitation"),
        Told.CHANGED: ("Mødet er ændret", "The meeting has changed"),
        Told.CANCELLED: ("Aflysning", "Cancellation"),
    },
}
MEETING_TONES: Mapping[StrEnum, str] = {
    GatheringState.PROPOSED: "warn",
    GatheringState.CALLED: "good",
    Coming.YES: "good",
    Coming.NO: "warn",
    Attendance.PRESENT: "good",
    Attendance.APOLOGIES: "warn",
    Attendance.ABSENT: "bad",
}
MEETING_VERBS: Mapping[str, Pair] = {
    "call": ("indkaldt", "called"),
    "hold": ("holdt, eller referatet rettet", "held, or its minutes corrected"),
    "add_participant": ("deltager tilføjet", "participant added"),
    "remove_participant": ("deltager fjernet", "participant taken off"),
    "answer_invitation": ("en deltager har svaret", "a participant has answered"),
    "give_homework": ("hjemmeopgave stillet", "homework given"),
}
