"""Fetches units and managers from OS2mo's GraphQL: all of it, or nothing.

Asked for are names, posts, times and e-mail addresses, and of people only those who manage a unit; personal
numbers are never asked for. Deprecated fields of the schema are not used.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx

from config.settings import Settings
from cycle.errors import CycleError
from cycle.organisation.os2mo import ManagerFact, Organisation, Period, UnitFact

PAGE = 500
MOST_PAGES = 400
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
MOST_BYTES = 50 * 1024 * 1024

UNITS = """
query Units($limit: int!, $cursor: Cursor) {
  org_units(filter: {from_date: null, to_date: null}, limit: $limit, cursor: $cursor) {
    objects { validities { uuid user_key name parent_response { uuid }
      unit_type_response { current { name } } validity { from to } } }
    page_info { next_cursor }
  }
}"""
MANAGERS = """
query Managers($from: DateTime!, $limit: int!, $cursor: Cursor) {
  managers(filter: {from_date: $from, to_date: null}, limit: $limit, cursor: $cursor) {
    objects { validities {
      org_unit_response { uuid }
      manager_type_response { current { name } }
      person_response { uuid validities(start: $from, end: null) { name validity { from to }
        addresses_response(filter: {from_date: $from, to_date: null, address_type: {scope: ["EMAIL"]}}) {
          objects { validities { value validity { from to } } } } } }
      validity { from to } } }
    page_info { next_cursor }
  }
}"""


class OS2moUnread(CycleError):
    """OS2mo could not be read to the end. `kind` says how, and names no person and no address."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"OS2mo kan ikke læses ({kind}).")
        self.kind = kind


class OS2mo:
    """One reading. Use it as a context; the token is asked for once."""

    def __init__(self, settings: Settings, *, today: date) -> None:
        self._settings, self._today = settings, today
        self._http = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def organisation(self) -> Organisation:
        """Everything. Raises OS2moUnread when any part of it cannot be had."""
        zone = self._settings.zone
        start = datetime.combine(self._today, datetime.min.time(), zone).isoformat()
        with _told():
            self._http.headers["Authorization"] = f"Bearer {self._token()}"
            units = [_unit(each, zone) for each in self._every("org_units", UNITS, {})]
            managers = [
                _manager(each, self._today, zone)
                for each in self._every("managers", MANAGERS, {"from": start})
            ]
        return Organisation(tuple(units), tuple(managers))

    def _token(self) -> str:
        """By client credentials (RFC 6749, 4.4)."""
        secret = self._settings.os2mo_client_secret.get_secret_value()
        answer = self._http.post(
            self._settings.os2mo_token_url,
            data={
                "grant_type": "client_credentials",
                "client_id": self._settings.os2mo_client_id,
                "client_secret": secret,
            },
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def _every(self, what: str, query: str, given: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Every validity of every object, page by page."""
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = self._asked(query, {**given, "limit": PAGE, "cursor": cursor})[what]
            for found in page["objects"]:
                yield from found["validities"]
            cursor = page["page_info"]["next_cursor"]
            if cursor is None:
                return
        raise OS2moUnread("for mange sider")

    def _asked(self, query: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._http.post(self._settings.os2mo_url, json={"query": query, "variables": given})
        answer.raise_for_status()
        if len(answer.content) > MOST_BYTES:
            raise OS2moUnread("for stort svar")
        told = answer.json()
        if told.get("errors"):
            raise OS2moUnread("GraphQL")
        data: Mapping[str, Any] = told["data"]
        return data


@contextmanager
def _told() -> Iterator[None]:
    """Whatever goes wrong outside by its kind alone: the words may name people, the address a secret."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise OS2moUnread(f"HTTP {error.response.status_code}") from None
    except httpx.HTTPError as error:
        raise OS2moUnread(type(error).__name__) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OS2moUnread(f"uventet svar: {type(error).__name__}") from None


def _unit(given: Mapping[str, Any], zone: ZoneInfo) -> UnitFact:
    parent, kind = given["parent_response"], given["unit_type_response"]
    return UnitFact(
        uuid=str(given["uuid"]),
        key=str(given["user_key"]),
        name=str(given["name"]),
        kind=_name(kind) or "enhed",
        parent=str(parent["uuid"]) if parent else None,
        when=_period(given["validity"], zone),
    )


def _manager(given: Mapping[str, Any], today: date, zone: ZoneInfo) -> ManagerFact:
    when, person = _period(given["validity"], zone), given["person_response"]
    day = max(today, when.first)
    facts = person["validities"] if person else []
    known = _on(day, facts, zone)
    addresses = [
        each
        for fact in facts
        for found in fact["addresses_response"]["objects"]
        for each in found["validities"]
    ]
    address = _on(day, addresses, zone)
    return ManagerFact(
        unit=str(given["org_unit_response"]["uuid"]),
        kind=_name(given["manager_type_response"]),
        person=str(person["uuid"]) if person and known else "",
        name=str(known["name"]) if known else "",
        email=str(address["value"]) if address else "",
        when=when,
    )


def _on(day: date, facts: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Mapping[str, Any] | None:
    """The fact of that day, else any; the first by its words, so that the same answer is the same import."""
    ordered = sorted(facts, key=lambda fact: str(fact.get("value") or fact.get("name")))
    holding = (fact for fact in ordered if _period(fact["validity"], zone).holds_on(day))
    return next(holding, ordered[0] if ordered else None)


def _name(given: Mapping[str, Any] | None) -> str:
    current = given["current"] if given else None
    return str(current["name"]) if current else ""


def _period(given: Mapping[str, Any], zone: ZoneInfo) -> Period:
    first, last = _day(given["from"], zone), _day(given["to"], zone)
    return Period(first or date.min, last)


def _day(text: str | None, zone: ZoneInfo) -> date | None:
    return datetime.fromisoformat(text).astimezone(zone).date() if text else None
