"""Which post each row of a file of leaders is about, and whether the rows of one post agree."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from cycle.access.emails import email_key
from cycle.organisation.faults import Faults
from cycle.organisation.leader_file import LeaderRow
from cycle.organisation.leader_store import StoredLeaders
from cycle.organisation.snapshot import Post


def post_of(row: LeaderRow) -> Post:
    """The unit and role of a row whose role is known."""
    return row.unit_id, row.role


def resolve_posts(
    rows: Iterable[LeaderRow], stored: StoredLeaders, today: date, faults: Faults
) -> list[LeaderRow]:
    """The rows with their roles filled in; faults are noted for unknown units and roles."""
    named: dict[str, set[str]] = defaultdict(set)
    rows = list(rows)
    for row in rows:
        if row.role:
            named[row.unit_id].add(row.role)
    resolved = []
    for row in rows:
        if row.unit_id not in stored.units:
            faults.add("unknown unit", row=row.number, value=row.unit_id)
            continue
        unit = stored.units[row.unit_id]
        _check_open(row, unit.closed_on, today, faults)
        role = row.role or _head(stored.heads[unit.root_id].head(row.unit_id), named[row.unit_id])
        if role is None:
            key = "no head post" if row.is_substitute else "no head role"
            faults.add(key, row=row.number, value=row.unit_id)
        else:
            resolved.append(replace(row, role=role))
    return resolved


def check_posts(rows: Iterable[LeaderRow], faults: Faults, notes: Faults) -> None:
    """Faults are one person twice and two shared mailboxes; two people at one post at a time is a note."""
    posts: dict[tuple[Post, bool], list[LeaderRow]] = defaultdict(list)
    mailboxes: dict[Post, LeaderRow] = {}
    for row in rows:
        if row.shared_email:
            first = mailboxes.setdefault(post_of(row), row)
            if email_key(first.shared_email or "") != email_key(row.shared_email):
                faults.add("two mailboxes", row=row.number, other=first.number)
        if row.is_vacant:
            continue
        earlier = posts[post_of(row), row.is_substitute]
        for other in earlier:
            if not row.overlaps(other):
                continue
            if row.is_same_person(other):
                faults.add("double row", row=row.number, other=other.number)
            else:
                notes.add("two at once", row=row.number, other=f"{other.name} ({other.number})")
        earlier.append(row)


def _head(usual: str | None, named: set[str]) -> str | None:
    """The head role of a unit: the usual one, unless the file names exactly one other role there."""
    return next(iter(named)) if len(named) == 1 else usual


def _check_open(row: LeaderRow, closed_on: date | None, today: date, faults: Faults) -> None:
    if closed_on is None or closed_on >= today or (row.valid_to is not None and row.valid_to <= closed_on):
        return
    faults.add("closed unit", row=row.number, value=row.unit_id, other=closed_on)
