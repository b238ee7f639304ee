"""Every route the application has, asked for by everybody: docs/access.md is what they got.

A new route changes the table, so that somebody has to look at who may open it (`pytest --record`).
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from cycle.access.person_sessions import open_person_session
from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.access.tables import Account, Grant
from cycle.goals.tables import Agreement
from cycle.organisation.tables import Address, Appointment, Unit
from cycle.store import make_engine, reading, transaction
from cycle.tasks.tables import Task
from tests.support.played_town import SCHOOL, Town
from tests.support.routes import NAMED, addresses, gets, posts
from tests.support.web import Site
from web.session import COOKIE
from web.signing_in import person

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
WHO = ("owner", "colleague", "superior", "other superior", "secretariat", "stranger", "nobody")
OPEN = re.compile(r"^/(log-ind|mine/(log-ind|kode)|aarshjul/hjul\.css|tilgaengelighed|api/v1/openapi\.json$)")
"""What anybody may ask for: the ways in, a style sheet, and what the API is."""
OWN = re.compile(r"^/(opgave|indkaldelse)/")
OF_ONESELF = re.compile(r"^/(konto|log-ud|udseende|sprog|mine$|mine/|se-som/slut$)")
"""What needs no right but being signed in."""
OF_A_ROW = re.compile(r"\{(\w+_id|number|token)")
"""Addresses of what belongs to one municipality; the others show each its own."""
YES, FORM, NO, NONE = "yes", "form", "·", "–"
MOST = 25
REFUSALS = (401, 403, 404, 410)


HEAD = f"""# Who may open what

Every route the application has, asked for by everybody in a municipality whose year was played. Written by
`pytest --record tests/integration/test_who_may_open_what.py`; the rules are one table,
`cycle/access/rules.py`.

`{YES}`: shown, or taken. `{FORM}`: an empty form is found wanting, which only those hear who may send it.
`{NO}`: refused, or sent to sign in.
`{NONE}`: the played year has no row of it. The owner has the task (the school's leader), the colleague leads
another school, the superior heads the school's district, the other superior the one beside it, the stranger
is the secretariat of another municipality. `/kalender/…ics` opens for whoever has its address.
The API takes tokens and no browsers (`{NONE}` here): `tests/integration/test_api.py` asks who reads what."""


class Everybody:
    """Browsers of everybody in Copenhagen's played year, and of a stranger from another municipality."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town = town
        with closing(sqlite3.connect(str(town.engine.url.database))) as whole:
            whole.execute("VACUUM INTO ?", (str(folder / "asked.db"),))
        self.engine = make_engine(f"sqlite:///{folder / 'asked.db'}")
        self.site = Site(self.engine, folder, at=town.year.now, secret_key="k" * 40)
        self.links = {self._number(link): link for link in self._links()}
        with reading(self.engine) as session:
            path = session.get_one(Unit, SCHOOL).path
            above = path.strip("/").split("/")[-2]
            beside = session.exec(
                select(Unit.id).where(
                    Unit.parent_id == session.get_one(Unit, above).parent_id, Unit.id != above
                )
            ).first()
            leader = self._address(session, SCHOOL)
            other = select(Appointment.unit_id).where(
                col(Appointment.role) == "leder", Appointment.unit_id != SCHOOL
            )
            colleague = self._address(session, session.exec(other).first() or "")
        with transaction(self.engine) as session:
            session.add(Unit(id="NY", root_id="NY", path="/NY/", name="Nyby", kind="kommune"))
        self.accounts = {
            "superior": self.site.add_account("over@kbh.example", Role.SUPERIOR, above),
            "other superior": self.site.add_account("anden@kbh.example", Role.SUPERIOR, beside or ""),
            "secretariat": self.site.add_account("sek@kbh.example", Role.SECRETARIAT, "KBH"),
            "stranger": self.site.add_account("sek@ny.example", Role.SECRETARIAT, "NY"),
        }
        self.people = {"owner": leader, "colleague": colleague}
        account = self.site.add_account("ingen@kbh.example", Role.COMMITTEE, "KBH")
        with transaction(self.engine) as session:  # signs in, and may nothing
            session.execute(sa.delete(Grant).where(col(Grant.account_id) == account.id))
        self.accounts["without a role"] = account

    def browser(self, who: str, path: str):
        """A fresh browser of that person, and what its forms carry."""
        if who in self.people:
            with transaction(self.engine) as session:
                token = open_person_session(session, self.people[who], now=self.site.clock.at)
            browser = self.site.browser()
            browser.cookies.set(person.COOKIE, token)
            if who == "owner" and (link := self.links.get("/".join(path.split("/")[:3]))):
                browser.get(link)
            return browser, ""
        if who == "nobody":
            return self.site.stranger(), ""
        with transaction(self.engine) as session:
            account = session.get_one(Account, self.accounts[who].id)
            opened = open_session(session, account, now=self.site.clock.at)
        return self.site.browser(cookies={COOKIE: opened.token}), opened.csrf

    def got(self, who: str, path: str) -> str:
        """Whether the person is shown something there."""
        answer = self.browser(who, path)[0].get(path)
        inward = answer.headers.get("location", "")
        return (
            YES
            if answer.status_code == 200 or (answer.status_code == 303 and "log-ind" not in inward)
            else NO
        )

    def status_of_post(self, who: str, path: str) -> int:
        """What an empty form of the person's own comes to there."""
        browser, csrf = self.browser(who, path)
        return int(browser.post(path, data={"csrf": csrf, "x": "1"}).status_code)

    def may_post(self, who: str, path: str) -> str:
        """The same in a word."""
        status = self.status_of_post(who, path)
        return NO if status in REFUSALS else FORM if status in (400, 422) else YES

    def numbers(self) -> list[str]:
        """What stands for {token}: numbers of tasks and meetings whose links were opened."""
        return [each.rpartition("/")[2] for each in self.links]

    def given(self) -> dict[str, list[str]]:
        """What stands for the names in addresses: the owner's school where there is a choice."""
        with reading(self.engine) as session:
            tasks = session.exec(select(Task.id).where(Task.unit_id == SCHOOL)).all()
            signed = session.exec(select(Agreement.id).where(Agreement.unit_id == SCHOOL)).all()
        return {
            "token": self.numbers(),
            "what": ["aktivitet"],
            "task_id": [str(each) for each in tasks],
            "agreement_id": [str(each) for each in signed],
            "unit_id": [SCHOOL],
        }

    def _links(self) -> Iterator[str]:
        yield from (f"/opgave/{token}" for token in self.town.leader_links())
        yield from (f"/indkaldelse/{token}" for token in self.town.invitations())

    def _number(self, link: str) -> str:
        return self.site.stranger().get(link).headers.get("location", link)

    def _address(self, session, unit_id: str) -> str:
        query = (
            select(Address.email)
            .join(Appointment, col(Appointment.person_id) == col(Address.person_id))
            .where(Appointment.unit_id == unit_id, col(Address.valid_to).is_(None))
        )
        return session.exec(query).first() or ""


@pytest.fixture(scope="module")
def everybody(tmp_path_factory):
    town = Town(tmp_path_factory.mktemp("town"))
    asked = Everybody(town, tmp_path_factory.mktemp("asked"))
    yield asked
    town.engine.dispose()
    asked.engine.dispose()


def reached(everybody: Everybody, path: str) -> str | None:
    """The first address of this route that shows somebody something; None when no row of the town does."""
    given = everybody.given()
    for number, address in enumerate(addresses(path, everybody.engine, **given)):
        if number == MOST:
            return None
        if any(everybody.got(who, address) == YES for who in ("secretariat", "owner", "superior")):
            return address
    return None


def placed(path: str, seen: dict[str, str | None], everybody: Everybody) -> str | None:
    """A POST's address: of the page it belongs to, else of the first rows there are."""
    prefix = path
    while prefix and not seen.get(prefix):
        prefix = prefix.rpartition("/")[0]
    given = everybody.given()
    rest = path[len(prefix) :]
    if prefix and not NAMED.search(rest):
        return (seen[prefix] or "").partition("?")[0] + rest
    return next(addresses(path, everybody.engine, **given), None)


@pytest.fixture(scope="module")
def seen(everybody):
    """The address that stands for each page."""
    return {path: reached(everybody, path) for path in gets(everybody.site.app)}


@pytest.mark.timeout(900)
def test_everybody_gets_what_the_table_says_of_every_route(everybody, seen, request):
    app, rows = everybody.site.app, {}
    for path, address in seen.items():
        got = [everybody.got(who, address) if address else NONE for who in WHO]
        rows["GET", path] = dict(zip(WHO, got, strict=True))
    for path in posts(app):
        address = placed(path, seen, everybody)
        got = [everybody.may_post(who, address) if address else NONE for who in reversed(WHO)]
        rows["POST", path] = dict(zip(reversed(WHO), got, strict=True))
    text = table(rows)
    if request.config.getoption("--record"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert text == DOCUMENT.read_text(encoding="utf-8"), "look at who may open it; `pytest --record`"
    for (_, path), row in rows.items():
        if not OPEN.match(path):
            assert row["nobody"] in (NO, NONE), (path, row)
        if OWN.match(path):
            assert {row[who] for who in WHO if who != "owner"} <= {NO, NONE}, (path, row)
        if OF_A_ROW.search(path):
            assert row["stranger"] in (NO, NONE), (path, row)


@pytest.mark.timeout(900)
def test_who_may_not_send_a_form_is_never_told_what_it_lacks(everybody, seen):
    for path in posts(everybody.site.app):
        address = placed(path, seen, everybody)
        if address is None or OPEN.match(path):
            continue
        for who in ("nobody", "without a role"):
            if who == "nobody" or not OF_ONESELF.match(path):
                assert everybody.status_of_post(who, address) in REFUSALS, (who, path)


def table(rows) -> str:
    """The document."""
    lines = [
        *HEAD.splitlines(),
        "",
        f"| route | {' | '.join(WHO)} |",
        f"|---|{'---|' * len(WHO)}",
    ]
    for (method, path), row in rows.items():
        lines.append(f"| {method} `{path}` | {' | '.join(row[who] for who in WHO)} |")
    return "\n".join(lines) + "\n"
