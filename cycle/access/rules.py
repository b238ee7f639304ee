"""Who may do what to what: one table of role, verb and scope, read by pages, API, docs and tests.

Whoever signs in has grants: a role over one unit. The table says how far from that unit each verb reaches.
A leader has no account but holds a link, which opens one task to whoever acts for its post; answering,
releasing and signing are such tasks (`OWN`). Who has several roles may put all but one aside (`acting_as`),
and the secretariat may see the pages as somebody else does, changing nothing (`seen_as`).
A meeting is seen by whoever may see one at the unit of any of its participants: its minutes are theirs.
Accounts are made by command, on the machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from cycle.access.roles import KnownBy, Role


class Verb(StrEnum):
    """What can be done here."""

    SEE_WHEEL = "see_wheel"
    SEE_ACTIVITY = "see_activity"
    SEE_UNIT = "see_unit"
    SEE_MEETING = "see_meeting"
    REVIEW = "review"
    EXTEND = "extend"
    WAIVE = "waive"
    NUDGE = "nudge"
    REASSIGN = "reassign"
    RENEW_LINK = "renew_link"
    RECORD_DECISION = "record_decision"
    START_YEAR = "start_year"
    EDIT_RULES = "edit_rules"
    EDIT_MAIL_TEXT = "edit_mail_text"
    EDIT_FRAME = "edit_frame"
    EDIT_STRATEGY = "edit_strategy"
    EDIT_GOAL = "edit_goal"
    CALL_MEETING = "call_meeting"
    SEE_RUNS = "see_runs"
    RETRY_RUN = "retry_run"
    PAUSE_FLOW = "pause_flow"
    SEE_MAIL = "see_mail"
    HANDLE_MAIL = "handle_mail"
    RESEND_MAIL = "resend_mail"
    EXPORT = "export"
    IMPORT = "import"
    EDIT_POST = "edit_post"
    SEARCH = "search"
    EDIT_PLAN = "edit_plan"
    CHECK_SEAL = "check_seal"
    JOURNALISE = "journalise"
    HAND_OUT = "hand_out"
    VIEW_AS = "view_as"


class Scope(StrEnum):
    """How far a verb reaches from the unit of the grant."""

    BELOW = "below"
    MUNICIPALITY = "municipality"


class Thing(StrEnum):
    """In which condition the thing is that a verb is about.

    `ordinary`: not released (and whatever has no release: runs, the wheel, users). `released`: what the
    direction has released. `confidential`: answers of an activity marked so (staff matters). `parties`: what
    two persons write for each other before a dialogue; no role sees it, so it is in no permission, and
    `cycle.preparations` asks who the person is.
    """

    ORDINARY = "ordinary"
    RELEASED = "released"
    CONFIDENTIAL = "confidential"
    PARTIES = "parties"


@dataclass(frozen=True)
class Permission:
    """How far, and to which things."""

    scope: Scope
    things: frozenset[Thing] = frozenset({Thing.ORDINARY, Thing.RELEASED})


@dataclass(frozen=True)
class Granted:
    """A role over the unit with this id and path ("/KBH/KBH-BU/") and, where the table says so, further."""

    role: Role
    unit_id: str
    path: str

    @property
    def root_id(self) -> str:
        """The municipality the grant belongs to."""
        return self.path.split("/")[1]


EVERYTHING = frozenset(Thing) - {Thing.PARTIES}
ONLY_RELEASED = frozenset({Thing.RELEASED})

_BELOW = Permission(Scope.BELOW)
_BELOW_ALL = Permission(Scope.BELOW, EVERYTHING)
_WHOLE = Permission(Scope.MUNICIPALITY)
_WHOLE_ALL = Permission(Scope.MUNICIPALITY, EVERYTHING)
_WHOLE_RELEASED = Permission(Scope.MUNICIPALITY, ONLY_RELEASED)

PERMISSIONS: Mapping[Role, Mapping[Verb, Permission]] = {
    Role.LEADER: {},
    Role.SUPERIOR: {
        Verb.SEE_WHEEL: _WHOLE,
        Verb.SEE_ACTIVITY: _WHOLE,
        Verb.SEE_UNIT: _BELOW_ALL,
        Verb.SEE_MEETING: _BELOW,
        Verb.REVIEW: _BELOW_ALL,
        Verb.EXTEND: _BELOW_ALL,
        Verb.EXPORT: _BELOW,
    },
    Role.SECRETARIAT: dict.fromkeys(Verb, _WHOLE_ALL),
    Role.DIRECTION: {
        Verb.SEE_WHEEL: _WHOLE,
        Verb.SEE_ACTIVITY: _WHOLE,
        Verb.SEE_UNIT: _WHOLE_ALL,
        Verb.SEE_MEETING: _WHOLE,
        Verb.EXPORT: _WHOLE,
    },
    Role.COMMITTEE: {
        Verb.SEE_WHEEL: _WHOLE,
        Verb.SEE_ACTIVITY: _WHOLE_RELEASED,
        Verb.SEE_UNIT: _WHOLE_RELEASED,
        Verb.EXPORT: _WHOLE_RELEASED,
    },
    # The technical side: that a mail went, not what a unit answered (that takes see_unit).
    Role.OPERATOR: {
        Verb.SEE_RUNS: _WHOLE,
        Verb.RETRY_RUN: _WHOLE,
        Verb.PAUSE_FLOW: _WHOLE,
        Verb.SEE_MAIL: _WHOLE,
    },
}


class OwnVerb(StrEnum):
    """What whoever holds a post, or stands in for its holder, does with the post's own tasks."""

    SEE = "see"
    DRAFT = "draft"
    ANSWER = "answer"
    SIGN = "sign"
    HAND_OVER = "hand_over"
    SUBSCRIBE = "subscribe"


BY_MAIL = frozenset({KnownBy.LINK, KnownBy.CODE})
BY_ACCOUNT = frozenset({KnownBy.PASSWORD, KnownBy.TWO_STEPS, KnownBy.LOGIN})
OWN: Mapping[OwnVerb, frozenset[KnownBy]] = {
    OwnVerb.SEE: BY_MAIL | BY_ACCOUNT,
    OwnVerb.DRAFT: BY_MAIL | BY_ACCOUNT | {KnownBy.MAIL},
    OwnVerb.ANSWER: BY_MAIL | BY_ACCOUNT | {KnownBy.MAIL},
    OwnVerb.SIGN: BY_MAIL | BY_ACCOUNT,
    OwnVerb.HAND_OVER: BY_ACCOUNT | {KnownBy.CODE},
    OwnVerb.SUBSCRIBE: BY_ACCOUNT | {KnownBy.CODE},
}
"""How a leader has to be known to do this. Nobody signs by replying to a mail: it does not show the text.
A link is about one task, so nobody gives the whole post away by it, or sees the calendar of all posts."""


def own_allowed(verb: OwnVerb, known_by: KnownBy, *, signing_needs_account: bool = False) -> bool:
    """Whether somebody known in this way may do this; a municipality may want more of a signature."""
    enough = OWN[verb] & BY_ACCOUNT if verb is OwnVerb.SIGN and signing_needs_account else OWN[verb]
    return known_by in enough


def acting_as(grants: Iterable[Granted], role: Role | None) -> tuple[Granted, ...]:
    """What somebody has who has put the other roles aside; everything when they have chosen none.

    Whoever acts as a leader has put all of them aside: a leader's tasks are the person's own.
    """
    return tuple(grant for grant in grants if role is None or grant.role is role)


def seen_as(viewer: Iterable[Granted], viewed: Iterable[Granted]) -> tuple[Granted, ...]:
    """The viewed account's grants in the municipalities where the viewer may see as others do."""
    whole = visible_paths(viewer, Verb.VIEW_AS)
    return tuple(grant for grant in viewed if grant.path.startswith(whole)) if whole else ()


def allowed(grants: Iterable[Granted], verb: Verb, thing: Thing, unit_path: str) -> bool:
    """Whether any grant permits the verb on such a thing at the unit with this path ("/KBH/…/")."""
    for grant in grants:
        permission = PERMISSIONS[grant.role].get(verb)
        if permission is None or thing not in permission.things:
            continue
        if unit_path.startswith(_reach(grant, permission)):
            return True
    return False


def visible_paths(grants: Iterable[Granted], verb: Verb, thing: Thing = Thing.ORDINARY) -> tuple[str, ...]:
    """The path prefixes at and below which the verb is permitted, none inside another; for `within`."""
    found = set()
    for grant in grants:
        permission = PERMISSIONS[grant.role].get(verb)
        if permission and thing in permission.things:
            found.add(_reach(grant, permission))
    return tuple(
        sorted(path for path in found if not any(path != other and path.startswith(other) for other in found))
    )


def within(path_column: sa.SQLColumnExpression[str], paths: Iterable[str]) -> sa.ColumnElement[bool]:
    """The SQL condition "the unit's path lies at or below one of these"; no paths: nothing.

    Compares the beginning exactly. LIKE would ignore case on SQLite and read "_" as any character.
    """
    return sa.or_(sa.false(), *(sa.func.substr(path_column, 1, len(path)) == path for path in paths))


def _reach(grant: Granted, permission: Permission) -> str:
    return f"/{grant.root_id}/" if permission.scope is Scope.MUNICIPALITY else grant.path
