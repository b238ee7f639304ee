"""No request ends in an error of ours: thousands that schemathesis draws, in every role.

`CALLS` says how many each role makes, as far as `CALLING_SECONDS` go: 2,000 in a minute here, 50,000 in
`scripts/proof.py any-request`. The same start is the same requests, so what the minute cuts off is the end.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cycle.access.roles import Role
from cycle.access.sessions import open_session, read_session
from cycle.store import transaction
from tests.support.any_request import Caller, ask_as
from tests.support.played_town import Town
from tests.support.programs import token_headers
from tests.support.web import Site
from web.session import COOKIE

CALLS = int(os.environ.get("CALLS", "2000"))
SECONDS = float(os.environ.get("CALLING_SECONDS", "60"))
START = 5
PLACES = {
    Role.SUPERIOR: "KBH-BU",
    **dict.fromkeys((Role.SECRETARIAT, Role.DIRECTION, Role.COMMITTEE, Role.OPERATOR), "KBH"),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    made.site = Site(
        made.engine,
        Path(made.site.settings.data_dir),
        at=made.year.now,
        secret_key="k" * 40,
        api_per_minute=10**9,
    )
    yield made
    made.engine.dispose()


def caller(town: Town, role: Role) -> Caller:
    """Someone in this role with an account; a leader has links alone."""
    site = town.site
    if role is Role.LEADER:
        return Caller(site.browser(), site.browser())
    account = site.add_account(f"{role.value}@kbh.example", role, PLACES[role])
    with transaction(town.engine) as session:
        opened = open_session(session, account, now=site.clock.at)
        signed_in = read_session(session, opened.token, now=site.clock.at)
    assert signed_in is not None
    return Caller(
        site.browser(cookies={COOKIE: opened.token}),
        site.browser(headers=token_headers(site, role, PLACES[role])),
        csrf=signed_in.csrf,
    )


def test_no_request_of_any_role_ends_in_an_error_of_ours(town: Town) -> None:
    callers, began = {role: caller(town, role) for role in Role}, time.monotonic()
    tokens = {"task": town.leader_links(), "meeting": town.invitations()}
    ask_as(list(callers.values()), town.site.app, tokens, number=CALLS, start=START, seconds=SECONDS)
    for role, asking in callers.items():
        told = ", ".join(f"{status}: {count}" for status, count in sorted(asking.statuses.items()))
        sys.stdout.write(f"{role.value}: {asking.statuses.total()} requests; {told}\n")
        assert asking.statuses.total() >= 100
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    faults = [f"{role.value}: {fault}" for role, asking in callers.items() for fault in asking.faults]
    assert not faults, f"{len(faults)} faults, first:\n" + "\n".join(faults[:10])
