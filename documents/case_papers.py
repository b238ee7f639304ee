"""The documents of a case as files: set as PDF/A, or as they were sealed, received or filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from config.settings import Settings
from cycle.cases.model import Item, ItemKind
from cycle.danish import format_date, format_datetime
from cycle.files import store as files
from cycle.files.tables import File
from cycle.goals.frame_tables import Frame
from cycle.goals.frames import sections_of
from cycle.goals.tables import Decision, SealedDocument, Strategy
from cycle.messages.tables import Inbound
from cycle.organisation.tables import Unit
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import Rollup, from_json
from cycle.tasks.tables import Release, Task
from documents.budget_letter import TEMPLATE as LETTER
from documents.budget_letter import letter_values, letterhead
from documents.case_record import RECORD, Records
from documents.charts import Pen, png, svg
from documents.cover import cover_values
from documents.frame_document import TEMPLATE as FRAME
from documents.frame_document import frame_values
from documents.goal_accounts import TEMPLATE as ACCOUNTS
from documents.goal_accounts import goal_account_values
from documents.rollup_document import Standing, rollup_values
from documents.rollup_facts import Facts, facts_for, goals_by_task
from documents.strategy_paper import TEMPLATE as STRATEGY
from documents.strategy_paper import strategy_values
from documents.strategy_reading import strategy_paper
from documents.typeset import Typesetter
from documents.word import fill
from documents.zipped import file_name

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Paper:
    """One file of a document. `original`: as it was received or sealed, not set by us as PDF/A."""

    name: str
    media_type: str
    content: bytes
    original: bool = False


class CasePress:
    """Makes the files of one item after the other. A context manager; for one session."""

    def __init__(
        self, session: Session, settings: Settings, town: str, language: str, mark: str = ""
    ) -> None:
        self._session, self._settings, self._town = session, settings, town
        self._language, self._mark = language, mark
        self._setter = Typesetter(settings.templates_dir, language=language)
        self._records = Records(session, town, language, settings.zone)

    def __enter__(self) -> "CasePress":
        self._setter.__enter__()
        return self

    def __exit__(self, *fault: object) -> None:
        self._setter.__exit__(*fault)

    def papers(self, item: Item) -> Iterator[Paper]:
        """The document itself, then what is attached to it. Raises TemplateInvalid."""
        yield self.paper(item)
        for digest, name in item.files.items():
            file = files.read(self._session, digest)
            yield Paper(name, file.sniffed_type, file.content, original=True)

    def paper(self, item: Item) -> Paper:
        """The document itself. Raises TemplateInvalid."""
        name = f"{file_name(item.title)}.pdf"
        if item.kind is ItemKind.AGREEMENT:
            sealed = self._session.get_one(SealedDocument, item.row_id)
            return Paper(name, PDF, self._session.get_one(File, sealed.file).content, original=True)
        if item.kind is ItemKind.MAIL_IN:
            raw = self._session.get_one(Inbound, item.row_id).raw
            return Paper(f"{file_name(item.title)}.eml", "message/rfc822", raw, original=True)
        if item.kind is ItemKind.COVER:
            return Paper(f"{file_name(item.title)}.docx", DOCX, self._cover(item), original=True)
        template, values = self._values(item)
        return Paper(name, PDF, self._setter.set(template, values, at=item.at))

    def _values(self, item: Item) -> tuple[str, Mapping[str, Any]]:
        """The template of a document that is set as PDF, and what it shows."""
        if item.kind is ItemKind.LETTER:
            return LETTER, self._letter(item)
        if item.kind is ItemKind.RELEASE:
            return "rollup.typ", self._release(item)
        if item.kind is ItemKind.ACCOUNTS:
            return ACCOUNTS, self._accounts(item)
        if item.kind is ItemKind.STRATEGY:
            return STRATEGY, self._strategy(item)
        if item.kind is ItemKind.FRAME:
            return FRAME, self._frame(item)
        return RECORD, self._records.values(item, self._mark)

    def _letter(self, item: Item) -> dict[str, Any]:
        occurrence, town = get_occurrence(self._session, item.occurrence_id), self._town
        task = self._session.get_one(Task, item.row_id)
        unit = self._session.get_one(Unit, task.unit_id)
        head = letterhead(occurrence, town, unit.name, now=item.at, language=self._language, mark=self._mark)
        return letter_values(occurrence, task.prefill.get("figures") or [], head, self._language)

    def _release(self, item: Item, pen: Pen = svg) -> dict[str, Any]:
        rollup, facts, standing = self._released(item)
        return rollup_values(rollup, facts, standing, self._language, pen)

    def _cover(self, item: Item) -> bytes:
        values, own = cover_values(self._release(item, png)), self._settings.templates_dir
        return fill(f"cover.{self._language}.docx", values, own=own, language=self._language)

    def _accounts(self, item: Item) -> dict[str, Any]:
        rollup, facts, standing = self._released(item)
        goals = goals_by_task(self._session, self._root_id(item), rollup)
        return goal_account_values(rollup, facts, goals, standing, self._language)

    def _released(self, item: Item) -> tuple[Rollup, Facts, Standing]:
        release = self._session.get_one(Release, item.row_id)
        rollup = from_json(release.content)
        released = "Released" if self._language == "en" else "Frigivet"
        dated = f"{released} {format_datetime(release.at, self._language, self._settings.zone)}."
        title = get_occurrence(self._session, item.occurrence_id).title
        standing = Standing(self._town, title, release.version, dated, self._mark)
        return rollup, facts_for(self._session, self._root_id(item), rollup), standing

    def _strategy(self, item: Item) -> dict[str, Any]:
        """As it was adopted, with the hearing as it stood then."""
        it = self._session.get_one(Strategy, item.row_id)
        adopted = "Adopted" if self._language == "en" else "Vedtaget"
        paper = strategy_paper(
            self._session,
            it,
            heard=from_json(it.hearing) if it.hearing else None,
            notes=it.hearing.get("notes", {}),
            dated=f"{adopted} {format_date(it.adopted_on, self._language)}." if it.adopted_on else "",
            language=self._language,
            mark=self._mark,
        )
        return strategy_values(paper, self._language)

    def _frame(self, item: Item) -> dict[str, Any]:
        """As it stood at that instant: what was written later is another document."""
        frame = self._session.get_one(Frame, item.row_id)
        sections = sections_of(self._session, [item.row_id], until=item.at).get(item.row_id, [])
        return frame_values(
            frame,
            sections,
            self._session.get(Decision, frame.decision_id),
            municipality=self._town,
            zone=self._settings.zone,
            language=self._language,
            mark=self._mark,
        )

    def _root_id(self, item: Item) -> str:
        return get_occurrence(self._session, item.occurrence_id).root_id
