"""The signed agreement as a document: its words, its signatures and a certificate page, set and sealed."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from config.settings import Settings
from cycle.danish import format_datetime
from documents.agreement_text import Chapter
from documents.seal_key import Owner
from documents.sealing import Attachment, Sealed, Sealer, SealLevel, attach
from documents.typeset import Typesetter

TEMPLATE = "agreement.typ"


@dataclass(frozen=True)
class Annex(Attachment):
    """A file that lies in the PDF, with the SHA-256 by which it is told."""

    sha256: str


@dataclass(frozen=True)
class Signed:
    """One signature as it stands in the paper. `at` is aware; what comes with it is annexed."""

    name: str
    capacity: str
    registered: str
    at: datetime
    identified: str
    digest: str
    statement: str = ""
    annex: Annex | None = None


@dataclass(frozen=True)
class AgreementPaper:
    """Everything the document says. `digest` is the SHA-256 of the text that was signed."""

    municipality: str
    title: str
    unit: str
    period: str
    version: int
    digest: str
    chapters: tuple[Chapter, ...]
    signatures: tuple[Signed, ...]
    language: str
    mark: str = ""

    @property
    def annexes(self) -> list[Annex]:
        """The files that its signers have annexed."""
        return [each.annex for each in self.signatures if each.annex]


class Press:
    """Sets and seals papers one after the other. A context manager."""

    def __init__(self, settings: Settings, owner: Owner, language: str, *, now: datetime) -> None:
        self._settings, self._now = settings, now
        self._sealer = Sealer.of(settings, owner, now=now)
        self._setter = Typesetter(settings.templates_dir, language=language)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self._setter)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def make(self, papers: Iterable[AgreementPaper]) -> Iterator[Sealed]:
        """The sealed PDFs in order, one set while another is sealed. Raises TemplateInvalid, SealFailed."""
        with ThreadPoolExecutor(1) as ahead:
            before: tuple[AgreementPaper, Future[bytes]] | None = None
            for paper in papers:
                coming = paper, ahead.submit(self._set, paper)
                if before is not None:
                    yield self._seal(*before)
                before = coming
            if before is not None:
                yield self._seal(*before)

    def _set(self, paper: AgreementPaper) -> bytes:
        values = values_of(paper, self._sealer.level, self._settings)
        pdf = self._setter.set(TEMPLATE, values, at=self._now, files=bool(paper.annexes))
        return attach(pdf, paper.annexes, now=self._now) if paper.annexes else pdf

    def _seal(self, paper: AgreementPaper, coming: Future[bytes]) -> Sealed:
        pdf = coming.result()
        return self._sealer.seal(pdf, reason=f"{paper.title}: {paper.unit}", now=self._now)


def values_of(paper: AgreementPaper, level: SealLevel, settings: Settings) -> dict[str, object]:
    """What the template is given."""
    signatures = [
        {**asdict(each), "at": format_datetime(each.at, paper.language, settings.zone), "annex": _told(each)}
        for each in paper.signatures
    ]
    return {**asdict(paper), "signatures": signatures, "level": level.value, "draft": False}


def _told(signed: Signed) -> dict[str, str] | None:
    """What the paper says of an annexed file."""
    return {"name": signed.annex.name, "sha256": signed.annex.sha256} if signed.annex else None
