"""OS2mo on a loopback port: its real schema, executed over an invented organisation; and its Keycloak.

served = OS2moServer(Town(), folder); served.settings        # what an installation is told
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from graphql import GraphQLSchema, build_schema, default_field_resolver, graphql_sync

SCHEMA = Path(__file__).parents[1] / "corpora" / "os2mo" / "schema.graphql"
ZONE = ZoneInfo("Europe/Copenhagen")
SECRET = "en hemmelighed"
TOKEN = "et-token"


def uuid_of(name: str) -> str:
    """The same UUID for the same name."""
    return str(uuid5(NAMESPACE_URL, name))


def at(day: date | None) -> str | None:
    """A local day as OS2mo writes it."""
    return datetime.combine(day, datetime.min.time(), ZONE).isoformat() if day else None


@dataclass
class Time:
    """One fact of a thing for a time."""

    first: date
    last: date | None
    facts: dict[str, Any]


@dataclass
class Organisation:
    """Units by name with their times; managers; people with their addresses."""

    units: dict[str, list[Time]] = field(default_factory=dict)
    managers: dict[str, list[Time]] = field(default_factory=dict)
    people: dict[str, tuple[str, list[Time]]] = field(default_factory=dict)

    def unit(
        self, key: str, parent: str | None, name: str, kind: str, first: date, last: date | None = None
    ) -> None:
        """A time of a unit; `key` is its number."""
        facts = {"key": key, "parent": parent, "name": name, "kind": kind}
        self.units.setdefault(key, []).append(Time(first, last, facts))

    def manager(
        self, unit: str, person: str | None, first: date, last: date | None = None, *, kind: str = "Leder"
    ) -> None:
        """Somebody, or nobody, at a unit's post."""
        facts = {"unit": unit, "person": person, "kind": kind}
        self.managers.setdefault(f"{unit}-{person}-{first}", []).append(Time(first, last, facts))

    def person(self, key: str, name: str, email: str, first: date = date(2000, 1, 1)) -> None:
        """Somebody with an address."""
        self.people[key] = (name, [Time(first, None, {"value": email})])


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """The real schema; it is read once."""
    return build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)


class Answers:
    """Resolves what our queries ask for."""

    def __init__(self, organisation: Organisation) -> None:
        self.it = organisation

    def org_units(self, _info: Any, limit: int | None = None, cursor: str | None = None, **_: Any) -> Any:
        found = [
            {"uuid": uuid_of(key), "validities": [self._unit(time) for time in times]}
            for key, times in self.it.units.items()
        ]
        return _page(found, limit, cursor)

    def managers(
        self,
        _info: Any,
        filter: Mapping[str, Any],
        limit: int | None = None,
        cursor: str | None = None,
        **_: Any,
    ) -> Any:
        since = filter["from_date"]
        found = [
            {"uuid": uuid_of(key), "validities": kept}
            for key, times in self.it.managers.items()
            if (
                kept := [
                    self._manager(time)
                    for time in times
                    if time.last is None or (at(time.last) or "") >= since
                ]
            )
        ]
        return _page(found, limit, cursor)

    def _unit(self, time: Time) -> dict[str, Any]:
        facts = time.facts
        return {
            "uuid": uuid_of(facts["key"]),
            "user_key": facts["key"],
            "name": facts["name"],
            "parent_response": {"uuid": uuid_of(facts["parent"])} if facts["parent"] else None,
            "unit_type_response": _class(facts["kind"]),
            "validity": _validity(time),
        }

    def _manager(self, time: Time) -> dict[str, Any]:
        facts = time.facts
        return {
            "org_unit_response": {"uuid": uuid_of(facts["unit"])},
            "manager_type_response": _class(facts["kind"]),
            "person_response": self._person(facts["person"]) if facts["person"] else None,
            "validity": _validity(time),
        }

    def _person(self, key: str) -> dict[str, Any]:
        name, addresses = self.it.people[key]
        found = [{"value": each.facts["value"], "validity": _validity(each)} for each in addresses]
        told = {
            "name": name,
            "validity": {"from": at(date(1980, 1, 1)), "to": None},
            "addresses_response": {"objects": [{"validities": found}]},
        }
        return {"uuid": uuid_of(key), "validities": [told]}


def _validity(time: Time) -> dict[str, str | None]:
    return {"from": at(time.first), "to": at(time.last)}


def _class(name: str) -> dict[str, Any]:
    return {"uuid": uuid_of(name), "current": {"name": name}}


def _page(found: list[Any], limit: int | None, cursor: str | None) -> dict[str, Any]:
    start = int(cursor or 0)
    end = start + min(limit or len(found), 3)  # OS2mo may give fewer than it was asked for
    following = str(end) if end < len(found) else None
    return {"objects": found[start:end], "page_info": {"next_cursor": following}}


def _resolve(source: Any, info: Any, **given: Any) -> Any:
    """A field of a plain dict, whatever it is asked with; the two questions at the top by their functions."""
    if isinstance(source, Answers):
        return getattr(source, info.field_name)(info, **given)
    return default_field_resolver(source, info) if not given else source[info.field_name]


@dataclass
class Server:
    """The running server: what it answers from, what to tell an installation, and how it can go wrong."""

    port: int
    answers: Answers
    fails: str = ""
    """"status", "errors", "cut", "page 2", "token", "redirect": how the next requests go wrong."""
    asked: list[str] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments of `load_settings`."""
        base = f"http://127.0.0.1:{self.port}"
        return {
            "os2mo_url": f"{base}/graphql/v25",
            "os2mo_token_url": f"{base}/token",
            "os2mo_client_id": "aarshjul",
            "os2mo_client_secret": SECRET,
            "os2mo_root": uuid_of("BY"),
            "os2mo_municipality": "BY",
        }


@contextmanager
def serving(organisation: Organisation) -> Iterator[Server]:
    """OS2mo with this organisation, on a free port of loopback."""
    schema()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, told = _token(it, body) if self.path == "/token" else _graphql(it, self.headers, body)
            content = json.dumps(told).encode()
            self.send_response(status)
            if status == 307:
                self.send_header("location", self.path)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:20] if it.fails == "cut" and self.path != "/token" else content)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        it = Server(server.server_address[1], Answers(organisation))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield it
        server.shutdown()
        thread.join()


def _token(it: Server, body: bytes) -> tuple[int, Any]:
    sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    right = {"grant_type": "client_credentials", "client_id": "aarshjul", "client_secret": SECRET}
    if sent != right or it.fails == "token":
        return 401, {"error": "unauthorized_client"}
    return 200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300}


def _graphql(it: Server, headers: Any, body: bytes) -> tuple[int, Any]:
    if headers["authorization"] != f"Bearer {TOKEN}":
        return 401, {"detail": "Not authenticated"}
    sent = json.loads(body)
    it.asked.append(sent["query"])
    later = sent["variables"].get("cursor") is not None
    if it.fails == "redirect":
        it.fails = ""
        return 307, {}
    if it.fails == "status" or (it.fails == "page 2" and later):
        return 502, {"detail": "Bad gateway"}
    done = graphql_sync(
        schema(),
        sent["query"],
        root_value=it.answers,
        variable_values=sent["variables"],
        field_resolver=_resolve,
    )
    told: dict[str, Any] = dict(done.formatted)
    if it.fails == "errors":
        told["errors"] = [{"message": "Ida Opdigtet has no permission"}]
    return 200, told
