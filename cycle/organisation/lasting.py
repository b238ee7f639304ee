"""What outlives a date in a directory: the roles at each unit, its head, and who acts between two changes."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session

from cycle.organisation.snapshot import Held, Post, Rows, Term, UnitRow, read_held, read_rows
from cycle.plan.model import Audience

if TYPE_CHECKING:
    from cycle.organisation.directory import Recipient

HEAD_ROLES: Mapping[str, str] = {
    "kommune": "kommunaldirektør",
    "forvaltning": "direktør",
    "område": "områdechef",
    "distrikt": "distriktschef",
    "skole": "leder",
    "daginstitution": "leder",
    "klub": "leder",
    "center": "leder",
    "bydækkende institution": "leder",
}
"""The role that heads a unit of each kind, unless its appointments show another."""


class Acting:
    """Who acts for which post while no term begins or ends, and what was found out about that already."""

    def __init__(self, rows: Rows, on: date) -> None:
        self.holders = _in_force(rows.appointments, on)
        self.substitutes = _in_force(rows.substitutes, on)
        self.recipients: dict[Post, Recipient | None] = {}
        self.superiors: dict[str, Sequence[Recipient]] = {}


class HeadRoles:
    """Which role heads each unit, by its kind and by what was ever held there.

    `kinds` is each unit's kind; `terms` are the unit and the role of all appointments there ever were;
    `held` is what all units of a kind show where only some were read.
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        terms: Iterable[Post],
        held: Mapping[str, Sequence[Held]] | None = None,
    ) -> None:
        self._kinds = kinds
        self.seen: dict[str, set[str]] = defaultdict(set)
        self._by_kind: dict[str, Counter[str]] = defaultdict(Counter)
        for unit_id, role in terms:
            self.seen[unit_id].add(role)
            self._by_kind[kinds[unit_id]][role] += 1
        self._beside: dict[str, set[str]] = defaultdict(set)
        """Roles that stand beside the usual head at some unit of the kind, as a board's chair: no heads."""
        for unit_id, roles in self.seen.items():
            self._note_beside(kinds[unit_id], roles)
        for kind, each in (held or {}).items():
            self._note_kind(kind, each)
        self._common = {kind: _most_common(roles) for kind, roles in self._by_kind.items()}
        self._heads: dict[str, str | None] = {}

    def head(self, unit_id: str) -> str | None:
        """See `Directory.head_role`; found once for each unit."""
        if unit_id not in self._heads:
            self._heads[unit_id] = self._find_head(unit_id)
        return self._heads[unit_id]

    def _note_beside(self, kind: str, roles: set[str]) -> None:
        if len(roles) > 1 and (usual := HEAD_ROLES.get(kind)) in roles:
            self._beside[kind] |= roles - {usual}

    def _note_kind(self, kind: str, held: Sequence[Held]) -> None:
        """What all units of the kind show, of which only some were read."""
        self._by_kind[kind] = Counter()
        roles: dict[str, set[str]] = defaultdict(set)
        for each in held:
            self._by_kind[kind][each.role] += each.times
            roles[each.unit_id].add(each.role)
        for these in roles.values():
            self._note_beside(kind, these)

    def _find_head(self, unit_id: str) -> str | None:
        kind = self._kinds[unit_id]
        usual = HEAD_ROLES.get(kind)
        held = self.seen.get(unit_id, set())
        if usual in held:
            return usual
        seen = held - self._beside.get(kind, set())
        if not seen:
            return usual or self._common.get(kind)
        times = self._by_kind[kind]
        return min(seen, key=lambda role: (-times[role], role))


class Lasting:
    """What outlives a date: who acts between two changes, the roles at each unit, whom an audience means."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._units = rows.units
        terms = (*rows.appointments, *rows.substitutes)
        ends = {term.valid_to + timedelta(days=1) for term in terms if term.valid_to not in (None, date.max)}
        self.changes = sorted({term.valid_from for term in terms} | ends)
        self._acting: dict[int, Acting] = {}
        kinds = {unit.id: unit.kind for unit in rows.units.values()}
        self._roles = HeadRoles(kinds, ((term.unit_id, term.role) for term in rows.appointments), rows.held)
        self.seen = self._roles.seen
        self._chosen: dict[Audience, list[str]] = {}

    def acting(self, on: date) -> Acting:
        """Who acts on the local date; the same object until a term begins or ends."""
        period = bisect_right(self.changes, on)
        if period not in self._acting:
            self._acting[period] = Acting(self._rows, on)
        return self._acting[period]

    def head(self, unit_id: str) -> str | None:
        """See `Directory.head_role`; found once for each unit."""
        return self._roles.head(unit_id)

    def chosen(self, audience: Audience) -> list[str]:
        """The ids of the audience's units in the order of their paths; found once for each audience."""
        if audience not in self._chosen:
            units = sorted(self._units.values(), key=lambda unit: unit.path)
            self._chosen[audience] = [unit.id for unit in units if _chosen(unit, audience)]
        return self._chosen[audience]


def read_some(session: Session, root_id: str, ids: Sequence[str]) -> Rows:
    """The rows of some units; with what their kinds show elsewhere, where they do not show who heads one."""
    rows = read_rows(session, root_id, ids)
    roles: dict[str, set[str]] = defaultdict(set)
    for term in rows.appointments:
        roles[term.unit_id].add(term.role)
    unclear = {unit.kind for unit in rows.units.values() if _is_unclear(unit.kind, roles[unit.id])}
    return replace(rows, held=read_held(session, root_id, unclear)) if unclear else rows


def _is_unclear(kind: str, roles: set[str]) -> bool:
    usual = HEAD_ROLES.get(kind)
    return len(roles) != 1 if usual is None else bool(roles) and usual not in roles


def _in_force(terms: Iterable[Term], on: date) -> dict[Post, Term]:
    """The term of each post on the date; of two at once the later begun counts, then the later written."""
    return {(term.unit_id, term.role): term for term in terms if term.covers(on)}


def _most_common(roles: Counter[str]) -> str:
    return min(roles, key=lambda role: (-roles[role], role))


def _chosen(unit: UnitRow, audience: Audience) -> bool:
    return (
        (not audience.kinds or unit.kind in audience.kinds)
        and (not audience.areas or unit.area in audience.areas)
        and (not audience.ownership or unit.ownership in audience.ownership)
        and (not audience.units or unit.id in audience.units)
        and unit.id not in audience.except_units
    )
