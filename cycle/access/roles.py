"""Who may do what to what: one table, read by pages, API and tests."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a signed-in person is here. A leader is known by a link, the others by an account."""

    LEADER = "leader"
    SUPERIOR = "superior"
    SECRETARIAT = "secretariat"
    DIRECTION = "direction"
    COMMITTEE = "committee"
    OPERATOR = "operator"


class SignInWay(StrEnum):
    """How somebody showed who they are: a password, that and a code, or the municipality's own login."""

    PASSWORD = "password"  # noqa: S105  # a way of signing in, not a password
    TWO_STEPS = "two_steps"
    LOGIN = "login"


class KnownBy(StrEnum):
    """How somebody with a post showed who they are: by what was mailed to them, or by signing in."""

    MAIL = "mail"
    LINK = "link"
    CODE = "code"
    PASSWORD = "password"  # noqa: S105  # a way of signing in, not a password
    TWO_STEPS = "two_steps"
    LOGIN = "login"


class TokenScope(StrEnum):
    """What a program's token is good for, of what its account may."""

    CASES = "cases"
    STATUS = "status"
    ANSWERS = "answers"


OPENS: Mapping[TokenScope, frozenset[TokenScope]] = {
    TokenScope.CASES: frozenset({TokenScope.CASES}),
    TokenScope.STATUS: frozenset({TokenScope.STATUS}),
    TokenScope.ANSWERS: frozenset({TokenScope.STATUS, TokenScope.ANSWERS}),
}
"""What each scope opens: whoever may read the answers may read how things stand, and cases by neither."""
