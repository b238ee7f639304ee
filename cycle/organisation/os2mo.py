"""What OS2mo knows of units and managers, as the two lists that an import reads.

So a fetched organisation is compared, shown, confirmed and recorded like a file that somebody gives us. Pure.
OS2mo's days are local dates, both inclusive. It does not know areas, districts or ownership: those columns
are left out, and what the municipality has written there stays.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

MUNICIPALITY = "kommune"
UNIT_HEADINGS = ("enheds-id", "overordnet", "navn", "art", "åbner", "lukker")
LEADER_HEADINGS = ("enheds-id", "rolle", "navn", "e-mail", "person-id", "fra", "til")


@dataclass(frozen=True)
class Period:
    """From the first day to the last, local and inclusive; without a last one it is open."""

    first: date
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= (self.last or date.max)


@dataclass(frozen=True)
class UnitFact:
    """What a unit is called, and where it stands, for a time. `key` is its number at the municipality."""

    uuid: str
    key: str
    name: str
    kind: str
    parent: str | None
    when: Period


@dataclass(frozen=True)
class ManagerFact:
    """Who manages a unit for a time; nobody (`person` empty) where the post is vacant."""

    unit: str
    kind: str
    person: str
    name: str
    email: str
    when: Period


@dataclass(frozen=True)
class Organisation:
    """Everything that was fetched: units in all their times, managers of today and later."""

    units: tuple[UnitFact, ...]
    managers: tuple[ManagerFact, ...]


@dataclass(frozen=True)
class Lists:
    """The organisation as the CSV files that `read_units` and `look_into_leaders` read."""

    units: bytes
    leaders: bytes


def lists_of(
    found: Organisation, *, root_id: str, root_uuid: str, heads: Sequence[str], today: date
) -> Lists:
    """The units below `root_uuid` (which becomes `root_id`), and their managers of today and later.

    Of a unit's times that of `today` counts, or its first one to come. `heads` are the kinds of managers
    that hold a unit's post, all of them when it is empty; what has ended is left out.
    """
    times: dict[str, list[UnitFact]] = defaultdict(list)
    for fact in found.units:
        times[fact.uuid].append(fact)
    now = {uuid: current for uuid, facts in times.items() if (current := _current(facts, today))}
    inside = {uuid for uuid in now if _is_below(uuid, root_uuid, now)}
    ids = {uuid: root_id if uuid == root_uuid else now[uuid].key or uuid for uuid in inside}
    rows = [_unit_row(now[uuid], times[uuid], ids, root_uuid) for uuid in sorted(inside)]
    leaders = [
        each for each in found.managers if each.unit in ids and each.person and _counts(each, heads, today)
    ]
    people = [_leader_row(each, ids) for each in sorted(_joined(leaders), key=_order)]
    return Lists(_csv(UNIT_HEADINGS, rows), _csv(LEADER_HEADINGS, people))


def _current(facts: Iterable[UnitFact], today: date) -> UnitFact | None:
    """The fact of today, else the first to come; None when it is all over."""
    left = [fact for fact in facts if fact.when.last is None or fact.when.last >= today]
    return min(left, key=lambda fact: fact.when.first, default=None)


def _is_below(uuid: str, root: str, now: dict[str, UnitFact]) -> bool:
    seen: set[str] = set()
    at: str | None = uuid
    while at is not None and at in now and at not in seen:
        if at == root:
            return True
        seen.add(at)
        at = now[at].parent
    return False


def _unit_row(fact: UnitFact, facts: Sequence[UnitFact], ids: dict[str, str], root: str) -> tuple[str, ...]:
    opens = min(each.when.first for each in facts)
    closes = _end(facts)
    is_root = fact.uuid == root
    return (
        ids[fact.uuid],
        "" if is_root else ids[fact.parent or root],
        fact.name,
        MUNICIPALITY if is_root else fact.kind,
        opens.isoformat(),
        closes.isoformat() if closes else "",
    )


def _end(facts: Sequence[UnitFact]) -> date | None:
    """The last day of the last of its times; None when one of them is open."""
    lasts = [fact.when.last for fact in facts]
    return None if None in lasts else max(last for last in lasts if last)


def _counts(manager: ManagerFact, heads: Sequence[str], today: date) -> bool:
    ended = manager.when.last is not None and manager.when.last < today
    return not ended and (not heads or manager.kind.casefold() in {kind.casefold() for kind in heads})


def _joined(managers: Iterable[ManagerFact]) -> list[ManagerFact]:
    """Times of one person at one unit that follow on each other as one: another kind is the same post."""
    found: list[ManagerFact] = []
    for each in sorted(managers, key=lambda one: (one.unit, one.person, one.when.first)):
        before = found[-1] if found else None
        if before and (before.unit, before.person) == (each.unit, each.person) and _follows(before, each):
            lasts = (before.when.last, each.when.last)
            last = None if None in lasts else max(day for day in lasts if day)
            found[-1] = replace(each, when=Period(before.when.first, last))
        else:
            found.append(each)
    return found


def _follows(before: ManagerFact, each: ManagerFact) -> bool:
    return before.when.last is None or each.when.first <= before.when.last + timedelta(days=1)


def _order(manager: ManagerFact) -> tuple[str, date, str]:
    return manager.unit, manager.when.first, manager.person


def _leader_row(manager: ManagerFact, ids: dict[str, str]) -> tuple[str, ...]:
    last = manager.when.last.isoformat() if manager.when.last else ""
    first = manager.when.first.isoformat()
    return ids[manager.unit], "", manager.name, manager.email, manager.person, first, last


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()
