"""Every route the application has, asked for by everybody: docs/access.md is what they got.

A new route changes the table, so that somebody has to look at who may open it (`pytest --record`).
"""

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlmodel import col, select

from cycle.access.person_sessions import open_person_session, read_person_session
from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.access.tables import Account, Grant
from cycle.gatherings.tables import GatheringParticipant
from cycle.goals.tables import Agreement, Strategy
from cycle.organisation.tables import Address, Appointment, Unit
from cycle.store import make_engine, reading, transaction
from cycle.tasks.tables import Task
from notifications.office import Office
from tests.support.direct import Asking
from tests.support.one_of_everything import fill
from tests.support.played_town import SCHOOL, Town
from tests.support.routes import addresses, gets, posts
from tests.support.valid_html import faults
from tests.support.web import Site
from web.session import COOKIE
from web.signing_in import person

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
WHO = ("owner", "colleague", "superior", "other superior", "secretariat", "stranger", "nobody")
OPEN = re.compile(
    r"^/(log-ind|mine/(log-ind|kode)|aarshjul/hjul\.css|udseende/|tilgaengelighed|api/v1/openapi\.json$"
    r"|kalender/)"
)
"""What anybody may ask for: the ways in, how pages look, what the API is, a calendar by its address."""
OWN = re.compile(r"^/(opgave|indkaldelse)/")
OF_ONESELF = re.compile(r"^/(konto|log-ud|udseende|sprog|mine$|mine/|se-som/slut$)")
"""What needs no right but being signed in."""
OF_A_ROW = re.compile(r"\{(\w+_id|number|token)")
"""Addresses of what belongs to one municipality; the others show each its own."""
NEVER_LET_IN = {
    r"GET /api/(?!v1/openapi)": "takes tokens and no browsers: test_api.py, test_filed_and_handed_out.py",
    r"POST /api/": "the same",
    r"\w+ /log-ind/(app|trin)$": "the second step, which begins with a password: test_two_steps.py",
    r"GET /log-ind/kommunen": "where there is a municipality's own login: test_municipal_login.py",
    r"POST /log-ind$": "an empty form is a wrong password, for everybody alike: test_accounts.py",
    r"POST /mine/kode": "an empty form is a wrong code, for everybody alike: test_own_tasks.py",
}
"""The only addresses that let nobody in here, and why; every other row shows whom it lets in."""
YES, FORM, NO, NONE = "yes", "form", "·", "–"
MOST = 25
ELSE = (Role.DIRECTION, Role.COMMITTEE, Role.OPERATOR)
"""Who is not in the table, but whose pages are read."""
WORDS = re.compile(r'(?<=>)[^<]+|(?<= )(value|title|href|content|aria-label)="[^"]*"|\d+')
"""Where two pages may differ and are as valid as each other, since every word is escaped."""
REFUSALS = (401, 403, 404, 410)


HEAD = f"""# Who may open what

Every route the application has, asked for by everybody in a municipality whose year was played. Written by
`pytest --record tests/integration/test_who_may_open_what.py`; the rules are one table,
`cycle/access/rules.py`.

`{YES}`: shown, or taken. `{FORM}`: a form that says no more than which row is meant is found wanting, which
only those hear who may send it. Every row lets somebody in but for the few that the test names with a reason.
`{NO}`: refused, or sent to sign in.
`{NONE}`: not asked. The owner has the task (the school's leader), the colleague leads
another school, the superior heads the school's district, the other superior the one beside it, the stranger
is the secretariat of another municipality. `/kalender/…ics` opens for whoever has its address.
The API takes tokens and no browsers (`{NONE}` here): `tests/integration/test_api.py` asks who reads what."""


class Everybody:
    """Browsers of everybody in Copenhagen's played year, and of a stranger from another municipality."""

    def __init__(self, town: Town, folder: Path, asking: Asking) -> None:
        self.town, self.asking = town, asking
        with closing(sqlite3.connect(str(town.engine.url.database))) as whole:
            whole.execute("VACUUM INTO ?", (str(folder / "asked.db"),))
        self.engine = make_engine(f"sqlite:///{folder / 'asked.db'}")
        (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
        looks = {"logo": folder / "logo.svg", "colour": "#8a1538"}
        self.site = Site(self.engine, folder, at=town.year.now, secret_key="k" * 40, **looks)
        self.placed = fill(self.engine, at=town.year.now)
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
            head = self._address(session, above)
        with transaction(self.engine) as session:
            session.add(Unit(id="NY", root_id="NY", path="/NY/", name="Nyby", kind="kommune"))
        self.accounts = {
            "superior": self.site.add_account(head, Role.SUPERIOR, above),
            "other superior": self.site.add_account("anden@kbh.example", Role.SUPERIOR, beside or ""),
            "secretariat": self.site.add_account("sek@kbh.example", Role.SECRETARIAT, "KBH"),
            "stranger": self.site.add_account("sek@ny.example", Role.SECRETARIAT, "NY"),
        }
        self.people = {"owner": leader, "colleague": colleague}
        account = self.site.add_account("ingen@kbh.example", Role.COMMITTEE, "KBH")
        with transaction(self.engine) as session:  # signs in, and may nothing
            session.execute(sa.delete(Grant).where(col(Grant.account_id) == account.id))
        self.accounts["without a role"] = account
        for role in ELSE:
            self.accounts[role.value] = self.site.add_account(f"{role.value}@kbh.example", role, "KBH")
        self.read: dict[str, tuple[str, str]] = {}

    def browser(self, who: str, path: str):
        """A fresh browser of that person, and what its forms carry."""
        if who in self.people:
            with transaction(self.engine) as session:
                token = open_person_session(session, self.people[who], now=self.site.clock.at)
                known = read_person_session(session, token, now=self.site.clock.at)
            browser = self.asking.browser(self.site, cookies={person.COOKIE: token})
            if who == "owner" and (link := self.links.get("/".join(path.split("/")[:3]))):
                browser.request("GET", link)
            return browser, known.csrf
        if who == "nobody":
            return self.asking.browser(self.site), ""
        with transaction(self.engine) as session:
            account = session.get_one(Account, self.accounts[who].id)
            opened = open_session(session, account, now=self.site.clock.at)
        return self.asking.browser(self.site, cookies={COOKIE: opened.token}), opened.csrf

    def got(self, who: str, path: str) -> str:
        """Whether the person is shown something there."""
        answer = self.browser(who, path)[0].request("GET", path)
        self.keep(f"{who} GET {path}", answer)
        inward = answer.headers.get("location", "")
        return (
            YES
            if answer.status_code == 200 or (answer.status_code == 303 and "log-ind" not in inward)
            else NO
        )

    def status_of_post(self, who: str, path: str) -> int:
        """What a form of the person's own comes to there: empty but for what says which row is meant."""
        browser, csrf = self.browser(who, path)
        named = next((fields for end, fields in self.named().items() if path.endswith(end)), {})
        answer = browser.request("POST", path, data={"csrf": csrf, "x": "1", **named})
        self.keep(f"{who} POST {path}", answer)
        return int(answer.status_code)

    def keep(self, what: str, answer: Response) -> None:
        """The page, unless one was kept that is made of the same parts and differs in its words."""
        assert answer.status_code < 500, what
        if answer.headers.get("content-type", "").startswith("text/html"):
            name = re.sub(r"[^a-z]+", "-", what.lower())[:80]
            self.read.setdefault(WORDS.sub("", answer.text), (f"{len(self.read)}-{name}", answer.text))

    def named(self) -> dict[str, dict[str, str]]:
        """What a form has to name beside its address, by how the address ends."""
        flow = {"flow": "deliver", "root": "KBH"}
        return {
            "/koersler/pause": flow,
            "/koersler/genoptag": flow,
            "/sammenfatning": {"group": self.group},
            "/traek": {"which": "leder"},
            "/traek/vis": {"which": "leder"},
        }

    @cached_property
    def group(self) -> str:
        """A group of those who were heard."""
        it = self.town.year.occurrence("strategirevision").id
        page = self.browser("secretariat", "")[0].request("GET", f"/hoering/{it}").text
        return html.unescape(re.search(r'name="group" value="([^"]+)"', page)[1])

    @cached_property
    def places(self) -> dict[str, str]:
        """Where a route's row is, when it is not the first one of its kind that the store has."""
        put, leader = self.placed, self.town.leader()
        feed = (
            Office.of(self.site.settings).calendar_feed(leader, 1).removeprefix(self.site.settings.base_url)
        )
        with reading(self.engine) as session:
            in_force = select(Strategy.id).where(~col(Strategy.draft), col(Strategy.first_year).is_not(None))
            strategy = session.exec(in_force).first()
            seat = session.exec(
                select(GatheringParticipant.id).where(
                    GatheringParticipant.gathering_id == put.meeting, GatheringParticipant.unit_id == SCHOOL
                )
            ).one()
        return {
            "/aktindsigt.zip": f"/aktindsigt.zip?enhed={SCHOOL}",
            "/hoering/{occurrence_id}/sammenfatning": (
                f"/hoering/{self.town.year.occurrence('strategirevision').id}/sammenfatning"
            ),
            "/indkaldelse/{token}/fil": f"/indkaldelse/{seat}/fil",
            "/indsigt/alt.json": f"/indsigt/alt.json?hvem={self.people['owner']}",
            "/kalender/{token}.ics": feed.removeprefix(self.site.settings.base_url),
            "/maal/{goal_id}/dokumentation/{status_id}": f"/maal/{put.goal}/dokumentation/{put.status}",
            "/mine-enheder/opgave/{task_id}/fil/{digest}": (
                f"/mine-enheder/opgave/{put.answered}/fil/{put.digest}"
            ),
            "/mine-enheder/opgave/{task_id}/forberedelse": (
                f"/mine-enheder/opgave/{put.open_task}/forberedelse"
            ),
            "/moeder/{meeting_id}/fil": f"/moeder/{put.meeting}/fil",
            "/opgave-historik/{task_id}/fil/{digest}": f"/opgave-historik/{put.answered}/fil/{put.digest}",
            "/opgave/{token}": f"/opgave/{put.open_task}",
            "/opgave/{token}/fil/{digest}": f"/opgave/{put.answered}/fil/{put.digest}",
            "/opgave/{token}/forberedelse": f"/opgave/{put.open_task}/forberedelse",
            "/opgave/{token}/kladde": f"/opgave/{put.open_task}/kladde",
            "/opgave/{token}/moede/{meeting_id}": f"/opgave/{put.homework}/moede/{put.meeting}",
            "/strategi/{row_id}/maal": f"/strategi/{strategy}/maal",
            "/udviklingsaftale/{agreement_id}/bilag/{digest}": (
                f"/udviklingsaftale/{put.agreement}/bilag/{put.digest}"
            ),
        }

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
        with reading(self.engine) as session:
            task = session.get_one(Task, self.placed.open_task)
        yield self.site.link(task, self.town.leader())

    def _number(self, link: str) -> str:
        return self.site.stranger().get(link).headers.get("location", link)

    def _address(self, session, unit_id: str) -> str:
        """Of whoever has a post there today."""
        today = self.site.clock.at.date()
        query = (
            select(Address.email)
            .join(Appointment, col(Appointment.person_id) == col(Address.person_id))
            .where(Appointment.unit_id == unit_id, col(Address.valid_to).is_(None))
            .where(sa.func.coalesce(col(Appointment.valid_to), today) >= today)
            .where(col(Appointment.valid_from) <= today)
        )
        return session.exec(query).first() or ""


@pytest.fixture(scope="module")
def everybody(tmp_path_factory):
    town = Town(tmp_path_factory.mktemp("town"))
    with Asking() as asking:
        asked = Everybody(town, tmp_path_factory.mktemp("asked"), asking)
        yield asked
    town.engine.dispose()
    asked.engine.dispose()


def reached(everybody: Everybody, path: str) -> str | None:
    """The first address of this route that shows somebody something; None when no row of the town does."""
    if path in everybody.places:
        return everybody.places[path]
    given = everybody.given()
    for number, address in enumerate(addresses(path, everybody.engine, **given)):
        if number == MOST:
            return None
        if any(everybody.got(who, address) == YES for who in ("secretariat", "owner", "superior")):
            return address
    return None


def placed(path: str, seen: dict[str, str | None], everybody: Everybody) -> str | None:
    """A POST's address: of the page it belongs to, else of the first rows there are."""
    if path in everybody.places:
        return everybody.places[path]
    prefix = path
    while prefix and not seen.get(prefix):
        prefix = prefix.rpartition("/")[0]
    given = everybody.given()
    rest = path[len(prefix) :]
    whole = (seen[prefix] or "").partition("?")[0] + rest if prefix else path
    return next(addresses(whole, everybody.engine, **given), None)


@pytest.fixture(scope="module")
def seen(everybody):
    """The address that stands for each page."""
    return {path: reached(everybody, path) for path in gets(everybody.site.app)}


@pytest.fixture(scope="module")
def rows(everybody, seen):
    """What everybody got of every route."""
    app, rows = everybody.site.app, {}
    for path, address in seen.items():
        got = [everybody.got(who, address) if address else NONE for who in WHO]
        rows["GET", path] = dict(zip(WHO, got, strict=True))
    for path in posts(app):
        address = placed(path, seen, everybody)
        got = [everybody.may_post(who, address) if address else NONE for who in reversed(WHO)]
        rows["POST", path] = dict(zip(reversed(WHO), got, strict=True))
    return rows


@pytest.mark.timeout(900)
def test_everybody_gets_what_the_table_says_of_every_route(rows, request):
    text = table(rows)
    if request.config.getoption("--record"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert text == DOCUMENT.read_text(encoding="utf-8"), "look at who may open it; `pytest --record`"
    nobody_in = [" ".join(key) for key, row in rows.items() if not {YES, FORM} & set(row.values())]
    assert [each for each in nobody_in if not any(re.match(these, each) for these in NEVER_LET_IN)] == []
    assert [these for these in NEVER_LET_IN if not any(re.match(these, each) for each in nobody_in)] == []
    for (_, path), row in rows.items():
        if not OPEN.match(path):
            assert row["nobody"] in (NO, NONE), (path, row)
        if OWN.match(path):
            assert {row[who] for who in WHO if who != "owner"} <= {NO, NONE}, (path, row)
        if OF_A_ROW.search(path) and not OPEN.match(path):
            assert row["stranger"] in (NO, NONE), (path, row)


@pytest.mark.timeout(900)
def test_every_page_that_anybody_gets_is_valid_html(everybody, seen, rows, tmp_path):
    """What everybody saw above, refusals and pages of faults too, and what the roles beside them see."""
    for role in ELSE:
        for address in filter(None, seen.values()):
            everybody.got(role.value, address)
    assert len(everybody.read) > 300
    assert faults(dict(everybody.read.values()), tmp_path / "pages") == []


def test_a_superior_reads_homework_given_at_a_meeting_about_agreements(everybody):
    """It is about no unit's agreement, and the page does not look for one."""
    assert everybody.got("superior", f"/mine-enheder/opgave/{everybody.placed.homework}") == YES


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
