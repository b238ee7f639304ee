"""Programs that open every address: of the links that were mailed, and of every page as whoever is signed in.

`LINKS_OPENED` says how many: a few hundred here, 10,000 in `scripts/proof.py links`. Afterwards the whole
store is what it was; only that a session was in use may be noted (`USE_OF_SESSIONS`).
"""

import itertools
import os
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from cycle.access.person_sessions import open_person_session
from cycle.access.roles import Role
from cycle.store import make_engine, transaction
from tests.support.played_town import Town
from tests.support.routes import OWN_PAGES, addresses, gets
from tests.support.web import Site
from tests.support.whole_store import USE_OF_SESSIONS, contents
from web.signing_in import person

OPENED = int(os.environ.get("LINKS_OPENED", "240"))
SCANNERS = (
    {"user-agent": "Mozilla/5.0 (compatible; SafeLinks)", "sec-fetch-site": "none"},
    {"purpose": "prefetch", "sec-purpose": "prefetch;prerender"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    {},
)
BEHIND = (
    "",
    "/kalender",
    "/kvittering",
    "?ret=1",
    "/moede",
    "/bemaerkninger",
    "/forberedelse",
    "/aftale.pdf",
)
SEED = 20270412


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[tuple[Site, Town]]:
    town, folder = Town(tmp_path_factory.mktemp("town")), tmp_path_factory.mktemp("opened")
    with closing(sqlite3.connect(str(town.engine.url.database))) as whole:
        whole.execute("VACUUM INTO ?", (str(folder / "opened.db"),))
    engine = make_engine(f"sqlite:///{folder / 'opened.db'}")
    yield Site(engine, Path(folder), at=town.year.now, secret_key="k" * 40), town
    engine.dispose()
    town.engine.dispose()


def opened(browsers, paths, number: int) -> Counter[int]:
    """So many requests, GET and HEAD, of addresses drawn from these by browsers drawn from those."""
    drawn, statuses, open_browsers = random.Random(SEED), Counter[int](), ExitStack()
    for browser in browsers:
        open_browsers.enter_context(browser)  # one thread for all its requests instead of one each
    for at in range(number):
        browser, headers = drawn.choice(browsers), SCANNERS[at % len(SCANNERS)]
        method, path = "GET" if at % 6 else "HEAD", drawn.choice(paths)
        answer = browser.request(method, path, headers=headers, follow_redirects=bool(at % 2))
        statuses[answer.status_code] += 1
    open_browsers.close()
    return statuses


def told(what: str, statuses: Counter[int]) -> None:
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    sys.stdout.write(f"{what}: {statuses.total()} requests; {counts}; 0 changes\n")


@pytest.mark.timeout(7200)
def test_opening_every_mailed_link_changes_nothing_in_the_store(site):
    asked, town = site
    links = [f"/opgave/{token}{rest}" for token in town.leader_links() for rest in BEHIND]
    links += [f"/indkaldelse/{token}{rest}" for token in town.invitations() for rest in ("", "/moede.ics")]
    before = contents(asked.engine)
    browsers = [asked.stranger() for _ in range(4)]  # each keeps its cookies, as some scanners do
    statuses = opened(browsers, links, OPENED)
    assert contents(asked.engine) == before
    assert statuses[200] > OPENED / 4 and not [each for each in statuses if each >= 500]
    told("mailed links", statuses)


@pytest.mark.timeout(7200)
def test_opening_every_page_as_anybody_changes_nothing_but_the_use_of_the_session(site):
    asked, town = site
    roles = (Role.SECRETARIAT, Role.DIRECTION, Role.COMMITTEE, Role.OPERATOR)
    browsers = [asked.signed_in(f"{role.value}@kbh.example", role, "KBH") for role in roles]
    browsers += [asked.signed_in("over@kbh.example", Role.SUPERIOR, "KBH-BU"), asked.stranger()]
    with transaction(asked.engine) as session:
        by_code = open_person_session(session, town.leader_address(), now=asked.clock.at)
    browsers.append(asked.browser(cookies={person.COOKIE: by_code}))
    pages = [
        address for path in gets(asked.app) for address in itertools.islice(addresses(path, asked.engine), 5)
    ]
    before = contents(asked.engine, but=USE_OF_SESSIONS)
    asked.clock.at += timedelta(minutes=20)
    statuses = opened(browsers, pages, OPENED)
    own = opened(browsers[-1:], [each for each in pages if OWN_PAGES.match(each)], OPENED // 4)
    assert contents(asked.engine, but=USE_OF_SESSIONS) == before
    assert statuses[200] > OPENED / 4 and not [each for each in statuses if each >= 500]
    assert own[200] > OPENED / 16, "the leader was not known at their own pages"
    assert not [each for each in own if each >= 500]
    told("pages", statuses)
    told("pages at /mine by a mailed code", own)
