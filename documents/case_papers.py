"""The documents of a case as files: set as PDF/A, or as they were sealed or received."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from config.settings import Settings
from cycle.cases.model import Item, ItemKind, Party
from cycle.danish import format_date, format_datetime
from cycle.files import store as files
from cycle.files.tables import File
from cycle.gatherings.tables import Gathering
from cycle.goals.tables import Decision, SealedDocument
from cycle.messages.tables import Inbound, Message
from cycle.organisation.tables import Unit
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import from_json
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import FormVersion, Occurrence, Release, Review, Submission, Task
from documents.budget_letter import TEMPLATE as LETTER
from documents.budget_letter import letter_values, letterhead
from documents.minutes_parts import minutes_parts
from documents.rollup_document import Standing, rollup_values
from documents.rollup_facts import facts_for
from documents.typeset import Typesetter
from documents.zipped import file_name

RECORD = "record.typ"
PDF = "application/pdf"


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
        self._english = language == "en"
        self._forms: dict[int, Form] = {}

    def __enter__(self) -> "CasePress":
        self._setter.__enter__()
        return self

    def __exit__(self, *fault: object) -> None:
        self._setter.__exit__(*fault)

    def papers(self, item: Item) -> Iterator[Paper]:
        """The document itself, then what is attached to it. Raises TemplateInvalid."""
        yield self.paper(item)
        for digest in item.files:
            file = files.read(self._session, digest)
            yield Paper(file.name, file.sniffed_type, file.content, original=True)

    def paper(self, item: Item) -> Paper:
        """The document itself. Raises TemplateInvalid."""
        name = f"{file_name(item.title)}.pdf"
        if item.kind is ItemKind.AGREEMENT:
            sealed = self._session.get_one(SealedDocument, item.row_id)
            return Paper(name, PDF, self._session.get_one(File, sealed.file).content, original=True)
        if item.kind is ItemKind.MAIL_IN:
            raw = self._session.get_one(Inbound, item.row_id).raw
            return Paper(f"{file_name(item.title)}.eml", "message/rfc822", raw, original=True)
        if item.kind is ItemKind.LETTER:
            return Paper(name, PDF, self._set(LETTER, self._letter(item), item.at))
        if item.kind is ItemKind.RELEASE:
            return Paper(name, PDF, self._set("rollup.typ", self._release(item), item.at))
        return Paper(name, PDF, self._set(RECORD, self._record(item), item.at))

    def _set(self, template: str, values: Mapping[str, Any], at: datetime) -> bytes:
        return self._setter.set(template, values, at=at)

    def _letter(self, item: Item) -> dict[str, Any]:
        occurrence, town = get_occurrence(self._session, item.occurrence_id), self._town
        task = self._session.get_one(Task, item.row_id)
        unit = self._session.get_one(Unit, task.unit_id)
        head = letterhead(occurrence, town, unit.name, now=item.at, language=self._language, mark=self._mark)
        return letter_values(occurrence, task.prefill.get("figures") or [], head, self._language)

    def _release(self, item: Item) -> dict[str, Any]:
        occurrence, town = get_occurrence(self._session, item.occurrence_id), self._town
        release = self._session.get_one(Release, item.row_id)
        rollup = from_json(release.content)
        released = "Released" if self._english else "Frigivet"
        dated = f"{released} {self._instant(release.at)}."
        standing = Standing(town, occurrence.title, release.version, dated, self._mark)
        facts = facts_for(self._session, occurrence.root_id, rollup)
        return rollup_values(rollup, facts, standing, self._language)

    def _record(self, item: Item) -> dict[str, Any]:
        return {
            "municipality": self._town,
            "mark": self._mark,
            "draft": False,
            "title": item.title,
            "facts": self._facts(item),
            "parts": list(self._parts(item)),
        }

    def _facts(self, item: Item) -> list[dict[str, str]]:
        named = (
            (("Fra", "From"), _told(item.sender)),
            (("Til", "To"), _told(item.receiver)),
            (("Dato", "Date"), self._instant(item.at)),
        )
        return [{"label": words[self._english], "text": text} for words, text in named]

    def _parts(self, item: Item) -> Iterator[dict[str, Any]]:
        if item.kind is ItemKind.ANSWER:
            yield from self._answer(self._session.get_one(Submission, item.row_id))
        elif item.kind is ItemKind.REQUEST:
            yield from self._request(get_occurrence(self._session, item.row_id))
        elif item.kind is ItemKind.DECISION:
            yield from self._decision(self._session.get_one(Decision, item.row_id))
        elif item.kind is ItemKind.REVIEW:
            yield from self._review(self._session.get_one(Review, item.row_id))
        elif item.kind is ItemKind.MINUTES:
            meeting = self._session.get_one(Gathering, item.row_id)
            for heading, text in minutes_parts(self._session, meeting, self._language, self._settings.zone):
                yield _part(heading, text)
        elif item.kind is ItemKind.MAIL_OUT:
            message = self._session.get_one(Message, item.row_id)
            yield _part(message.subject, message.text)

    def _answer(self, submission: Submission) -> Iterator[dict[str, Any]]:
        if submission.kind is SubmissionKind.NIL:
            yield _part("", "Nothing to report." if self._english else "Intet at bemærke.")
            return
        form = self._form(submission.form_version_id)
        prefill = self._session.get_one(Task, submission.task_id).prefill
        for field in form.fields if form else ():
            value = submission.answers.get(field.id)
            if field.type is FieldType.REPEAT:
                yield from self._rows(field, value or [], prefill)
            elif value not in (None, ""):
                yield _part(label(field, self._language), show_answer(field, value, self._language))

    def _rows(
        self, group: Field, rows: list[dict[str, Any]], prefill: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        yield _part(label(group, self._language), "")
        known = {choice.value: label(choice, self._language) for choice in group.rows}
        for entry in prefill.get(group.rows_from) or ():
            known[str(entry.get("row"))] = str(entry.get("label") or entry.get("title"))
        for row in rows:
            yield _part(known.get(str(row["row"]), str(row["row"])), "", level=2)
            for field in group.fields:
                if row.get(field.id) not in (None, ""):
                    told = show_answer(field, row[field.id], self._language)
                    yield _part(label(field, self._language), told, level=3)

    def _request(self, occurrence: Occurrence) -> Iterator[dict[str, Any]]:
        due = format_date(occurrence.due_on, self._language)
        yield _part("Due" if self._english else "Frist", due)
        form = self._form(occurrence.form_version_id)
        for field in form.fields if form else ():
            yield _part(
                label(field, self._language), "\n".join(label(one, self._language) for one in field.fields)
            )

    def _decision(self, decision: Decision) -> Iterator[dict[str, Any]]:
        on = format_date(decision.decided_on, self._language)
        adopted = (("Ikke vedtaget", "Not adopted"), ("Vedtaget", "Adopted"))[decision.adopted]
        yield _part(f"{decision.body}, {on}: {adopted[self._english]}", decision.text)

    def _review(self, review: Review) -> Iterator[dict[str, Any]]:
        yield _part("", review.reason)
        for question, reason in review.field_reasons.items():
            yield _part(question, reason, level=2)

    def _form(self, version_id: int | None) -> Form | None:
        if version_id is None:
            return None
        if version_id not in self._forms:
            spec = self._session.get_one(FormVersion, version_id).spec
            self._forms[version_id] = Form.model_validate_json(spec)
        return self._forms[version_id]

    def _instant(self, at: datetime) -> str:
        return format_datetime(at, self._language, self._settings.zone)


def _part(heading: str, text: str, *, level: int = 1) -> dict[str, Any]:
    return {"heading": heading, "text": text, "level": level}


def _told(party: Party) -> str:
    place = ", ".join(part for part in (party.role, party.unit) if part and part not in party.name)
    return f"{party.name} ({place})" if place else party.name
