"""One document of a case as values for its template: an answer, a request, a decision, minutes, a mail."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cycle.cases.model import Item, ItemKind, Party
from cycle.danish import format_date, format_datetime
from cycle.gatherings.tables import Gathering
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Decision
from cycle.messages.tables import Message
from cycle.tasks.answers import label, show_answer
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import FREE_FORM, Field, FieldType, Form
from cycle.tasks.moves import get_occurrence
from cycle.tasks.states import SubmissionKind, TaskKind, Verdict
from cycle.tasks.tables import FormVersion, Occurrence, Review, Submission, Task
from documents.minutes_parts import minutes_parts

RECORD = "record.typ"

DONE: Mapping[TaskKind, tuple[str, str]] = {
    TaskKind.ANSWER: ("Besvaret uden tekst.", "Answered without a text."),
    TaskKind.REVIEW: ("Besvarelserne er gennemgået.", "The answers have been reviewed."),
    TaskKind.CONSOLIDATE: ("Sammenfattet uden tekst.", "Consolidated without a text."),
    TaskKind.RELEASE: ("Frigivet uden bemærkninger.", "Released without remarks."),
    TaskKind.DECIDE: ("Behandlet uden bemærkninger.", "Dealt with, without remarks."),
    TaskKind.DRAFT: ("Udkastet er sendt videre uden egne mål.", "The draft was sent on without own goals."),
    TaskKind.NEGOTIATE: ("Aftalen er forhandlet uden bemærkninger.", "Negotiated without remarks."),
    TaskKind.APPROVE: ("Godkendt uden bemærkninger.", "Approved without remarks."),
    TaskKind.SIGN: ("Underskrevet.", "Signed."),
    TaskKind.FOLLOW_UP: ("Fulgt op uden tekst.", "Followed up without a text."),
    TaskKind.HOMEWORK: ("Hjemmeopgaven er løst uden tekst.", "The homework was done without a text."),
}
"""What stands in the document of an answer that has no words: that it was given, and as what."""

WHY: Mapping[Verdict, tuple[str, str]] = {
    Verdict.APPROVED: ("Bemærkning", "Remark"),
    Verdict.RETURNED: ("Begrundelse", "Reason"),
}


class Records:
    """Reads what documents say, each form once. For one session."""

    def __init__(self, session: Session, town: str, language: str, zone: ZoneInfo) -> None:
        self._session, self._town, self._zone = session, town, zone
        self._language, self._english = language, language == "en"
        self._forms: dict[int, Form] = {}

    def values(self, item: Item, mark: str) -> dict[str, Any]:
        """Everything a template may show; `mark` stands on every page."""
        return {
            "municipality": self._town,
            "mark": mark,
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
        elif item.kind is ItemKind.REMARK:
            yield self._remark(self._session.get_one(GoalRemark, item.row_id))
        elif item.kind is ItemKind.MINUTES:
            meeting = self._session.get_one(Gathering, item.row_id)
            for heading, text in minutes_parts(self._session, meeting, self._language, self._zone):
                yield _part(heading, text)
        elif item.kind is ItemKind.MAIL_OUT:
            message = self._session.get_one(Message, item.row_id)
            yield _part(message.subject, message.text)

    def _answer(self, submission: Submission) -> Iterator[dict[str, Any]]:
        if submission.kind is SubmissionKind.NIL:
            yield _part("", "Nothing to report." if self._english else "Intet at bemærke.")
            return
        task = self._session.get_one(Task, submission.task_id)
        said = list(self._said(submission, task.prefill))
        yield from said or [_part("", DONE[task.kind][self._english])]

    def _said(self, submission: Submission, prefill: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        form = with_choices(self._form(submission.form_version_id) or FREE_FORM, prefill)
        for field in form.fields:
            value = submission.answers.get(field.id)
            if field.type is FieldType.REPEAT and value:
                yield from self._rows(field, value, prefill)
            elif value not in (None, "", []):
                yield _part(label(field, self._language), show_answer(field, value, self._language))

    def _rows(
        self, group: Field, rows: list[dict[str, Any]], prefill: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        yield _part(label(group, self._language), "")
        known = self._names_of_rows(group, prefill)
        for row in rows:
            yield _part(known.get(str(row["row"]), str(row["row"])), "", level=2)
            for field in group.fields:
                if row.get(field.id) not in (None, ""):
                    told = show_answer(field, row[field.id], self._language)
                    yield _part(label(field, self._language), told, level=3)

    def _names_of_rows(self, group: Field, prefill: Mapping[str, Any]) -> dict[str, str]:
        known = {choice.value: label(choice, self._language) for choice in group.rows}
        for entry in prefill.get(group.rows_from) or ():
            known[str(entry.get("row"))] = str(entry.get("label") or entry.get("title"))
        return known

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
        if decision.withdrawn_at is not None:
            yield _part("Withdrawn" if self._english else "Trukket tilbage", decision.withdrawn_why)

    def _review(self, review: Review) -> Iterator[dict[str, Any]]:
        if review.reason:
            yield _part(WHY[review.verdict][self._english], review.reason)
        elif review.verdict is Verdict.APPROVED:
            yield _part("", DONE[TaskKind.APPROVE][self._english])
        submission = self._session.get_one(Submission, review.submission_id)
        for name, reason in review.field_reasons.items():
            yield _part(self._question(submission, name), reason)
        words = "Version {}, received {}" if self._english else "Udgave {}, modtaget {}"
        told = words.format(submission.version, self._instant(submission.received_at))
        yield _part("The answer" if self._english else "Besvarelsen", told)

    def _question(self, submission: Submission, name: str) -> str:
        """What a question was called: "beloeb", or "maal.4.2.status" in the row 4.2 of a group."""
        form = self._form(submission.form_version_id)
        group, _, inside = name.partition(".")
        row, _, field_id = inside.rpartition(".")
        asked = {field.id: field for field in form.fields} if form else {}
        if group not in asked:
            return name
        if not inside:
            return label(asked[group], self._language)
        prefill = self._session.get_one(Task, submission.task_id).prefill
        place = self._names_of_rows(asked[group], prefill).get(row, row)
        each = next((field for field in asked[group].fields if field.id == field_id), None)
        return f"{place}: {label(each, self._language)}" if each else place

    def _remark(self, remark: GoalRemark) -> dict[str, Any]:
        """As it was said: that it was resolved later is another matter than what was filed."""
        whole = "The agreement as a whole" if self._english else "Aftalen som helhed"
        goal = f"{'Goal' if self._english else 'Mål'} {remark.code}" if remark.code else whole
        version = "version" if self._english else "udgave"
        return _part(f"{goal}, {version} {remark.version}", remark.text)

    def _form(self, version_id: int | None) -> Form | None:
        if version_id is None:
            return None
        if version_id not in self._forms:
            spec = self._session.get_one(FormVersion, version_id).spec
            self._forms[version_id] = Form.model_validate_json(spec)
        return self._forms[version_id]

    def _instant(self, at: datetime) -> str:
        return format_datetime(at, self._language, self._zone)


def _part(heading: str, text: str, *, level: int = 1) -> dict[str, Any]:
    return {"heading": heading, "text": text, "level": level}


def _told(party: Party) -> str:
    place = ", ".join(part for part in (party.role, party.unit) if part and part not in party.name)
    return f"{party.name} ({place})" if place else party.name
