"""Who holds which post on one day, who stands in, who is above: a snapshot without further queries.

A *post* is a unit and a role. Each unit has one *head role*; the nearest unit above that has one is the
superior. Kinds that the file names otherwise get the role their appointments show.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import Session

from cycle.organisation.lasting import Lasting, read_some
from cycle.organisation.snapshot import (
    Post,
    Rows,
    Term,
    UnitRow,
    read_posts,
    read_rows,
    way_up,
)
from cycle.organisation.tables import AddressHealth
from cycle.plan.model import Audience


class Capacity(StrEnum):
    """Why a mail about a post goes to this person."""

    HOLDER = "holder"
    SUBSTITUTE = "substitute"
    SUPERIOR = "superior"


class Recipient(NamedTuple):
    """A person a post's mail goes to. `address` None: none is known. A dead address stays visible."""

    person_id: int
    name: str
    language: str
    address: str | None
    health: AddressHealth
    capacity: Capacity


class Directory:
    """The organisation of one municipality on one local date. Nothing is queried after `load`."""

    def __init__(self, rows: Rows, on: date, lasting: Lasting | None = None) -> None:
        self._rows = rows
        self._lasting = lasting or Lasting(rows)
        self.on = on
        self.units: dict[str, UnitRow] = rows.units
        self._acting = self._lasting.acting(on)

    @classmethod
    def load(cls, session: Session, root_id: str, on: date) -> "Directory":
        """Reads one municipality (root unit `root_id`) as it is on the local date `on`."""
        session.flush()
        return cls(read_rows(session, root_id), on)

    @classmethod
    def without_people(cls, session: Session, root_id: str, on: date) -> "Directory":
        """As `load`, for which units and posts there are: who holds them and stands in cannot be asked."""
        session.flush()
        return cls(read_posts(session, root_id), on)

    @classmethod
    def for_post(cls, session: Session, unit_id: str, on: date) -> "Directory":
        """Reads one unit and those above it alone: enough for a post's recipient and its superiors.

        An unknown unit gives an empty directory.
        """
        session.flush()
        root_id, chain = way_up(session, unit_id)
        return cls(read_some(session, root_id, chain), on)

    @classmethod
    def for_units(cls, session: Session, root_id: str, paths: Iterable[str], on: date) -> "Directory":
        """As `for_post`, of the units with these paths ("/KBH/…/") of one municipality together."""
        session.flush()
        ids = sorted({unit_id for path in paths for unit_id in path.strip("/").split("/")})
        return cls(read_some(session, root_id, ids), on)

    def at(self, on: date) -> "Directory":
        """The same rows seen on another local date, without reading the store again."""
        return self if on == self.on else Directory(self._rows, on, self._lasting)

    def changes(self) -> Sequence[date]:
        """The local dates on which a term begins, or has ended the day before, in order."""
        return self._lasting.changes

    def is_open(self, unit_id: str) -> bool:
        """Whether the unit exists and is open on the date."""
        unit = self.units.get(unit_id)
        if unit is None or (unit.opened_on is not None and self.on < unit.opened_on):
            return False
        return unit.closed_on is None or self.on <= unit.closed_on

    def head_role(self, unit_id: str) -> str | None:
        """The role that heads the unit: its kind's, unless only other roles were ever held there."""
        return self._lasting.head(unit_id)

    def has_post(self, unit_id: str, role: str) -> bool:
        """Whether a unit has this role: it heads the unit, was ever held there, or no other is known."""
        return role in self._lasting.seen.get(unit_id, ()) or self.head_role(unit_id) in (role, None)

    def roles(self, unit_id: str) -> list[str]:
        """The roles known at the unit, its head first."""
        head = self.head_role(unit_id)
        others = self._lasting.seen.get(unit_id, set()) - {head or ""}
        return [*([head] if head else []), *sorted(others)]

    def holder(self, unit_id: str, role: str) -> Recipient | None:
        """The appointed holder alone; None when the post is vacant."""
        term = self._acting.holders.get((unit_id, role))
        return self._recipient(term, Capacity.HOLDER) if term else None

    def substitute(self, unit_id: str, role: str) -> Recipient | None:
        """Who acts for the post on the date, if anyone does."""
        term = self._acting.substitutes.get((unit_id, role))
        return self._recipient(term, Capacity.SUBSTITUTE) if term else None

    def recipient(self, unit_id: str, role: str) -> Recipient | None:
        """Whom the post's mail goes to: the substitute, else the holder, else the superior, else None."""
        known, post = self._acting.recipients, (unit_id, role)
        if post not in known:
            known[post] = self.substitute(*post) or self.holder(*post) or self.superior(unit_id)
        return known[post]

    def superior_post(self, unit_id: str) -> Post | None:
        """The head post of the nearest unit above that has one, vacant or not."""
        for ancestor in self.ancestors(unit_id):
            role = self.head_role(ancestor)
            if role is not None:
                return ancestor, role
        return None

    def superior(self, unit_id: str) -> Recipient | None:
        """Who is above the unit, climbing over vacant posts; None when nobody is."""
        return next(iter(self.superiors(unit_id)), None)

    def superiors(self, unit_id: str) -> Sequence[Recipient]:
        """Everyone above the unit, the nearest first; vacant posts are left out."""
        known, parent = self._acting.superiors, self.units[unit_id].parent_id or ""
        if parent not in known:
            heads = [(ancestor, self.head_role(ancestor)) for ancestor in self.ancestors(unit_id)]
            found = [self.substitute(at, role) or self.holder(at, role) for at, role in heads if role]
            known[parent] = [each._replace(capacity=Capacity.SUPERIOR) for each in found if each]
        return known[parent]

    def ancestors(self, unit_id: str) -> Iterable[str]:
        """The ids of the units above, the nearest first."""
        return reversed(self.units[unit_id].path.strip("/").split("/")[:-1])

    def posts(self, audience: Audience) -> list[Post]:
        """The posts of an audience at units open on the date, in the order of the tree's paths."""
        return [
            (unit_id, audience.role)
            for unit_id in self._lasting.chosen(audience)
            if self.is_open(unit_id) and self.has_post(unit_id, audience.role)
        ]

    def may_sign(self, unit_id: str, role: str, person_id: int) -> bool:
        """Whether the person may sign for the post: its holder or substitute; for a vacant one nobody."""
        return any(found.person_id == person_id for found in self.signers(unit_id, role))

    def signers(self, unit_id: str, role: str) -> list[Recipient]:
        """Who may sign for the post: its holder and its substitute; nobody for a vacant one."""
        own = (self.holder(unit_id, role), self.substitute(unit_id, role)) if unit_id in self.units else ()
        return [found for found in own if found is not None]

    def stands_in(self, unit_id: str, role: str, person_id: int) -> bool:
        """Whether the person acts for the post as its substitute, and does not hold it."""
        holder, other = self.holder(unit_id, role), self.substitute(unit_id, role)
        holds = holder is not None and holder.person_id == person_id
        return not holds and other is not None and other.person_id == person_id

    def may_act(self, unit_id: str, role: str, person_id: int) -> bool:
        """Whether the person acts for the post: holder, active substitute, or superior of a vacant post."""
        if unit_id not in self.units:
            return False
        own = [self.holder(unit_id, role), self.substitute(unit_id, role)]
        if not any(own):
            own = self._above(unit_id)
        return any(found is not None and found.person_id == person_id for found in own)

    def _above(self, unit_id: str) -> list[Recipient | None]:
        for ancestor in self.ancestors(unit_id):
            role = self.head_role(ancestor)
            if role is None:
                continue
            found = [self.holder(ancestor, role), self.substitute(ancestor, role)]
            if any(found):
                return found
        return []

    def _recipient(self, term: Term, capacity: Capacity) -> Recipient:
        name, language = self._rows.people[term.person_id]
        mailbox = self._rows.shared.get((term.unit_id, term.role)) or self._rows.personal.get(term.person_id)
        address, health = mailbox or (None, AddressHealth.OK)
        return Recipient(term.person_id, name, language, address, health, capacity)
