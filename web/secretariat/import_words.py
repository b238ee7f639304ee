"""What the import's pages call columns, changes and questions."""

from collections.abc import Mapping
from enum import StrEnum

from cycle.organisation.chosen_columns import LEVEL
from cycle.organisation.columns import LEADERS, UNITS
from cycle.organisation.import_drafts import ListKind
from cycle.organisation.lasting import HEAD_ROLES
from cycle.organisation.leader_difference import LeaderChanged
from cycle.organisation.people import Asked
from cycle.organisation.unit_difference import UnitChanged
from web.words import Pair

IMPORT_NAMES: Mapping[type[StrEnum], Mapping[StrEnum, Pair]] = {
    ListKind: {
        ListKind.UNITS: ("Enheder", "Units"),
        ListKind.LEADERS: ("Ledere og stedfortrædere", "Leaders and substitutes"),
    },
    UnitChanged: {
        UnitChanged.ADDED: ("Nye enheder", "New units"),
        UnitChanged.MOVED: ("Flyttes", "Moved"),
        UnitChanged.RENAMED: ("Omdøbes", "Renamed"),
        UnitChanged.CHANGED: ("Ændres", "Changed"),
        UnitChanged.REOPENED: ("Genåbnes", "Reopened"),
        UnitChanged.CLOSED: ("Lukkes", "Closed"),
    },
    LeaderChanged: {
        LeaderChanged.ADDED: ("Nye ledere", "New leaders"),
        LeaderChanged.ENDED: ("Afsluttes", "Ended"),
        LeaderChanged.LEADER_CHANGED: ("Lederskift", "Leader changed"),
        LeaderChanged.DATES_CHANGED: ("Ændrede datoer", "Dates changed"),
        LeaderChanged.RENAMED: ("Navn rettes", "Name corrected"),
        LeaderChanged.LANGUAGE_CHANGED: ("Sprog ændres", "Language changed"),
        LeaderChanged.ADDRESS_CHANGED: ("Ny mailadresse", "New address"),
        LeaderChanged.MAILBOX_CHANGED: ("Fællespostkasse", "Shared mailbox"),
        LeaderChanged.SUBSTITUTE_ADDED: ("Nye stedfortrædere", "New substitutes"),
        LeaderChanged.SUBSTITUTE_CHANGED: ("Stedfortræder, nye datoer", "Substitute, other dates"),
        LeaderChanged.SUBSTITUTE_ENDED: ("Stedfortræder afsluttes", "Substitute ended"),
    },
    Asked: {
        Asked.CHANGED_ADDRESS: ("Ny adresse: samme person?", "Another address: the same person?"),
        Asked.CHANGED_NAME: ("Nyt navn: samme person?", "Another name: the same person?"),
        Asked.CHANGED_HOLDER: ("Næsten samme navn: samme person?", "Nearly the same name: the same person?"),
    },
}

COLUMN_NAMES: Mapping[str, Pair] = {
    column.id: (column.names[0], column.names[1]) for column in (*LEADERS, *UNITS)
} | {"unit_id": ("enhedsnr.", "unit number"), "parent_id": ("overordnet enhed", "parent unit")}
"""What a fact is called."""
BY_NUMBER_OR_NAME: Pair = ("enhedens nr. eller navn", "the unit's number or name")


def meanings(kind: ListKind, extra_kinds: frozenset[str] = frozenset()) -> list[tuple[str, Pair]]:
    """What a heading may be chosen to mean, with its words."""
    columns = UNITS if kind is ListKind.UNITS else LEADERS
    found: list[tuple[str, Pair]] = [("", ("bruges ikke", "not used"))]
    found += [(each.id, COLUMN_NAMES[each.id]) for each in columns]
    if kind is ListKind.LEADERS:
        found = [(id_, BY_NUMBER_OR_NAME if id_ == "unit_id" else words) for id_, words in found]
    if kind is ListKind.UNITS:
        kinds = dict.fromkeys((*HEAD_ROLES, *sorted(extra_kinds)))
        found += [
            (f"{LEVEL}{name}", (f"niveau i hierarkiet: {name}", f"level of the hierarchy: {name}"))
            for name in kinds
        ]
    return found
