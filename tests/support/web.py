"""A browser without JavaScript for tests: the application over a store, at a settable time.

site = Site(engine, tmp_path)                      # settings, clock, app
page = site.browser().get(f"/opgave/{site.link(task, person)}")
form = Form(page, "/opgave/…")                     # its fields as the page sent them
"""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from httpx import Response
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from config.settings import Settings, load_settings
from cycle.access.links import task_token
from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.access.tables import Account, Grant
from cycle.store import transaction
from cycle.tables import METADATA
from cycle.tasks.tables import Task
from tests.support.municipality import instant
from web.app import create_app
from web.session import COOKIE

BASE = "http://127.0.0.1:8000"
PASSWORD = "en lang adgangskode"


@lru_cache(maxsize=1)
def password_hash() -> str:
    """`PASSWORD` hashed as accounts keep it; hashing is slow on purpose, so it is done once."""
    return PasswordHasher().hash(PASSWORD)


MAILED = re.compile(r"^(/(?:opgave|indkaldelse)/)([a-z2-7]{20,})(?=$|[/?])")


UNTIL_THE_END = ExitStack()
"""What `tests/conftest.py` closes when the last test is done."""


@lru_cache(maxsize=1)
def _portal() -> BlockingPortal:
    """The event loop that answers whatever the tests' own thread asks."""
    return UNTIL_THE_END.enter_context(start_blocking_portal())


class Browser(TestClient):
    """A browser that has opened the mailed link of whatever it is asked to do behind one."""

    @contextmanager
    def _portal_factory(self) -> Iterator[BlockingPortal]:
        """`TestClient` makes an event loop for each request: other threads of a test still get their own."""
        if self.portal is None and threading.current_thread() is threading.main_thread():
            yield _portal()
            return
        with super()._portal_factory() as portal:
            yield portal

    def request(self, method: str, url: Any, **options: Any) -> Response:
        """The link is exchanged first, as a person's browser does before anything can be typed."""
        mailed = MAILED.match(str(url))
        if mailed is None:
            return super().request(method, url, **options)
        opened = super().request("GET", mailed[0])
        if opened.status_code == 303:
            url = opened.headers["location"] + str(url)[mailed.end() :]
        return super().request(method, url, **options)


@dataclass
class FixedClock:
    """A clock that tests set."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Site:
    """The application over a store."""

    def __init__(self, engine: Engine, folder: Path, *, at: datetime | None = None, **settings: Any) -> None:
        self.engine = engine
        self.clock = FixedClock(at or instant(2027, 4, 12))
        self.settings: Settings = load_settings(data_dir=folder, **{"base_url": BASE, **settings})
        self.app = create_app(engine, self.settings, self.clock)

    def browser(self, **options: Any) -> TestClient:
        """A new browser, with no cookies, that does not follow redirects by itself."""
        chosen = {"base_url": self.settings.base_url, "follow_redirects": False, **options}
        return Browser(self.app, **chosen)

    def stranger(self) -> TestClient:
        """A new browser that opens no link by itself."""
        return TestClient(self.app, base_url=self.settings.base_url, follow_redirects=False)

    def link(self, task: Task, person_id: int, *, generation: int = 1, purpose: str = "task") -> str:
        """The address of a task's page for a person."""
        assert task.id is not None
        secret = self.settings.secret
        token = task_token(
            secret, purpose=purpose, task_id=task.id, person_id=person_id, generation=generation
        )
        return f"/opgave/{token}"

    def add_account(self, email: str, role: Role, unit_id: str, *, name: str = "") -> Account:
        """A new account with one role over one unit; its password is `PASSWORD`."""
        with transaction(self.engine) as session:
            account = Account(
                email=email,
                name=name or email.split("@")[0],
                password_hash=password_hash(),
                created_at=self.clock.at,
            )
            session.add(account)
            session.flush()
            assert account.id is not None
            session.add(Grant(account_id=account.id, role=role, unit_id=unit_id))
        return account

    def signed_in(self, email: str, role: Role, unit_id: str) -> TestClient:
        """A browser signed in with a new account: its session is opened without the slow password."""
        account = self.add_account(email, role, unit_id)
        with transaction(self.engine) as session:
            opened = open_session(session, account, now=self.clock.at)
        return self.browser(cookies={COOKIE: opened.token})

    def row_counts(self) -> dict[str, int]:
        """How many rows every table has."""
        with self.engine.connect() as connection:
            return {
                table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in METADATA.sorted_tables
            }


@dataclass
class Form(HTMLParser):
    """The fields of the page's form that posts to `action`, with the values the page gave them."""

    page: Response
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        if mailed := MAILED.match(self.action):
            number = self.page.request.url.path.split("/")[2]
            self.action = mailed[1] + number + self.action[mailed.end() :]
        self._inside, self._found, self._area, self._choice = False, False, "", ""
        self.feed(self.page.text)
        assert self._found, f"no form posts to {self.action}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = values.get("action") == self.action
            self._found = self._found or self._inside
        if self._inside and tag == "textarea":
            self._area = values["name"]
            self.fields[self._area] = ""
        if self._inside and tag == "select":
            self._choice = values["name"]
        if self._inside and tag == "option" and ("selected" in values or self._choice not in self.fields):
            self.fields[self._choice] = values.get("value", "")
        if self._inside and tag == "input" and "name" in values:
            self._input(values)
        if self._inside and tag == "button" and "name" in values:
            self.buttons.append((values["name"], values["value"]))

    def _input(self, values: dict[str, str]) -> None:
        if values["type"] in ("radio", "checkbox"):
            if "checked" in values:
                self.fields[values["name"]] = values["value"]
        elif values["type"] != "file":
            self.fields[values["name"]] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._inside and self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._area = ""

    def send(self, browser: TestClient, *, files: Any = None, **changed: str) -> Response:
        """Posts the form as the page made it, with some fields filled in."""
        data = {**self.fields, **{name.replace("__", "."): value for name, value in changed.items()}}
        return browser.post(self.action, data=data, files=files)
