"""What changes of units and leaders are called."""

from collections.abc import Mapping

from cycle.organisation.columns import UNITS
from cycle.organisation.leader_difference import LeaderChanged
from cycle.organisation.unit_difference import UnitChanged
from web.words import Pair

UNIT_CHANGED: Mapping[UnitChanged, Pair] = {
    UnitChanged.ADDED: ("ny enhed", "new unit"),
    UnitChanged.MOVED: ("flyttet", "moved"),
    UnitChanged.RENAMED: ("omdøbt", "renamed"),
    UnitChanged.CHANGED: ("ændret", "changed"),
    UnitChanged.REOPENED: ("genåbnet", "reopened"),
    UnitChanged.CLOSED: ("lukkes", "closed"),
}
LEADER_CHANGED: Mapping[LeaderChanged, Pair] = {
    LeaderChanged.ADDED: ("ny leder", "new leader"),
    LeaderChanged.ENDED: ("afsluttes", "ended"),
    LeaderChanged.LEADER_CHANGED: ("lederskift", "leader changed"),
    LeaderChanged.DATES_CHANGED: ("ændrede datoer", "dates changed"),
    LeaderChanged.RENAMED: ("navn rettet", "name corrected"),
    LeaderChanged.LANGUAGE_CHANGED: ("sprog ændret", "language changed"),
    LeaderChanged.ADDRESS_CHANGED: ("ny e-mailadresse", "new e-mail address"),
    LeaderChanged.MAILBOX_CHANGED: ("fællespostkasse", "shared mailbox"),
    LeaderChanged.SUBSTITUTE_ADDED: ("ny stedfortræder", "new substitute"),
    LeaderChanged.SUBSTITUTE_CHANGED: ("stedfortræder, nye datoer", "substitute, new dates"),
    LeaderChanged.SUBSTITUTE_ENDED: ("stedfortræder afsluttes", "substitute ended"),
}
COLUMNS: Mapping[str, tuple[str, ...]] = {column.id: column.names for column in UNITS}
"""What a unit's facts are called in a file, Danish and English."""
