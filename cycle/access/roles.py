"""Who may do what to what: one table, read by pages, API and tests."""

from enum import StrEnum


class Role(StrEnum):
    """What a signed-in person is here. A leader is known by a link, the others by an account."""

    LEADER = "leader"
    SUPERIOR = "superior"
    SECRETARIAT = "secretariat"
    DIRECTION = "direction"
    COMMITTEE = "committee"
    OPERATOR = "operator"


class TokenScope(StrEnum):
    """What a program's token is good for, of what its account may."""

    CASES = "cases"
