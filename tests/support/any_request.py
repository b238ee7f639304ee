"""Requests that nobody would think of, to every address of the application, in every role.

Schemathesis draws them from two descriptions: the API's own OpenAPI document, and one made here of every
other route, whose forms are all the field names that the templates know, with anything in them.
"""

import re
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

import web
from tests.support.direct import Direct
from tests.support.routes import OWN_PAGES
from web.api.room import document

TEMPLATES = Path(web.__file__).parent / "templates"
FIELD = re.compile(r'\sname="([a-z_]{1,40})"')
ENDS_ALL = {"/log-ud", "/mine/log-ud"}
"""What would end the caller's own session."""
Tokens = Mapping[str, list[str]]
"""Genuine tokens of links, by what they are for: "task", "meeting"."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def field_names() -> list[str]:
    """What forms call their fields."""
    texts = (path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    return sorted({name for text in texts for name in FIELD.findall(text)} | {"seen", "csrf"})


def forms_document(app: FastAPI, tokens: Tokens) -> dict[str, Any]:
    """Every route but the API's, as OpenAPI; ids and tokens mostly exist."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # one function for GET and HEAD: its name stands twice
        made = get_openapi(title="pages", version="1", routes=app.routes)
    made["paths"] = {
        path: _told(item, tokens, path)
        for path, item in made["paths"].items()
        if path not in ENDS_ALL and not path.startswith("/api/v1")
    }
    return made


def _told(item: dict[str, Any], tokens: Tokens, path: str) -> dict[str, Any]:
    for method, operation in item.items():
        operation["responses"] = {"default": {"description": ""}}
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _likely(parameter, tokens, path)
        if method == "post" and not path.startswith("/api/"):
            operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": _form()}}}
    return item


def _likely(parameter: dict[str, Any], tokens: Tokens, path: str) -> dict[str, Any]:
    """Small ids and genuine tokens beside anything at all."""
    own: dict[str, Any] = parameter["schema"]
    if parameter["name"] == "token":
        genuine = tokens["meeting" if "indkaldelse" in path else "task"]
        return {"anyOf": [{"enum": genuine}, own]} if genuine else own
    if parameter["in"] == "path" and own.get("type") == "integer":
        return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 40}, own]}
    return own


def _form() -> dict[str, Any]:
    anything = {
        "anyOf": [{"type": "string", "maxLength": 60}, {"enum": ["1", "ja", "2027-05-03", "0", "-1", "KBH"]}]
    }
    fields: dict[str, Any] = dict.fromkeys(field_names(), anything)
    return {"type": "object", "properties": {**fields, "csrf": {"enum": ["own"]}}, "required": ["csrf"]}


class TimeIsUp(KeyboardInterrupt):
    """Ends the drawing of requests: the one kind of exception that Hypothesis does not take for a finding."""


@dataclass
class Caller:
    """One role with its browser and its program, and what the answers to it were.

    `own`: the same person known by a mailed code, who asks for the pages at /mine.
    """

    browser: Direct
    program: Direct
    csrf: str = ""
    own: "Caller | None" = None
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def ask(self, of_api: bool, case: schemathesis.Case) -> None:
        """Sends one request as this role, keeps its status, and every fault."""
        if self.own is not None and OWN_PAGES.match(case.path):
            self.own.ask(of_api, case)
            return
        given_ = case.as_transport_kwargs(base_url=str(self.browser.base_url))
        sent = {name: given_[name] for name in ("params", "json", "content") if given_.get(name) is not None}
        if isinstance(given_.get("data"), dict):
            own = {"csrf": self.csrf} if "csrf" in given_["data"] else {}
            sent["data"] = {**given_["data"], **own}
        elif given_.get("data") is not None:
            sent["content"] = given_["data"]
        asking = self.program if of_api else self.browser
        answer = asking.request(given_["method"], given_["url"], **sent)
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.faults.append(
                f"{answer.status_code} {given_['method']} {answer.request.url} {str(sent)[:300]}"
            )
        elif of_api and answer.status_code != 405:
            self.faults += [f"{case.method} {answer.request.url}: {each}" for each in _unlike(case, answer)]


def ask_as(
    callers: Sequence[Caller], app: FastAPI, tokens: Tokens, *, number: int, start: int, seconds: float
) -> None:
    """So many requests, each as every caller; the same ones for the same start, as far as the time goes."""
    pages, over = forms_document(app, tokens), time.monotonic() + seconds
    drawn_from = [(False, each) for each in _cases(pages)] + [(True, each) for each in _cases(document())] * 3

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        if time.monotonic() > over:
            raise TimeIsUp
        of_api, cases = drawn_from[data.draw(st.integers(0, len(drawn_from) - 1))]
        case = data.draw(cases)
        for caller in callers:
            caller.ask(of_api, case)

    with suppress(TimeIsUp):
        ask()


def _cases(described: dict[str, Any]) -> list[st.SearchStrategy[schemathesis.Case]]:
    """For each address and method what fits its description, and what does not."""
    operations = [found.ok() for found in schemathesis.openapi.from_dict(described).get_all_operations()]
    return [each.as_strategy(generation_mode=mode) for each in operations for mode in MODES]


def _unlike(case: schemathesis.Case, answer: Any) -> Iterator[str]:
    told = case.operation.definition.raw["responses"].get(str(answer.status_code))
    if told is None:
        yield f"{answer.status_code} is not described"
    elif answer.content and answer.headers["content-type"].partition(";")[0] not in told["content"]:
        yield f"{answer.headers['content-type']} is not described"
