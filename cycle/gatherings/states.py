"""The states of a meeting that a step holds, as data: (state, verb) -> state."""

from enum import StrEnum


class GatheringState(StrEnum):
    """How far a meeting has come. Nobody has been told of a proposal."""

    PROPOSED = "proposed"
    CALLED = "called"
    HELD = "held"
    CANCELLED = "cancelled"


class GatheringVerb(StrEnum):
    """What can be done to a meeting. To call it again is to move or change it."""

    CALL = "call"
    HOLD = "hold"
    CANCEL = "cancel"


class Coming(StrEnum):
    """What a participant has answered to the invitation."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


class Attendance(StrEnum):
    """Whether a participant was there."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    APOLOGIES = "apologies"
    ABSENT = "absent"


class Told(StrEnum):
    """What a mail about a meeting says."""

    INVITED = "invited"
    CHANGED = "changed"
    CANCELLED = "cancelled"


S, V = GatheringState, GatheringVerb

GATHERING_MOVES: dict[tuple[GatheringState, GatheringVerb], GatheringState] = {
    (S.PROPOSED, V.CALL): S.CALLED,
    (S.CALLED, V.CALL): S.CALLED,
    (S.PROPOSED, V.HOLD): S.HELD,
    (S.CALLED, V.HOLD): S.HELD,
    (S.HELD, V.HOLD): S.HELD,
    (S.PROPOSED, V.CANCEL): S.CANCELLED,
    (S.CALLED, V.CANCEL): S.CANCELLED,
}
