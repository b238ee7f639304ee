"""No request ends in an error of ours: thousands that schemathesis draws, in every role.

`CALLS` says how many each role makes: 2,000 here, 50,000 in `scripts/proof.py any-request`. The same start is
the same requests. They have to be made within `CALLING_SECONDS`: some two minutes of a processor's time here.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cycle.access.person_sessions import read_person_session
from cycle.access.roles import Role
from cycle.access.sessions import open_session, read_session
from cycle.store import reading, transaction
from tests.support.any_request import Caller, ask_as
from tests.support.direct import Asking
from tests.support.played_town import Town
from tests.support.programs import token_headers
from tests.support.web import Site
from web.session import COOKIE
from web.signing_in import person

CALLS = int(os.environ.get("CALLS", "2000"))
SECONDS = float(os.environ.get("CALLING_SECONDS", "1500"))
START = 5
BY_CODE = "leader at /mine, known by a mailed code"
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


def caller(asking: Asking, town: Town, role: Role) -> Caller:
    """Someone in this role with an account; a leader has links, and at /mine the code from a mail."""
    site = town.site
    if role is Role.LEADER:
        return leader(asking, town)
    account = site.add_account(f"{role.value}@kbh.example", role, PLACES[role])
    with transaction(town.engine) as session:
        opened = open_session(session, account, now=site.clock.at)
        signed_in = read_session(session, opened.token, now=site.clock.at)
    assert signed_in is not None
    return Caller(
        asking.browser(site, cookies={COOKIE: opened.token}),
        asking.browser(site, headers=token_headers(site, role, PLACES[role])),
        csrf=signed_in.csrf,
    )


def leader(asking: Asking, town: Town) -> Caller:
    token = town.own_session()
    with reading(town.engine) as session:
        known = read_person_session(session, token, now=town.site.clock.at)
    assert known is not None
    nobody = asking.browser(town.site)
    by_code = Caller(asking.browser(town.site, cookies={person.COOKIE: token}), nobody, csrf=known.csrf)
    return Caller(asking.browser(town.site), nobody, own=by_code)


@pytest.mark.timeout(SECONDS + 300)
def test_no_request_of_any_role_ends_in_an_error_of_ours(town: Town) -> None:
    began, tokens = time.monotonic(), {"task": town.leader_links(), "meeting": town.invitations()}
    with Asking() as asking:
        callers = {role.value: caller(asking, town, role) for role in Role}
        ask_as(list(callers.values()), town.site.app, tokens, number=CALLS, start=START, seconds=SECONDS)
    of_own = callers[Role.LEADER.value].own
    assert of_own is not None
    callers[BY_CODE] = of_own
    for who, each in callers.items():
        told = ", ".join(f"{status}: {count}" for status, count in sorted(each.statuses.items()))
        sys.stdout.write(f"{who}: {each.statuses.total()} requests; {told}\n")
        asked = each.statuses.total() + (each.own.statuses.total() if each.own else 0)
        assert each is of_own or asked >= CALLS, "the time was up before all requests were made"
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    assert of_own.statuses[200] > CALLS / 100, "the leader was not known at their own pages"
    faults = [f"{who}: {fault}" for who, each in callers.items() for fault in each.faults]
    assert not faults, f"{len(faults)} faults, first:\n" + "\n".join(faults[:10])
