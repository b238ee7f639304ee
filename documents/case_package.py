"""A case as a package for a records system (ESDH): numbered files, and what is known of each as JSON.

The words are those of Danish records systems (sagspakke, dokumenttitel, afsender, modtager, journalført).
docs/cases.md explains every field.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from config.settings import Settings
from cycle.cases.journal import marks
from cycle.cases.model import Case, Item, Party
from cycle.tasks.ledger import actor_names
from documents.case_papers import CasePress, Paper

MANIFEST = "sagspakke.json"
FORMAT = 1
"""Raised when a field changes its meaning."""


@dataclass(frozen=True)
class Mark:
    """That a document was journalised: the case it went into, when, and the name of who says so."""

    case_number: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Filed:
    """Where a case belongs in the records system, and how its times are shown."""

    case: Case
    kle: str
    number: str
    zone: ZoneInfo

    @classmethod
    def of(cls, case: Case, settings: Settings) -> "Filed":
        """The plan's subject and case number, else the installation's."""
        return cls(case, case.kle or settings.kle, case.number or settings.case_number, settings.zone)

    def document(self, item: Item, mark: Mark | None) -> dict[str, Any]:
        """What is known of one document, without its files."""
        return {
            "noegle": item.key,
            "dokumenttitel": item.title,
            "dokumenttype": item.direction.value,
            "dokumentdato": self._instant(item.at),
            "afsender": _party(item.sender),
            "modtager": _party(item.receiver),
            "svarPaa": item.answers or None,
            "kle": self.kle or None,
            "sagsnummer": (mark.case_number if mark else self.number) or None,
            "fortroligt": item.confidential,
            "journaliseret": _journalised(mark, self._instant) if mark else None,
        }

    def head(self) -> dict[str, Any]:
        """What is known of the case."""
        return {
            "format": FORMAT,
            "kommune": self.case.municipality,
            "sagstitel": self.case.title,
            "sagsnummer": self.number or None,
            "kle": self.kle or None,
        }

    def _instant(self, at: datetime) -> str:
        return at.astimezone(self.zone).isoformat()


class Package:
    """A case's files, made one after the other; `manifest` is whole when all of them have been made."""

    def __init__(self, filed: Filed, marked: Mapping[str, Mark], items: Iterable[Item]) -> None:
        self._filed, self._marked, self._items = filed, marked, list(items)
        self._documents: list[dict[str, Any]] = []

    @classmethod
    def of(cls, session: Session, filed: Filed, *, only_new: bool = False) -> "Package":
        """The whole case, or what has not been journalised yet."""
        case = filed.case
        found = marks(session, case.root_id, [item.key for item in case.items])
        names = actor_names(session, [row.by for row in found.values()])
        marked = {key: Mark(row.case_number, row.at, names.get(row.by, row.by)) for key, row in found.items()}
        items = [item for item in case.items if not (only_new and item.key in marked)]
        return cls(filed, marked, items)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not self._items

    def files(self, press: CasePress) -> Iterator[tuple[str, bytes]]:
        """(name, content) of every file, each document with its own JSON, the manifest last."""
        for number, item in enumerate(self._items, start=1):
            told = self._filed.document(item, self._marked.get(item.key))
            told["filer"] = []
            for place, paper in enumerate(press.papers(item)):
                name = _name(number, place, paper)
                told["filer"].append(_file(name, paper))
                yield name, paper.content
            self._documents.append(told)
            yield f"{number:04d}.json", as_bytes(told)
        yield MANIFEST, as_bytes(self.manifest())

    def manifest(self) -> dict[str, Any]:
        """The case and all documents made so far, each file with its SHA-256."""
        return {**self._filed.head(), "dokumenter": self._documents}

    def listed(self) -> dict[str, Any]:
        """The case and its documents without making a file."""
        told = [self._filed.document(item, self._marked.get(item.key)) for item in self._items]
        return {**self._filed.head(), "dokumenter": told}


def as_bytes(told: Mapping[str, Any]) -> bytes:
    """JSON as it lies in a package."""
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _file(name: str, paper: Paper) -> dict[str, Any]:
    return {
        "filnavn": name,
        "mimetype": paper.media_type,
        "bytes": len(paper.content),
        "sha256": hashlib.sha256(paper.content).hexdigest(),
        "arkivformat": None if paper.original else "PDF/A-2a",
    }


def _name(number: int, place: int, paper: Paper) -> str:
    """ "0007-svar.pdf", and "0007-bilag-1-noter.docx" for what is attached; no name leads elsewhere."""
    safe = paper.name.replace("/", "-").replace("\\", "-").lstrip(".")
    return f"{number:04d}-{safe}" if place == 0 else f"{number:04d}-bilag-{place}-{safe}"


def _party(party: Party) -> dict[str, str | None]:
    return {
        "navn": party.name,
        "enhedsnummer": party.unit_id or None,
        "enhed": party.unit or None,
        "post": party.role or None,
    }


def _journalised(mark: Mark, instant: Callable[[datetime], str]) -> dict[str, str]:
    return {"dato": instant(mark.at), "af": mark.by, "sagsnummer": mark.case_number}
