"""How fast mail may go to one domain: large mail providers refuse, and mistrust, whoever sends too fast.

The count of the running minute is a row of the store, so that any number of senders keep one limit together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from cycle.messages.tables import DomainPace
from cycle.store import is_sqlite

MINUTE = timedelta(minutes=1)
ANY = "*"


def too_fast(
    session: Session, mails: Sequence[tuple[int, str]], limits: Mapping[str, int], *, now: datetime
) -> dict[datetime, list[int]]:
    """Takes for these mails (id, address) what their domains' `limits` (mails a minute) leave.

    Gives the ids of those that are over, by the instant at which they may be tried again. A domain without
    a limit of its own has that of `ANY`, if there is one, for itself.
    """
    later: dict[datetime, list[int]] = defaultdict(list)
    if not limits:
        return later
    for domain, ids in sorted(_by_domain(mails).items()):
        limit = limits.get(domain, limits.get(ANY))
        if limit is None:
            continue
        since, taken = _minute(session, domain, now)
        free = max(limit - taken, 0)
        _keep(session, domain, since, taken + min(free, len(ids)))
        for place, message_id in enumerate(ids[free:]):
            later[since + MINUTE * (1 + place // limit)].append(message_id)
    return later


def _by_domain(mails: Sequence[tuple[int, str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for message_id, address in mails:
        found[address.rpartition("@")[2]].append(message_id)
    return found


def _minute(session: Session, domain: str, now: datetime) -> tuple[datetime, int]:
    """When the domain's minute began, and how many were taken in it; the row is ours until the commit."""
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.execute(insert(DomainPace).values(domain=domain, since=now, taken=0).on_conflict_do_nothing())
    row = session.execute(
        sa.select(col(DomainPace.since), col(DomainPace.taken))
        .where(col(DomainPace.domain) == domain)
        .with_for_update()
    ).one()
    # A clock that was set back must not hold a domain up.
    running = row.since <= now < row.since + MINUTE
    return (row.since, row.taken) if running else (now, 0)


def _keep(session: Session, domain: str, since: datetime, taken: int) -> None:
    session.execute(
        sa.update(DomainPace).where(col(DomainPace.domain) == domain).values(since=since, taken=taken)
    )
