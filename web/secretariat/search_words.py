"""What the search calls the kinds of things it finds."""

from collections.abc import Mapping
from enum import StrEnum

from web.secretariat.finding import Kind
from web.words import Pair

SEARCH_NAMES: Mapping[type[StrEnum], Mapping[StrEnum, Pair]] = {
    Kind: {
        Kind.UNIT: ("Enheder", "Units"),
        Kind.PERSON: ("Personer", "People"),
        Kind.ACTIVITY: ("Aktiviteter", "Activities"),
        Kind.TASK: ("Opgaver", "Tasks"),
        Kind.GOAL: ("Mål", "Goals"),
        Kind.AGREEMENT: ("Udviklingsaftaler", "Development agreements"),
        Kind.MEETING: ("Møder", "Meetings"),
        Kind.SENT: ("Sendte mails", "Mails sent"),
        Kind.RECEIVED: ("Modtagne mails", "Mails received"),
    },
}
